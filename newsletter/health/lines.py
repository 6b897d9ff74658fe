"""One line for each thing that can be well or not: how it stands, in words, and what to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Stands(StrEnum):
    """How a thing stands. Only what is known to be well is good."""

    GOOD = "good"
    LOOK = "look"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class Fix:
    """A button: where it posts to below the page, and its words; with a `command` instead, what is typed."""

    words: str
    path: str = ""
    verb: str = "transports"


@dataclass(frozen=True, slots=True)
class Line:
    """How one thing stands. `to_do`: what to do about it; `command`: what is typed on the machine for it; `at`: when
    what is said was seen, where that was not just now.
    """

    name: str
    stands: Stands
    said: str
    to_do: str = ""
    command: str = ""
    at: datetime | None = None
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Lines about the same."""

    name: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    groups: tuple[Group, ...] = field(default=())

    def count(self, stands: Stands) -> int:
        """How many lines stand so."""
        return sum(line.stands is stands for group in self.groups for line in group.lines)

    @property
    def lines(self) -> Iterator[Line]:
        for group in self.groups:
            yield from group.lines

    @property
    def verdict(self) -> str:
        """In a sentence."""
        musts, looks = self.count(Stands.MUST), self.count(Stands.LOOK)
        if not musts and not looks:
            return "All is well."
        if not musts:
            return f"Nothing must be mended. {_number(looks)} worth a look."
        return f"{_number(musts, 'must')} be mended." + (f" {_number(looks)} worth a look." if looks else "")


def _number(number: int, verb: str = "") -> str:
    things = "1 thing" if number == 1 else f"{number} things"
    return f"{things} {verb or ('is' if number == 1 else 'are')}"


def ago(then: datetime, now: datetime) -> str:
    """Like "3 minutes ago"."""
    seconds = (now - then).total_seconds()
    if seconds < 90:
        return "a moment ago" if seconds < 45 else "a minute ago"
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}s ago"
    return "an hour ago" if seconds < 7_200 else "a day ago"


def worst(stands: Sequence[Stands]) -> Stands:
    """The gravest of them; good where there are none."""
    order: Mapping[Stands, int] = {Stands.GOOD: 0, Stands.LOOK: 1, Stands.MUST: 2}
    return max(stands, key=lambda one: order[one], default=Stands.GOOD)


LATE = timedelta(minutes=15)  # a job that should come round every few seconds or, by cron, every few minutes
