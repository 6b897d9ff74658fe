"""Addresses and titles in the form in which they are compared, and which publications are one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.publications.addresses import canonical_url, has_page
from newsletter.publications.matching import PEOPLE, Known, canonical_title, known, same, title_key, url_key
from newsletter.publications.model import Publication

PAGE = "https://example.org/news/a-story"


@pytest.mark.parametrize(
    "written",
    [
        "http://example.org/news/a-story",
        "HTTPS://WWW.Example.ORG/news/a-story/",
        "https://www.example.org:443/news/a-story",
        "http://example.org:80/news/a-story#more",
        "https://example.org/news/a-story?utm_source=x&UTM_Medium=mail&fbclid=1&gclid=2&mc_cid=3",
        "https://example.org/news/a-story/?amp=1",
        "https://example.org/news/a-story?amp",
        "https://example.org/news/a-story/amp/",
        "https://amp.example.org/news/a-story",
        "https://example.org/news/%61-story",
        "https://example.org/news/./old/../a-story",
        "https://www.google.com/amp/s/www.example.org/news/a-story/amp/",
        "https://example-org.cdn.ampproject.org/c/s/example.org/news/a-story",
        "https://example.org./news/a-story",
        "  https://example.org/news/a-story  ",
    ],
)
def test_one_page_however_its_address_is_written(written: str) -> None:
    assert url_key(written) == url_key(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/news/A-story",
        "https://example.org/news/a-story?p=2",
        "https://example.org/es/news/a-story",
        "https://example.org:8080/news/a-story",
        "https://news.example.org/news/a-story",
        "https://example.org/news/a-story?lang=es",
        "https://example.org/news/a-story#!/second",
        "https://example.com/news/a-story",
        "https://example.org/news%2Fa-story",
    ],
)
def test_another_page_is_another_page(other: str) -> None:
    assert url_key(other) != url_key(PAGE)


def test_the_order_of_parameters_says_nothing_and_their_values_do() -> None:
    assert canonical_url("https://example.org/x?b=2&a=1&a=0") == canonical_url("http://example.org/x/?a=0&a=1&b=2")
    assert canonical_url("https://example.org/x?a=1") != canonical_url("https://example.org/x?a=")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MMC Readout: San Antonio’s Leadership", "mmc  readout - san antonio's leadership!"),
        ("Cités & Régions", "CITES & REGIONS"),
        ("COVID-19: the ﬁrst year", "Covid 19 the first year"),
        ("Soft\u00adhyphens", "softhyphens"),
        ("\u201cQuoted\u201d", "Quoted"),
        ("Straße", "STRASSE"),
    ],
)
def test_one_title_however_it_is_set(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_what_tells_titles_apart() -> None:
    assert title_key("MMC Readout: San Antonio") != title_key("San Antonio")  # the prefix is part of it
    assert title_key("تَقْرِير") != title_key("تقرير")  # marks are folded for Latin only
    assert canonical_title("Й") != canonical_title("И")
    assert title_key("🎉 !") == ""  # nothing is left that could be compared


@given(st.text(max_size=200))
def test_any_text_has_its_forms_and_they_stay(text: str) -> None:
    assert canonical_title(canonical_title(text)) == canonical_title(text)
    assert len(url_key(text)) == 64
    assert isinstance(has_page(text), bool)


@given(st.text("abc/.?&=#%:@[]-é\ud800", max_size=60))
def test_hostile_addresses_are_compared_without_a_fault(rest: str) -> None:
    assert canonical_url("https://example.org/" + rest) == canonical_url("http://www.example.org/" + rest)
    assert isinstance(canonical_url("https://" + rest), str)


def test_addresses_nested_without_end_are_read_once() -> None:
    assert len(canonical_url("https://www.google.com/" + "amp/s/www.google.com/" * 5000)) > 1000


# -- which publications are one ------------------------------------------------------------------------------------

DAY = date(2024, 5, 31)


def made(
    id_: int, url: str, title: str, day: date | None = DAY, language: str = "en", sources: tuple[int, ...] = ()
) -> Known:
    publication = Publication(f"x:{id_}", "report", title, url, language, published_on=day)
    return known(id_, publication, sources)


HERE = made(7, PAGE, "A story of a city", sources=(1,))


@pytest.mark.parametrize(
    "entry",
    [
        made(0, PAGE, "A story of a city"),
        made(0, PAGE, "Another title of the same page"),
        made(0, PAGE, "Another title, without a day", None),
        made(0, "https://cdn.example.net/copy", "A Story of a City."),
        made(0, "https://cdn.example.net/copy", "A story of a city", DAY + timedelta(days=3)),
    ],
)
def test_told_by_another_source_it_is_the_same(entry: Known) -> None:
    assert same(entry, [HERE], 2) == HERE
    assert same(entry, [HERE]) == HERE


@pytest.mark.parametrize(
    "entry",
    [
        made(0, "https://example.org/b", "A story of a city", DAY + timedelta(days=4)),
        made(0, "https://example.org/b", "A story of a city", None),
        made(0, "https://example.org/b", "A story of a city", language="es"),
        made(0, "https://example.org/b", "Another story"),
    ],
)
def test_told_by_another_source_it_is_another(entry: Known) -> None:
    assert same(entry, [HERE], 2) is None


def test_of_one_source_only_address_title_and_day_together_make_the_same() -> None:
    assert same(made(0, PAGE, "A story of a city"), [HERE], 1) == HERE
    assert same(made(0, PAGE, "Another call on the same page"), [HERE], 1) is None
    assert same(made(0, PAGE, "A story of a city", DAY + timedelta(days=30)), [HERE], 1) is None
    assert same(made(0, "https://example.org/b", "A story of a city"), [HERE], 1) is None
    by_hand = replace(HERE, sources=frozenset({PEOPLE}))
    assert same(made(0, "https://example.org/b", "A story of a city"), [by_hand]) is None


def test_what_stands_on_a_front_page_is_told_apart_by_its_title() -> None:
    front = made(7, "https://example.org/", "One call", sources=(1,))
    assert same(made(0, "https://www.example.org", "Another call"), [front], 2) is None
    assert same(made(0, "https://www.example.org", "One call"), [front], 2) == front
    assert not has_page("https://example.org/")
    assert has_page("https://example.org/?p=3")


def test_where_several_stand_on_one_page_the_title_decides() -> None:
    others = [made(1, PAGE, "First call", sources=(1,)), made(2, PAGE, "Second call", sources=(1,))]
    assert same(made(0, PAGE, "Second call"), others, 2) == others[1]
    assert same(made(0, PAGE, "Third call"), others, 2) is None
