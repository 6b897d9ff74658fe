"""Reads MJML before the renderer does: what it would swallow or choke on is reported with line and column."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from xml.parsers import expat

from newsletter.rendering import allowed

_MOST_BYTES = 2_000_000  # the renderer copies its input several times
_MOST_DEEP = 100  # it recurses, and some thousand levels end the process

_LINK = re.compile(
    r"https?://[^\s/?#\"'<>]\S*|mailto:\S+|tel:[+\d]\S*|#[^\s\"'<>]*"
    r"|qz[0-9a-f]{16}u[a-zX]+zq",  # a slot for one reader's link
    re.IGNORECASE,
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|transparent|none|inherit")
_LENGTH = re.compile(r"-?\d+(?:\.\d+)?(?:px|%)")
_UNSAFE = re.compile(r'[;"{}<>\\]')
_LOADS = re.compile(r"url\s*\(|expression\s*\(|@import|javascript:|behaviou?r\s*:|-moz-binding", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OWN_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CONDITIONAL = re.compile(r"<!--\[if[^\]]*\]>(?!<!-->)(.*?)<!\[endif\]-->", re.DOTALL)
_FORBIDDEN = {
    "<!doctype": "a DOCTYPE has no place in a template",
    "<![cdata[": "CDATA is not understood by the renderer",
    "<?": "processing instructions are not understood by the renderer",
    "<mj-include": "files are included by the template engine, never by mj-include",
    "{{": "template syntax is left over",
    "{%": "template syntax is left over",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: `excerpt` is the line around it."""

    line: int
    column: int
    message: str
    excerpt: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}: {self.excerpt}"


def problems(mjml: str) -> tuple[Problem, ...]:
    """Everything that must not reach the renderer, in the order of the text."""
    if len(mjml.encode(errors="replace")) > _MOST_BYTES:
        return (_problem(mjml, 1, 1, "a mail of more than 2 MB is not rendered"),)
    return tuple(_forbidden(mjml)) or tuple(sorted(_Reader(mjml).read(), key=lambda one: (one.line, one.column)))


def excerpt_at(text: str, line: int, column: int) -> str:
    """The text around that place, short enough for one line of a message."""
    lines = text.split("\n")
    start = max(0, column - 41)
    return lines[line - 1][start : start + 100].strip() if 0 < line <= len(lines) else ""


def _problem(mjml: str, line: int, column: int, message: str) -> Problem:
    return Problem(line, column, message, excerpt_at(mjml, line, column))


def _at(mjml: str, offset: int, message: str) -> Problem:
    line = mjml.count("\n", 0, offset) + 1
    return _problem(mjml, line, offset - mjml.rfind("\n", 0, offset), message)


def _forbidden(mjml: str) -> Iterator[Problem]:
    control = _CONTROL.search(mjml)
    if control:
        yield _at(mjml, control.start(), f"the control character U+{ord(control[0]):04X} cannot stand in a mail")
    for text, message in _FORBIDDEN.items():
        found = re.search(re.escape(text), mjml, re.IGNORECASE)
        if found:
            yield _at(mjml, found.start(), message)
    for block in _CONDITIONAL.finditer(mjml):
        if not _balanced(block[1]):
            yield _at(mjml, block.start(), "the markup inside an Outlook conditional must be balanced")


