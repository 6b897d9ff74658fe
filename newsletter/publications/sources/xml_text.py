"""Makes XML of what a feed's server sent: bombs are refused, and nothing from outside is loaded."""

import html
import re
from collections.abc import Iterator

from newsletter.errors import BadInput
from newsletter.fetch import Page

MOST_ENTITIES = 300
MOST_DOCTYPE = 50_000  # characters
MOST_ATTRIBUTES = 1000  # of one element; reading them takes time by the square
MOST_EXPANSION = 1_000_000  # characters that all uses of a feed's own entities may become

_BOMB = "The feed defines XML entities that grow when they are read; it is not read."
_OUTSIDE = "The feed wants a file from elsewhere to be read into it (an external XML entity); it is not read."

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,500}\?>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"<!ENTITY\s+(%\s+)?([\w.:-]{1,100})\s+(SYSTEM\b|PUBLIC\b|\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_REFERENCE = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z_:][\w.:-]{0,100});")
_TAG = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_OWN = frozenset({"lt", "gt", "amp", "quot", "apos"})


def xml_of(page: Page) -> str:
    """The document without its prolog, in legal characters, every named entity resolved. BadInput for a bomb."""
    text = _ILLEGAL.sub("", page.text).lstrip("\ufeff \t\r\n")
    text = _DECLARATION.sub("", text, count=1).lstrip()
    text, doctype = _without_doctype(text)
    _check_attributes(text)
    return _resolved(text, _entities(doctype))


def _check_attributes(text: str) -> None:
    for piece in text.split("<"):
        if len(piece) > MOST_ATTRIBUTES:
            tag = _TAG.match(piece)
            if tag and _QUOTED.sub("", tag[0]).count("=") > MOST_ATTRIBUTES:
                raise BadInput("The feed has an element with thousands of attributes; it is not read.")


def _without_doctype(text: str) -> tuple[str, str]:
    start = _doctype_at(text)
    if start < 0:
        return text, ""
    end = _doctype_end(text, start)
    return text[:start] + text[end:], text[start:end]


def _doctype_at(text: str) -> int:
    """Where the DOCTYPE begins, if one stands before the first element; -1 without one."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text[at : at + 9].upper() == "<!DOCTYPE":
            return at
        end = "-->" if text.startswith("<!--", at) else "?>" if text.startswith("<?", at) else ""
        if not end or (closed := text.find(end, at)) < 0:
            return -1
        at = closed
    return -1


def _doctype_end(text: str, start: int) -> int:
    """After its closing bracket; quoted texts and the internal subset may hold others."""
    inside, quote = False, ""
    for at in range(start, min(len(text), start + MOST_DOCTYPE)):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[]":
            inside = letter == "["
        elif letter == ">" and not inside:
            return at + 1
    raise BadInput(_BOMB)


def _entities(doctype: str) -> dict[str, str]:
    """What the feed defines by itself. The Latin letters that old feeds take from the W3C's file are known anyway."""
    found: dict[str, str] = {}
    for parameter, name, value in _ENTITY.findall(doctype):
        if parameter:
            continue  # never loaded
        if value[0] not in "\"'":
            raise BadInput(_OUTSIDE)
        text = value[1:-1]
        if any(reference[0] != "#" for reference in _REFERENCE.findall(text)) or len(found) >= MOST_ENTITIES:
            raise BadInput(_BOMB)
        found.setdefault(name, html.unescape(text))
    return found


def _resolved(text: str, own: dict[str, str]) -> str:
    """Named entities as the characters they mean; XML's five stay, and what means nothing is text."""
    spent = 0

    def meant(found: re.Match[str]) -> str:
        nonlocal spent
        name = found[1]
        if name[0] == "#":
            return found[0] if _legal(name) else ""
        if name in own:
            spent += len(own[name])
            if spent > MOST_EXPANSION:
                raise BadInput(_BOMB)
            return html.escape(own[name], quote=False)
        if name in _OWN:
            return found[0]
        letter = html.unescape(found[0])
        return letter if letter != found[0] else f"&amp;{name};"

    return "".join(piece if literal else _REFERENCE.sub(meant, piece) for literal, piece in _cdata_apart(text))


def _cdata_apart(text: str) -> Iterator[tuple[bool, str]]:
    """Pieces of the text, and whether each is a CDATA section, in which nothing is an entity."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        yield False, text[at:start]
        end = text.find("]]>", start)
        at = end + 3 if end >= 0 else len(text)
        yield True, text[start:at]
    yield False, text[at:]


def _legal(reference: str) -> bool:
    """XML 1.0, production 2."""
    code = int(reference[2:], 16) if reference[1] in "xX" else int(reference[1:])
    return code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
