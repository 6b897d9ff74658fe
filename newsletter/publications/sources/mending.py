"""Makes well-formed XML of a feed that is not: bare ampersands, tags that cross or never close, prefixes undeclared."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

_NAME = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?"
_TAG = re.compile(rf"<(?P<close>/)?(?P<name>{_NAME})(?P<rest>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>")
_SECTIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_ATTRIBUTE = re.compile(rf"(?P<name>{_NAME})\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot|apos);)")
_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
_ITEMS = frozenset({"item", "entry"})
_OUTER = re.compile(r"(?:rss|feed|channel|item|entry|(?:rdf:)?RDF)\Z", re.IGNORECASE)
MOST_DEPTH = 500


def mended(text: str) -> str:
    """The same document, well-formed: text stays text, what was opened is closed where its parent closes.

    An item in which the document breaks off is left out: the next visit has it whole.
    """
    document = _Document()
    at = 0
    for start, end, token in _tokens(text):
        document.text(text[at:start])
        at = end
        if isinstance(token, str):
            document.add(_escaped_all(token))
        elif token["close"]:
            document.close(token["name"])
        else:
            document.open(token["name"], token["rest"])
        if document.over:
            break
    document.end()
    return "".join(document.pieces)


class _Document:
    """The mended pieces, and which elements are open."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._opened: list[str] = []
        self._item = (0, 0)  # where the last item began: in the pieces, and its depth

    @property
    def over(self) -> bool:
        return bool(self.pieces) and not self._opened

    def add(self, piece: str) -> None:
        if self._opened:
            self.pieces.append(piece)

    def text(self, text: str) -> None:
        self.add(_BARE.sub("&amp;", text).replace("<", "&lt;").replace("]]>", "]]&gt;"))

    def open(self, told: str, rest: str) -> None:
        name, root = _known(told), not self.pieces
        if name.lower() in _ITEMS:
            if name in self._opened:  # an item never holds another: what was left open ends here
                self.close(told)
            self._item = (len(self.pieces), len(self._opened))
        empty = rest.rstrip().endswith("/") and not root
        if not empty and len(self._opened) >= MOST_DEPTH:
            return
        self.pieces.append(f"<{name}{_attributes(rest, root=root)}{'/' if empty else ''}>")
        if not empty:
            self._opened.append(name)

    def close(self, told: str) -> None:
        name = _known(told)
        if name not in self._opened:
            return
        at = len(self._opened) - 1 - self._opened[::-1].index(name)
        # A stray end of something inside must not end the item or the feed around it.
        if not _OUTER.match(name) and any(_OUTER.match(inner) for inner in self._opened[at + 1 :]):
            return
        self._close_from(at)

    def end(self) -> None:
        if any(name.lower() in _ITEMS for name in self._opened):
            self.pieces, self._opened = self.pieces[: self._item[0]], self._opened[: self._item[1]]
        self._close_from(0)

    def _close_from(self, at: int) -> None:
        self.pieces += [f"</{name}>" for name in reversed(self._opened[at:])]
        del self._opened[at:]


def _tokens(text: str) -> Iterator[tuple[int, int, re.Match[str] | str]]:
    """Where each tag or section begins and ends; of a section what it says, comments and instructions say nothing.

    One pass: an end that was not found once is not looked for again.
    """
    at = 0
    never: set[str] = set()
    while (start := text.find("<", at)) >= 0:
        at = start + 1
        section = next((one for one in _SECTIONS if text.startswith(one[0], start)), None)
        if section and section[1] not in never:
            begin, end = start + len(section[0]), text.find(section[1], start + len(section[0]))
            if end < 0:
                never.add(section[1])
                continue
            at = end + len(section[1])
            yield start, at, text[begin:end] if section[0] == "<![CDATA[" else ""
        elif tag := _TAG.match(text, start):
            at = tag.end()
            yield start, at, tag


def _attributes(rest: str, *, root: bool) -> str:
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(rest):
        value = one["value"].strip("\"'")
        if value or not one["name"].startswith("xmlns"):
            found.setdefault(_known(one["name"]), value)
    if root:
        found = {f"xmlns:{prefix}": uri for prefix, uri in _PREFIXES.items()} | found
    return "".join(f" {name}={_quoted(value)}" for name, value in found.items())


def _known(name: str) -> str:
    """The name; a prefix that nobody declares is made part of it."""
    prefix, colon, rest = name.partition(":")
    return name if not colon or prefix in _PREFIXES or prefix in {"xml", "xmlns"} else f"{prefix}-{rest}"


def _quoted(value: str) -> str:
    return quoteattr(value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"'))


def _escaped_all(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
