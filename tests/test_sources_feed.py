"""Feeds: RSS, Atom and JSON Feed in many dialects, and what is no feed at all."""

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import feed, json_feed
from newsletter.publications.sources.mending import mended
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, Refused, SourceKind, Total
from tests.feed_dialects import DATED, DIALECTS, SITE, Dialect, item, rss
from tests.served import Served
from tests.source_contract import Case, SourceContract, check_entry

FEED = Definition("network", SourceKind.FEED, f"{SITE}/feed")


def read(content: bytes, content_type: str = "application/rss+xml") -> list[Entry | Refused | Total]:
    return list(feed.feed_entries(Page(f"{SITE}/feed", 200, content, {"content-type": content_type}), FEED))


def read_json(value: object) -> list[Entry | Refused | Total]:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(json_feed.json_feed_entries(Page(f"{SITE}/feed.json", 200, content, {}), FEED))


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_every_dialect_is_understood(dialect: Dialect) -> None:
    total, *told = read(dialect.content, dialect.content_type)
    assert isinstance(total, Total)
    assert total.number == len(told) == dialect.entries
    assert sum(isinstance(one, Refused) for one in told) == dialect.refused
    first = told[0]
    assert isinstance(first, Entry)
    assert {name: getattr(first, name) for name in dialect.expected} == dialect.expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>No feed</body></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b'{"version": 1}',
        b"nothing at all",
    ],
)
def test_what_is_no_feed_is_said(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"no feed|not RSS"):
        read(content, "text/html")


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{10 * f"&{before};"}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_an_entity_bomb_is_refused(encoding: str) -> None:
    bomb = BOMB + rss(item(title="&i;")).decode().split("?>", 1)[1]
    tracemalloc.start()
    with pytest.raises(BadInput, match="entities"):
        read(bomb.encode(encoding))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_no_file_of_ours_is_read_into_a_feed() -> None:
    outside = (
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(item(title="&x;")).decode().split("?>", 1)[1]
    )
    with pytest.raises(BadInput):
        read(outside.encode())


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("<item " + " ".join(f'a{number}="1"' for number in range(30_000)), "/>"),
        ("<a>" * 1000, ""),
        ("<b/>" * 100_001, ""),
        ('<!DOCTYPE rss [<!ENTITY a "' + "x" * 1000 + '">]><rss>' + "&a;" * 2000, "</rss>"),
    ],
    ids=["attributes", "depth", "elements", "an entity used often"],
)
def test_what_would_take_long_is_refused_before(start: str, end: str) -> None:
    content = start + end if start.startswith("<!") else rss(start + end).decode()
    with pytest.raises(BadInput, match="not read"):
        read(content.encode())


@pytest.mark.parametrize(
    "field",
    ["<author>" + "a." * 200_000 + "@</author>", "<pubDate>" + "a" * 2_000_000 + "</pubDate>"],
    ids=["author", "date"],
)
def test_no_field_keeps_the_reader_busy(field: str) -> None:
    assert isinstance(read(rss(item(field)))[1], Entry)


@pytest.mark.parametrize("unit", ["<", "<a ", "<![CDATA[", "<!--", "<?", "&a;", '<a b="', "</item>", "<item><b></c>"])
def test_broken_markup_keeps_the_reader_no_longer(unit: str) -> None:
    read(f"<rss><channel>{unit * 30_000}".encode())


@pytest.mark.parametrize("opening", ["<![CDATA[", "<!--", "<?"])
def test_an_end_that_is_not_there_is_looked_for_once(opening: str) -> None:
    class Searched(str):
        __slots__ = ("ends",)

        def find(self, *what: Any) -> int:
            self.ends = getattr(self, "ends", 0) + (what[0] != "<")
            return super().find(*what)

    text = Searched("<rss>" + opening * 100)
    mended(text)
    assert text.ends == 1


@pytest.mark.parametrize(
    "unit", ["&lt;div&gt;", "&lt;b&gt;", "&lt;table&gt;&lt;a&gt;", "[caption ", "read more ", "\u200c"]
)
def test_no_text_keeps_the_reader_busy(unit: str) -> None:
    told = read(rss("".join(item(f"<description>{unit * 20_000}</description>", f"{SITE}/{at}") for at in range(5))))
    assert len(told) == 6


def test_an_external_entity_is_refused_however_it_is_written() -> None:
    for doctype in (
        '<!DOCTYPE r SYSTEM "x" [<!ENTITY x PUBLIC "a" "http://h.example/">]>',
        "<!doctype r [<!entity x system 'a'>]>",
    ):
        with pytest.raises(BadInput, match="external"):
            read((doctype + "<rss/>").encode())


def test_a_document_type_in_a_text_is_text() -> None:
    told = read(rss(item("<description><![CDATA[<!DOCTYPE html><p>Words</p>]]></description>")))[1]
    assert isinstance(told, Entry)
    assert told.summary == "Words"


def test_an_item_that_breaks_off_waits_for_the_next_visit() -> None:
    content = rss(item() + item(link=f"{SITE}/long/address"))
    at = content.index(b"/address")
    assert [one.url for one in read(content[:at]) if isinstance(one, Entry)] == [f"{SITE}/a"]


class TestFeed(SourceContract):
    reader = feed.FeedReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        items = [item(DATED, link=f"{SITE}/{number}") for number in range(3)]
        site.page("/feed", rss("".join(items)), etag='"1"')
        spoilt = rss("".join([items[0], "<item><description>Of what?</description></item>", items[2]]))
        return Case(
            Definition("a", SourceKind.FEED, site.url("/feed")), 3, lambda: site.page("/feed", spoilt, etag='"2"')
        )


