"""Reads a calendar day out of what people and programs write as a date; what could be two days is none."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache

from babel import Locale

EARLIEST, LATEST = 1971, 2100  # 1970-01-01 is how programs write "no date"
MOST = 300  # characters; a date is shorter

# Languages whose names of months are known, with the regions that name them otherwise.
_LOCALES = (
    "en en_GB es fr fr_CA ar ar_LB ar_DZ ar_MA ar_MR de de_AT pt pt_PT it nl ca gl eu ro pl cs sk sl hr sr "
    "sr_Latn bs mk bg  ru uk be el tr az sq hu fi et lv lt sv da nb nn is ga cy mt id ms vi tl sw so am ti ha "
    "yo fa ku ckb ur ps hi bn ne ta  he hy ka uz kk sw_KE lb af"
)
_TYPED = {"sept": 9, "set": 9, "ag": 8, "agosto": 8, "setiembre": 9, "اغسطس": 8, "ابريل": 4, "اكتوبر": 10}

_ORDINAL = r"(?:\s?(?:st|nd|rd|th|er|ers|re|eme|e|o|a|\.)(?![^\W\d_]))?"
_OF = r"(?:\s*(?:[,،./-]|\b(?:of|de|del|di|do|da|du|d['’]|dia|من)\b['’]?)\s*|\s+)"
_YEAR = r"(?P<y>\d{4})(?!\d)"
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"

_ISO = re.compile(r"(?<![\d./-])(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d/]|[-.]\d)")
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T[\d:.Zz+-]*)?")
_CJK = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]")
_NUMBERS = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})\s?(?P<s>[./-])\s?(?P<b>\d{1,2})\s?(?P=s)\s?(?P<y>\d{4})(?![\d/]|[.-]\d)"
)
_CHANGED = re.compile(
    r"\b(?:(?:last |date )?(?:updated|modified|revised|edited)|update"
    r"|(?:ultima )?(?:actualizacion|actualizado|modificacion)"
    r"|actualizada|(?:derniere )?(?:mise a jour|modification)|mis a jour|modifie|aktualisiert|geandert|atualizado"
    r"|aggiornato|bijgewerkt|اخر تحديث|تحديث)\b"
)
_RANGE = re.compile(r"(?<!\d)\d{1,2}\s*(?:-|–|—|/|to|al|au|bis|y|et|and|&)\s*$")


def read_day(text: str, order: str = "", language: str = "") -> date | None:
    """The day as it is written, without moving it between time zones; None where there is none, or more than one.

    `order`: "dmy" or "mdy" where somebody knows how 03/04/2024 is meant; without it, it is None. Written with full
    stops, the day comes first. `language` decides between months that share a name: listopad is October or November.
    """
    line = _folded(text)
    if changed := _CHANGED.search(line):
        line = line[: changed.start()]
    found = {day for day in _readings(line.strip(), order, language) if day is not None}
    return found.pop() if len(found) == 1 else None


def _folded(text: str) -> str:
    """Small letters without accents, digits of any script as ours."""
    spread = unicodedata.normalize("NFKD", text[:MOST].replace("\u0640", "").replace("º", "o").replace("ª", "a"))
    letters = (str(unicodedata.digit(letter, letter)) for letter in spread if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(one for one in letters if one not in _UNSEEN)).casefold()


_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _readings(line: str, order: str, language: str) -> list[date | None]:
    if whole := _COMPACT.fullmatch(line.upper()):
        return [_day(whole["y"], whole["m"], whole["d"])]
    found = [_day(one["y"], one["m"], one["d"]) for one in _ISO.finditer(line)]
    found += [_day(one["y"], one["m"], one["d"]) for one in _CJK.finditer(line)]
    found += [_numbers(one, order) for one in _NUMBERS.finditer(line)]
    return found + _named(line, language)


def _numbers(found: re.Match[str], order: str) -> date | None:
    first, second, year = int(found["a"]), int(found["b"]), found["y"]
    as_dmy, as_mdy = _day(year, second, first), _day(year, first, second)
    if found["s"] == "." or order == "dmy":
        return as_dmy
    if order == "mdy" or as_dmy is None or as_mdy is None or as_dmy == as_mdy:
        return as_mdy if order == "mdy" else as_dmy or as_mdy
    return None


def _named(line: str, language: str) -> list[date | None]:
    """Days with the month in letters."""
    if not any(letter.isalpha() for letter in line):
        return []
    return _named_in(line, "en", "en") or _named_in(line, language.partition("-")[0], _LOCALES)


def _named_in(line: str, first: str, locales: str) -> list[date | None]:
    months, forms = _months(first, locales)
    days: list[date | None] = []
    taken: list[tuple[int, int]] = []
    for form in forms:
        for one in form.finditer(line):
            if any(start < one.end() and one.start() < end for start, end in taken) or _in_range(line, one):
                continue
            taken.append(one.span())
            parts = one.groupdict()
            month, other = months.get(parts["m"]), months.get(parts.get("m2") or parts["m"])
            year = _century(parts["yy"]) if parts.get("yy") else parts["y"]
            days.append(_day(year, month, parts["d"]) if month and month == other else None)
    return days


def _in_range(line: str, found: re.Match[str]) -> bool:
    """Whether a day stands before it, as in 12-14 May 2024: that is when something takes place."""
    return bool(_RANGE.search(line[max(0, found.start() - 8) : found.start()]))


@cache
def _months(first: str, locales: str) -> tuple[dict[str, int], tuple[re.Pattern[str], ...]]:
    """The number of each name, and the forms of a date that holds one. A name with two meanings is none."""
    meanings: dict[str, set[int]] = {name: {number} for name, number in _TYPED.items()}
    for tag in locales.split():
        for name, number in _of(tag):
            meanings.setdefault(name, set()).add(number)
    months = {name: min(numbers) for name, numbers in meanings.items() if len(numbers) == 1}
    if first in locales.split():
        months |= dict(_of(first))
    return months, _forms(months)


def _of(tag: str) -> Iterator[tuple[str, int]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale.parse(tag).months[context][width].items():
                folded = _folded(name).strip(" .'")
                if len(folded) > 1 and not folded[0].isdigit():
                    yield folded, number


def _forms(months: dict[str, int]) -> tuple[re.Pattern[str], ...]:
    names = "|".join(re.escape(name) for name in sorted(months, key=len, reverse=True))
    month = rf"(?<![^\W\d_])(?P<m>{names})(?![^\W\d_])\.?(?:\s?/\s?(?P<m2>{names})(?![^\W\d_]))?"
    day = r"(?<![\d:.])(?P<d>\d{1,2})(?!\d)"
    return tuple(
        re.compile(form)
        for form in (
            rf"{day}{_ORDINAL}{_OF}{month}{_OF}(?:سنة |عام )?{_YEAR}",  # 12 May 2024, 12 de mayo de 2024, 1er mai 2024
            rf"{day}-{month}-(?P<yy>\d\d)\s+{_TIME}",  # RFC 850
            rf"{day}\s+{month}\s+(?P<yy>\d\d)\s+{_TIME}",  # RFC 822, where the year had two digits
            rf"{month}\s+{day}\s+{_TIME}\s+(?:[a-z]{{2,5}}\s+)?{_YEAR}",  # asctime
            rf"{month}\s*{day}{_ORDINAL}(?:\s*[,،]\s*|\s+){_YEAR}",  # May 12, 2024
            rf"(?<!\d)(?P<y>\d{{4}})\.?[\s,/-]+{month}[\s/-]+{day}",  # 2024 May 12, 2024. majus 12.
        )
    )


def _century(year: str) -> int:
    """RFC 2822 4.3."""
    return int(year) + (2000 if int(year) < 50 else 1900)


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    if not EARLIEST <= int(year) <= LATEST:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
