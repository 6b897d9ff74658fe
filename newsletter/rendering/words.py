"""The fixed words of a mail in the reader's language: gettext catalogues, dates, and the names of languages."""

import re
from datetime import date
from functools import lru_cache
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from newsletter.errors import RenderError
from newsletter.resources import templates

SOURCE = "en"  # the messages themselves are English
TRANSLATED = ("es", "fr", "ar")

# English dates as most of the network's cities write them: 30 August 2024, not August 30, 2024.
_DATES = {"en": "en_GB"}


def later(message: str) -> str:
    """Marks a message for translation that is said elsewhere, with `Words.say`."""
    return message


_MORE = {
    "quarter": later("More this quarter"),
    "month": later("More this month"),
    "half": later("More this half-year"),
    "year": later("More this year"),
}
_HALVES = {"1": later("First half of %(year)s"), "2": later("Second half of %(year)s")}
_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")


class Words:
    """Everything a mail says by itself, in one language. Without a catalogue for it, the words are English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = catalogue(language)
        self._dates = Locale.parse(_DATES.get(language, language), sep=_separator(language))

    @property
    def direction(self) -> str:
        """The way the language is written: ltr or rtl."""
        return direction(self.language)

    def say(self, message: str, **values: object) -> str:
        said = self._catalogue.gettext(message)
        return said % values if values else said

    def many(self, one: str, several: str, number: int, **values: object) -> str:
        """The form for that number, which stands in it as %(num)d."""
        return self._catalogue.ngettext(one, several, number) % {"num": number, **values}

    def day(self, on: date) -> str:
        """30 August."""
        return self._first(on, _no_year(format_date(on, "long", self._dates), on.year))

    def long_day(self, on: date) -> str:
        """30 August 2024."""
        return self._first(on, format_date(on, "long", self._dates))

    def weekday(self, on: date) -> str:
        """Friday, 30 August 2024."""
        return self._first(on, format_date(on, "full", self._dates))

    def days(self, first: date, last: date) -> str:
        """24-25 Sept 2024."""
        return str(format_interval(first, last, "yMMMd", locale=self._dates))

    def short_month(self, on: date) -> str:
        """Aug."""
        return format_date(on, "LLL", self._dates).rstrip(".")

    def month(self, on: date) -> str:
        """May 2024."""
        return format_date(on, "LLLL yyyy" if self.language != "es" else "LLLL 'de' yyyy", self._dates)

    def period(self, label: str) -> str:
        """An issue's period in words: 2nd quarter 2024."""
        found = _PERIOD.fullmatch(label)
        if not found:
            return label
        year, quarter, month = int(found["year"]), found["quarter"], found["month"]
        if quarter:
            return format_date(date(year, 3 * int(quarter), 1), self._quarter, self._dates)
        if half := found["half"]:
            return self.say(_HALVES[half], year=year)
        return self.month(date(year, int(month), 1)) if month else label

    def more(self, period: str) -> str:
        """The heading over the titles that found no place of their own."""
        found = _PERIOD.fullmatch(period)
        length = next((name for name in ("quarter", "half", "month") if found and found[name]), "year")
        return self.say(_MORE[length])

    def name_of(self, language: str) -> str:
        """Spanish, in this language."""
        named = Locale.parse(_catalogued(self.language)).languages
        return str(named.get(re.split("[-_]", language)[0].lower(), language))

    @property
    def _quarter(self) -> str:
        return "QQQQ 'de' yyyy" if self.language == "es" else "QQQQ yyyy"

    def _first(self, on: date, said: str) -> str:
        # French alone says "1er août"; the locale data have no pattern for it.
        return re.sub(r"\b1\b", "1er", said, count=1) if self.language == "fr" and on.day == 1 else said


@lru_cache(maxsize=64)
def words(language: str) -> Words:
    """The words in that language; RenderError where it is no language."""
    try:
        return Words(language)
    except (UnknownLocaleError, ValueError):
        raise RenderError(f"{language!r} is not a language that dates can be written in.") from None


@lru_cache(maxsize=64)
def catalogue(language: str) -> NullTranslations:
    """The translations into that language; English is the source and has none."""
    known = _catalogued(language)
    if known == SOURCE:
        return NullTranslations()
    path = templates() / "locale" / known / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=known))
    compiled.seek(0)
    return Translations(fp=compiled)


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    try:
        return str(Locale.parse(language, sep=_separator(language)).text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def own_name(language: str) -> str:
    """A language's name in itself, as a link to its version: Español."""
    try:
        name = str(Locale.parse(language, sep=_separator(language)).get_language_name())
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def _catalogued(language: str) -> str:
    """The language of the fixed words: es for es-MX, English where there is no catalogue."""
    plain = re.split("[-_]", language)[0].lower()
    return plain if plain in TRANSLATED else SOURCE


def _separator(language: str) -> str:
    return "-" if "-" in language else "_"


def _no_year(said: str, year: int) -> str:
    return re.sub(rf"\s*(?:de )?{year}$", "", said)
