"""Whatever a site gives as its WordPress API: it is read or refused, and nothing else happens."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Web
from newsletter.publications.sources.model import Definition, SourceKind
from newsletter.publications.sources.wordpress import WordPressReader
from tests.served import Served
from tests.source_contract import visit

_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(
    ["<p>" * 300, "x" * 20_000, "\ud800", "http://[", "http://a:99999/", "\x00\x1b[2J", "//host/ü ?x=\u202e",
     "&#0;&#x110000;"]
)  # fmt: skip
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
_GOOD: dict[str, Any] = {
    "id": 7, "date": "2024-05-01T10:00:00", "modified_gmt": "2024-05-01T08:00:00", "link": "https://example.org/a/",
    "title": {"rendered": "A title"}, "excerpt": {"rendered": "<p>Words</p>", "protected": False}, "lang": "en",
    "featured_media": 3, "categories": [1, 2], "tags": [3],
    "_embedded": {
        "wp:featuredmedia": [{"media_type": "image", "alt_text": "Alt", "caption": {"rendered": "C"},
                              "source_url": "/a.png", "media_details": {"sizes": {"large": {"source_url": "https://example.org/l.png"}}}}],
        "wp:term": [[{"id": 1, "name": "News", "taxonomy": "category"}]],
    },
}  # fmt: skip


def _mutated(value: Any) -> st.SearchStrategy[Any]:
    """The value, or one with a field or a whole part replaced or missing."""
    if isinstance(value, dict):
        some = st.fixed_dictionaries({}, optional={name: _mutated(one) for name, one in value.items()})
        return some | st.just(value) | _ANYTHING
    if isinstance(value, list):
        return st.tuples(*map(_mutated, value)).map(list) | _ANYTHING
    return st.just(value) | _ANYTHING


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/0.1 (+https://news.example.org)") as made:
        yield made


def source(site: Served, **options: Any) -> Definition:
    return Definition("site", SourceKind.WORDPRESS, site.url("/wp-json/"), options=options)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Served]:
    with Served() as served:
        served.page("/wp-json/", '{"namespaces": ["wp/v2"]}', content_type="application/json")
        yield served


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    answer=st.lists(_mutated(_GOOD), max_size=4) | _ANYTHING,
    looked_up=st.lists(_mutated({"id": 3, "name": "News", **_GOOD["_embedded"]["wp:featuredmedia"][0]}), max_size=3),
    totals=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
)
def test_nothing_but_refusals_escapes(hostile: Served, web: Web, answer: Any, looked_up: Any, totals: str) -> None:
    headers = {"X-WP-Total": totals, "X-WP-TotalPages": totals}
    served = {"posts": answer, "media": looked_up, "categories": looked_up, "tags": looked_up}
    for route, told in served.items():
        hostile.page(f"/wp-json/wp/v2/{route}", json.dumps(told), content_type="application/json", headers=headers)
    try:
        found = visit(WordPressReader(), source(hostile, most_items=10), web)
    except Refusal:
        assert not isinstance(answer, list)
    else:
        assert len(found.entries) + len(found.refused) <= 10


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'[{"id": 1' + b"0" * 5000 + b"}]", b"\xff\xfe[", b"", b'{"a":' * 900]
)
def test_json_that_harms_parsers_is_said(hostile: Served, web: Web, body: bytes) -> None:
    hostile.page("/wp-json/wp/v2/posts", body, content_type="application/json")
    with pytest.raises(BadInput, match="does not answer in JSON"):
        visit(WordPressReader(), source(hostile), web)
