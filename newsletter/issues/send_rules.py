"""The send day of a period as a rule in words: "second Tuesday after the quarter's end, 09:00"."""

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Protocol

from newsletter.errors import BadInput
from newsletter.issues.periods import Period, containing, following
from newsletter.issues.workdays import DAY, Workdays

CADENCES = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}  # in months
EXAMPLES = (
    "second Tuesday after the quarter's end, 09:00",
    "third Thursday of the quarter's last month, 09:00",
    "last working day of the month after the end, 10:30",
    "5 working days after the end, 09:00",
    "10th of the month after the end, 09:00",
)
DEFAULT_TIME = time(9)
LONGEST_RULE = 200

_WORKING = "working day"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNITS = {"month": 1, "quarter": 3, "half-year": 6, "half year": 6, "year": 12, "period": 0, "issue": 0}
_MONTHS = ("first", "second", "third", "last")
_LAST = 0  # counted from the end

_OWN = rf"(?:the )?(?:(?P<unit>{'|'.join(_UNITS)})(?:'s|s'|s)? )?"
_NTH = r"(?:the )?(?P<nth>[a-z]+|\d{1,2}(?:st|nd|rd|th)?)"
_DAY = rf"(?P<day>{'|'.join(_WEEKDAYS)}|{_WORKING})"
_FROM = rf"(?P<side>after|before) {_OWN}(?P<edge>end|start)"
_OF = rf"of (?:the (?P<beside>month after) {_OWN}end|the (?P<same>month)|{_OWN}(?P<month>{'|'.join(_MONTHS)}) month)"
_OF = _OF.replace("(?P<unit>", "(?P<unit_after>", 1)
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_NTH} {_DAY} {_FROM}",
        rf"{_NTH} {_DAY} {_OF}",
        rf"(?P<count>[a-z]+|\d{{1,2}}) (?P<days>{_WORKING}|day|week)s? {_FROM}",
        rf"{_NTH}(?: day)? {_OF}",
    )
)
_TIME = re.compile(r"(?:,\s*|\s+)(?:at )?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)$", re.ASCII)


class Finding(Protocol):
    """Finds the day that a rule's words mean in a period, before anything moves it."""

    def __call__(self, period: Period, workdays: Workdays) -> date: ...


@dataclass(frozen=True, slots=True)
class SendRule:
    """A rule as it was written; `at` is wall-clock time in the organisation's zone. `unit`: months of the period that
    the words speak of; 0 where they fit any.
    """

    text: str
    at: time
    unit: int
    find: Finding

    @classmethod
    def parse(cls, text: str) -> "SendRule":
        """Read a rule; BadInput shows how one is written."""
        said = " ".join(text.replace("\u2019", "'").split()).strip(" .,")
        words, at = _time(said)
        match = next((found for form in _FORMS if (found := form.fullmatch(words.lower()))), None)
        if match is None or len(said) > LONGEST_RULE:
            raise _unread(text)
        parts = {name: value for name, value in match.groupdict().items() if value}
        find = _finding(parts)
        if find is None:
            raise _unread(text)
        unit = _UNITS[parts.get("unit") or parts.get("unit_after") or "period"]
        return cls(f"{words}, {at:%H:%M}", at, unit, find)

    def day(self, period: Period, workdays: Workdays) -> date:
        """The day that its words mean, which may be no working day."""
        return self.find(period, workdays)

    def require_fits(self, cadence: str) -> None:
        """Refuse words for another cadence, and days that are not between a period's first and the end of the next."""
        months = CADENCES[cadence]
        if self.unit not in {0, months}:
            own = next(unit for unit, length in _UNITS.items() if length == months)
            raise BadInput(
                f'The list is {cadence}, and the rule "{self.text}" is not: write "the {own}\'s", or "the end".'
            )
        for year, month in ((year, month) for year in (2023, 2024) for month in range(1, 13)):
            period = containing(date(year, month, 1), months)
            day = self.day(period, Workdays())
            if not period.first < day <= following(period).last:
                raise BadInput(
                    f'By the rule "{self.text}" the issue of {period.label} would go out on {day}; it must be after'
                    f" {period.first} and by {following(period).last}, when the next issue's period ends."
                )


