"""Dates and words for days in running text, in English, Spanish, French and Arabic."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

_LOCALES = {"en": ("en",), "es": ("es",), "fr": ("fr",), "ar": ("ar", "ar_SY", "ar_DZ", "ar_MA")}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_YEAR = r"(?:[,.،]?\s+(?:del?\s+)?(?P<year>\d{4})\b)?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.)?"

_WEEKDAYS_EN = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_RELATIVE = {
    "en": rf"today(?!['’]s)|tonight|tomorrow|yesterday|(?:this|next|last|coming) (?:week(?:end)?|{_WEEKDAYS_EN})\b"
    r"|this (?:morning|afternoon|evening)",
    "es": r"hoy(?! en día)|(?<!la )(?<!esta )mañana(?! por)|ayer|esta (?:semana|noche|tarde)|(?:la )?próxima semana"
    r"|la semana (?:que viene|pasada)|este (?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)",
    "fr": r"aujourd['’]hui|(?<!de )demain|hier|cette semaine|ce (?:soir|matin|week-end)"
    r"|la semaine (?:prochaine|dernière)"
    r"|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) prochain",
    "ar": r"اليوم(?!\s+(?:ال|نفسه|ذاته))|غدًا|غداً|أمس|(?:هذا|هذه) الأسبوع|الأسبوع (?:المقبل|القادم|الماضي)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A weekday with its date, as the text has it. `weekday`: 0 is Monday; `year`: 0 where none is told."""

    text: str
    weekday: int
    day: int
    month: int
    year: int


def dated(text: str, language: str) -> Iterator[Dated]:
    """Every date in the text that stands beside a weekday."""
    names = _names(_plain(language))
    if names is None:
        return
    for pattern in names.patterns:
        for found in pattern.finditer(text.translate(_DIGITS)):
            yield Dated(
                text[found.start() : found.end()],
                names.weekdays[_key(found["weekday"])],
                int(found["day"]),
                names.months[_key(found["month"])],
                int(found["year"] or 0),
            )


def relative(text: str, language: str) -> str:
    """The first words that mean another day for each reader; "" where there are none."""
    pattern = _RELATIVE.get(_plain(language))
    found = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE) if pattern else None
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class _Names:
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    patterns: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=16)
def _names(language: str) -> _Names | None:
    if language not in _LOCALES:
        return None
    weekdays: dict[str, int] = {}
    months: dict[str, int] = {}
    for locale in map(Locale.parse, _LOCALES[language]):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                weekdays |= {_key(name): number for number, name in locale.days[context][width].items()}
                months |= {_key(name): number for number, name in locale.months[context][width].items()}
    week, month = _either("weekday", weekdays), _either("month", months)
    day = r"(?P<day>\d{1,2})"
    orders = [
        rf"(?<!\w){week}[,.،]?\s+(?:the\s+|le\s+|el\s+)?{day}{_ORDINAL}\s+(?:of\s+|de\s+|من\s+)?{month}{_YEAR}(?!\w)",
        rf"(?<!\w){day}{_ORDINAL}\s+(?:of\s+|de\s+)?{month}{_YEAR}\s*\({week}\)",
    ]
    if language == "en":
        orders.append(rf"(?<!\w){week},?\s+{month}\s+{day}{_ORDINAL}{_YEAR}(?!\w)")
    return _Names(weekdays, months, tuple(re.compile(order, re.IGNORECASE) for order in orders))


def _either(group: str, names: Mapping[str, int]) -> str:
    known = sorted((re.escape(name) for name in names if not name.isdecimal()), key=len, reverse=True)
    return rf"(?P<{group}>{'|'.join(known)})\.?"


def _key(name: str) -> str:
    return name.casefold().rstrip(".")


def _plain(language: str) -> str:
    return re.split("[-_]", language)[0].lower()