class TestJsonFeed(SourceContract):
    reader = json_feed.JsonFeedReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        items = [ITEM | {"id": str(number), "url": f"/{number}"} for number in range(3)]
        site.page("/feed.json", json.dumps(json_of(*items)), last_modified="Sun, 12 May 2024 10:00:00 GMT")
        spoilt = json.dumps(json_of(items[0], ["?"], items[2]))
        return Case(
            Definition("a", SourceKind.JSON_FEED, site.url("/feed.json")), 3, lambda: site.page("/feed.json", spoilt)
        )


def test_a_feed_has_an_end() -> None:
    many = rss("".join(item(link=f"{SITE}/{number}") for number in range(feed.MOST_ITEMS + 50)))
    assert read(many)[0] == Total(feed.MOST_ITEMS)


_NOISE = st.binary(max_size=50) | st.sampled_from(
    [
        b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"<item>", b"</item>", b"</rss>", b"\x00", b"\xed\xa0\x80",
        b"<!DOCTYPE a [", b"&#0;", b"&#xD800;", b"<a:b c:d='", b"xmlns=''", b"<item " + b"a='b'" * 9,
        b"<content type='xhtml'>", b"<?xml encoding='x'?>",
    ]
)  # fmt: skip
_CHANGES = st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 200), _NOISE), min_size=1, max_size=5)


@given(_CHANGES, st.sampled_from(list(DIALECTS.values())))
def test_a_broken_feed_is_read_or_refused(changes: list[tuple[int, int, bytes]], dialect: Dialect) -> None:
    content = dialect.content
    for at, removed, noise in changes:
        content = content[:at] + noise + content[at + removed :]
    for broken in (content, b"".join(noise for _, _, noise in changes)):
        with suppress(BadInput):
            for one in read(broken, dialect.content_type):
                if isinstance(one, Entry):
                    check_entry(one)


def test_nesting_without_an_end_costs_no_memory() -> None:
    deep = rss(item("<description>" + "&lt;div&gt;" * 100_000 + "</description>")) + b"<a>" * 100_000
    tracemalloc.start()
    read(deep)
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


# -- JSON Feed --------------------------------------------------------------------------------------------------------

ITEM = {
    "id": "1", "url": f"{SITE}/a", "title": "A report", "content_html": '<p>Words.</p><img src="/i.jpg" alt="A hall">',
    "date_published": "2024-05-12T23:00:00-07:00", "tags": ["Press", "Press", 7], "language": "fr-FR",
}  # fmt: skip


def json_of(*items: object, version: str = "https://jsonfeed.org/version/1.1") -> dict[str, object]:
    return {"version": version, "title": "Network", "items": list(items)}


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_json_feeds_are_read(version: str) -> None:
    total, told = read_json(json_of(ITEM, version=f"https://jsonfeed.org/version/{version}"))
    assert total == Total(1)
    assert told == Entry(
        id="1", url=f"{SITE}/a", title="A report", summary="Words.", published_on=date(2024, 5, 12), language="fr",
        image=f"{SITE}/i.jpg", image_alt="A hall", tags=("Press",),
    )  # fmt: skip


def test_an_item_without_a_title_gets_its_first_words() -> None:
    told = read_json(json_of({"id": 1, "url": "/a", "content_text": "Just a note."}))[1]
    assert isinstance(told, Entry)
    assert (told.id, told.url, told.title, told.summary) == ("1", f"{SITE}/a", "Just a note.", "")


def test_a_bad_item_costs_no_other() -> None:
    told = read_json(json_of(None, 7, {"id": "x"}, {"title": "No address"}, {"title": 3, "url": []}, ITEM))[1:]
    assert [isinstance(one, Entry) for one in told] == [False] * 5 + [True]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"nonsense", b'{"items": []}', b'{"version": "https://jsonfeed.org/version/1"}', b"[" * 100_000],
)
def test_what_is_no_json_feed_is_said(content: bytes) -> None:
    with pytest.raises(BadInput, match="JSON"):
        read_json(content)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(ITEM)), inner, max_size=5),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=4))
def test_odd_items_are_read_or_refused(items: list[object]) -> None:
    total, *told = read_json(json_of(*items))
    assert total == Total(len(items))
    entries = [one.id for one in told if isinstance(one, Entry)]
    assert len(entries) == len(set(entries)), "what stands there twice is told once"
    assert len(told) <= len(items)


# -- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/test") as found:
        yield found


@pytest.mark.parametrize("kind", ["feed", "json_feed"])
def test_a_second_visit_asks_whether_anything_changed(site: Served, web: Web, kind: str) -> None:
    content = DIALECTS["plain RSS 2.0"].content if kind == "feed" else json.dumps(json_of(ITEM)).encode()
    site.page("/feed", content, content_type="application/octet-stream", etag='"1"')
    reader = feed.FeedReader() if kind == "feed" else json_feed.JsonFeedReader()
    definition = Definition("network", SourceKind(kind), site.url("/feed"))
    memory: Memory = {}
    assert len(list(reader.read(definition, web, memory))) == 2
    assert json.loads(json.dumps(memory)) == memory
    with pytest.raises(NotModified):
        list(reader.read(definition, web, memory))
    elsewhere = Definition("network", SourceKind(kind), site.url("/feed?other"))
    assert len(list(reader.read(elsewhere, web, memory))) == 2


def test_a_feed_that_is_not_there_is_said(site: Served, web: Web) -> None:
    with pytest.raises(Unreachable, match="404"):
        list(feed.FeedReader().read(Definition("network", SourceKind.FEED, site.url("/feed")), web, {}))
