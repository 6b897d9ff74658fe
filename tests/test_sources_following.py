"""Links of a listing that are followed for their days: once each, and within bounds."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from newsletter.fetch import Web
from newsletter.publications.sources import following, page
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, SourceKind
from tests.served import Served


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/test", robots=False) as found:
        yield found


def listing(site: Served, **options: object) -> Definition:
    return Definition("a", SourceKind.PAGE, site.url("/resources"), options={"item": "article"} | options)


def read(definition: Definition, web: Web, memory: Memory | None = None) -> list[Entry]:
    told = page.PageReader().read(definition, web, {} if memory is None else memory)
    return [one for one in told if isinstance(one, Entry)]


def teaser(link: str, title: str) -> str:
    return f'<article><h2><a href="{link}">{title}</a></h2></article>'


def html_of(*teasers: str, more: str = "") -> str:
    return f'<html lang="en"><body>{"".join(teasers)}{more}</body></html>'


def test_a_link_is_followed_once_for_its_day(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A"), teaser("/b", "B")), etag='"1"')
    site.page("/a", "<html><head><meta name='dc.date' content='2024-05-12'></head></html>")
    site.page("/b", "<html>No day here</html>")
    memory: Memory = {}
    assert [one.published_on for one in read(listing(site), web, memory)] == [date(2024, 5, 12), None]
    assert json.loads(json.dumps(memory)) == memory
    with pytest.raises(NotModified):
        read(listing(site), web, memory)
    site.page("/resources", html_of(teaser("/a", "A"), teaser("/c", "C")), etag='"2"')
    asked = len(site.requests)
    assert [one.published_on for one in read(listing(site), web, memory)] == [date(2024, 5, 12), None]
    assert [one.path for one in site.requests[asked:]] == ["/resources", "/c"]
    assert [one.published_on for one in read(listing(site, follow=False), web)] == [None, None]


def test_what_a_followed_page_says_is_the_same_at_each_visit(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A")), etag='"1"')
    head = (
        "<meta name='dc.date' content='2024-05-12'><meta name='description' content='Mayors met and\u2026'>"
        "<meta property='og:image' content='/a.jpg'><meta property='og:image:alt' content='A hall'>"
    )
    site.page("/a", f"<html lang='fr'><head><title>Other</title>{head}</head></html>")
    memory: Memory = {}
    (first,) = read(listing(site), web, memory)
    assert first == Entry(
        id=site.url("/a"), url=site.url("/a"), title="A", summary="Mayors met and\u2026",
        published_on=date(2024, 5, 12), language="en", image=site.url("/a.jpg"), image_alt="A hall", flags=("cut_off",),
    )  # fmt: skip
    site.page("/resources", html_of(teaser("/a", "A"), more="<p>Changed</p>"), etag='"2"')
    site.remove("/a")
    assert read(listing(site), web, memory) == [first]


def test_links_that_could_not_be_followed_are_followed_at_the_next_visit(site: Served, web: Web) -> None:
    site.page("/resources", html_of(*(teaser(f"/{number}", f"Title {number}") for number in range(9))), etag='"1"')
    for number in range(9):
        site.page(f"/{number}", status=500)
    memory: Memory = {}
    assert {one.published_on for one in read(listing(site), web, memory)} == {None}
    assert len({one.path for one in site.requests}) == 1 + following.MOST_IN_A_ROW
    for number in range(9):
        site.page(f"/{number}", "<head><meta name='date' content='2024-05-12'></head>")
    assert {one.published_on for one in read(listing(site), web, memory)} == {date(2024, 5, 12)}
    with pytest.raises(NotModified):
        read(listing(site), web, memory)


def test_one_link_that_fails_is_tried_again_though_the_listing_is_the_same(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A"), teaser("/b", "B")), etag='"1"')
    site.page("/a", status=503)
    site.page("/b", "<head><meta name='date' content='2024-05-12'></head>")
    memory: Memory = {}
    assert [one.published_on for one in read(listing(site), web, memory)] == [None, date(2024, 5, 12)]
    site.page("/a", "<head><meta name='date' content='2024-05-11'></head>")
    assert [one.published_on for one in read(listing(site), web, memory)] == [date(2024, 5, 11), date(2024, 5, 12)]


def test_a_visit_follows_a_bounded_number_of_links(site: Served, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_FOLLOWED", 2)
    site.page("/resources", html_of(*(teaser(f"/{number}", f"Title {number}") for number in range(3))), etag='"1"')
    for number in range(3):
        site.page(f"/{number}", "<head><meta name='date' content='2024-05-12'></head>")
    memory: Memory = {}
    assert [one.published_on is None for one in read(listing(site), web, memory)] == [False, False, True]
    assert [one.published_on is None for one in read(listing(site), web, memory)] == [False, False, False]


def test_a_page_that_names_no_day_or_is_gone_is_not_asked_again(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A"), teaser("/gone", "B"), teaser("/c.pdf", "C")))
    site.page("/a", "<p>Nothing")
    site.page("/c.pdf", b"%PDF", content_type="application/pdf")
    memory: Memory = {}
    read(listing(site), web, memory)
    asked = len(site.requests)
    read(listing(site), web, memory)
    assert [one.path for one in site.requests[asked:]] == ["/resources"]


@pytest.mark.parametrize("memory", [{"followed": 1}, {"followed": {"x": 1}}, {"followed": {"URL": {"day": "x"}}}])
def test_a_memory_that_is_none_is_left_aside(site: Served, web: Web, memory: Memory) -> None:
    site.page("/resources", html_of(teaser("/a", "A")))
    site.page("/a", "<head><meta name='date' content='2024-05-12'></head>")
    told = json.loads(json.dumps(memory).replace("URL", site.url("/a")))
    assert read(listing(site), web, told)[0].published_on == date(2024, 5, 12)
