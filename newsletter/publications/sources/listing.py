"""One page of a website that lists publications: its items by CSS selectors, an entry of each, and where it goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.errors import BadInput
from newsletter.fetch import Page
from newsletter.publications.sources import cleaning, entries, markup, metadata, pictures
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.days import read_day
from newsletter.publications.sources.entries import Told
from newsletter.publications.sources.model import Definition, Entry, Refused

SELECTORS = ("item", "link", "title", "date", "summary", "image", "next")
OPTIONS = (*SELECTORS, "follow", "most_items")
_NEEDED = ("link", "title")
_OTHERS = ("date", "summary", "image")
_ENOUGH = 3  # items that tell whether a selector is of use; of fewer, none may have a picture
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_LEAST_SUMMARY = 40  # characters of a paragraph that nobody declared
_MOST_TEXT = 3000


def options(definition: Definition) -> Mapping[str, Any]:
    """The options as they are; BadInput names the one that is none, and each selector that is none."""
    told = definition.options
    unknown = sorted(set(told) - set(OPTIONS))
    if unknown:
        raise BadInput(f"A listing has no option {unknown[0][:40]!r}; it has: {', '.join(OPTIONS)}.")
    if not str(told.get("item") or "").strip():
        raise BadInput('Which part of the page is one publication? Give a CSS selector, like item="article.teaser".')
    empty = markup.document("")
    for name in SELECTORS:
        if selector := str(told.get(name) or ""):
            try:
                markup.selected(empty, selector)
            except BadInput as error:
                raise BadInput(f"Option {name}: {error}") from None
    return told


@dataclass(frozen=True, slots=True)
class Listing:
    """The page; `base`: what its addresses are relative to, `language`: its own."""

    definition: Definition
    tree: LexborHTMLParser
    url: str
    base: str
    language: str

    @classmethod
    def of(cls, page: Page, definition: Definition) -> "Listing":
        """BadInput where the page is built like none."""
        tree = markup.document(page.text[: metadata.MOST_TEXT])
        spoken = markup.attribute(markup.first(tree, "html"), "lang") or page.headers.get("content-language", "")
        return cls(definition, tree, page.url, markup.base(tree, page.url), entries.language(spoken))

    def entries(self, most: int) -> Iterator[Entry | Refused]:
        """Of its items, each link once; as many items as `most` are looked at, and some more that may be the same."""
        yield from entries.each(islice(self._outermost(), 4 * most), self._entry, "item")

    def check(self) -> None:
        """BadInput names the first selector that finds nothing."""
        items = self._items()
        if not items:
            raise BadInput(self._nothing("item", f"at {self.url}"))
        for name in _NEEDED + (_OTHERS if len(items) >= _ENOUGH else ()):
            if self._selector(name) and all(self._one(item, name) is None for item in items[:50]):
                raise BadInput(self._nothing(name, f"in the items at {self.url}"))

    def next(self) -> str:
        """The address of the page after it, "" where there is none."""
        found = markup.first(self.tree, self._selector("next")) if self._selector("next") else None
        href = markup.attribute(_linked(found), "href")
        return entries.address(href, self.base).partition("#")[0] if href else ""

    def _nothing(self, name: str, where: str) -> str:
        return f'The selector {name}="{self._selector(name)[:80]}" finds nothing {where}. Has the page been rebuilt?'

    def _selector(self, name: str) -> str:
        return str(self.definition.options.get(name) or "").strip()

    def _items(self) -> list[LexborNode]:
        return markup.selected(self.tree, self._selector("item"))

    def _outermost(self) -> Iterator[LexborNode]:
        """The items that stand in no other item: so no part of the page is read for many of them."""
        items = self._items()
        own = {item.mem_id for item in items}
        for item in items:
            around = item.parent
            while around is not None and around.mem_id not in own:
                around = around.parent
            if around is None:
                yield item

    def _one(self, item: LexborNode, name: str) -> LexborNode | None:
        return markup.first(item, self._selector(name)) if self._selector(name) else None

    def _entry(self, item: LexborNode, where: str) -> Entry | Refused:
        link, picture = self._link(item), self._picture(item)
        told = Told(
            link=markup.attribute(link, "href"),
            title=self._title(item, link),
            base=self.base,
            teaser=self._summary(item),
            published_on=self._day(item),
            language=self.definition.language or self.language,
            image=picture.url,
            image_alt=picture.alt,
        )
        return entries.entry(told, self.definition, where)

    def _link(self, item: LexborNode) -> LexborNode | None:
        if self._selector("link"):
            return _linked(self._one(item, "link"))
        if markup.attribute(item, "href"):
            return item
        links = item.css("a[href]")[:20]
        headed = [link for heading in item.css(_HEADINGS)[:5] for link in heading.css("a[href]")[:1]]
        return next((link for link in (*headed, *links) if _text(link)), next(iter(links), None))

    def _title(self, item: LexborNode, link: LexborNode | None) -> str:
        if self._selector("title"):
            return _text(self._one(item, "title"))
        named = (markup.attribute(link, name) for name in ("title", "aria-label"))
        return _text(markup.first(item, _HEADINGS)) or _text(link) or next((name for name in named if name), "")

    def _summary(self, item: LexborNode) -> Teaser:
        if self._selector("summary"):
            return _teaser(self._one(item, "summary"))
        texts = (_teaser(one) for one in item.css("p")[:5] if one.parent is None or one.parent.tag != "figcaption")
        return next((one for one in texts if len(one.text) > _LEAST_SUMMARY), Teaser(""))

    def _picture(self, item: LexborNode) -> pictures.Picture:
        if not self._selector("image"):
            return pictures.in_nodes(item.css("img"))
        found = self._one(item, "image")
        if found is None:
            return pictures.Picture()
        return pictures.in_nodes([found] if found.tag == "img" else found.css("img"))

    def _day(self, item: LexborNode) -> date | None:
        node = self._one(item, "date") if self._selector("date") else markup.first(item, "time")
        if node is None:
            return None
        time = node if markup.attribute(node, "datetime") else markup.first(node, "time[datetime]")
        told = (markup.attribute(time, "datetime"), markup.attribute(node, "content"), _text(node))
        return next((day for one in told if one and (day := read_day(one, language=self.language))), None)


def _linked(node: LexborNode | None) -> LexborNode | None:
    """The link that an element is, or holds."""
    return node if node is None or markup.attribute(node, "href") else markup.first(node, "a[href]")


def _text(node: LexborNode | None) -> str:
    return cleaning.plain(node.html or "", _MOST_TEXT) if node is not None else ""


def _teaser(node: LexborNode | None) -> Teaser:
    return cleaning.teaser(node.html or "") if node is not None else Teaser("")
