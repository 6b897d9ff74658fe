"""Fetching pages: what comes back, and what a person reads when nothing does."""

from collections.abc import Iterator

import pytest

from newsletter.fetch import Page, Unreachable, Web
from tests.served import Served

AGENT = "newsletter/0.1 (+https://news.example.org)"


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent=AGENT) as made:
        yield made


def test_a_page_comes_with_its_headers(site: Served, web: Web) -> None:
    site.page("/feed", "<rss/>", content_type="application/RSS+xml; charset=utf-8", etag='"1"', gzip=True)
    page = web.get(site.url("/feed"))
    assert (page.url, page.status, page.content, page.text) == (site.url("/feed"), 200, b"<rss/>", "<rss/>")
    assert (page.content_type, page.etag) == ("application/rss+xml", '"1"')


def test_what_is_still_the_same_is_not_sent_again(site: Served, web: Web) -> None:
    site.page("/feed", "<rss/>", etag='"1"')
    assert web.get(site.url("/feed"), etag='"1"').status == 304


def test_what_is_not_there_is_gone(site: Served, web: Web) -> None:
    with pytest.raises(Unreachable, match=r"/feed answers 404 \(not found\)\.$") as refusal:
        web.get(site.url("/feed"))
    assert refusal.value.gone
