"""The day that a text names, in any of the forms that feeds and pages use; where it is not certain, none.

A publication without a date waits in the tray and is never guessed: 03/04/2024, "May 2024", a span of days and a text
with several days give no day.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names

_MOST = 400  # characters that are looked at
_LANGUAGES = (
    "en",
    "es",
    "fr",
    "ar",
    "pt",
    "de",
    "it",
    "nl",
    "ca",
    "sv",
    "da",
    "nb",
    "pl",
    "tr",
    "ro",
    "el",
    "ru",
    "uk",
)
_MORE_NAMES = {"sept": 9, "ماي": 5, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8,
               "أيلول": 9, "فيفري": 2, "أفريل": 4, "جوان": 6, "جويلية": 7, "أوت": 8}  # fmt: skip
_YEAR = r"((?:19|20)\d\d)(?!\d)"
_ISO = re.compile(rf"(?<!\d){_YEAR}[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T\d{4,6}|(?!\d))")
_NUMBERS = re.compile(rf"(?<![\d./-])(\d{{1,2}})([./-])(\d{{1,2}})\2{_YEAR}")
_EAST = re.compile(r"((?:19|20)\d\d)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_WORD = r"([^\W\d_]{2,20})"
_SPAN = r"(?:\d{1,2}(?:st|nd|rd|th|\.)?\s*(?:[-–—/&]|to|and|y|et|al?|au|bis|und|e)\s*)"
_DAY_FIRST = re.compile(
    rf"(?<![\d.,/])({_SPAN})?(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°|\.)?[\s,/-]*(?:de\s+|d['’]|of\s+|do\s+)?{_WORD}"
    rf"\.?[\s,/-]*(?:de[l]?\s+|do\s+)?{_YEAR}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_]){_WORD}\.?\s+({_SPAN})?(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?:de\s+)?{_YEAR}", re.IGNORECASE
)


def day(text: str, language: str = "") -> date | None:
    """The one day that the text names, as it is written there: a moment with its offset is of the day before the T.

    `language` decides between months of different languages that share a name.
    """
    plain = _digits(text[:_MOST])
    found = set(_days(plain, language))
    if len(found) != 1 or None in found:
        return None
    return found.pop()


def _days(text: str, language: str) -> Iterator[date | None]:
    """Every day that the text names; None for one that may be another, or is none."""
    for pattern in (_ISO, _COMPACT, _EAST):
        found = list(pattern.finditer(text))
        if found:
            yield from (_date(one[1], one[2], one[3]) for one in found)
            return
    for one in _NUMBERS.finditer(text):
        yield _numbers(int(one[1]), int(one[3]), one[4], dots=one[2] == ".")
    months = _months(language)
    in_words = [(one[4], one[3], one[2], one[1]) for one in _DAY_FIRST.finditer(text)]
    in_words += [(one[4], one[1], one[3], one[2]) for one in _MONTH_FIRST.finditer(text)]
    for year, word, number, span in in_words:
        if month := months.get(_key(word)):
            yield None if span else _date(year, str(month), number)


def _numbers(first: int, second: int, year: str, *, dots: bool) -> date | None:
    """12.5.2024 is the twelfth of May everywhere; of 3/4/2024 nobody knows, and of 13/4/2024 and 4/4/2024 everybody."""
    if dots or first > 12 or first == second:
        return _date(year, str(second), str(first))
    return _date(year, str(first), str(second)) if second > 12 else None


def _date(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def _digits(text: str) -> str:
    """Digits of other scripts as ours."""
    return "".join(str(unicodedata.digit(one)) if one.isdigit() and not one.isascii() else one for one in text)


@cache
def _months(language: str) -> dict[str, int]:
    """Months by name; those that languages disagree about only by the one that is spoken."""
    found: dict[str, int] = dict(_MORE_NAMES)
    torn = set()
    for one in _LANGUAGES:
        for name, number in _of_language(one).items():
            if found.setdefault(name, number) != number:
                torn.add(name)
    known = {name: number for name, number in found.items() if name not in torn}
    return known | _of_language(language.partition("-")[0].lower())


@cache
def _of_language(language: str) -> dict[str, int]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError, TypeError):
        return {}
    return {
        _key(name): number
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, locale).items()
        if len(_key(name)) > 1
    }


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip(" .\u200f")
