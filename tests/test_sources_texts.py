"""Texts and days of the web: plain, in one line, and never guessed."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.publications.sources.cleaning import Teaser, one_line, opening, plain, teaser
from newsletter.publications.sources.days import read_day

MAY_12 = date(2024, 5, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-12", "2024-05-12T23:30:00-05:00", "2024-05-12T00:30:00Z", "2024/05/12", "20240512T101500Z",
        "Sun, 12 May 2024 23:30:00 -0500", "Sunday, 12-May-2024 08:00:00 GMT", "12 May 2024", "12 May, 2024",
        "May 12, 2024", "Sunday, May 12th, 2024", "Published on May 12, 2024 by the Network", "12.05.2024", "12.5.2024",
        "12 mai 2024", "12. Mai 2024", "12 de mayo de 2024", "12 de maio de 2024", "12 maggio 2024", "12 mei 2024",
        "١٢ مايو ٢٠٢٤", "12 أيار 2024", "الأحد 12 مايو 2024", "2024年5月12日", "2024년 5월 12일", "12/May/2024",
        "12 MAY 2024 · 3 min read", "12 May 2024, updated 14 May 2024",
    ],
)  # fmt: skip
def test_a_day_is_found_in_any_form(text: str) -> None:
    assert read_day(text) == MAY_12


@pytest.mark.parametrize(
    "text",
    [
        "", "May 2024", "2024", "03/04/2024", "3-4-2024", "12-14 May 2024", "May 12-14, 2024", "12 to 14 May 2024",
        "31 February 2024", "2024-02-30", "updated 14 May 2024", "12 May 24", "yesterday", "12 Foo 2024",
        "12 May 1824", "between 3 May 2024 and 5 June 2024",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_no_day(text: str) -> None:
    assert read_day(text) is None


def test_numbers_that_can_only_be_one_day_are_that_day() -> None:
    assert read_day("13/04/2024") == read_day("04/13/2024") == date(2024, 4, 13)
    assert read_day("4/4/2024") == date(2024, 4, 4)
    assert read_day("29/02/2024") == date(2024, 2, 29)
    assert read_day("29/02/2023") is None


def test_the_language_decides_between_months_that_share_a_name() -> None:
    assert read_day("5 listopada 2024", language="pl") == date(2024, 11, 5)
    assert read_day("5 listopada 2024", language="hr") == date(2024, 10, 5)


@given(st.text())
def test_any_text_is_a_day_or_none(text: str) -> None:
    found = read_day(text)
    assert found is None or 1900 <= found.year < 2100


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two <b>three</b>,&nbsp;four</p>", "One two three, four"),
        ("a<br>b<br/>c", "a b c"),
        ("Q&amp;A: 5 &lt; 6", "Q&A: 5 < 6"),
        ("<script>alert(1)</script>safe<style>p{}</style>", "safe"),
        ('<figure><img alt="A mayor"><figcaption>Credit</figcaption></figure>Text', "Text"),
        ("so\u00adft\u200b and \u202ereversed\u202c", "soft and reversed"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[caption id=1]A[/caption] B", "A B"),
        ("&#xD800;&#0;x", "\ufffd\ufffdx"),
        ("<img src=x onerror=alert(1)>", ""),
        ("unclosed <b", "unclosed"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
    ],
)
def test_html_becomes_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("markup", "text", "is_cut"),
    [
        ("<p>Mayors met in [&hellip;]</p>", "Mayors met in…", True),
        ("Mayors met, ...", "Mayors met…", True),
        ("Mayors met in… <a>Continue reading</a>", "Mayors met in…", True),
        ("Mayors met. <a>Read more »</a>", "Mayors met.", False),
        ("Los alcaldes se reunieron [...] Leer más", "Los alcaldes se reunieron…", True),
        ("Les maires se sont réunis… Lire la suite", "Les maires se sont réunis…", True),
        ("<p>Done.</p><p>The post <a>T</a> appeared first on <a>S</a>.</p>", "Done.", False),
        ("Learn more", "", False),
        ("They wait… and then they vote.", "They wait… and then they vote.", False),
        ("…", "", False),
    ],
)
def test_a_teaser_loses_its_tail_and_says_whether_it_was_cut(markup: str, text: str, *, is_cut: bool) -> None:
    assert teaser(markup) == Teaser(text, is_cut)


def test_a_long_text_is_cut_between_words_or_sentences() -> None:
    text = "The first sentence is here. " * 40
    assert opening(text, 100).text == "The first sentence is here. " * 2 + "The first sentence is here."
    assert one_line("word " * 100, 30) == "word word word word word word…"
    assert opening("short", 100) == Teaser("short")


def test_only_the_beginning_of_a_huge_text_is_cleaned() -> None:
    assert plain("<b>x</b> " * 5000).count("x") <= 2000
    assert plain(f"<!--{'x' * 70_000}-->tail") == ""


@given(st.text() | st.text(alphabet="<>/&;#x \"'=![]-abpdiv\0\u202e\ud800"))
def test_whatever_comes_is_one_clean_line(markup: str) -> None:
    text = plain(markup)
    assert len(text) <= 5000
    assert text == " ".join(text.split())
    assert not {unicodedata.category(one) for one in text} & {"Cc", "Cs"}
    teaser(markup)
