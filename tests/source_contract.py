"""What every reader of sources keeps to, whatever it reads.

    class TestFeed(SourceContract):
        reader = FeedReader()

        @pytest.fixture
        def case(self, site: Served) -> Case:
            site.page("/feed", ...)
            return Case(Definition("a", SourceKind.FEED, site.url("/feed")), 3, lambda: site.page("/feed", ...))

It needs a fixture `web`. `visit` reads once, and checks all that it gets: for tests of hostile input.
"""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from newsletter.fetch import Web
from newsletter.publications.sources.model import Definition, Entry, Flag, Memory, NotModified, Reader, Refused, Total

MOST_TEXT = 10_000  # characters of any field
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
_ADDRESSES = ("url", "image")
_DAYS = ("published_on", "deadline_on", "starts_on", "ends_on")
_LISTS = ("categories", "tags", "flags")


@dataclass
class Visit:
    """What one visit told; `memory` as the next one gets it."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    memory: Memory = field(default_factory=dict)
    not_modified: bool = False

    @property
    def ids(self) -> list[str]:
        return [entry.id for entry in self.entries]

    @property
    def titles(self) -> list[str]:
        return [entry.title for entry in self.entries]


def visit(reader: Reader, definition: Definition, web: Web, memory: Memory | None = None) -> Visit:
    """Read the source once and check each thing that it tells. Refusals of the whole source are the caller's."""
    found = Visit(memory=dict(memory or {}))
    try:
        for one in reader.read(definition, web, found.memory):
            _take(found, one)
    except NotModified:
        assert not [*found.entries, *found.refused], "NotModified comes before the first entry"
        found.not_modified = True
    assert len(set(found.ids)) == len(found.ids), "each id is told once"
    found.memory = json.loads(json.dumps(found.memory))
    return found


def _take(found: Visit, one: object) -> None:
    assert isinstance(one, (Entry, Refused, Total))
    if isinstance(one, Entry):
        check_entry(one)
        found.entries.append(one)
    elif isinstance(one, Refused):
        _check_text("where", one.where)
        _check_text("why", one.why)
        assert one.where
        assert one.why
        found.refused.append(one)
    else:
        assert type(one.number) is int
        assert one.number >= 0
        found.totals.append(one.number)


def check_entry(entry: Entry) -> None:
    """AssertionError names the field that is not as `Entry` says."""
    for name in (one.name for one in fields(Entry)):
        _check_field(name, getattr(entry, name))
    assert entry.id
    assert entry.title
    assert entry.url
    assert entry.image or not (entry.image_alt or entry.image_credit)
    assert set(entry.flags) <= {flag.value for flag in Flag}


def _check_field(name: str, value: Any) -> None:
    if name in _DAYS:
        assert value is None or (isinstance(value, date) and not isinstance(value, datetime)), name
        return
    if name in _LISTS:
        assert isinstance(value, tuple), name
        assert len(value) <= 100, name
        assert all(value), name
    for text in value if name in _LISTS else [value]:
        _check_text(name, text)
        if name in _ADDRESSES and text:
            _check_address(name, text)


def _check_address(name: str, text: str) -> None:
    parts = urlsplit(text)
    assert parts.scheme in {"http", "https"}, (name, text)
    assert parts.hostname, (name, text)
    assert parts.port != 0, (name, text)
    assert not set(text) & set(' <>"'), (name, text)


def _check_text(name: str, text: Any) -> None:
    """Plain, in one line, and of a length that somebody reads."""
    assert isinstance(text, str), name
    assert len(text) <= MOST_TEXT, (name, len(text))
    assert text == text.strip(), (name, text[:100])
    assert not {unicodedata.category(one) for one in text} & _UNSEEN, (name, text[:100])
    assert "  " not in text, (name, text[:100])


@dataclass(frozen=True)
class Case:
    """A source with so many entries, nothing wrong with it; `spoil` breaks one of them, so that it cannot be read."""

    definition: Definition
    count: int
    spoil: Callable[[], None]


class SourceContract:
    """The tests; a subclass has `reader` and the fixture `case`."""

    reader: Reader

    @pytest.fixture
    def case(self) -> Case:
        raise NotImplementedError

    def test_it_says_whether_it_lists_all(self) -> None:
        assert self.reader.lists_all in {True, False}

    def test_all_entries_are_told_in_their_forms(self, case: Case, web: Web) -> None:
        found = visit(self.reader, case.definition, web)
        assert (len(found.entries), found.refused) == (case.count, [])
        assert not found.not_modified
        assert set(found.totals) <= {case.count}

    def test_the_next_visit_tells_the_same_or_that_nothing_has_changed(self, case: Case, web: Web) -> None:
        first = visit(self.reader, case.definition, web)
        again = visit(self.reader, case.definition, web, first.memory)
        assert again.not_modified or again.entries == first.entries

    def test_a_visit_without_memory_tells_all(self, case: Case, web: Web) -> None:
        first = visit(self.reader, case.definition, web)
        assert visit(self.reader, case.definition, web).entries == first.entries

    def test_one_broken_entry_costs_no_other(self, case: Case, web: Web) -> None:
        before = visit(self.reader, case.definition, web)
        case.spoil()
        found = visit(self.reader, case.definition, web, before.memory)
        assert (len(found.entries), len(found.refused)) == (case.count - 1, 1)
        assert set(found.ids) < set(before.ids)
