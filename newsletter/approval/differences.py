"""Two versions compared for people: where they differ in words, and each text with what is gone and what is new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from newsletter.issues.model import BLOCK_NAMES, BlockKind
from newsletter.issues.places import language_name

_PARTS = {
    "title": "headline", "summary": "text", "action": "words on the link", "url": "link", "deadline_on": "closing day",
    "starts_on": "first day", "ends_on": "last day", "published_on": "day", "picture": "picture", "outlet": "outlet",
    "place": "place", "who_for": "for whom", "role": "size", "text": "text", "name": "name", "heading": "heading",
    "figures": "figures", "label": "words on the button", "gone": "the website has taken it down",
}  # fmt: skip
_PROFILE = {
    "from_name": "Sender’s name", "from_address": "Sender’s address", "reply_to": "Where answers go",
    "postal_address": "Postal address", "legal_name": "Organisation’s name", "imprint": "Legal line",
    "name": "Name of the newsletter", "website": "Website in the footer", "privacy_url": "Privacy page in the footer",
    "theme": "The look", "template": "The layout", "archive": "Whether it stands on the website",
}  # fmt: skip
_ORDER = {name: at for at, name in enumerate(("subjects", "preheaders", "opening", "sections"))}
_DESIGN = {"templates", "theme"}

Facts = Mapping[str, Any]
Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Some words of a text. `mark`: "" where they are the same, "gone" or "new"."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs, and its text with marks; without a text, `place` says all. `gone` and `new`: pictures, by
    the names of their files.
    """

    place: str
    words: tuple[Word, ...] = ()
    gone: str = ""
    new: str = ""


def differences(before: Facts, after: Facts) -> tuple[Difference, ...]:
    """From one version's facts to another's, in the order of the mail; what belongs to the design is told once."""
    old, new = {"draft": before.get("draft", {})}, {"draft": after.get("draft", {})}
    walked = sorted(_walk((), old, new), key=lambda one: _ORDER.get(one[0][1], len(_ORDER)))
    found = [_said(way, one, other, before, after) for way, one, other in walked]
    if any(before.get(name) != after.get(name) for name in _DESIGN):
        found.append(Difference("The design"))
    if before.get("address") != after.get("address"):
        found.append(Difference("Where the links of this installation lead"))
    return tuple(dict.fromkeys(found))


def marked(before: str, after: str) -> tuple[Word, ...]:
    """A text as it is now, with what is gone before what is new."""
    old, new = before.split(), after.split()
    found: list[Word] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Word(" ".join(_short(old[a:b]))))
        else:
            gone, fresh = " ".join(old[a:b]), " ".join(new[c:d])
            found += [Word(gone, "gone")] if gone else []
            found += [Word(fresh, "new")] if fresh else []
    return tuple(found)


_ROUND = 8  # words that are shown around a change


def _short(words: list[str]) -> list[str]:
    return [*words[:_ROUND], "…", *words[-_ROUND:]] if len(words) > 2 * _ROUND + 2 else words


