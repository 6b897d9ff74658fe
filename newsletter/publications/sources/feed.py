"""RSS and Atom, in any of their versions and habits, by feedparser; what it gets are octets that we fetched."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from newsletter.errors import BadInput
from newsletter.fetch import Page, Web
from newsletter.publications.sources.asking import unless_modified
from newsletter.publications.sources.cleaning import line, opening, plain, teaser
from newsletter.publications.sources.days import day
from newsletter.publications.sources.model import Definition, Entry, Flag, Memory, Refused, Total

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
MOST_ITEMS = 1_000
MOST_TITLE = 500
# Nothing that a feed needs, and what bombs are made of (XML 1.0, section 4.2); also where each letter takes two octets.
_ENTITIES = re.compile(rb"<\0?!\0?E\0?N\0?T\0?I\0?T\0?Y")
_DATES = ("published", "dc_date", "created", "issued", "updated")


class FeedReader:
    """Reads a feed: the newest publications of its website."""

    lists_all = False

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The feed's entries in its order."""
        page = unless_modified(web, definition.url, memory, ACCEPT)
        yield from entries(page, definition)


def entries(page: Page, definition: Definition) -> Iterator[Entry | Refused | Total]:
    """What a fetched feed holds; BadInput where it is none."""
    told = _parsed(page, definition.url)
    most = int(definition.options.get("most_items", MOST_ITEMS))
    found = told.get("entries", [])[:most]
    language = language_code(told.get("feed", {}).get("language", ""))
    yield Total(len(found))
    for number, one in enumerate(found, start=1):
        try:
            yield _entry(one, page.url, language or definition.language)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            where = line(str(one.get("title") or one.get("link") or f"entry {number}"), 120)
            yield Refused(where, f"It cannot be read: {error}.")


def _parsed(page: Page, url: str) -> Any:
    import feedparser  # noqa: PLC0415 -- an eighth of a second that no other command should wait for

    if _ENTITIES.search(page.content):
        raise BadInput(f"{url} declares entities of its own, as no feed needs to; it is not read.")
    headers = {"content-type": page.headers.get("content-type", ""), "content-location": page.url}
    try:
        told = feedparser.parse(page.content, response_headers=headers)
    except Exception as error:
        raise BadInput(f"{url} cannot be read as a feed ({type(error).__name__}).") from error
    if not told.get("version") and not told.get("entries"):
        raise BadInput(f"{url} is no feed (RSS or Atom). Give the address of the feed, or of the website.")
    return told


def _entry(one: Mapping[str, Any], base: str, language: str) -> Entry:
    title, link = plain(one.get("title", ""), MOST_TITLE), _link(one, base)
    if not title:
        raise ValueError("it has no title")
    if not link:
        raise ValueError("it has no address")
    markup = one.get("summary") or _content(one)
    summary, is_cut = teaser(markup)
    picture, alt, credit = _picture(one, base)
    spoken = language_code(one.get("language", "")) or language
    return Entry(
        id=line(one.get("id") or link, 400),
        url=link,
        title=title,
        summary="" if summary.rstrip("…") == title.rstrip("…") else opening(summary),
        published_on=next((found for name in _DATES if (found := day(str(one.get(name) or ""), spoken))), None),
        language=spoken,
        image=picture,
        image_alt=alt,
        image_credit=credit,
        outlet=plain(str(one.get("source", {}).get("title", "")), 200),
        categories=_categories(one),
        flags=(Flag.CUT_OFF,) if is_cut else (),
    )


def _content(one: Mapping[str, Any]) -> str:
    return next((str(part.get("value", "")) for part in one.get("content", [])), "")


def _link(one: Mapping[str, Any], base: str) -> str:
    links = [one.get("link"), *(each.get("href") for each in one.get("links", []) if each.get("rel") == "alternate")]
    links += [each.get("href") for each in one.get("enclosures", [])]
    return next((found for link in links if (found := absolute(link, base))), "")


def absolute(link: object, base: str) -> str:
    """The address in full; "" for what is none."""
    try:
        found = urljoin(base, line(str(link or ""), 2000))
    except ValueError:
        return ""
    return found.replace(" ", "%20") if found.startswith(("http://", "https://")) else ""


def _categories(one: Mapping[str, Any]) -> tuple[str, ...]:
    names = (plain(str(tag.get("label") or tag.get("term") or ""), 100) for tag in one.get("tags", [])[:50])
    return tuple(dict.fromkeys(name for name in names if name))


def language_code(code: object) -> str:
    """The language without its region; "" for what is no code."""
    found = re.match(r"([A-Za-z]{2,3})(?:[-_]|$)", str(code).strip())
    return found[1].lower() if found else ""


def _picture(one: Mapping[str, Any], base: str) -> tuple[str, str, str]:
    """Address, description and credit of the picture that stands for it."""
    shown = next(
        ((url, str(each.get("description", ""))) for each in _offered(one) if (url := absolute(each.get("url"), base))),
        ("", ""),
    )
    credits_ = one.get("media_credit") or [{}]
    described = one.get("media_description") or one.get("media_title") or shown[1]
    url, alt = shown[0], plain(str(described), 300)
    inside, its_alt = first_picture(one.get("summary", "") + _content(one), base)
    if not url or url == inside:
        url, alt = url or inside, alt or its_alt
    return url, alt if url else "", plain(str(credits_[0].get("content", "")), 200) if url else ""


def _offered(one: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in one.get("media_content", []):
        kind = str(each.get("medium", "")) + str(each.get("type", ""))
        if "image" in kind or (not kind and re.search(r"\.(?:jpe?g|png|webp|gif)(?:\?|$)", str(each.get("url")), re.I)):
            yield each
    yield from one.get("media_thumbnail", [])
    for each in one.get("enclosures", []):
        if str(each.get("type", "")).startswith("image/"):
            yield {"url": each.get("href")}
    if isinstance(image := one.get("image"), Mapping):
        yield {"url": image.get("href") or image.get("url")}


def first_picture(markup: str, base: str) -> tuple[str, str]:
    """Address and description of the first picture in HTML that is no spacer or counter."""
    if "<img" not in markup.lower():
        return "", ""
    for image in LexborHTMLParser(markup[:100_000]).css("img"):
        source = image.attributes.get("src") or ""
        tiny = any((image.attributes.get(side) or "").strip() in {"0", "1"} for side in ("width", "height"))
        if not tiny and (url := absolute(source, base)):
            return url, plain(image.attributes.get("alt") or "", 300)
    return "", ""
