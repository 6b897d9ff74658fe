"""What the WordPress REST API says of one post, page or item of another type, as an entry."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from newsletter.publications.sources import entries
from newsletter.publications.sources.cleaning import label, plain, teaser
from newsletter.publications.sources.model import Definition, Entry, Refused

FIELDS = (
    "id", "date", "link", "title", "excerpt", "featured_media", "categories", "tags", "lang", "polylang_current_lang",
    "wpml_current_locale",
)  # fmt: skip
MEDIA, TERMS = "wp:featuredmedia", "wp:term"
_LANGUAGES = ("lang", "polylang_current_lang", "wpml_current_locale")  # Polylang Pro, and what WPML and others add
_SIZES = ("large", "medium_large", "1536x1536")  # 1024, 768 and 1536 pixels at most; a mail shows 600, often twice
_MOST_CREDIT = 120  # characters; a longer caption tells what is seen
_MOST_ALT = 1000
_MOST_TERMS = 50
_MOST_NAME = 500  # characters, with entities
_MOMENT = re.compile(r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T|$)", re.ASCII)
_NO_SUBJECTS = frozenset({"post_format", "language", "post_translations", "author", "translation_priority"})


def entry(item: Mapping[str, Any], definition: Definition, base: str, where: str) -> Entry | Refused:
    """The entry; `base` is where relative addresses begin. Refused, with `where`, says why there is none."""
    number = item.get("id")
    if type(number) is not int or not 0 < number < 2**63:
        return Refused(where, "It has no number.")
    categories, tags = _subjects(item)
    image, alt, credit = _picture(item)
    told = entries.Told(
        id=str(number),
        link=_text(item.get("link")),
        base=base,
        title=plain(_rendered(item.get("title")), entries.MOST_TITLE),
        teaser=teaser(_rendered(item.get("excerpt"))),
        published_on=_day(item.get("date")),
        language=next((code for field in _LANGUAGES if (code := _text(item.get(field)))), ""),
        image=image,
        image_alt=alt,
        image_credit=credit,
        categories=categories,
        tags=tags,
        login=_is_locked(item),
    )
    return entries.entry(told, definition, where)


def _rendered(value: object) -> str:
    """The HTML of a field: {"rendered": "..."}, or the text itself."""
    return _text(value.get("rendered") if isinstance(value, dict) else value)


def _picture(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Address, description and credit of the featured picture; all "" where there is none."""
    media = next(iter(_embedded(item, MEDIA)), None)
    if not isinstance(media, dict) or media.get("media_type", "image") != "image":
        return "", "", ""
    offered = [_size(media, size) for size in _SIZES] + [_text(media.get("source_url"))]
    caption = plain(_rendered(media.get("caption")), 4 * _MOST_CREDIT)
    credit = caption if len(caption) <= _MOST_CREDIT else ""
    return next((one for one in offered if one), ""), label(_text(media.get("alt_text")), _MOST_ALT), credit


def _size(media: Mapping[str, Any], size: str) -> str:
    value: object = media
    for step in ("media_details", "sizes", size, "source_url"):
        value = value.get(step) if isinstance(value, dict) else None
    return _text(value)


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
            said = _text(term.get("name"))[:_MOST_NAME] if isinstance(term, dict) else ""
            if said:
                yield _text(term.get("taxonomy")), said


def _embedded(item: Mapping[str, Any], relation: str) -> list[Any]:
    embedded = item.get("_embedded")
    found = embedded.get(relation) if isinstance(embedded, dict) else None
    return found if isinstance(found, list) else []


def _is_locked(item: Mapping[str, Any]) -> bool:
    """A post with a password shows its title to everybody, and no more."""
    excerpt = item.get("excerpt")
    return isinstance(excerpt, dict) and excerpt.get("protected") is True


def _day(value: object) -> date | None:
    """The day in the site's own time, as it is written: 2024-05-01T10:00:00."""
    found = _MOMENT.match(_text(value))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
