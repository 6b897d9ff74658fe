"""Listings of websites, read by the selectors that somebody declared; the organisation's own page among them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Page, Web
from newsletter.publications.sources import page
from newsletter.publications.sources.listing import Listing
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, Refused, SourceKind, Total
from tests.served import Served
from tests.source_contract import Case, SourceContract, check_entry

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
    assert [one.path for one in site.requests] == ["/resources", "/resources?page=2"]
    assert [one.title for one in read(listing(site, next='a[rel="next"]', most_items=2), web)] == ["A", "B"]


def test_other_selectors_read_an_unchanged_page_again(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A")), etag='"1"')
    memory: Memory = {}
    read(listing(site, follow=False), web, memory)
    assert len(read(listing(site, follow=False, title="a"), web, memory)) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"item": ""}, "CSS selector"),
        ({"item": "article["}, 'Option item: "article\\[" is no CSS selector'),
        ({"item": ".gone"}, 'item=".gone" finds nothing'), ({"titel": "h2"}, "no option 'titel'"),
        ({"title": "h2::x"}, "Option title: .* is no CSS selector"), ({"next": "a[["}, "Option next"),
        ({"title": "h7"}, 'title="h7" finds nothing in the items'), ({"link": ".a"}, 'link=".a" finds nothing'),
        ({"date": ".day"}, 'date=".day" finds nothing'), ({"summary": ".s"}, "summary"), ({"image": ".i"}, "image"),
    ],
)  # fmt: skip
def test_a_selector_that_is_of_no_use_is_named(site: Served, web: Web, options: dict[str, str], said: str) -> None:
    site.page("/resources", html_of(teaser("/a", "A"), teaser("/b", "B"), teaser("/c", "C")))
    with pytest.raises(BadInput, match=said):
        read(listing(site, **options), web)


def test_a_single_item_may_lack_its_picture(site: Served, web: Web) -> None:
    site.page("/resources", html_of(teaser("/a", "A")))
    assert len(read(listing(site, follow=False, image="img", date=".day", next="a.next"), web)) == 1


def test_one_bad_item_costs_no_other(site: Served, web: Web) -> None:
    site.page(
        "/resources",
        html_of(teaser("javascript:x()", "Nowhere"), "<article class=teaser></article>", teaser("/a", "A")),
    )
    told = list(page.PageReader().read(listing(site, follow=False), web, {}))
    assert [type(one) for one in told] == [Total, Refused, Refused, Entry]
    assert "Nowhere" in str(told[1])


@pytest.mark.parametrize(
    ("inner", "image"),
    [
        ("<img src='/grey.jpg' data-src='/a.jpg' alt='A'>", "/a.jpg"),
        ("<img src='data:image/gif;base64,R0' data-srcset='/s.jpg 300w, /a.jpg 900w' alt='A'>", "/a.jpg"),
        ("<img alt='A' srcset='/a.jpg 2x, /s.jpg 1x'>", "/a.jpg"),
        ("<img src='data:image/gif;base64,R0'><noscript><img src='/a.jpg' alt='A'></noscript>", "/a.jpg"),
        ("<picture><source srcset='/a.webp'><img src='/a.jpg' alt='A'></picture>", "/a.jpg"),
        ("<img width=20 src='/icon.png' alt='Icon'><img src='/a.jpg' alt='A'>", "/a.jpg"),
    ],
)
def test_pictures_that_load_late_are_found(site: Served, web: Web, inner: str, image: str) -> None:
    site.page("/resources", html_of(teaser("/a", "T", inner)))
    (found,) = read(listing(site, follow=False), web)
    assert (found.title, found.summary, found.image, found.image_alt) == ("T", "", site.url(image), "A")


def test_a_link_around_everything_and_a_picture_that_is_a_link_give_the_title(site: Served, web: Web) -> None:
    first = '<a class="card" href="/a"><img src="/a.jpg" alt="Mayors on a stage"><h3>CO<sub>2</sub> in cities</h3></a>'
    second = '<div class="card"><a href="/b"><img src="/b.jpg" alt="A hall"></a><a href="/b">Cities act</a></div>'
    site.page("/resources", f"<base href='/en/'><html lang=en>{first}{second}</html>")
    found = read(listing(site, item=".card", follow=False), web)
    assert [(one.url, one.title) for one in found] == [
        (site.url("/a"), "CO2 in cities"), (site.url("/b"), "Cities act"),
    ]  # fmt: skip


def test_paging_stays_on_its_website_and_relative_addresses_where_the_page_says(site: Served, web: Web) -> None:
    more = '<li class="next"><a href="https://elsewhere.example/">Next</a></li>'
    html = html_of(teaser("a", "A"), more=more).replace("<body>", "<base href='/en/'><body>")
    site.page("/resources", html)
    assert [one.url for one in read(listing(site, next=".next", follow=False), web)] == [site.url("/en/a")]


def test_items_within_items_are_part_of_them(site: Served, web: Web) -> None:
    inner = teaser("/b", "An answer to it") * 3
    site.page("/resources", html_of(teaser("/a", "A title", inner)))
    assert [one.title for one in read(listing(site, follow=False), web)] == ["A title"]


_PIECES = st.sampled_from(
    ["<article class=teaser>", "</article>", "<a href='/x'>", "<a href='//['>", "<h2>", "<time datetime='", "'>", "\0",
     "&#xD800;", "<img src=", "<script type='application/ld+json'>", '{"datePublished":', "[[[", "x" * 300,
     "12 May 2024"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=30), max_size=40).map("".join), st.sampled_from(["", "h2", "a", "time"]))
def test_any_listing_is_read_or_refused(text: str, selector: str) -> None:
    options = {"item": "article", "title": selector, "date": selector, "image": selector, "next": selector}
    definition = Definition("a", SourceKind.PAGE, "https://example.org/", options=options)
    content = f"<article class=teaser><h2><a href=/1>{text}</article>".encode("utf-8", "surrogatepass")
    with suppress(BadInput):
        found = Listing.of(Page(definition.url, 200, content), definition)
        found.check()
        for one in found.entries(500):
            if isinstance(one, Entry):
                check_entry(one)
            else:
                assert "cannot be read" not in one.why
        assert found.next() == "" or found.next().startswith("http")


@pytest.mark.parametrize(
    "text",
    ["<div>" * 100_000, f"<p {'a=1 ' * 100_000}>", "<a" * 100_000, "<li>" * 100_000, "<li><a href=/a>A</a>" * 50_000,
     f"<li><a href=/a title='{'x' * 1_000_000}'></a>", "<li><h2>" + "<b></b>" * 100_000],
    ids=range(7),
)  # fmt: skip
def test_a_listing_that_would_take_long_is_read_quickly_or_refused(site: Served, web: Web, text: str) -> None:
    site.page("/resources", text)
    with suppress(Refusal):
        assert len(read(listing(site, item="li", follow=False), web)) <= page.MOST_ITEMS


class TestPage(SourceContract):
    reader = page.PageReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        def serve(*links: str) -> None:
            items = "".join(teaser(link, f"Title {link}") for link in links)
            site.page("/resources", f"<html lang='en'>{items}</html>", etag=f'"{len(items)}"')

        serve("/a", "/b", "/c")
        return Case(listing(site, follow=False), 3, lambda: serve("/a", "javascript:b", "/c"))
