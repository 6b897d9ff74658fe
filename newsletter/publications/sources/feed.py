"""Reads RSS (0.9 to 2.0, RDF) and Atom: the newest publications of a website."""

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from typing import Any

from newsletter.errors import BadInput
from newsletter.fetch import Page, Web
from newsletter.publications.sources import cleaning, entries, pictures
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.days import read_day
from newsletter.publications.sources.entries import Told
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.pictures import Picture
from newsletter.publications.sources.visiting import visit

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
MOST_ITEMS = 2000
MOST_BYTES = 6 * 1024 * 1024

# What tells the day of publication, the best first. Of feeds that name no other, the day of the last change is taken:
# RSS 1.0 has only dc:date for it, and many Atom feeds only `updated`.
_DATES = ("published", "created", "updated")

_Said = Mapping[str, Any]  # one entry in feedparser's names


class FeedReader:
    """Reads feeds; these hold only the newest entries."""

    lists_all = False

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The entries in the feed's order."""
        kept = dict(memory)
        page = visit(web, definition.url, kept, accept=ACCEPT, most_bytes=MOST_BYTES)
        yield from feed_entries(page, definition)
        memory.clear()
        memory.update(kept)


def feed_entries(page: Page, definition: Definition) -> Iterator[Entry | Refused | Total]:
    """What a fetched feed tells; BadInput where it is none."""
    from newsletter.publications.sources.feed_xml import parse  # noqa: PLC0415 -- feedparser costs 0.1 s to import

    if page.content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        raise BadInput(f"{page.url} is JSON, not RSS or Atom; if it is a JSON Feed, add it as one.")
    found = parse(page, entries.most_items(definition, MOST_ITEMS))
    yield Total(len(found.entries))
    language = _text(found.feeddata, "language")

    def read(said: _Said, where: str) -> Entry | Refused:
        return entries.entry(_told(said, page.url, language, found.version), definition, where)

    yield from entries.each(found.entries, read, "item")


def _told(said: _Said, base: str, language: str, version: str) -> Told:
    markup, base_of_text = _markup(said, base)
    picture, base_of_picture = _picture(said), base
    if not picture.url and (inside := pictures.in_markup(markup)).url:
        picture, base_of_picture = inside, base_of_text
    outlet = cleaning.label(_text(said.get("source") or {}, "title"), 200)
    return Told(
        link=_link(said),
        title=_title(said, outlet),
        base=base,
        id=_text(said, "id"),
        teaser=_teaser(said, version),
        published_on=_day(said),
        language=_text(said.get("title_detail") or {}, "language") or language,
        image=entries.address(picture.url, base_of_picture) if picture.url else "",
        image_alt=picture.alt,
        image_credit=picture.credit,
        outlet=outlet,
        categories=_categories(said),
    )


def _held(said: _Said, name: str) -> Any:
    """feedparser's dictionaries answer to other names than they hold; this asks for the very one."""
    return dict.get(said, name) if isinstance(said, dict) else said.get(name)


def _text(said: _Said, name: str) -> str:
    value = _held(said, name)
    return value if isinstance(value, str) else ""


def _title(said: _Said, outlet: str) -> str:
    text = _text(said, "title")
    told = _text(said.get("title_detail") or {}, "type")
    title = cleaning.label(text) if told == "text/plain" or _is_plain(text) else cleaning.plain(text, 500)
    # News aggregators write the newspaper's name behind each title, and name it as the source too.
    return title.removesuffix(f" - {outlet}") if outlet else title


def _is_plain(text: str) -> bool:
    return "<" not in text


def _teaser(said: _Said, version: str) -> Teaser:
    summary, whole = _text(said, "summary"), _whole(said)
    plain = version.startswith("atom") and _text(said.get("summary_detail") or {}, "type") == "text/plain"
    if not summary or summary == whole:
        return cleaning.opening(whole)
    teaser = cleaning.teaser(escape(summary, quote=False) if plain else summary)
    if teaser.cut_off and whole:
        return _continued(teaser, cleaning.opening(whole))
    return teaser


def _continued(teaser: Teaser, opening: Teaser) -> Teaser:
    """The beginning of the whole text where the teaser is a piece of it that ends in the middle."""
    return opening if opening.text.startswith(teaser.text.rstrip(cleaning.ELLIPSIS)[:40]) else teaser


def _whole(said: _Said) -> str:
    return next((text for part in _held(said, "content") or () if (text := _text(part, "value"))), "")


def _markup(said: _Said, base: str) -> tuple[str, str]:
    """The whole text, else the summary, with the address that what is relative in it starts from."""
    parts = [*(_held(said, "content") or ()), _held(said, "summary_detail") or {}]
    for part in parts:
        if "<img" in (text := _text(part, "value")).lower():
            return text, _text(part, "base") or base
    return "", base


def _link(said: _Said) -> str:
    own = _text(said, "feedburner_origlink") or _text(said, "link")
    others = [_text(one, "href") for one in said.get("links") or () if one.get("rel") in {"alternate", "enclosure"}]
    last = _text(said, "id")
    return next((link for link in (own, *others) if link), last if last.startswith(("http://", "https://")) else "")


def _day(said: _Said) -> date | None:
    told = (_text(said, name) for name in _DATES)
    return next((read_day(text) for text in told if text), None)


def _categories(said: _Said) -> tuple[str, ...]:
    names = (_text(tag, "label") or _text(tag, "term") for tag in said.get("tags") or ())
    return tuple(name for name in names if not name.startswith(("http://", "https://")))


def _picture(said: _Said) -> Picture:
    """The largest that the feed offers beside the text."""
    offered = [one for one in said.get("media_content") or () if _is_image(one)]
    words = said.get("media_words") or {}
    if offered:
        best = max(offered, key=lambda one: pictures.pixels(one.get("width")))
        return Picture(_text(best, "url"), _described(best) or _described(words), _credit(said))
    thumbnails = [one for one in said.get("media_thumbnail") or () if pictures.is_picture(_text(one, "url"))]
    if thumbnails:
        best = max(thumbnails, key=lambda one: pictures.pixels(one.get("width")))
        return Picture(_text(best, "url"), _described(words), _credit(said))
    enclosed = (one for one in said.get("links") or () if one.get("rel") == "enclosure" and _is_enclosed_image(one))
    image = said.get("image")
    beside = _text(image, "href") if isinstance(image, Mapping) else ""
    return Picture(next((_text(one, "href") for one in enclosed), beside))


def _is_image(media: _Said) -> bool:
    kind, url = _text(media, "medium") or _text(media, "type").partition("/")[0], _text(media, "url")
    return pictures.is_picture(url) and (kind == "image" or (not kind and pictures.named_as_picture(url)))


def _is_enclosed_image(link: _Said) -> bool:
    kind = _text(link, "type")
    return kind.startswith("image/") or (kind in {"", "text/html"} and pictures.named_as_picture(_text(link, "href")))


def _described(media: _Said) -> str:
    return cleaning.plain(_text(media, "caption"), 1000) or cleaning.plain(_text(media, "heading"), 1000)


def _credit(said: _Said) -> str:
    credits_ = said.get("media_credit") or ()
    return next((cleaning.plain(text, 500) for one in credits_ if (text := _text(one, "content"))), "")
