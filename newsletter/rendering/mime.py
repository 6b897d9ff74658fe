"""Compiled issues: everything of a message that all readers share is encoded once, and one reader's copy is a join.

Each static piece and each value is quoted-printable by itself, from column 0, and soft line breaks join them. (A MIME
message built first and cut at its tokens afterwards would not do: line breaks fall into the tokens.)
"""

import re
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from newsletter.rendering.dkim import Signer
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.slots import Context, Pieces, Slot, SlotError, fill, slots, static, value_for

_NEWLINE = re.compile(r"\r\n?")
# Two less than the 75 which the soft break's `=` leaves, for the two more that a shielded first letter takes; never
# within the three letters of an encoded octet.
_CHUNK = re.compile(rb".{1,73}(?<!=)(?<!=.)")
_LONGEST = 73
# A leading dot would be doubled by DATA and not by BDAT (RFC 5321 4.5.2); mbox writers put > before `From `.
_SHIELDED = re.compile(rb"^(?:\.|From )", re.MULTILINE)
_SOFT = b"=\r\n"


def quoted_printable(text: str) -> bytes:
    """The text, starting in column 0, in lines of at most 75 letters before a soft break; any line end becomes CRLF."""
    octets = (_NEWLINE.sub("\n", text) if "\r" in text else text).encode()
    # The library's own breaks go out again: it lets a line that ends hard grow to 76, where no `=` can follow.
    lines = b2a_qp(octets).replace(b"=\n", b"").split(b"\n")
    short = [line if len(line) <= _LONGEST else _SOFT.join(_CHUNK.findall(line)) for line in lines]
    return _SHIELDED.sub(_shield, b"\r\n".join(short))


def _shield(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0] + found[0][1:]


@dataclass(frozen=True, slots=True)
class Part:
    """An issue in one language. `headers` are whole lines alike for all readers, Subject among them."""

    language: str
    subject: str  # for routes that take no raw MIME
    html: Pieces
    text: Pieces
    headers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reader's value goes; `tail` joins it to what follows."""

    slot: Slot
    tail: bytes

    def encoder(self) -> Callable[[Mapping[str, str]], bytes]:
        """How values become this place's bytes; most are plain words and need nothing done."""
        slot, name, tail, is_plain = self.slot, self.slot.name, self.tail, _PLAIN[self.slot.context].fullmatch

        def encode(values: Mapping[str, str]) -> bytes:
            value = values.get(name)
            if value is not None and is_plain(value):
                return value.encode() + tail
            encoded = quoted_printable(value_for(slot, values))
            return encoded and encoded + tail

        return encode


# Values that no escaping changes and that fit on one line. Whatever else comes is escaped and encoded in full.
_WORD = re.compile(r"(?!\.|From )[ !#-%(-;?-~]{0,72}[!#-%(-;?-~]")
_PLAIN = {
    Context.HTML: _WORD,
    Context.TEXT: _WORD,
    Context.URL: re.compile(r"https?://[!#-%(-;?-\[\]-_a-~]{1,64}"),
}
_IN_HTML, _IN_TEXT = frozenset({Context.HTML, Context.URL}), frozenset({Context.TEXT})


class _Frame:
    """One language's message as a row of bytes with gaps."""

    def __init__(self, part: Part, signer: Signer | None) -> None:
        self._row: list[bytes] = []
        self._gaps: list[tuple[int, Callable[[Mapping[str, str]], bytes]]] = []
        for static_or_place in _message(part):
            self._add(static_or_place)
        self._seal = signer.seal(self._row) if signer else None

    def _add(self, item: bytes | _Place) -> None:
        if isinstance(item, _Place):
            self._gaps.append((len(self._row), item.encoder()))
            self._row.append(b"")
        elif self._row and (not self._gaps or self._gaps[-1][0] < len(self._row) - 1):
            self._row[-1] += item
        else:
            self._row.append(item)

    def message(self, headers: Sequence[bytes], values: Mapping[str, str]) -> bytes:
        row = self._row.copy()
        for index, encode in self._gaps:
            row[index] = encode(values)
        signature = self._seal.line(headers, row[1:]) if self._seal else b""
        return b"".join([signature, *headers, *row])


