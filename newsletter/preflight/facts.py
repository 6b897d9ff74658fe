"""The facts that checks look at, read once from the rendered parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from newsletter.issues.model import Draft
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Pieces, fill, slots

_EXAMPLE = "https://example.invalid/u/abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in the mail: where it leads and the words on it."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in the mail; `alt` is None where there is none at all."""

    src: str
    alt: str | None


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One language version as a reader would get it."""

    language: str
    subject: str
    preheader: str
    html_bytes: int
    links: tuple[Anchor, ...]
    images: tuple[Image, ...]
    places: frozenset[str] = frozenset()  # the ids that a link within the mail may lead to


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks may look at."""

    draft: Draft
    parts: tuple[PartFacts, ...]
    base_url: str
    base_is_loopback: bool
    route_is_remote: bool


def gather(
    draft: Draft, parts: Mapping[str, Rendered], base_url: str, *, base_is_loopback: bool, route_is_remote: bool
) -> Facts:
    """Read the parts; needs no network."""
    read = tuple(_part(part) for part in parts.values())
    return Facts(draft, read, base_url, base_is_loopback, route_is_remote)


def _part(part: Rendered) -> PartFacts:
    html = _as_received(part.html)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return PartFacts(
        part.language, part.subject, part.preheader, len(html.encode()), tuple(reader.links), tuple(reader.images),
        frozenset(reader.places),
    )  # fmt: skip


def _as_received(pieces: Pieces) -> str:
    """The document as long as a reader's would be."""
    values = {
        slot.name: _EXAMPLE if slot.context is Context.URL or slot.name.endswith("_url") else "You signed up." * 4
        for slot in slots(pieces)
    }
    return fill(pieces, values)


class _Reader(HTMLParser):
    """Collects links with their words, pictures, and the places within the mail."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Anchor] = []
        self.images: list[Image] = []
        self.places: set[str] = set()
        self._open: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.places.add(str(values["id"]))
        if tag == "a":
            self._end_link()  # one that was never closed ends where the next begins
            self._open = (values.get("href") or "", [])
        elif tag == "img":
            self.images.append(Image(values.get("src") or "", values.get("alt")))
            if self._open and values.get("alt"):
                self._open[1].append(str(values["alt"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[1].append(data)

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if self._open:
            self.links.append(Anchor(self._open[0], " ".join("".join(self._open[1]).split())))
            self._open = None
