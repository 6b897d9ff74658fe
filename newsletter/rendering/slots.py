"""Slots: where a rendered document leaves room for one reader's values, and how a value is escaped to stand there.

A template prints a token (`Marks.mark`), the renderer carries it along as a plain word, `Marks.cut` splits the finished
document at the tokens, and `fill` joins the pieces with a reader's values. A document is thus rendered once a language.
"""

import html
import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import RenderError


class SlotError(RenderError, ValueError):
    """A token was lost or forged, or a value is missing or cannot stand in its slot."""


class Context(StrEnum):
    """What surrounds a slot, and so how its value is escaped. `url` is a link in an HTML attribute."""

    HTML = "html"
    TEXT = "text"
    URL = "url"
    HEADER = "header"


_NAME = re.compile(r"(?!.*zq)[a-z][a-z_]*")  # `zq` ends a token


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for the value called `name`."""

    name: str
    context: Context

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise SlotError(f"{self.name!r} is no name for a slot: lower-case letters and underscores, without 'zq'.")


Pieces = tuple[str | Slot, ...]

_LETTERS = {Context.HTML: "h", Context.TEXT: "t", Context.URL: "u", Context.HEADER: "l"}
_CONTEXTS = {letter: context for context, letter in _LETTERS.items()}


class Marks:
    """The tokens of one rendering. The nonce is unguessable, so content cannot pretend to be a token."""

    def __init__(self, nonce: str, allowed: Mapping[str, Collection[Context]]) -> None:
        if not re.fullmatch(r"[0-9a-f]{16}", nonce):
            raise SlotError("The nonce of a rendering is 16 hexadecimal digits.")
        self._nonce = nonce
        self._allowed = allowed
        self._issued: set[Slot] = set()
        self._token = re.compile(rf"qz{nonce}([htul])([a-zX]+?)zq")

    @classmethod
    def fresh(cls, allowed: Mapping[str, Collection[Context]]) -> "Marks":
        """Marks with a nonce nobody can know before."""
        return cls(secrets.token_hex(8), allowed)

    def mark(self, name: str, context: Context) -> str:
        """The token for a slot: letters and digits alone, which pass through every escaper and minifier unchanged."""
        if context not in self._allowed.get(name, ()):
            raise SlotError(f"There is no slot {name!r} for {context.value}; there are: {self._known()}.")
        self._issued.add(Slot(name, context))
        return f"qz{self._nonce}{_LETTERS[context]}{name.replace('_', 'X')}zq"

    def cut(self, document: str) -> Pieces:
        """The document's static texts (line ends as LF) and slots, in order; a mangled or unknown token is an error."""
        texts = self._token.split(_unix(document))
        pieces: list[str | Slot] = []
        for text, letter, name in zip(texts[0::3], [*texts[1::3], ""], [*texts[2::3], ""], strict=True):
            pieces += [self._static(text)] if text else []
            pieces += [self._slot(letter, name)] if letter else []
        return tuple(pieces)

    def _slot(self, letter: str, name: str) -> Slot:
        slot = Slot(name.replace("X", "_"), _CONTEXTS[letter])
        if slot not in self._issued:
            raise SlotError(f"A token for the slot {slot.name!r} stands in the document, but none was made for it.")
        return slot

    def _static(self, text: str) -> str:
        # Wrapping puts white space into a token, a cut leaves a part of it, a heading's capitals change its case: one
        # half of the nonce always survives.
        squeezed = re.sub(r"\s+", "", text).lower()
        if self._nonce[:8] in squeezed or self._nonce[8:] in squeezed:
            raise SlotError(f"A slot's token was damaged while rendering, near {self._excerpt(text)!r}.")
        return text

    def _excerpt(self, text: str) -> str:
        where = max(text.lower().find(self._nonce[:8]), text.lower().find(self._nonce[8:]), 0)
        return text[max(where - 20, 0) : where + 40]

    def _known(self) -> str:
        return ", ".join(f"{name} ({', '.join(sorted(contexts))})" for name, contexts in sorted(self._allowed.items()))


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Any of these in a reader's value is an accident or an attack: C0, DEL, C1, the Unicode line ends, half characters.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_URL = re.compile("https?://[^\x00-\x20\x7f-\x9f\ud800-\udfff\"'<>`\\\\\\s]+")


def escape(value: str, context: Context) -> str:
    """The value as it may stand in that context, on one line; SlotError where it cannot."""
    match context:
        case Context.HTML:
            return html.escape(_CONTROL.sub(" ", value), quote=True)
        case Context.TEXT:
            return _CONTROL.sub(" ", value)
        case Context.URL:
            return html.escape(_link(value), quote=True)
        case Context.HEADER:
            return _line(value)


def _link(value: str) -> str:
    if not _URL.fullmatch(value):
        raise SlotError("a link must be an absolute http or https address without spaces or quotes.")
    return value


def _line(value: str) -> str:
    if _CONTROL.search(value):
        raise SlotError("a header's value must not hold control characters.")
    return value


def value_for(slot: Slot, values: Mapping[str, str]) -> str:
    """One reader's value for the slot, escaped; the error names the slot."""
    try:
        return escape(values[slot.name], slot.context)
    except KeyError:
        raise SlotError(f"There is no value for the slot {slot.name!r}.") from None
    except SlotError as error:
        raise SlotError(f"The value for the slot {slot.name!r} does not fit: {error}") from None


def fill(pieces: Pieces, values: Mapping[str, str]) -> str:
    """The document as one reader gets it."""
    return "".join([piece if isinstance(piece, str) else value_for(piece, values) for piece in pieces])


def slots(pieces: Pieces) -> tuple[Slot, ...]:
    """The slots of a document, in order, as often as they stand in it."""
    return tuple(piece for piece in pieces if isinstance(piece, Slot))


def static(pieces: Pieces) -> str:
    """What every reader gets alike: the document with its slots left out."""
    return "".join(piece for piece in pieces if isinstance(piece, str))


def dump(pieces: Pieces) -> bytes:
    """The pieces as stable UTF-8 JSON, to be stored and fingerprinted."""
    plain = [piece if isinstance(piece, str) else {"slot": piece.name, "context": piece.context} for piece in pieces]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def load(stored: bytes) -> Pieces:
    """The pieces that `dump` wrote."""
    try:
        plain = json.loads(stored.decode())
    except ValueError as error:
        raise SlotError(f"Stored pieces are not readable: {error}.") from error
    if not isinstance(plain, list):
        raise SlotError("Stored pieces are not a list.")
    return tuple(_piece(piece) for piece in plain)


def _piece(plain: object) -> str | Slot:
    match plain:
        case str() if plain and not re.search("[\ud800-\udfff]", plain):
            return plain
        case {"slot": str(name), "context": str(context), **other} if not other and context in set(Context):
            return Slot(name, Context(context))
        case _:
            raise SlotError(f"This is neither a text nor a slot: {str(plain)[:60]!r}.")