class Compiled:
    """An issue ready to be handed over: a message or its parts, for any reader, in each of its languages.

    With a signer each message is signed, and a From that it cannot sign for is Misconfigured.
    """

    def __init__(self, parts: Mapping[str, Part], signer: Signer | None = None) -> None:
        for part in parts.values():
            _check(part)
        self._parts = dict(parts)
        self._frames = {language: _Frame(part, signer) for language, part in parts.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, in the order given."""
        return tuple(self._parts)

    def message(self, language: str, headers: Sequence[bytes], values: Mapping[str, str]) -> bytes:
        """One reader's whole message. `headers` are his own lines, made by the `headers` module."""
        try:
            frame = self._frames[language]
        except KeyError:
            raise self._unknown(language) from None
        return frame.message(headers, values)

    def part(self, language: str) -> Part:
        """The language's part, as it was given."""
        try:
            return self._parts[language]
        except KeyError:
            raise self._unknown(language) from None

    def subject(self, language: str) -> str:
        """The subject, decoded."""
        return self.part(language).subject

    def html(self, language: str, values: Mapping[str, str]) -> str:
        """One reader's HTML, for routes that take no raw MIME."""
        return fill(self.part(language).html, values)

    def text(self, language: str, values: Mapping[str, str]) -> str:
        """One reader's text, for routes that take no raw MIME."""
        return fill(self.part(language).text, values)

    def headers(self, language: str) -> tuple[bytes, ...]:
        """The lines alike for all readers; `headers.pair` takes one apart."""
        return self.part(language).headers

    def size(self, language: str) -> int:
        """Bytes of the HTML without any reader's values, decoded: mail programs clip by it."""
        return len(static(self.part(language).html).encode())

    def _unknown(self, language: str) -> KeyError:
        return KeyError(f"This issue has no language {language!r}; it has: {', '.join(self._parts)}.")


_LINES = re.compile(rb"(?:[!-9;-~]+:[ -~]*\r\n(?: [ -~]*\r\n)*)+")


def _check(part: Part) -> None:
    """Refuse what would let a value stand unescaped, or a header run into the next."""
    for pieces, contexts, place in ((part.html, _IN_HTML, "HTML"), (part.text, _IN_TEXT, "text")):
        for slot in slots(pieces):
            if slot.context not in contexts:
                raise SlotError(f"The slot {slot.name!r} is for {slot.context.value} and stands in the {place} part.")
    for line in part.headers:
        if not _LINES.fullmatch(line):
            raise HeaderError(f"{line[:40]!r} is no whole header line.")


def _message(part: Part) -> Iterator[bytes | _Place]:
    """Headers, then plain text before HTML: the last form is the preferred one (RFC 2046 5.1.4)."""
    boundary = _boundary(part)
    yield b"".join(part.headers)
    yield b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%s"\r\n' % boundary
    yield from _body(boundary, b"text/plain", part.text)
    yield from _body(boundary, b"text/html", part.html)
    yield b"\r\n--%s--\r\n" % boundary


def _boundary(part: Part) -> bytes:
    # `=_` occurs in no quoted-printable text, so that no value can hold a boundary (RFC 2045 6.7 (5)).
    shared = "\0".join((part.language, static(part.text), static(part.html)))
    return b"=_" + sha256(shared.encode()).hexdigest()[:24].encode()


def _body(boundary: bytes, kind: bytes, pieces: Pieces) -> Iterator[bytes | _Place]:
    yield b"\r\n--%s\r\nContent-Type: %s; charset=utf-8\r\n" % (boundary, kind)
    yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    yield from _encoded(pieces)


def _encoded(pieces: Pieces) -> Iterable[bytes | _Place]:
    """Each piece by itself. The soft break after a value goes with the value: an empty one joins nothing."""
    for piece, following in pairwise((*pieces, "")):
        if isinstance(piece, Slot):
            yield _Place(piece, b"" if _starts_a_line(following) else _SOFT)
        else:
            encoded = quoted_printable(piece)
            yield encoded + _SOFT if following and not encoded.endswith(b"\r\n") else encoded


def _starts_a_line(piece: str | Slot) -> bool:
    return isinstance(piece, str) and (not piece or piece[0] in "\r\n")
