"""Reads a web page that lists publications, by CSS selectors that somebody declared; follows links for their dates.

Options: `item` (one publication, needed), and within it `link`, `title`, `date`, `summary`, `image`; `next` (leads to
the next page of the listing); `follow` (false: no link is followed for a date that the listing lacks); `most_items`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import cleaning, entries, markup, metadata, pictures
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.days import read_day
from newsletter.publications.sources.entries import Told
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.visiting import visit

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
MOST_ITEMS = 500
MOST_PAGES = 50
MOST_FOLLOWED = 200  # links at one visit; what is left waits for the next
OPTIONS = ("item", "link", "title", "date", "summary", "image", "next", "follow", "most_items")
_HEADINGS = "h1, h2, h3, h4, h5, h6"


class PageReader:
    """Reads listings. A link that was followed before is not followed again: its day is remembered."""

    lists_all = False  # a listing shows what its makers want it to show, and the rest may be elsewhere

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The entries in the order of the listing; BadInput where a selector finds nothing."""
        options = _options(definition)
        kept, days = dict(memory), dict(memory.get("days") or {})
        days.pop("", None)
        first = visit(web, definition.url, kept, accept=ACCEPT, made_of=_made_of(options))
        follow = _Followed(web, days, bool(options.get("follow", True)))
        found = list(_listed(web, first, definition, options))
        yield Total(len(found))
        for one in found:
            yield follow.dated(one) if isinstance(one, Entry) else one
        memory.clear()
        memory.update(kept, days=follow.days)


def _options(definition: Definition) -> Mapping[str, Any]:
    options = definition.options
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise BadInput(f"A listing has no option {unknown[0][:40]!r}; it has: {', '.join(OPTIONS)}.")
    if not str(options.get("item") or "").strip():
        raise BadInput('Which part of the page is one publication? Give a CSS selector, like item="article.teaser".')
    return options


def _made_of(options: Mapping[str, Any]) -> list[str]:
    return [f"{name}={options[name]}" for name in sorted(options)]


def _listed(web: Web, first: Page, definition: Definition, options: Mapping[str, Any]) -> Iterator[Entry | Refused]:
    """What the page and the pages after it list, each link once."""
    most, seen, page, visited = entries.most_items(definition, MOST_ITEMS), set[str](), first, {first.url}
    for number in range(1, MOST_PAGES + 1):
        tree = markup.document(page.text)
        nodes = markup.selected(tree, str(options["item"]))
        if not nodes and number == 1:
            raise BadInput(
                f'The selector item="{options["item"]}" finds nothing at {page.url}. Has the page been rebuilt?'
            )
        spoken = markup.attribute(markup.first(tree, "html"), "lang")
        for one in entries.each(nodes, _Listing(definition, options, page.url, spoken).read, "item"):
            if isinstance(one, Entry) and one.id in seen:
                continue
            seen.add(one.id if isinstance(one, Entry) else f"{number}/{one.where}")
            yield one
            if len(seen) >= most:
                return
        following = _next(tree, options, page.url)
        if not following or following in visited:
            return
        visited.add(following)
        page = web.get(following, accept=ACCEPT)


def _next(tree: LexborHTMLParser, options: Mapping[str, Any], base: str) -> str:
    selector = str(options.get("next") or "")
    return entries.address(markup.attribute(markup.first(tree, selector), "href"), base) if selector else ""


@dataclass(frozen=True, slots=True)
class _Listing:
    """One page of the listing: makes entries of its items."""

    definition: Definition
    options: Mapping[str, Any]
    url: str
    language: str

    def read(self, item: LexborNode, where: str) -> Entry | Refused:
        link = self._link(item)
        picture = self._picture(item)
        day = self._one(item, "date")
        told = Told(
            link=markup.attribute(link, "href"),
            title=self._title(item, link),
            base=self.url,
            teaser=self._summary(item),
            published_on=_day(day, self.language) if day is not None else _day(_time(item), self.language),
            language=self.definition.language or self.language,
            image=picture.url,
            image_alt=picture.alt,
        )
        return entries.entry(told, self.definition, where)

    def _one(self, item: LexborNode, name: str) -> LexborNode | None:
        selector = str(self.options.get(name) or "")
        return markup.first(item, selector) if selector else None

    def _link(self, item: LexborNode) -> LexborNode | None:
        named = self._one(item, "link")
        if named is not None and not markup.attribute(named, "href"):
            named = markup.first(named, "a[href]")
        if named is not None or self.options.get("link"):
            return named
        if markup.attribute(item, "href"):
            return item
        heading = markup.first(item, ", ".join(f"{one} a[href]" for one in _HEADINGS.split(", ")))
        return heading if heading is not None else markup.first(item, "a[href]")

    def _title(self, item: LexborNode, link: LexborNode | None) -> str:
        if self.options.get("title"):
            return _text(self._one(item, "title"))
        return _text(markup.first(item, _HEADINGS)) or _text(link) or markup.attribute(link, "title")

    def _summary(self, item: LexborNode) -> Teaser:
        if self.options.get("summary"):
            found = self._one(item, "summary")
            return cleaning.teaser(found.html or "") if found is not None else Teaser("")
        texts = (cleaning.teaser(one.html or "") for one in item.css("p")[:5])
        return next((one for one in texts if len(one.text) > 40), Teaser(""))

    def _picture(self, item: LexborNode) -> pictures.Picture:
        if self.options.get("image"):
            found = self._one(item, "image")
            within = found if found is None or found.tag == "img" else markup.first(found, "img")
            url = pictures.source(within) if within is not None else ""
            return pictures.Picture(url, cleaning.label(markup.attribute(within, "alt"), 1000))
        return pictures.in_markup(item.html or "")


class _Followed:
    """Follows links for the days that the listing lacks. `days`: by link, "" for a page that names none."""

    def __init__(self, web: Web, days: dict[str, str], follows: bool) -> None:
        self._web = web
        self._before = days
        self._left = MOST_FOLLOWED if follows else 0
        self.days: dict[str, str] = {}

    def dated(self, entry: Entry) -> Entry:
        """The entry with the day that its own page names, and what else the listing lacked."""
        if entry.published_on is not None:
            return entry
        known = self._before.get(entry.url)
        if known:
            self.days[entry.url] = known
            return replace(entry, published_on=date.fromisoformat(known))
        if not self._left:
            return entry
        self._left -= 1
        return self._with(entry)

    def _with(self, entry: Entry) -> Entry:
        try:
            page = self._web.get(entry.url, accept=ACCEPT)
            if "html" not in (page.content_type or "html"):
                return entry
            said = metadata.read(page.text)
        except (Unreachable, BadInput):
            return entry  # it has no date then, and waits in the tray
        if said.published_on is None:
            return entry
        self.days[entry.url] = said.published_on.isoformat()
        picture = entries.address(said.image, page.url) if said.image and not entry.image else entry.image
        return replace(
            entry, published_on=said.published_on, image=picture, language=entry.language or said.language,
            image_alt=entry.image_alt or said.image_alt, summary=entry.summary or said.description,
        )  # fmt: skip


def _text(node: LexborNode | None) -> str:
    return cleaning.one_line(node.text(separator=" ")) if node is not None else ""


def _time(item: LexborNode) -> LexborNode | None:
    return markup.first(item, "time")


def _day(node: LexborNode | None, language: str) -> date | None:
    if node is None:
        return None
    time = node if node.tag == "time" else markup.first(node, "time")
    return read_day(markup.attribute(time, "datetime"), language=language) or read_day(_text(node), language=language)
