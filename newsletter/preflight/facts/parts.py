"""Reads a rendered language version as a reader gets it: links, pictures, headings, colours, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from newsletter.preflight.facts.features import declarations, features
from newsletter.preflight.facts.model import Anchor, Heading, Image, Ink, PartFacts
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Pieces, fill, slots

UNSUBSCRIBE, PREFERENCES = (f"https://example.invalid/{way}/abcdefghijklmnopqrstuvwxyz" for way in "up")
_EXAMPLES = {"unsubscribe_url": UNSUBSCRIBE, "preferences_url": PREFERENCES}
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SILENT = frozenset({"head", "title", "style", "script", "noscript"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WHITE, _BLACK = "#ffffff", "#000000"


def part_facts(part: Rendered) -> PartFacts:
    """One language version as one reader would get it."""
    html, text = as_received(part.html), as_received(part.text)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return PartFacts(
        language=part.language,
        subject=part.subject,
        preheader=part.preheader,
        html_bytes=len(html.encode()),
        links=tuple(reader.links),
        images=tuple(reader.images),
        places=frozenset(reader.places),
        headings=tuple(reader.headings),
        inks=tuple(reader.inks.values()),
        features=features(html),
        words=" ".join("".join(reader.words).split()),
        text=text,
        marked=frozenset(reader.marked),
    )


def as_received(pieces: Pieces) -> str:
    """The document as long as a reader's would be."""
    values = {
        slot.name: _EXAMPLES.get(slot.name, UNSUBSCRIBE)
        if slot.context is Context.URL or slot.name.endswith("_url")
        else "You signed up." * 4
        for slot in slots(pieces)
    }
    return fill(pieces, values)


@dataclass(slots=True)
class _Open:
    """An element that is open: its colours, and whether readers see it."""

    tag: str
    colour: str
    ground: str
    hidden: bool


class _Reader(HTMLParser):
    """Walks through the mail once and collects what checks want to know."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Anchor] = []
        self.images: list[Image] = []
        self.places: set[str] = set()
        self.headings: list[Heading] = []
        self.inks: dict[tuple[str, str], Ink] = {}
        self.words: list[str] = []
        self.marked: set[str] = set()
        self._stack = [_Open("", _BLACK, _WHITE, False)]
        self._link: tuple[str, str, list[str]] | None = None
        self._heading: tuple[int, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("id"):
            self.places.add(values["id"])
        if values.get("lang"):
            self.marked.add(values["lang"])
        if tag == "a":
            self._end_link()  # one that was never closed ends where the next begins
            self._link = (values.get("href", ""), values.get("aria-label", ""), [])
        elif tag == "img":
            self._picture(values, dict(attrs).get("alt", None if "alt" not in values else ""))
        elif tag in _HEADINGS:
            self._heading = (_HEADINGS[tag], [])
        elif tag in {"br", "p", "td", "div"}:
            self.words.append(" ")
        if tag not in _VOID:
            self._stack.append(self._opened(tag, values))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in _HEADINGS and self._heading:
            self.headings.append(Heading(self._heading[0], " ".join("".join(self._heading[1]).split())))
            self._heading = None
        self._close(tag)
        if tag not in {"a", "b", "span", "bdi", "i", "em", "strong"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._link:
            self._link[2].append(data)
        if self._heading:
            self._heading[1].append(data)
        here = self._stack[-1]
        if here.hidden:
            return
        self.words.append(data)
        said = " ".join(data.split())
        if any(letter.isalnum() for letter in said):
            self.inks.setdefault((here.colour, here.ground), Ink(here.colour, here.ground, said[:60]))

    def close(self) -> None:
        super().close()
        self._end_link()

    def _picture(self, values: Mapping[str, str], alt: str | None) -> None:
        width = values.get("width", "")
        self.images.append(Image(values.get("src", ""), alt, int(width) if width.isdecimal() else 0))
        if self._link and alt:
            self._link[2].append(alt)

    def _opened(self, tag: str, values: Mapping[str, str]) -> _Open:
        above, style = self._stack[-1], dict(declarations(values.get("style", "")))
        ground = next(_colours(style.get("background-color"), style.get("background"), values.get("bgcolor")), "")
        return _Open(
            tag,
            next(_colours(style.get("color")), above.colour),
            ground or above.ground,
            above.hidden or tag in _SILENT or style.get("display", "").startswith("none"),
        )

    def _close(self, tag: str) -> None:
        for place in range(len(self._stack) - 1, 0, -1):
            if self._stack[place].tag == tag:
                del self._stack[place:]
                return

    def _end_link(self) -> None:
        if self._link:
            url, label, words = self._link
            self.links.append(Anchor(url, " ".join((label or "".join(words)).split())))
            self._link = None


def _colours(*values: str | None) -> Iterator[str]:
    """Those of the values that name a colour as #rrggbb."""
    for value in values:
        for word in (value or "").lower().split():
            digits = word.removeprefix("#")
            if word.startswith("#") and len(digits) in {3, 6} and all(one in "0123456789abcdef" for one in digits):
                yield "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))
