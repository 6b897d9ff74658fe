"""What the WordPress REST API says of one post, page or item of another type, as an entry."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from newsletter.publications.sources.cleaning import plain, teaser
from newsletter.publications.sources.model import Entry, Flag

MOST_TITLE = 500
FIELDS = (
    "id", "date", "link", "title", "excerpt", "featured_media", "categories", "tags", "lang", "polylang_current_lang",
    "wpml_current_locale",
)  # fmt: skip
MEDIA, TERMS = "wp:featuredmedia", "wp:term"
_LANGUAGES = ("lang", "polylang_current_lang", "wpml_current_locale")
_SIZES = ("large", "medium_large", "1536x1536")  # 1024, 768 and 1536 pixels at most; a mail shows 600, often twice
_MOST_CREDIT = 120  # characters; a longer caption tells what is seen
_MOST_TERMS = 50
_MOST_ADDRESS = 2000
_SAFE = "/:?@!$&'()*+,;=%~-._[]"  # a space, a control and a foreign letter are escaped
_PRINTED = re.compile(r"[!-~]+")
_MOMENT = re.compile(r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T|$)", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?=[-_]|$)")
_NO_SUBJECTS = frozenset({"post_format", "language", "post_translations", "author", "translation_priority"})


def entry(item: Mapping[str, Any], base: str, language: str = "") -> Entry:
    """The entry; `base` is where relative addresses begin. ValueError says why there is none."""
    url, title = address(item.get("link"), base), plain(rendered(item.get("title")), MOST_TITLE)
    number = item.get("id")
    if type(number) is not int or not 0 < number < 2**63:
        raise ValueError("it has no number")
    if not url:
        raise ValueError("it has no address")
    if not title:
        raise ValueError("it has no title")
    summary, is_cut = teaser(rendered(item.get("excerpt")))
    image, alt, credit = picture(item, base)
    categories, tags = _subjects(item)
    return Entry(
        id=str(number),
        url=url,
        title=title,
        summary="" if summary.rstrip("…") == title.rstrip("…") else summary,
        published_on=_day(item.get("date")),
        language=_language(item) or language,
        image=image,
        image_alt=alt,
        image_credit=credit,
        categories=categories,
        tags=tags,
        flags=_flags(item, is_cut=is_cut),
    )


def name(item: object) -> str:
    """How an item is named to people; "" where it has nothing to be named by."""
    known = item if isinstance(item, dict) else {}
    return plain(rendered(known.get("title")), 80) or plain(_text(known.get("link")), 120)


def rendered(value: object) -> str:
    """The HTML of a field: {"rendered": "..."}, or the text itself."""
    return _text(value.get("rendered") if isinstance(value, dict) else value)


def address(value: object, base: str) -> str:
    """The address in full (RFC 3986), other letters escaped; "" for what is none, or leads to no host."""
    try:
        parts = urlsplit(urljoin(base, _text(value).strip()))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
        path, query = quote(parts.path, safe=_SAFE), quote(parts.query, safe=_SAFE)
        found, _ = urlunsplit((parts.scheme, host, path, query, "")), parts.port  # a port that is none raises
    except (ValueError, UnicodeError):
        return ""
    is_one = value and parts.scheme in {"http", "https"} and parts.hostname and _PRINTED.fullmatch(host)
    return found if is_one and len(found) <= _MOST_ADDRESS else ""


def picture(item: Mapping[str, Any], base: str) -> tuple[str, str, str]:
    """Address, description and credit of the featured picture; all "" where there is none."""
    media = next(iter(_embedded(item, MEDIA)), None)
    if not isinstance(media, dict) or media.get("media_type", "image") != "image":
        return "", "", ""
    offered = [_size(media, size) for size in _SIZES] + [media.get("source_url")]
    url = next((found for one in offered if (found := address(one, base))), "")
    if not url:
        return "", "", ""
    caption = plain(rendered(media.get("caption")))
    return url, plain(_text(media.get("alt_text")), 300), caption if len(caption) <= _MOST_CREDIT else ""


def _size(media: Mapping[str, Any], size: str) -> object:
    value: object = media
    for step in ("media_details", "sizes", size, "source_url"):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _subjects(item: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Categories and tags; a taxonomy of the site's own is a category unless its name says that it holds tags."""
    categories: dict[str, None] = {}
    tags: dict[str, None] = {}
    for taxonomy, said in _terms(item):
        if taxonomy not in _NO_SUBJECTS:
            (tags if taxonomy.endswith("tag") else categories)[said] = None
    return tuple(categories)[:_MOST_TERMS], tuple(tags)[:_MOST_TERMS]


def _terms(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for group in _embedded(item, TERMS)[:_MOST_TERMS]:
        for term in (group if isinstance(group, list) else [])[:_MOST_TERMS]:
            said = plain(_text(term.get("name")), 100) if isinstance(term, dict) else ""
            if said:
                yield _text(term.get("taxonomy")), said


def _embedded(item: Mapping[str, Any], relation: str) -> list[Any]:
    embedded = item.get("_embedded")
    found = embedded.get(relation) if isinstance(embedded, dict) else None
    return found if isinstance(found, list) else []


def _flags(item: Mapping[str, Any], *, is_cut: bool) -> tuple[str, ...]:
    """A post with a password shows its title to everybody, and no more."""
    excerpt = item.get("excerpt")
    is_locked = isinstance(excerpt, dict) and excerpt.get("protected") is True
    return (*([Flag.CUT_OFF.value] if is_cut else []), *([Flag.LOGIN.value] if is_locked else []))


def _day(value: object) -> date | None:
    """The day in the site's own time, as it is written: 2024-05-01T10:00:00."""
    found = _MOMENT.match(_text(value))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _language(item: Mapping[str, Any]) -> str:
    """What Polylang or WPML say: en, en_GB."""
    found = (_LANGUAGE.match(_text(item.get(field))) for field in _LANGUAGES)
    return next((one[1] for one in found if one), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
