"""Periods: the labels an issue may have, the days they mean, and what an issue of one is called."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from newsletter.errors import BadInput

_LABEL = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")

# A quarter's issue is named for the season in which it is read: the second quarter's comes out in July.
_SEASONS = {
    "en": ("Spring {}", "Summer {}", "Autumn {}", "Winter {}"),
    "es": ("Primavera de {}", "Verano de {}", "Otoño de {}", "Invierno de {}"),
    "fr": ("Printemps {}", "Été {}", "Automne {}", "Hiver {}"),
    "ar": ("ربيع {}", "صيف {}", "خريف {}", "شتاء {}"),
}
_HALVES = {
    "en": ("First half of {}", "Second half of {}"),
    "es": ("Primer semestre de {}", "Segundo semestre de {}"),
    "fr": ("Premier semestre {}", "Second semestre {}"),
    "ar": ("النصف الأول من {}", "النصف الثاني من {}"),
}
_MONTHS = {"es": "LLLL 'de' y"}


@dataclass(frozen=True, slots=True)
class Period:
    """A label and its days; the last day belongs to it."""

    label: str
    first: date
    last: date

    @property
    def months(self) -> int:
        """How long it is: 1, 3, 6 or 12."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def parse(label: str) -> Period:
    """2024-Q2, 2024-06, 2024-H1 or 2024."""
    found = _LABEL.fullmatch(label.strip().upper())
    if not found or not label.isascii():
        raise BadInput(
            f"{label!r} is no period; write 2024-Q2 for a quarter, 2024-06 for a month, 2024-H1 for half a year,"
            " 2024 for a year."
        )
    year = int(found["year"])
    if found["quarter"]:
        return _period(found[0], year, 3 * int(found["quarter"]) - 2, 3)
    if found["half"]:
        return _period(found[0], year, 6 * int(found["half"]) - 5, 6)
    return _period(found[0], year, int(found["month"]), 1) if found["month"] else _period(found[0], year, 1, 12)


def containing(day: date, months: int) -> Period:
    """The period of 1, 3, 6 or 12 months that the day lies in."""
    first = (day.month - 1) // months * months + 1
    return _period(_label(day.year, first, months), day.year, first, months)


def previous(period: Period) -> Period:
    """The period of the same length just before."""
    return _neighbour(period, -1)


def following(period: Period) -> Period:
    """The period of the same length just after."""
    return _neighbour(period, +1)


def name(period: Period, language: str) -> str:
    """What an issue of that period is called: Summer 2024, June 2024, First half of 2024, 2024."""
    plain = language.partition("-")[0].lower()
    year, ordinal = period.first.year, (period.first.month - 1) // period.months
    if period.months == 12:
        return str(year)
    if period.months == 1:
        return _month(period.first, plain)
    patterns = _SEASONS if period.months == 3 else _HALVES
    return patterns.get(plain, patterns["en"])[ordinal].format(year)


def _period(label: str, year: int, month: int, months: int) -> Period:
    last = month + months - 1
    return Period(label, date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _neighbour(period: Period, direction: int) -> Period:
    months = period.first.year * 12 + period.first.month - 1 + direction * period.months
    year, month = divmod(months, 12)
    return _period(_label(year, month + 1, period.months), year, month + 1, period.months)


def _label(year: int, month: int, months: int) -> str:
    endings = {1: f"-{month:02}", 3: f"-Q{(month + 2) // 3}", 6: f"-H{(month + 5) // 6}", 12: ""}
    return f"{year}{endings[months]}"


def _month(first: date, language: str) -> str:
    try:
        said = format_date(first, _MONTHS.get(language, "LLLL y"), Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        said = format_date(first, "LLLL y", Locale.parse("en"))
    return said[:1].upper() + said[1:]
