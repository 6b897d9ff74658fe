"""Listings of websites, read by the selectors that somebody declared; the organisation's own page among them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Web
from newsletter.publications.sources import metadata, page
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, Refused, SourceKind, Total
from tests.served import Served

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
OPTIONS = {"item": "article.teaser"}
FIRST_DAY = date(2024, 1, 8)


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/test", robots=False) as found:
        yield found


def listing(site: Served, **options: object) -> Definition:
    return Definition("resources", SourceKind.PAGE, site.url("/resources"), options=OPTIONS | options)


def read(definition: Definition, web: Web, memory: Memory | None = None) -> list[Entry]:
    told = list(page.PageReader().read(definition, web, {} if memory is None else memory))
    assert isinstance(told[0], Total)
    assert told[0].number == len(told) - 1
    return [one for one in told[1:] if isinstance(one, Entry)]


def teaser(link: str, title: str, inner: str = "") -> str:
    return f'<article class="teaser"><h2><a href="{link}">{title}</a></h2>{inner}</article>'


def html_of(*teasers: str, more: str = "") -> str:
    return f'<html lang="en"><body><nav><a href="/">Home</a></nav>{"".join(teasers)}{more}</body></html>'


# -- the organisation's own page --------------------------------------------------------------------------------------


def seeds(name: str) -> tuple[list[tuple[str, str]], str]:
    """Titles and summaries of a saved page, and the picture's description that strayed into it."""
    if not SEEDS.is_dir():
        pytest.skip("shared/seeds is not here: the organisation's own pages are read from there")
    text = next(SEEDS.glob(f"{name}_*.txt")).read_text(encoding="utf-8")
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()][1:-1]
    stray = "".join(block for block in blocks if block.startswith("A male-presenting"))
    blocks = [block for block in blocks if block != stray]
    return list(zip(blocks[::2], blocks[1::2], strict=True)), stray


@pytest.mark.parametrize("name", ["000", "001"])
def test_the_organisations_page_gives_its_publications(site: Served, web: Web, name: str) -> None:
    """As on the website: pictures with and without words, teasers cut off, the day only on each one's own page."""
    items, stray = seeds(name)
    teasers = []
    for number, (title, summary) in enumerate(items):
        alt = stray if number == 3 else ""
        inner = f'<img src="/p{number}.jpg" alt="{escape(alt)}" width="400"><p class="excerpt">{escape(summary)}</p>'
        teasers.append(teaser(f"/resources/{number}", escape(title), inner))
        day = FIRST_DAY + timedelta(days=9 * number)
        site.page(
            f"/resources/{number}",
            f"<html><head><meta property='article:published_time' content='{day}T10:00:00+02:00'></head></html>",
        )
    site.page("/resources", html_of(*teasers, more="<footer><p>Subscribe to our newsletter</p></footer>"))
    found = read(listing(site), web)
    assert [one.title for one in found] == [" ".join(title.split()) for title, _ in items]
    assert [one.url for one in found] == [site.url(f"/resources/{number}") for number in range(len(items))]
    assert [one.published_on for one in found] == [FIRST_DAY + timedelta(days=9 * n) for n in range(len(items))]
    assert [one.summary for one in found] == [" ".join(summary.split()) for _, summary in items]
    assert [bool(one.flags) for one in found] == [summary.strip().endswith("…") for _, summary in items]
    assert found[3].image_alt == stray
    assert {one.language for one in found} == {"en"}


# -- listings in general ----------------------------------------------------------------------------------------------


def test_everything_can_be_declared(site: Served, web: Web) -> None:
    row = (
        '<li class="row"><span class="kind">Report</span><a class="t" href="one?x=1">  A <b>report</b> </a>'
        '<i class="when">12.05.2024</i><div class="s">What it says.</div><figure data-x><img data-src="/one.jpg" alt="A'
        ' hall"></figure></li>'
    )
    site.page("/resources", f"<html><ul>{row}</ul></html>")
    options = {"item": "li.row", "link": "a.t", "title": "a.t", "date": ".when", "summary": ".s", "image": "figure"}
    (found,) = read(listing(site, **options), web)
    assert found == Entry(
        id=site.url("/one?x=1"), url=site.url("/one?x=1"), title="A report", summary="What it says.",
        published_on=date(2024, 5, 12), image=site.url("/one.jpg"), image_alt="A hall",
    )  # fmt: skip


def test_the_listing_is_read_page_by_page(site: Served, web: Web) -> None:
    more = '<a rel="next" href="/resources?page=2">Older</a>'
    last = '<a rel="next" href="/resources">And round again</a>'
    day = "<time datetime='2024-05-12'>12 May</time>"
    site.page("/resources", html_of(teaser("/a", "A", day), teaser("/b", "B", day), more=more))
    site.page("/resources?page=2", html_of(teaser("/b", "B", day), teaser("/c", "C", day), more=last))
    assert [one.title for one in read(listing(site, next='a[rel="next"]'), web)] == ["A", "B", "C"]
    assert [one.title for one in read(listing(site, next='a[rel="next"]', most_items=2), web)] == ["A", "B"]


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


def test_other_selectors_read_an_unchanged_page_again(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A")), etag='"1"')
    memory: Memory = {}
    read(listing(site, follow=False), web, memory)
    assert len(read(listing(site, follow=False, title="a"), web, memory)) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"item": ""}, "CSS selector"), ({"item": "article["}, "no CSS selector"), ({"item": ".gone"}, "finds nothing"),
        ({"titel": "h2"}, "no option 'titel'"),
    ],
)  # fmt: skip
def test_a_selector_that_is_of_no_use_is_named(site: Served, web: Web, options: dict[str, str], said: str) -> None:
    site.page("/resources", html_of(teaser("/a", "A")))
    with pytest.raises(BadInput, match=said):
        read(listing(site, **options), web)


def test_one_bad_item_costs_no_other(site: Served, web: Web) -> None:
    site.page(
        "/resources",
        html_of(teaser("javascript:x()", "Nowhere"), "<article class=teaser></article>", teaser("/a", "A")),
    )
    told = list(page.PageReader().read(listing(site, follow=False), web, {}))
    assert [type(one) for one in told] == [Total, Refused, Refused, Entry]
    assert "Nowhere" in str(told[1])


_PIECES = st.sampled_from(
    ["<article class=teaser>", "</article>", "<a href='/x'>", "<a href='//['>", "<h2>", "<time datetime='", "'>", "\0",
     "&#xD800;", "<img src=", "<script type='application/ld+json'>", '{"datePublished":', "[[[", "x" * 300,
     "12 May 2024"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=30), max_size=40))
def test_any_page_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = metadata.read(text)
    assert found.published_on is None or 1900 <= found.published_on.year < 2100
    assert "\n" not in found.title


@pytest.mark.parametrize("text", ["<div>" * 100_000, "<p " + "a=1 " * 100_000 + ">", "<a" * 100_000, "{" * 100_000])
def test_a_page_that_no_website_needs_is_refused_or_read_quickly(text: str) -> None:
    script = f'<script type="application/ld+json">{"[" * 100_000}</script>'
    for one in (text, script, text + script):
        try:
            metadata.read(one)
        except Refusal:
            continue