def _walk(way: Way, before: Any, after: Any) -> Iterator[tuple[Way, Any, Any]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_whole(way):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _walk((*way, str(key)), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        old, new = _by_name(before), _by_name(after)
        for name in [*new, *(name for name in old if name not in new)]:
            yield from _walk((*way, name), old.get(name), new.get(name))
        if [name for name in new if name in old] != [name for name in old if name in new]:
            yield (*way, "order"), None, None
    else:
        yield way, before, after


def _is_whole(way: Way) -> bool:
    """A picture is another one, whatever of it differs."""
    return bool(way) and way[-1] == "picture"


def _by_name(things: list[Any]) -> dict[str, Any]:
    return {_name(one, number): one for number, one in enumerate(things, 1)}


def _name(one: Any, number: int) -> str:
    if isinstance(one, Mapping):
        return str(one.get("slug") or one.get("anchor") or one.get("id") or number)
    return str(number)


def _said(way: Way, before: Any, after: Any, old: Facts, new: Facts) -> Difference:
    place = _place(way, old, new)
    if way[-1] == "picture" and (before or after):
        return _picture(place, before, after)
    if isinstance(before, Mapping) or isinstance(after, Mapping) or way[-1] in {"order", "picture", "gone"}:
        state = "is new" if before is None and way[-1] not in {"order", "picture"} else ""
        state = "is taken out" if after is None and before is not None else state
        return Difference(f"{place} {state}".strip())
    read = _day if way[-1].endswith("_on") else _text
    return Difference(place, marked(read(before), read(after)))


def _picture(place: str, before: Facts | None, after: Facts | None) -> Difference:
    """Its words are what it shows, for those who do not see it, and whose it is."""
    gone, new = _file(before), _file(after)
    if gone == new:
        return Difference(f"{place}: its words", marked(_caption(before), _caption(after)))
    state = "is new" if before is None else "is taken out" if after is None else "is another"
    return Difference(f"{place} {state}", marked(_caption(before), _caption(after)), gone, new)


def _file(picture: Facts | None) -> str:
    return f"{picture['sha256']}.{picture['extension']}" if picture else ""


def _caption(picture: Facts | None) -> str:
    return " · ".join(filter(None, (picture.get("alt", ""), picture.get("credit", "")))) if picture else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(value: Any) -> str:
    return f"{(day := date.fromisoformat(value)).day} {day:%B %Y}" if value else ""


def _place(way: Way, old: Facts, new: Facts) -> str:
    match way[1:]:
        case ("subjects" | "preheaders" as which, language):
            return f"{'Subject' if which == 'subjects' else 'Preview line'} ({language_name(language)})"
        case ("profile", name, *_):
            return _PROFILE.get(name, "A setting of the newsletter")
        case ("sections", slug, *part) if slug != "order" or part:
            return _in_section(slug, part, old, new)
        case ("opening", number, *part):
            return _with_part(_block(new.get("draft", {}), "opening", number), part)
        case ("sections", *_):
            return "The order of the sections"
    return "Something else of the issue"


def _in_section(slug: str, part: list[str], old: Facts, new: Facts) -> str:
    heading = f"“{_title(slug, old, new)}”"
    match part:
        case ("titles", language):
            return f"Heading of {heading} ({language_name(language)})"
        case ("items" | "blocks", "order"):
            return f"{heading}: the order"
        case ("items", anchor, *of):
            return _with_part(_item(slug, anchor, old, new), of)
        case ("blocks", number, *of):
            return _with_part(_block(_section(new, slug) or _section(old, slug), "blocks", number), of)
    return f"Section {heading}"


def _with_part(name: str, part: list[str]) -> str:
    if not part:
        return name
    language = f" ({language_name(part[1])})" if part[0] == "wordings" and len(part) > 1 else ""
    what = "role" if part[0] == "wordings" and part[-1] == "role" else _PARTS.get(part[-1], "another detail")
    return f"{name}, {what}{language}"


def _section(facts: Facts, slug: str) -> Facts:
    return next((one for one in facts.get("draft", {}).get("sections", ()) if one["slug"] == slug), {})


def _title(slug: str, old: Facts, new: Facts) -> str:
    titles = (_section(new, slug) or _section(old, slug)).get("titles", {})
    return str(titles.get("en") or next(iter(titles.values()), slug))


def _item(slug: str, anchor: str, old: Facts, new: Facts) -> str:
    for facts in (new, old):
        for one in _section(facts, slug).get("items", ()):
            if one["anchor"] == anchor:
                words = one["wordings"]
                return f"“{(words.get('en') or next(iter(words.values())))['title']}”"
    return f"“{anchor}”"


def _block(holder: Facts, of: str, number: str) -> str:
    kinds = (BlockKind(one["kind"]) for one in holder.get(of, ()) if _name(one, 0) == number)
    return next((BLOCK_NAMES[kind] for kind in kinds), "A text")
