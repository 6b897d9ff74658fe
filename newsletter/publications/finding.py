"""Finds what is here already, by the keys it is compared by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from newsletter.publications.addresses import has_page
from newsletter.publications.matching import NEAR_DAYS, PEOPLE, Known, same
from newsletter.publications.tables import PublicationRow, SightingRow

BY_HAND = frozenset(
    {"manual", "file", "pasted", "suggested"}
)  # in place of a source: no visit changes what they brought
_AT_ONCE = 500  # keys in one query
_T = TypeVar("_T")


class Here:
    """What shares an address, or a title about the same day, with one of some entries."""

    def __init__(self, session: Session, entries: Sequence[Known], also: Iterable[Known] = ()) -> None:
        """`also`: what else counts as here."""
        self._by_key: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for one in (*also, *_alike(session, entries)):
            self._index(one)

    def twin(self, entry: Known, source_id: int = PEOPLE) -> Known | None:
        """The one that the entry is."""
        found = [one for key in _keys(entry) for one in self._by_key.get(key, ())]
        return same(entry, list(dict.fromkeys(found)), source_id)

    def add(self, entry: Known, id_: int) -> None:
        """The entry is here from now on."""
        self._index(replace(entry, id=id_))

    def _index(self, one: Known) -> None:
        for key in _keys(one):
            self._by_key[key].append(one)


def _keys(one: Known) -> tuple[tuple[str, str], ...]:
    return ("url", one.url_key), ("title", one.title_key)


def _alike(session: Session, entries: Sequence[Known]) -> list[Known]:
    rows: dict[int, Any] = {}
    for some in _some(entries):
        rows |= {row.id: row for row in session.execute(_query(some))}
    sources = _sources(session, sorted(rows))
    return [
        Known(
            id_, row.url_key, row.title_key, row.language, row.published_on, has_page(row.url),
            frozenset(sources[id_] | ({PEOPLE} if row.source in BY_HAND else set())),
        )
        for id_, row in sorted(rows.items())
    ]  # fmt: skip


def _query(some: Sequence[Known]) -> Select[Any]:
    columns = (
        PublicationRow.id, PublicationRow.url, PublicationRow.url_key, PublicationRow.title_key,
        PublicationRow.language, PublicationRow.published_on, PublicationRow.source,
    )  # fmt: skip
    by_title: ColumnElement[bool] = false()
    if days := [one.published_on for one in some if one.published_on]:
        about = PublicationRow.published_on.between(_moved(min(days), -NEAR_DAYS), _moved(max(days), NEAR_DAYS))
        by_title = and_(PublicationRow.title_key.in_({one.title_key for one in some} - {""}), about)
    return select(*columns).where(or_(PublicationRow.url_key.in_({one.url_key for one in some}), by_title))


def _sources(session: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for some in _some(ids):
        query = select(SightingRow.publication_id, SightingRow.source_id).where(SightingRow.publication_id.in_(some))
        for id_, source in session.execute(query):
            found[id_].add(source)
    return found


def _some(of: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (of[start : start + _AT_ONCE] for start in range(0, len(of), _AT_ONCE))


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day