@dataclass(frozen=True, slots=True)
class _From:
    """So many days or working days, or a weekday so many times, after or before the period's end or start."""

    what: str  # a weekday, "working day", "day" or "week"
    number: int
    after: bool
    end: bool

    def __call__(self, period: Period, workdays: Workdays) -> date:
        # An edge lies between two days: the end is the midnight after the last day.
        eve = period.last if self.end else period.first - DAY
        if self.what in {"day", "week"}:
            days = self.number * (7 if self.what == "week" else 1)
            return eve + DAY * days if self.after else eve + DAY * (1 - days)
        if self.what == _WORKING:
            return workdays.after(eve, self.number) if self.after else workdays.before(eve + DAY, self.number)
        weekday = _WEEKDAYS.index(self.what)
        if self.after:
            return eve + DAY * (1 + (weekday - eve.weekday() - 1) % 7 + 7 * (self.number - 1))
        return eve - DAY * ((eve.weekday() - weekday) % 7 + 7 * (self.number - 1))


@dataclass(frozen=True, slots=True)
class _Of:
    """The first, second ... or last weekday, working day or day of a month of the period, or of the month after it."""

    what: str  # a weekday, "working day" or "day"
    number: int  # _LAST: the last
    month: int  # 0: the period's first; -1: its last; -2: the month after its end

    def __call__(self, period: Period, workdays: Workdays) -> date:
        month = self._month(period)
        if self.what == "day":
            return month.first + DAY * (self.number - 1) if self.number else month.last
        if self.number == _LAST:
            return _From(self.what, 1, after=False, end=True)(month, workdays)
        return _From(self.what, self.number, after=True, end=False)(month, workdays)

    def _month(self, period: Period) -> Period:
        if self.month == -2:
            return containing(period.last + DAY, 1)
        if self.month == -1:
            return containing(period.last, 1)
        month = containing(period.first, 1)
        for _ in range(self.month):
            month = following(month)
        return month


def _finding(parts: dict[str, str]) -> Finding | None:
    if "count" in parts:
        count = _number(parts["count"], _NUMBERS)
        known = count and 0 < count <= 99
        return (
            _From(parts["days"], count, parts["side"] == "after", parts["edge"] == "end") if known and count else None
        )
    what = parts.get("day", "day")
    number = _LAST if parts["nth"] == "last" else _number(parts["nth"], _ORDINALS)
    if number is None:
        return None
    if "side" in parts:
        after = parts["side"] == "after"
        if number == _LAST and after:
            return None
        return _From(what, number or 1, after, parts["edge"] == "end")
    most = {"day": 28, _WORKING: 15}.get(what, 4)  # what each month has
    if number > most:
        return None
    return _Of(what, number, _month(parts))


def _month(parts: dict[str, str]) -> int:
    if "beside" in parts:
        return -2
    return -1 if "same" in parts or parts["month"] == "last" else _MONTHS.index(parts["month"])


def _number(word: str, words: tuple[str, ...]) -> int | None:
    """A number, or None; 0 is none either."""
    if word in words:
        return words.index(word) + 1
    digits = word.rstrip("stndrh")
    return (int(digits) or None) if digits.isdigit() else None


def _time(said: str) -> tuple[str, time]:
    found = _TIME.search(said)
    if not found:
        return said, DEFAULT_TIME
    try:
        return said[: found.start()], time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        raise BadInput(f"{found['hour']}:{found['minute']} is no time of a day; write 09:00.") from None


def _unread(text: str) -> BadInput:
    return BadInput(
        f"The rule {text[:120]!r} is not understood. It says which day and which time; for instance:",
        tuple(f'"{example}"' for example in EXAMPLES),
    )
