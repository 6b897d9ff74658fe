"""The places of an issue, by name: what an edit changed, what two edits both changed, and what people call it.

`subject:en`, `section:work:cap`, `item:17:en:title`, `block:3:en`, `coverage:17`: a name goes from the whole to its
part, so a place holds every place whose name begins with its own. Where an item stands among the others is
`item:17:place`; the lists that hold the order itself (`order:work`, `sections`, `blocks`) follow from moves, and nobody
claims them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale

Contents = dict[str, Any]  # place -> its value; a place without a value is not in it

SECTIONS, BLOCKS = "sections", "blocks"
_ORDERS = ("order:", SECTIONS, BLOCKS)
_PARTS = {
    "title": "the title", "summary": "the text", "action": "the words on the link", "alt": "the picture's description",
    "picture": "the picture", "credit": "the picture's credit", "place": "the place",
    "facts": "the link, days or place", "seen": "what was noted of the website's changes",
}  # fmt: skip
_TEXTS = {"subject": "the subject", "preview": "the preview line"}
_OF_SECTIONS = {"cap": "how many places there are in", "place": "the place of", "title": "the heading of"}
_OF_BLOCKS = {"place": "the place of", "owed": "who writes", "picture": "the picture of"}
_KINDS = {
    "director": "the director's note", "text": "a text", "quote": "a quote", "numbers": "the numbers",
    "button": "a button",
}  # fmt: skip


def subject(language: str) -> str:
    return f"subject:{language}"


def preview(language: str) -> str:
    return f"preview:{language}"


def order(section: str) -> str:
    """The list of a section's publications in their order."""
    return f"order:{section}"


def item(publication_id: int, *part: str) -> str:
    return ":".join(("item", str(publication_id), *part))


def section(slug: str, *part: str) -> str:
    return ":".join(("section", slug, *part))


def block(block_id: int, *part: str) -> str:
    return ":".join(("block", str(block_id), *part))


def coverage(publication_id: int) -> str:
    return f"coverage:{publication_id}"


def holds(place: str, other: str) -> bool:
    """Whether `other` is the place itself or a part of it."""
    return other == place or other.startswith(f"{place}:")


def overlap(one: str, other: str) -> bool:
    """Whether both touch the same."""
    return holds(one, other) or holds(other, one)


def below(contents: Mapping[str, Any], place: str) -> Contents:
    """The place and its parts, as they stand."""
    return {name: value for name, value in contents.items() if holds(place, name)}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The places that are not the same, by name."""
    names = before.keys() | after.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name)))


def is_order(place: str) -> bool:
    """Whether it is a list that follows from moves."""
    return place.startswith(_ORDERS[0]) or place in _ORDERS[1:]


def orders(place: str, contents: Mapping[str, Any]) -> tuple[str, ...]:
    """The list that says where a thing stands, for the place of that thing; of others none."""
    match place.split(":"):
        case "item", _, "place":
            return (order(contents[place]["section"]),) if place in contents else ()
        case "section", _, "place":
            return (SECTIONS,)
        case "block", _, "place":
            return (BLOCKS,)
    return ()


def claimed(places: Iterable[str]) -> tuple[str, ...]:
    """Those that somebody may claim, each once."""
    return tuple(sorted({place for place in places if not is_order(place)}))


def publications(places: Iterable[str]) -> set[int]:
    """The publications that are named in them."""
    split = (place.split(":") for place in places)
    return {int(parts[1]) for parts in split if parts[0] in {"item", "coverage"}}


def in_words(place: str, titles: Mapping[int, str], contents: Mapping[str, Any]) -> str:
    """What people call the place: the title of "Impact Report" (Spanish). `titles`: of publications."""
    head, *rest = place.split(":")
    if head in _TEXTS:
        return f"{_TEXTS[head]} ({language_name(rest[0])})"
    match head:
        case "coverage":
            return f"what becomes of {_quoted(titles.get(int(rest[0]), ''))}"
        case "item":
            return _of_item(_quoted(titles.get(int(rest[0]), "")), rest[1:])
        case "section":
            return _of_section(_heading(rest[0], contents), rest[1:])
        case "block":
            kind = contents.get(block(int(rest[0])), {}).get("kind", "")
            return _of_block(_KINDS.get(kind, "a text"), rest[1:])
    return "the order"


def language_name(code: str) -> str:
    """A language's name in English."""
    return str(Locale.parse("en").languages.get(code.partition("-")[0], code))


def _of_item(title: str, part: list[str]) -> str:
    if not part:
        return title
    if len(part) == 2:
        return f"{_PARTS[part[1]]} of {title} ({language_name(part[0])})"
    return f"{_PARTS[part[0]]} of {title}"


def _of_section(heading: str, part: list[str]) -> str:
    if not part:
        return f"the section {heading}"
    language = f" ({language_name(part[1])})" if len(part) == 2 else ""
    return f"{_OF_SECTIONS[part[0]]} {heading}{language}"


def _of_block(kind: str, part: list[str]) -> str:
    if not part:
        return kind
    known = _OF_BLOCKS.get(part[0])
    return f"{known} {kind}" if known else f"{kind} ({language_name(part[0])})"


def _heading(slug: str, contents: Mapping[str, Any]) -> str:
    titles = sorted(name for name in contents if name.startswith(section(slug, "title") + ":"))
    english = section(slug, "title", "en")
    chosen = english if english in contents else next(iter(titles), None)
    return _quoted(contents[chosen] if chosen else slug)


def _quoted(title: str) -> str:
    return f"“{title}”" if title else "an item"
