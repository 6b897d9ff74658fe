"""Paste a link, and the rest is filled in."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources.model import Entry
from newsletter.publications.sources.pasting import from_page, read_link
from tests.served import Served
from tests.source_contract import check_entry

PAPER = """<!doctype html><html lang="es-ES"><head><title>Ciudades que acogen | El Diario</title>
<meta property="og:title" content="Ciudades que acogen"><meta property="og:site_name" content="El Diario">
<meta property="og:image" content="/foto.jpg"><meta property="og:image:alt" content="La alcaldesa en la plaza">
<meta property="og:description" content="Las ciudades se preparan. Leer más">
<link rel="canonical" href="/ciudades?utm_source=x">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle",
"headline": "Otra cosa", "datePublished": "2024-05-12T23:30:00-05:00", "dateModified": "2024-06-01",
"isAccessibleForFree": "False", "publisher": {"@type": "Organization", "name": "El Diario SA"}}]}</script>
</head><body><h1>Ciudades que acogen</h1></body></html>"""


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/test", robots=False) as found:
        yield found


def test_a_newspaper_fills_everything_in(site: Served, web: Web) -> None:
    site.page("/a", PAPER)
    url = site.url("/ciudades?utm_source=x")
    assert read_link(web, site.url("/a")) == Entry(
        id=url, url=url, title="Ciudades que acogen", summary="Las ciudades se preparan.",
        published_on=date(2024, 5, 12), language="es", image=site.url("/foto.jpg"),
        image_alt="La alcaldesa en la plaza", outlet="El Diario", flags=("login",),
    )  # fmt: skip


def test_a_file_has_its_name_and_no_day(site: Served, web: Web) -> None:
    site.page("/files/Impact-Report_2023.pdf", b"%PDF-1.4", content_type="application/pdf")
    found = read_link(web, site.url("/files/Impact-Report_2023.pdf"))
    assert (found.title, found.published_on, found.outlet) == ("Impact Report 2023", None, "")
    site.page("/.pdf", b"%PDF-1.4", content_type="application/pdf")
    with pytest.raises(BadInput, match="its name says nothing"):
        read_link(web, site.url("/.pdf"))


def test_another_website_does_not_say_where_a_page_is(site: Served, web: Web) -> None:
    site.page("/a", '<title>T</title><link rel="canonical" href="https://elsewhere.example/a">')
    assert read_link(web, site.url("/a")).url == site.url("/a")


@pytest.mark.parametrize("path", ["/gone", "/empty"])
def test_what_cannot_be_read_is_typed_in(site: Served, web: Web, path: str) -> None:
    site.page("/empty", "<html></html>")
    with pytest.raises((Unreachable, BadInput), match="type it in"):
        read_link(web, site.url(path))


@pytest.mark.parametrize("url", ["", "mayors", "ftp://example.org/a", "javascript:alert(1)"])
def test_what_is_no_address_is_said(web: Web, url: str) -> None:
    with pytest.raises(BadInput, match="no web address"):
        read_link(web, url)


def test_a_page_that_says_it_is_the_home_page_keeps_its_address() -> None:
    html = b"<title>T</title><link rel=canonical href=https://example.org/>"
    assert from_page(Page("https://example.org/a", 200, html)).url == "https://example.org/a"


_PIECES = st.sampled_from(
    ["<meta property='og:title' content='", "<meta property='og:image' content='", "<base href='//['>", "'>", "\0",
     "<h1>", "<link rel=canonical href='https://example.org/", "<script type='application/ld+json'>", "</script>",
     '{"@graph":[', '{"@type":"Article",', '"datePublished":', '"headline":"A"', '"image":{"@id":"a"}', '"@id":"a"',
     "]}", "}", ",", "&#xD800;", "\\ud800", "\u202e", "2024-05-12", "<title>T", "<article><time>", "http://[", "&#0;",
     "<img src=a srcset='a 1w,"]
)  # fmt: skip
_NAMES = st.sampled_from(
    ["@graph", "@id", "@type", "image", "url", "publisher", "name", "hasPart", "mainEntityOfPage", "headline",
     "datePublished", "inLanguage", "isAccessibleForFree"]
)  # fmt: skip
_LINKED = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats() | st.just("Article"),
    lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner),
)


@given(st.lists(_PIECES | st.text(max_size=30), max_size=40).map("".join), st.text(max_size=20))
def test_any_page_is_an_entry_or_refused(text: str, language: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    with suppress(BadInput):
        check_entry(from_page(Page("https://example.org/a", 200, content, {"content-language": language})))


@given(_LINKED)
def test_any_linked_data_is_an_entry_or_refused(told: object) -> None:
    html = f'<title>T</title><script type="application/ld+json">{json.dumps(told)}</script>'
    check_entry(from_page(Page("https://example.org/a", 200, html.encode())))


_DEEP = 100_000


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * _DEEP,
        f"<p {'a=1 ' * _DEEP}>",
        f"<meta property='og:title' content='{'a - ' * _DEEP}'>",
        f"<title>{'| ' * _DEEP}</title>",
        f"<script type='application/ld+json'>{'[' * _DEEP}</script>",
        f"<script type='application/ld+json'>{'[[],' * _DEEP}</script>",
        f"<script type='application/ld+json'>[{'[],' * _DEEP}[]]</script>",
        f"<script type='application/ld+json'>{{{'&quot;a&quot;' + ' ' * _DEEP}</script>",
        f'<script type="application/ld+json">{"{" + chr(34) + "@graph" + chr(34) + ":["}' * (_DEEP // 10),
        f'<script type="application/ld+json">{"{" * 9 + "," + " " * 4 * _DEEP}x</script>',
        f"<img srcset='{'a' * _DEEP}'><article><img srcset='{'a,' * _DEEP}'>",
        "<article><h1>T</h1>" + "<time>1 May 2024 and 2 May 2024</time>" * (_DEEP // 10),
        "<main>" + "<article><time>a</time></article>" * (_DEEP // 10) + "<h1>T</h1></main>",
    ],
    ids=range(13),
)
def test_a_page_that_would_take_long_is_read_quickly_or_refused(html: str) -> None:
    with suppress(BadInput):
        check_entry(from_page(Page("https://example.org/a", 200, f"<title>T</title>{html}".encode())))
