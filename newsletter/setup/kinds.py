"""What was found, by the kind that it seems to be of; and what a person corrected, as rules of its source."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from newsletter.publications.rules import MOST_RULE, Rule, parse
from newsletter.setup.model import Place, Told

MOST_SHOWN = 50  # titles that can be corrected one by one
_MOST_TITLE = MOST_RULE - 60
# What shells take for a pattern; arrows, and a head that becomes one behind the "=" of a condition.
_SPECIAL = re.compile(r"[\[\]*?]|->|=>|→|^>")


@dataclass(frozen=True, slots=True)
class Titled:
    """A publication with the number by which a form names it."""

    number: int
    told: Told


@dataclass(frozen=True, slots=True)
class Group:
    """All that look like one kind; the first few stand for the others."""

    kind: str
    titles: tuple[Titled, ...]

    @property
    def samples(self) -> tuple[Titled, ...]:
        return self.titles[:3]


def groups(places: Iterable[Place]) -> tuple[Group, ...]:
    """The largest first."""
    found: defaultdict[str, list[Titled]] = defaultdict(list)
    for titled in numbered(places):
        found[titled.told.kind].append(titled)
    return tuple(Group(kind, tuple(titles)) for kind, titles in sorted(found.items(), key=lambda one: -len(one[1])))


def numbered(places: Iterable[Place]) -> Iterator[Titled]:
    """Everything that was told, in order, each with its number."""
    number = 0
    for place in places:
        for told in place.told:
            yield Titled(number, told)
            number += 1


def rules(
    places: Sequence[Place], by_kind: Mapping[str, str], by_number: Mapping[int, str], known: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The rules of each place (by its address), with what a person said: `by_kind` of all that looked like one kind,
    `by_number` of single ones. What they named wins over what was only found.
    """
    found: dict[str, tuple[str, ...]] = {}
    number = 0
    for place in places:
        mine = list(enumerate(place.told, start=number))
        number += len(mine)
        single = [_titled(told, to) for at, told in mine if (to := by_number.get(at, "")) and to != told.kind]
        wide = [rule for kind, to in by_kind.items() if to != kind for rule in _of_kind(place, kind, to)]
        made = [str(parse(str(rule), known)) for rule in (*single, *wide)]
        found[place.url] = (*dict.fromkeys(made), *place.rules)
    return found


def _of_kind(place: Place, kind: str, to: str) -> Iterator[Rule]:
    """By a category or folder that only they have, which also tells what is published later; else by title."""
    left = [told for told in place.told if told.kind == kind]
    others = [told for told in place.told if told.kind != kind]
    for field, names in (("category", _categories), ("path", _folders)):
        for name in dict.fromkeys(name for told in left for name in names(told)):
            theirs = [told for told in left if name in names(told)]
            if theirs and not any(name in names(told) for told in others):
                pattern = _plain(name) if field == "category" else f"/{_plain(name)}/*"
                yield Rule(field, pattern, kind=to)
                left = [told for told in left if told not in theirs]
    for told in left:
        yield _titled(told, to)


def _categories(told: Told) -> tuple[str, ...]:
    return told.categories


def _folders(told: Told) -> tuple[str, ...]:
    parts = [part for part in unquote(urlsplit(told.url).path).split("/") if part]
    return (parts[0],) if len(parts) > 1 and not parts[0].isdigit() and len(parts[0]) > 2 else ()


def _titled(told: Told, to: str) -> Rule:
    title = _plain(told.title)
    return Rule("title", title if len(title) <= _MOST_TITLE else f"{title[:_MOST_TITLE]}*", kind=to)


def _plain(text: str) -> str:
    """What a rule would read as something else stands for any letter."""
    return _SPECIAL.sub(lambda found: "?" * len(found[0]), " ".join(text.split()))
