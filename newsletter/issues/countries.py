"""Countries, as the library `holidays` knows them: public holidays by name, and which days are a weekend.

The library is loaded when it is first asked: it costs a tenth of a second.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from babel import Locale

from newsletter.errors import BadInput

LONGEST_CODE = 16
_SATURDAY = 5
_EXAMPLE = "Give a country like BE, or a part of one like DE-BE or GB-SCT."


def country_code(text: str) -> str:
    """A country or a part of one, as it is stored: "BE", "DE-BE"; "" for none. BadInput where it is not known."""
    country, _, part = (one.strip() for one in text.strip().partition("-"))
    if not country:
        return ""
    known = _known()
    parts = known.get(country.upper())
    if parts is None:
        raise BadInput(f"There are no holidays known for {text.strip()[:40]!r}{_named(country)}. {_EXAMPLE}")
    if not part:
        return country.upper()
    found = next((one for one in parts if one.casefold() == part.casefold()), None)
    if found is None or len(f"{country}-{found}") > LONGEST_CODE:
        listed = f"; it knows: {', '.join(sorted(parts))}" if parts else ", and none of the others"
        raise BadInput(f"The holidays of {country.upper()} are not known for a part {part[:40]!r}{listed}.")
    return f"{country.upper()}-{found}"


def holiday(country: str, day: date) -> str:
    """The name of the holiday, in English where there is one; "" on other days and without a country."""
    return _holidays(country, day.year).get(day, "") if country else ""


def is_weekend(country: str, day: date) -> bool:
    """Whether it is a weekend there; without a country, a Saturday or Sunday."""
    return day.weekday() in (_weekend(country, day.year, day.month) if country else (_SATURDAY, _SATURDAY + 1))


@lru_cache(maxsize=1)
def _known() -> Mapping[str, list[str]]:
    import holidays  # noqa: PLC0415

    found = holidays.list_supported_countries(include_aliases=True)
    return {code: list(parts) for code, parts in found.items() if len(code) == 2}


def _named(text: str) -> str:
    """The code of a country that was given by its name."""
    names = {name: code for code, name in Locale("en").territories.items() if code in _known()}
    close = get_close_matches(text.title(), names, n=1, cutoff=0.85)
    return f"; {close[0]} is {names[close[0]]}" if close else ""


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415

    code, _, part = country.partition("-")
    speaks = _languages(code)
    language = next((one for one in speaks if one.startswith("en")), None)
    found = holidays.country_holidays(code, subdiv=part or None, years=year, expand=False, language=language)
    return dict(found.items())


@lru_cache(maxsize=64)
def _languages(code: str) -> tuple[str, ...]:
    import holidays  # noqa: PLC0415

    return tuple(holidays.country_holidays(code).supported_languages)


@lru_cache(maxsize=1024)
def _weekend(country: str, year: int, month: int) -> frozenset[int]:
    """Asked for a month: some countries have moved theirs."""
    import holidays  # noqa: PLC0415

    calendar = holidays.country_holidays(country.partition("-")[0], expand=False)
    days = (date(year, month, number) for number in range(1, 8))
    return frozenset(day.weekday() for day in days if calendar.is_weekend(day))