def _balanced(markup: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<x>{_plain(markup)}</x>", True)
    except expat.ExpatError:
        return False
    return True


def _plain(mjml: str) -> str:
    """Named entities as letters of the same length: expat knows only five, and columns must stay true."""
    return _ENTITY.sub(_same_length, mjml)


def _same_length(entity: re.Match[str]) -> str:
    known = entity[1] not in _OWN_ENTITIES and f"{entity[1]};" in html5
    return "x" * len(entity[0]) if known else entity[0]


class _TooDeep(Exception):
    """Stops the parser: nothing further is worth reading."""


class _Reader:
    """One pass over the document, with the open tags as a stack."""

    def __init__(self, mjml: str) -> None:
        self._mjml = mjml
        self._open: list[str] = []
        self._found: list[Problem] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self) -> list[Problem]:
        try:
            self._parser.Parse(_plain(self._mjml), True)
        except expat.ExpatError as error:
            self._found.append(_problem(self._mjml, error.lineno, error.offset + 1, self._explained(error)))
        except _TooDeep:
            self._report(f"tags are nested more than {_MOST_DEEP} deep")
        return self._found

    def _explained(self, error: expat.ExpatError) -> str:
        message = expat.errors.messages[error.code]
        return f"{message} (open here: <{self._open[-1]}>)" if self._open else message

    def _report(self, message: str) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        self._found.append(_problem(self._mjml, line, column, message))

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        for message in (*self._misplaced(tag), *_wrong_attributes(tag, attributes, self._parent())):
            self._report(message)
        self._open.append(tag)
        if len(self._open) > _MOST_DEEP:
            raise _TooDeep

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if text.strip() and not allowed.HOLDS_TEXT.intersection(self._open):
            self._report(f"text in <{self._parent()}> would be printed as it stands; it belongs into mj-text")
        elif self._parent() == "mj-style" and _LOADS.search(text):
            self._report("styles load nothing: no url(), no @import")

    def _parent(self) -> str:
        return self._open[-1] if self._open else ""

    def _misplaced(self, tag: str) -> Iterator[str]:
        if tag in allowed.PARENTS:
            yield from self._misplaced_component(tag)
        elif tag not in allowed.HTML:
            yield f"<{tag}> is no tag that a mail may use"
        elif not allowed.HOLDS_HTML.intersection(self._open):
            yield f"<{tag}> is HTML; it belongs into mj-text or mj-raw, not <{self._parent()}>"

    def _misplaced_component(self, tag: str) -> Iterator[str]:
        parent, parents = self._parent(), allowed.PARENTS[tag]
        is_default = parent == "mj-attributes" and tag in allowed.LAID_OUT
        if parent not in (parents or {""}) and not is_default:
            yield f"<{tag}> stands in <{parent}>; it belongs into {' or '.join(sorted(parents)) or 'no other tag'}"


def _wrong_attributes(tag: str, attributes: Mapping[str, str], parent: str) -> Iterator[str]:
    known = allowed.ATTRIBUTES.get(tag, allowed.HTML_ATTRIBUTES)
    for name, value in attributes.items():
        if name in known:
            yield from _wrong_value(name, value, component=tag in allowed.ATTRIBUTES)
        else:
            yield f'<{tag}> has no attribute "{name}"'
    if parent != "mj-attributes" or tag == "mj-class":
        missing = (name for name in allowed.REQUIRED.get(tag, ()) if name not in attributes)
        yield from (f'<{tag}> needs the attribute "{name}"' for name in missing)


def _wrong_value(name: str, value: str, *, component: bool) -> Iterator[str]:
    if name in allowed.LINKS and not _LINK.fullmatch(value.strip()):
        yield f'{name}="{value[:60]}" is no http, https, mailto or tel address'
    elif name == "style" and _LOADS.search(value):
        yield "styles load nothing: no url(), no @import"
    elif component and name not in allowed.FREE:
        yield from _wrong_look(name, value)


def _wrong_look(name: str, value: str) -> Iterator[str]:
    """A component's attributes go into generated styles as they are."""
    if _UNSAFE.search(value):
        yield f'{name}="{value[:40]}" may not hold ; " {{ }} < > or a backslash'
    elif "padding" in name:
        bare = (part for part in value.split() if not _LENGTH.fullmatch(part))
        yield from (f'{name}="{value}": write {part}px; a number without a unit voids the whole line' for part in bare)
    elif name.endswith("color") and not _COLOUR.fullmatch(value):
        yield f'{name}="{value[:40]}" is no colour such as #0f4c5c'
