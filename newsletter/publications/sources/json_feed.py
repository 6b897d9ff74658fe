"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from newsletter.errors import BadInput
from newsletter.fetch import Page, Web
from newsletter.publications.sources import cleaning, entries, pictures
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.days import read_day
from newsletter.publications.sources.entries import Told
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.visiting import visit

ACCEPT = "application/feed+json, application/json;q=0.9, */*;q=0.5"
MOST_ITEMS = 2000
MOST_BYTES = 6 * 1024 * 1024


class JsonFeedReader:
    """Reads JSON feeds; these hold only the newest entries."""

    lists_all = False

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The entries in the feed's order."""
        kept = dict(memory)
        page = visit(web, definition.url, kept, accept=ACCEPT, most_bytes=MOST_BYTES)
        yield from json_feed_entries(page, definition)
        memory.clear()
        memory.update(kept)


def json_feed_entries(page: Page, definition: Definition) -> Iterator[Entry | Refused | Total]:
    """What a fetched JSON Feed tells; BadInput where it is none."""
    feed = _parsed(page)
    items = feed["items"][: entries.most_items(definition, MOST_ITEMS)]
    yield Total(len(items))
    language = _text(feed, "language")

    def read(said: object, where: str) -> Entry | Refused:
        if not isinstance(said, dict):
            return Refused(where, "It is no object.")
        return entries.entry(_told(said, page.url, language), definition, where)

    yield from entries.each(items, read, "item")


def _parsed(page: Page) -> dict[str, Any]:
    try:
        feed = json.loads(page.text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise BadInput(f"{page.url} is no JSON Feed: it is not JSON.") from None
    if (
        not isinstance(feed, dict)
        or not isinstance(feed.get("items"), list)
        or "jsonfeed.org/version/1" not in str(feed.get("version", ""))[:200]
    ):
        raise BadInput(f"{page.url} is no JSON Feed: it names no version of jsonfeed.org, or has no list of items.")
    return feed


def _told(said: Mapping[str, Any], base: str, language: str) -> Told:
    markup = _text(said, "content_html")
    inside = pictures.in_markup(markup)
    image = _text(said, "image") or _text(said, "banner_image") or inside.url
    tags = said.get("tags")
    return Told(
        link=_text(said, "url") or _text(said, "external_url"),
        title=cleaning.label(_text(said, "title")),
        base=base,
        id=_id(said),
        teaser=_teaser(said, markup),
        published_on=read_day(_text(said, "date_published")),
        language=_text(said, "language") or language,
        image=image,
        image_alt=inside.alt if image == inside.url else "",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _teaser(said: Mapping[str, Any], markup: str) -> Teaser:
    if summary := _text(said, "summary"):
        return cleaning.teaser(escape(summary, quote=False))
    return cleaning.opening(markup or escape(_text(said, "content_text"), quote=False))


def _id(said: Mapping[str, Any]) -> str:
    """1.1: a number is read as its text."""
    told = said.get("id")
    return str(told) if isinstance(told, (str, int, float)) and not isinstance(told, bool) else ""


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
