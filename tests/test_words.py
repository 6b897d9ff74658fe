"""The fixed words exist in every language, and dates are written as people write them."""

from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.checkers import python_format
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from newsletter.errors import RenderError
from newsletter.rendering.since import since
from newsletter.rendering.words import TRANSLATED, direction, own_name, words
from newsletter.resources import templates

KEYWORDS = {"say": None, "many": (1, 2), "later": None, "_": None}
SOURCES = (
    ("python", Path(__file__).parents[1] / "newsletter" / "rendering", "**.py"),
    ("python", Path(__file__).parents[1] / "newsletter" / "web", "**.py"),
    ("jinja2.ext:babel_extract", templates() / "email", "**.j2"),
    ("jinja2.ext:babel_extract", templates() / "public", "**.html"),
)
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def spoken() -> set[object]:
    """Every message that code and templates say."""
    return {
        message
        for method, folder, pattern in SOURCES
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, [(pattern, method)], {pattern: JINJA if "jinja" in method else {}}, KEYWORDS
        )
    }


def catalogue(name: str) -> Catalog:
    with (templates() / "locale" / name).open("rb") as file:
        return read_po(file)


def ids(found: Catalog) -> set[object]:
    return {tuple(one.id) if isinstance(one.id, list | tuple) else one.id for one in found if one.id}


def test_the_list_of_messages_is_what_the_code_says() -> None:
    assert ids(catalogue("messages.pot")) == spoken()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    found = catalogue(f"{language}/LC_MESSAGES/messages.po")
    assert ids(found) == spoken()
    for message in found:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), f"{message.id} has no {language} form"
        assert not message.fuzzy or not message.id, message.id
        assert len(strings) == (found.num_plurals if message.pluralizable else 1)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_fill_in_the_same_values(language: str) -> None:
    for message in catalogue(f"{language}/LC_MESSAGES/messages.po"):
        if message.id:
            python_format(None, message)


def test_dates_are_written_as_people_write_them() -> None:
    day = date(2024, 8, 30)
    assert words("en").day(day) == "30 August"
    assert words("en").weekday(day) == "Friday, 30 August 2024"
    assert words("en").month(day) == "August 2024"
    assert words("en").days(date(2024, 9, 24), date(2024, 9, 25)).replace("\u2009", " ") == "24–25 Sept 2024"
    assert words("es").weekday(day) == "viernes, 30 de agosto de 2024"
    assert words("es").day(day) == "30 de agosto"
    assert words("es").month(day) == "agosto de 2024"
    assert words("fr").day(date(2024, 9, 1)) == "1er septembre"
    assert words("ar").long_day(day) == "30 أغسطس 2024"


def test_a_period_is_said_in_words() -> None:
    assert words("en").period("2024-Q2") == "2nd quarter 2024"
    assert words("es").period("2024-Q2") == "2.º trimestre de 2024"
    assert words("fr").period("2024-06") == "juin 2024"
    assert words("en").period("2024-H1") == "First half of 2024"
    assert words("en").period("2024") == "2024"
    assert words("en").period("special") == "special"
    assert words("en").more("2024-06") == "More this month"
    assert words("es").more("2024-Q2") == "Más de este trimestre"
    assert words("fr").more("2024-H1") == "Aussi ce semestre"
    assert words("en").more("2024") == "More this year"


def test_languages_are_named_for_the_reader_and_in_themselves() -> None:
    assert words("en").name_of("es") == "Spanish"
    assert words("ar").name_of("en") == "الإنجليزية"
    assert words("en").name_of("es-MX") == "Spanish"
    assert [own_name(one) for one in ("en", "es", "fr", "ar")] == ["English", "Español", "Français", "العربية"]
    assert own_name("xx-nonsense") == "xx-nonsense"


def test_arabic_runs_from_right_to_left() -> None:
    assert [direction(one) for one in ("en", "es", "fr", "ar", "fa", "he", "nonsense!")] == [
        *["ltr"] * 3,
        *["rtl"] * 3,
        "ltr",
    ]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 11, 100])
def test_arabic_counts_in_its_six_forms(number: int) -> None:
    said = words("ar").many("%(num)d date, on %(day)s", "%(num)d dates, next on %(day)s", number, day="DAY")
    assert "DAY" in said
    assert "%" not in said


def test_a_language_without_a_catalogue_speaks_english_with_its_own_dates() -> None:
    assert words("pt").say("Unsubscribe") == "Unsubscribe"
    assert words("pt").month(date(2024, 5, 1)) == "maio 2024"
    assert words("es-MX").say("Unsubscribe") == "Darse de baja"


def test_what_is_no_language_is_refused() -> None:
    with pytest.raises(RenderError, match="not a language"):
        words("../../etc")


def test_since_says_what_is_known_and_no_more() -> None:
    day = date(2024, 3, 4)
    assert since("en", day, "form") == "You signed up on 4 March 2024 on our website."
    assert since("en", day, "page") == "You signed up on 4 March 2024 on our website."
    assert since("en", day, "api") == "You signed up on 4 March 2024."
    assert since("en", day, "staff") == "We put you on our list on 4 March 2024."
    assert since("en", day, "import") == "You have been on our list since 2024."
    assert since("en", None, "form") == "You are on our list."
    assert since("es", day, "import") == "Usted está en nuestra lista desde 2024."
    assert since("fr", day, "form") == "Vous vous êtes inscrit le 4 mars 2024 sur notre site web."
    assert "4 مارس 2024" in since("ar", day, "form")


def test_bringing_the_catalogues_up_to_date_changes_nothing_when_they_are() -> None:
    bench = pytest.importorskip("bench.words")
    assert all(path.read_bytes() == content for path, content in bench.brought_up().items())
