"""Paste a link, and the rest is filled in; and files as sources."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Unreachable, Web
from newsletter.publications.sources.file import FileReader
from newsletter.publications.sources.model import Definition, Entry, Refused, SourceKind, Total
from newsletter.publications.sources.page import PageReader
from newsletter.publications.sources.pasting import read_link
from tests.served import Served
from tests.source_contract import Case, SourceContract

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


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("<meta name='article:published_time' content='2024-05-12'>", date(2024, 5, 12)),
        ("<meta name='DC.Date.issued' content='2024-05-12'>", date(2024, 5, 12)),
        ("<meta name='citation_publication_date' content='2024/05/12'>", date(2024, 5, 12)),
        ("<meta property='article:modified_time' content='2024-05-12'>", None),
        ('<script type=\'application/ld+json\'>{"dateModified": "2024-05-12"}</script>', None),
        ("<script type='application/ld+json'>{broken</script>", None),
        ("<meta name='date' content='05/06/2024'>", None),
    ],
)
def test_only_the_day_of_publication_counts(site: Served, web: Web, head: str, day: date | None) -> None:
    site.page("/a", f"<html><head><title>T</title>{head}</head><body><h1>T</h1></body></html>")
    assert read_link(web, site.url("/a")).published_on == day


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("A report | The Paper", "A report"), ("A report - The Paper", "A report"), ("A report", "A report"),
        ("Migration – what cities do", "Migration"),
    ],
)  # fmt: skip
def test_a_title_without_anything_else_loses_its_suffix(site: Served, web: Web, title: str, found: str) -> None:
    site.page("/a", f"<title>{title}</title>")
    assert read_link(web, site.url("/a")).title == found


def test_a_heading_is_taken_as_it_is(site: Served, web: Web) -> None:
    site.page("/a", "<title>x</title><h1>Migration – what <em>cities</em> do</h1>")
    assert read_link(web, site.url("/a")).title == "Migration – what cities do"


def test_a_file_has_its_name_and_no_day(site: Served, web: Web) -> None:
    site.page("/files/Impact-Report_2023.pdf", b"%PDF-1.4", content_type="application/pdf")
    found = read_link(web, site.url("/files/Impact-Report_2023.pdf"))
    assert (found.title, found.published_on) == ("Impact Report 2023", None)


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


# -- files ------------------------------------------------------------------------------------------------------------

CSV = "kind,title,url,published_on\nreport,A report,https://example.org/a,2024-05-12\nfoo,B,https://example.org/b,\n"


def test_a_bad_row_costs_only_itself(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "publications.csv"
    path.write_text(CSV, encoding="utf-8")
    told = list(FileReader().read(Definition("file", SourceKind.FILE, str(path)), web, {}))
    assert told[:2] == [
        Total(2),
        Entry(
            id="https://example.org/a", url="https://example.org/a", title="A report", kind="report", language="en",
            published_on=date(2024, 5, 12),
        ),
    ]  # fmt: skip
    assert isinstance(told[2], Refused)
    assert (told[2].where, told[2].why[:5]) == ("line 3", "kind:")


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, web: Web, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        list(FileReader().read(Definition("file", SourceKind.FILE, str(tmp_path / name)), web, {}))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("file") / "any"
    path.write_bytes(content)
    with Web(allow_private=True, agent="newsletter/test") as web:
        try:
            list(FileReader().read(Definition("file", SourceKind.FILE, str(path)), web, {}))
        except Refusal:
            return


class TestFile(SourceContract):
    reader = FileReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        def rows(*titles: str) -> bytes:
            return json.dumps(
                [
                    {"kind": "report", "title": title, "url": f"https://example.org/{n}"}
                    for n, title in enumerate(titles)
                ]
            ).encode()

        def serve(content: bytes) -> None:
            site.page("/file", content, content_type="application/json", etag=f'"{hash(content)}"')

        serve(rows("A", "B", "C"))
        return Case(
            Definition("a", SourceKind.FILE, site.url("/file")), 3, lambda: serve(rows("A", "", "C")),
        )  # fmt: skip


class TestPage(SourceContract):
    reader = PageReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        def serve(*links: str) -> None:
            items = "".join(f"<article><h2><a href='{link}'>Title {link}</a></h2></article>" for link in links)
            site.page("/list", f"<html lang='en'>{items}</html>", etag=f'"{hash(links)}"')

        serve("/a", "/b", "/c")
        definition = Definition("a", SourceKind.PAGE, site.url("/list"), options={"item": "article", "follow": False})
        return Case(definition, 3, lambda: serve("/a", "javascript:b", "/c"))
