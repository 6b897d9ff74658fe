"""One transaction's worth of entries: what is new, what its source changed, what is here already by another way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.publications import changes, matching, store
from newsletter.publications.finding import BY_HAND, Here
from newsletter.publications.model import Publication
from newsletter.publications.tables import PublicationRow, SightingRow, SourceRow


@dataclass(frozen=True, slots=True)
class Item:
    """A publication that is new, changed or back, as the outcome shows it."""

    outcome: str
    kind: str
    published_on: date | None
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as its source tells it now. `external_id`: the source's own. `content_hash`: of what it says. `known`:
    what it is compared by. `row`: to be added where it is new; both are made before a transaction opens.
    """

    publication: Publication
    external_id: str
    content_hash: str
    flags: list[str]
    known: matching.Known
    row: PublicationRow


class Before(NamedTuple):
    """What was noted of an entry at an earlier visit."""

    id: int
    content_hash: str
    publication_id: int
    gone_at: datetime | None

    def stands(self, content_hash: str) -> bool:
        """Whether there is nothing to do for an entry that says this."""
        return self.content_hash == content_hash and self.gone_at is None


def sightings(session: Session, source_id: int, ids: Sequence[str]) -> dict[str, Before]:
    """What was noted of these entries, by the source's own id."""
    rows = session.execute(
        select(
            SightingRow.external_id, SightingRow.id, SightingRow.content_hash, SightingRow.publication_id,
            PublicationRow.gone_at,
        )
        .join(PublicationRow, PublicationRow.id == SightingRow.publication_id)
        .where(SightingRow.source_id == source_id, SightingRow.external_id.in_(ids))
    )  # fmt: skip
    return {row.external_id: Before(*row[1:]) for row in rows}


class Taking:
    """Takes entries of one source in. `counts`: new (of these: undated), changed, unchanged, duplicates, back.

    `also`: what else counts as here. `added`: what this has added to it.
    """

    def __init__(
        self, session: Session, source_id: int, slug: str, now: datetime, also: Sequence[matching.Known] = ()
    ) -> None:
        self._session, self._source_id, self._slug, self._now = session, source_id, slug, now
        self._also = also
        self._rows: list[PublicationRow] = []  # new ones have no id yet: -1 is the first of these, -2 the second
        self._slugs: set[str] | None = None
        self.counts: Counter[str] = Counter()
        self.items: list[Item] = []
        self.added: list[matching.Known] = []

    def take(self, batch: Sequence[Told], unchanged: Sequence[int] = ()) -> None:
        """All of the batch; an entry's id stands in it once. `unchanged`: sightings of others that have nothing new."""
        before = sightings(self._session, self._source_id, [told.external_id for told in batch]) if batch else {}
        for told in batch:
            if told.external_id in before:
                self._again(told, before[told.external_id])
        self._seen([*unchanged, *(one.id for one in before.values())])
        self.counts["unchanged"] += len(unchanged)
        fresh = [told for told in batch if told.external_id not in before]
        if fresh:
            self._first_time(fresh)

    # -- told before --------------------------------------------------------------------------------------------------

    def _again(self, told: Told, before: Before) -> None:
        if before.stands(told.content_hash):  # somebody else was quicker
            self.counts["unchanged"] += 1
            return
        row = self._session.get_one(PublicationRow, before.publication_id)
        if row.gone_at is not None:
            row.gone_at = None
            changes.note(self._session, row.id, self._now, changes.BACK)
            self._count("back", told.publication)
        if before.content_hash == told.content_hash:
            self.counts["unchanged"] += 1
            return
        noted = update(SightingRow).where(SightingRow.id == before.id).values(content_hash=told.content_hash)
        self._session.execute(noted)
        self._count("changed" if self._bring_up(row, told) else "unchanged", told.publication)

    def _seen(self, sighting_ids: Sequence[int]) -> None:
        if sighting_ids:
            noted = update(SightingRow).where(SightingRow.id.in_(sighting_ids))
            self._session.execute(noted.values(last_seen_at=self._now, missing_since=None))

    # -- told for the first time --------------------------------------------------------------------------------------

    def _first_time(self, fresh: Sequence[Told]) -> None:
        mine = store.stored(self._session, [told.publication.external_id for told in fresh])
        here = Here(self._session, [told.known for told in fresh], self._also)
        sightings: list[tuple[Told, PublicationRow | None]] = []
        for told in fresh:
            row = mine.get(told.publication.external_id)
            if row is not None:  # its source was removed, and is back
                self._count("changed" if self._bring_up(row, told) else "unchanged", told.publication)
            elif twin := here.twin(told.known, self._source_id):
                row = self._row(twin)
                self.counts["duplicates"] += 1
                self._bring_up(row, told) if row else None
            else:
                row = self._new(told)
                here.add(told.known, -len(self._rows))
            sightings.append((told, row))
        self._session.flush()
        self._session.add_all(self._sighting(told, row) for told, row in sightings if row is not None)

    def _row(self, twin: matching.Known) -> PublicationRow | None:
        """None for what is nowhere yet, but counts as here."""
        if twin.id == 0:
            return None
        return self._session.get_one(PublicationRow, twin.id) if twin.id > 0 else self._rows[-twin.id - 1]

    def _new(self, told: Told) -> PublicationRow:
        self._session.add(told.row)
        self._rows.append(told.row)
        self.added.append(told.known)
        self._count("new", told.publication)
        self.counts["undated"] += told.publication.published_on is None
        return told.row

    def _sighting(self, told: Told, row: PublicationRow) -> SightingRow:
        return SightingRow(
            source_id=self._source_id, external_id=told.external_id, publication_id=row.id,
            content_hash=told.content_hash, first_seen_at=self._now, last_seen_at=self._now,
        )  # fmt: skip

    # -- what it does to the publication ------------------------------------------------------------------------------

    def _bring_up(self, row: PublicationRow, told: Told) -> bool:
        """Whether the publication differs now. Who told it first changes it; others give it the day that it lacks."""
        if row.external_id != told.publication.external_id and self._is_left(row):
            row.source, row.external_id = self._slug, told.publication.external_id
        if row.external_id != told.publication.external_id:
            return self._give_day(row, told.publication.published_on)
        row.flags = told.flags
        _, after = changes.difference(row, told.publication)
        if after:
            store.update(self._session, row, told.publication, self._now)
        return bool(after)

    def _is_left(self, row: PublicationRow) -> bool:
        """Whether the source that told it first is no more."""
        if self._slugs is None:
            self._slugs = {*BY_HAND, *self._session.scalars(select(SourceRow.slug))}
        return row.source not in self._slugs

    def _give_day(self, row: PublicationRow, day: date | None) -> bool:
        if row.published_on is not None or day is None:
            return False
        store.set_day(self._session, row, day, self._now)
        return True

    def _count(self, outcome: str, publication: Publication) -> None:
        self.counts[outcome] += 1
        if outcome != "unchanged":
            self.items.append(
                Item(outcome, publication.kind, publication.published_on, publication.language, publication.title)
            )
