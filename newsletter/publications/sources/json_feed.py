"""JSON Feed, versions 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.errors import BadInput
from newsletter.fetch import Page, Web
from newsletter.publications.sources.asking import unless_modified
from newsletter.publications.sources.cleaning import line, opening, plain, teaser
from newsletter.publications.sources.days import day
from newsletter.publications.sources.feed import MOST_ITEMS, MOST_TITLE, absolute, first_picture, language_code
from newsletter.publications.sources.model import Definition, Entry, Flag, Memory, Refused, Total

ACCEPT = "application/feed+json, application/json;q=0.9, */*;q=0.5"
VERSION = "https://jsonfeed.org/version/1"


class JsonFeedReader:
    """Reads a JSON Feed: the newest publications of its website."""

    lists_all = False

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The feed's items in its order."""
        page = unless_modified(web, definition.url, memory, ACCEPT)
        yield from entries(page, definition)


def entries(page: Page, definition: Definition) -> Iterator[Entry | Refused | Total]:
    """What a fetched feed holds; BadInput where it is none."""
    told = _parsed(page, definition.url)
    found = told["items"][: int(definition.options.get("most_items", MOST_ITEMS))]
    spoken = language_code(told.get("language", "")) or definition.language
    yield Total(len(found))
    for number, one in enumerate(found, start=1):
        try:
            yield _entry(one, page.url, spoken)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            named = one.get("title") or one.get("id") if isinstance(one, dict) else ""
            yield Refused(line(str(named or f"item {number}"), 120), f"It cannot be read: {error}.")


def _parsed(page: Page, url: str) -> Mapping[str, Any]:
    try:
        told = json.loads(page.text)
    except (ValueError, RecursionError):
        raise BadInput(f"{url} is not JSON, and so no JSON Feed.") from None
    if not isinstance(told, dict) or not str(told.get("version", "")).startswith(VERSION):
        raise BadInput(f"{url} is no JSON Feed: its version is not named.")
    if not isinstance(told.get("items"), list):
        raise BadInput(f"{url} is a JSON Feed without a list of items.")
    return told


def _entry(one: Mapping[str, Any], base: str, spoken: str) -> Entry:
    link = absolute(one.get("url") or one.get("external_url"), base)
    markup = _markup(one)
    title = plain(_text(one, "title"), MOST_TITLE) or opening(plain(markup), 120)
    if not title:
        raise ValueError("it has neither a title nor a text")
    if not link:
        raise ValueError("it has no address")
    summary, is_cut = teaser(_text(one, "summary") or markup)
    picture = absolute(one.get("image") or one.get("banner_image"), base)
    inside, alt = first_picture(_text(one, "content_html"), base)
    tags = one.get("tags")
    language = language_code(_text(one, "language")) or spoken
    return Entry(
        id=line(str(one.get("id") or link), 400),
        url=link,
        title=title,
        summary="" if summary == title else opening(summary),
        published_on=day(_text(one, "date_published"), language),
        language=language,
        image=picture or inside,
        image_alt=alt if not picture or picture == inside else "",
        tags=_names(tags[:50] if isinstance(tags, list) else []),
        flags=(Flag.CUT_OFF,) if is_cut else (),
    )


def _names(tags: list[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tag in tags if (name := plain(str(tag), 100))))


def _markup(one: Mapping[str, Any]) -> str:
    """What it says, as HTML or as text."""
    return _text(one, "content_html") or _text(one, "content_text")


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""
