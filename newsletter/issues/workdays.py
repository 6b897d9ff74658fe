"""Working days: weekends, a country's holidays and the days that a team has blocked, and how to count around them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date

from newsletter.errors import BadInput
from newsletter.issues.countries import holiday, is_weekend

DAY = timedelta(days=1)
MOST_BLOCKED = 60  # spans
LONGEST_SPAN = 92  # days
_FURTHEST = 366  # days that a working day is looked for


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days on which nothing is due; both ends belong to it. In text 2024-12-27, or 2024-12-23..2025-01-02."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read one; BadInput shows how it is written."""
        first, dots, last = (part.strip() for part in text.partition(".."))
        try:
            span = cls(date.fromisoformat(first), date.fromisoformat(last if dots else first))
        except ValueError:
            raise BadInput(
                f"The blocked day {text[:60]!r} must be written like 2024-12-27, or 2024-12-23..2025-01-02 for several."
            ) from None
        if span.last < span.first:
            raise BadInput(f"The blocked days {span} end before they begin.")
        if (span.last - span.first).days >= LONGEST_SPAN:
            raise BadInput(f"The blocked days {span} are more than {LONGEST_SPAN}; block a shorter time.")
        return span

    def holds(self, day: date) -> bool:
        """Whether the day belongs to it."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}..{self.last}"


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In their order, those that touch made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.first <= found[-1].last + DAY:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Workdays:
    """The working days of a country ("BE", "DE-BE"; "": no holidays, weekends on Saturday and Sunday). With a zone, a
    day that its clock leaves out is none (30 December 2011 in Samoa).
    """

    country: str = ""
    blocked: tuple[Span, ...] = ()
    zone: tzinfo | None = None

    def off(self, day: date) -> str:
        """Why nothing is due on that day, in words; "" on a working day."""
        blocked = next((span for span in self.blocked if span.holds(day)), None)
        if blocked:
            return _blocked(blocked)
        named = holiday(self.country, day)
        if named:
            return f"{named} ({said(day)})"
        if is_weekend(self.country, day):
            return f"{day:%A}, {day.day} {day:%B}"
        return "" if self.zone is None or _exists(day, self.zone) else f"the clock leaves out {said(day)}"

    def is_working(self, day: date) -> bool:
        """Whether something may be due on that day."""
        return not self.off(day)

    def on_or_after(self, day: date) -> date:
        """That day, or the next working day."""
        return self._first(day + DAY * ahead for ahead in range(_FURTHEST))

    def after(self, day: date, number: int = 1) -> date:
        """The working day that comes `number` working days later."""
        for _ in range(number):
            day = self._first(day + DAY * ahead for ahead in range(1, _FURTHEST))
        return day

    def before(self, day: date, number: int = 1) -> date:
        """The working day that comes `number` working days earlier."""
        for _ in range(number):
            day = self._first(day - DAY * back for back in range(1, _FURTHEST))
        return day

    def obstacles(self, first: date, last: date) -> tuple[str, ...]:
        """What takes working days away between two days (both included), each named once; weekends are no news."""
        days = (first + DAY * number for number in range((last - first).days + 1))
        named = (self.off(day) for day in days if not is_weekend(self.country, day))
        return tuple(dict.fromkeys(reason for reason in named if reason))

    def _first(self, days: Iterator[date]) -> date:
        tried = []
        for day in days:
            if self.is_working(day):
                return day
            tried.append(day)
        raise BadInput(f"There is no working day between {min(tried)} and {max(tried)}: block fewer days.")


@lru_cache(maxsize=1024)
def said(day: date) -> str:
    """A day as it is told where the year is known: Thu 9 May."""
    return format_date(day, "EEE d MMM", "en")


def _exists(day: date, zone: tzinfo) -> bool:
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


def _blocked(span: Span) -> str:
    if span.first == span.last:
        return f"{said(span.first)} (blocked)"
    return f"{said(span.first)} to {said(span.last)} (blocked)"
