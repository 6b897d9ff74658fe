"""What every reader shares: pages within limits, addresses, ids and names as entries have them, asking only once."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.publications.sources import entries, markup
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.entries import Told, entry
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, Refused, SourceKind
from newsletter.publications.sources.pictures import in_markup
from newsletter.publications.sources.visiting import visit
from tests.served import Served
from tests.source_contract import check_entry

SOURCE = Definition("a", SourceKind.PAGE, "https://a.example/", language="fr")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000,
        "<div></b>" * 100_000,
        "<table><td></div>" * 100_000,
        "<p " + " ".join(f"a{number}=1" for number in range(80_000)) + ">",
        "<p " + "".join(f"a{number}='1'" for number in range(80_000)) + ">",
        "<p " + "/".join(f"a{number}" for number in range(80_000)) + ">",
    ],
    ids=["depth", "depth with strange ends", "depth in tables", "attributes", "attributes without spaces", "slashes"],
)
def test_a_page_that_would_take_minutes_is_refused(page: str) -> None:
    with pytest.raises(BadInput, match="not read"):
        markup.document(page)


@pytest.mark.parametrize("unit", ["<p>a</p>", "<li>a", "<br>", "<", "<!--", "&a", "<div>a</div>", "<td>", "<b></b>"])
def test_a_long_page_is_read(unit: str) -> None:
    assert markup.document(unit * 100_000).body is not None


def test_a_large_picture_inside_a_page_is_no_row_of_attributes() -> None:
    tree = markup.document(f'<img src="data:image/png;base64,{"ab/c+d=" * 50_000}" alt="x"><h1>Here</h1>')
    assert markup.selected(tree, "h1")[0].text() == "Here"


@pytest.mark.parametrize("selector", ["", "a[[", "p::before", "h1:nth-child("])
def test_what_is_no_selector_is_said(selector: str) -> None:
    with pytest.raises(BadInput, match="no CSS selector"):
        markup.selected(markup.document("<p>"), selector)


@given(st.text(alphabet="<>/='\"! abdpivtle-&;\0") | st.text())
def test_any_text_is_a_page_or_refused(text: str) -> None:
    in_markup(f"<img {text}><img src='{text}'>")
    with suppress(BadInput):
        markup.document(text)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/a", "https://a.example/a"),
        ("../x/./y", "https://a.example/x/y"),
        ("//b.example/a", "https://b.example/a"),
        (" https://a.example/\n a b ", "https://a.example/%20a%20b"),
        ("https://a.example/caf\u00e9?q=\u00e9#\u00e9", "https://a.example/caf%C3%A9?q=%C3%A9#%C3%A9"),
        ("https://a.example/a%20b", "https://a.example/a%20b"),
        ("https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("mailto:a@a.example", ""),
        ("data:text/html,x", ""),
        ("https://user:secret@a.example/", ""),
        ("https://[::1", ""),
        ("https://a.example:99999/", ""),
        ("file:///etc/passwd", ""),
        ("https://a.example/" + "x" * 3000, ""),
    ],
)
def test_addresses_are_absolute_and_of_the_web(link: str, address: str) -> None:
    assert entries.address(link, "https://a.example/news/") == address


def test_long_ids_are_cut_and_stay_apart() -> None:
    first, second = (entries.identity("x" * 1000 + end) for end in "ab")
    assert first != second
    assert len(first) <= entries.MOST_ID
    assert entries.identity("\u200b") != entries.identity("\u200c")


@pytest.mark.parametrize(
    ("told", "code"),
    [("en_US", "en"), ("ES", "es"), ("pt-BR", "pt"), ("und", ""), ("English", ""), ("", ""), ("x-a", "")],
)
def test_languages_are_told_without_their_region(told: str, code: str) -> None:
    assert entries.language(told) == code


def test_what_has_no_title_goes_by_its_first_sentence() -> None:
    found = entry(Told("/a", "", "https://a.example/", teaser=Teaser("Mayors met. They spoke.")), SOURCE, "item 1")
    assert isinstance(found, Entry)
    assert (found.title, found.language) == ("Mayors met", "fr")


def test_a_refusal_names_the_entry() -> None:
    assert entry(Told("", "A report"), SOURCE, "item 7") == Refused('item 7, "A report"', "It has no link.")
    assert entry(Told("tel:1", "A report"), SOURCE, "item 7") == Refused(
        'item 7, "A report"', "Its link is no web address: tel:1."
    )
    assert entry(Told("/a", "\u200b"), SOURCE, "item 7") == Refused("item 7", "It has no title.")


def test_one_that_stumbles_costs_no_other() -> None:
    def read(said: int, where: str) -> Entry | Refused:
        return Entry(str(1 // said), f"https://a.example/{said}", "A")

    assert [type(one) for one in entries.each([1, 0, -1], read, "item")] == [Entry, Refused, Entry]


def test_an_id_is_told_once() -> None:
    def read(said: str, where: str) -> Entry | Refused:
        return Entry("same", f"https://a.example/{said}", "A")

    told = [one.id for one in entries.each("abba", read, "item") if isinstance(one, Entry)]
    assert told == ["same", "https://a.example/b", "https://a.example/a"]


@given(
    st.builds(
        Told, *[st.text()] * 4, teaser=st.builds(Teaser, st.just("Words"), st.booleans()), language=st.text(),
        image=st.text(), image_alt=st.text(), outlet=st.text(), categories=st.lists(st.text()).map(tuple),
        published_on=st.none() | st.dates(date(1990, 1, 1)),
    )
)  # fmt: skip
def test_whatever_is_told_is_an_entry_or_refused(told: Told) -> None:
    found = entry(told, SOURCE, "item 1")
    if isinstance(found, Entry):
        check_entry(found)


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


def test_a_page_is_asked_for_again_when_what_is_made_of_it_differs(site: Served) -> None:
    site.page("/a", "<p>", etag='"1"')
    memory: Memory = {}
    with Web(allow_private=True, agent="newsletter/test") as web:
        visit(web, site.url("/a"), memory, accept="*/*", made_of=["h1"])
        with pytest.raises(NotModified):
            visit(web, site.url("/a"), memory, accept="*/*", made_of=["h1"])
        assert visit(web, site.url("/a"), memory, accept="*/*", made_of=["h2"]).status == 200
        site.page("/b", "<p>", etag='"1"')
        assert visit(web, site.url("/b"), memory, accept="*/*", made_of=["h2"]).status == 200
