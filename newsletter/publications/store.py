"""Writes publications: the row of each, the keys it is found by, and the hash that tells whether it was changed."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.database import Transactions
from newsletter.publications import changes, matching
from newsletter.publications.checking import COLUMNS, columns
from newsletter.publications.model import Publication
from newsletter.publications.tables import PublicationRow

_AT_ONCE = 500  # ids in one query
_FILLED_AT_ONCE = 200  # rows in one transaction


class Landed(Enum):
    """What writing a publication did."""

    NEW = auto()
    CHANGED = auto()
    UNCHANGED = auto()


def one_at_a_time(session: Session) -> None:
    """Until this transaction ends, nobody else takes publications in: two who bring the same one see each other.

    SQLite has one writer anyway. On PostgreSQL this is a lock that readers do not notice.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE sightings IN SHARE ROW EXCLUSIVE MODE"))


def stored(session: Session, external_ids: Sequence[str]) -> dict[str, PublicationRow]:
    """The rows already here, by external id."""
    found: dict[str, PublicationRow] = {}
    for start in range(0, len(external_ids), _AT_ONCE):
        some = external_ids[start : start + _AT_ONCE]
        rows = session.scalars(select(PublicationRow).where(PublicationRow.external_id.in_(some)))
        found |= {row.external_id: row for row in rows}
    return found


def land_one(
    session: Session,
    row: PublicationRow | None,
    publication: Publication,
    sha256: str | None,
    source: str,
    now: datetime,
) -> Landed:
    """Add the publication, or bring its row up to what the source says now."""
    fresh = content_hash(publication, sha256)
    if row is None:
        session.add(new_row(publication, source, now, sha256))
        return Landed.NEW
    if row.content_hash == fresh:
        return Landed.UNCHANGED
    update(session, row, publication, now, sha256)
    return Landed.CHANGED


def content_hash(publication: Publication, sha256: str | None) -> str:
    """SHA-256 over the import columns and the stored picture, in one canonical form."""
    canonical = json.dumps([columns(publication), sha256], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def new_row(publication: Publication, source: str, now: datetime, sha256: str | None = None) -> PublicationRow:
    """The row of a publication that is not here yet; it belongs to no session."""
    return PublicationRow(
        **{column: getattr(publication, column) for column in COLUMNS}, **_keys(publication), source=source,
        media_sha256=sha256, content_hash=content_hash(publication, sha256), created_at=now, updated_at=now,
    )  # fmt: skip


def update(
    session: Session, row: PublicationRow, publication: Publication, now: datetime, sha256: str | None = None
) -> None:
    """Bring the row up to what the source says, and keep what it was before.

    A day given by hand stays while the source has none; so does a picture taken from the same address.
    """
    before, after = changes.difference(row, publication)
    if sha256 and sha256 != row.media_sha256:
        before["media"], after["media"] = row.media_sha256, sha256
    if sha256 or publication.image != row.image:
        row.media_sha256 = sha256
    published_on = publication.published_on or row.published_on
    for column in COLUMNS:
        setattr(row, column, getattr(publication, column))
    row.published_on = published_on
    row.url_key, row.title_key = _keys(publication).values()
    row.content_hash = content_hash(publication, sha256)
    row.updated_at = now
    if after:
        changes.note(session, row.id, now, changes.CHANGED, before, after)


def set_day(session: Session, row: PublicationRow, day: date | None, now: datetime) -> None:
    """Give it the day that it lacks, another one, or none."""
    before, row.published_on = row.published_on, day
    row.updated_at = now
    noted = ({"published_on": before and before.isoformat()}, {"published_on": day and day.isoformat()})
    changes.note(session, row.id, now, changes.CHANGED, *noted)


def set_picture(row: PublicationRow, sha256: str, now: datetime) -> None:
    """Give it the picture that its source names."""
    publication = Publication(**{column: getattr(row, column) for column in COLUMNS})
    row.media_sha256, row.content_hash, row.updated_at = sha256, content_hash(publication, sha256), now


def fill_keys(database: Transactions) -> int:
    """Give their keys to rows of before there were any; how many."""
    filled = 0
    while found := _without_keys(database):
        with database.transaction() as session:
            for row in session.scalars(select(PublicationRow).where(PublicationRow.id.in_(found))):
                row.url_key, row.title_key = matching.url_key(row.url), matching.title_key(row.title)
        filled += len(found)
    return filled


def _without_keys(database: Transactions) -> list[int]:
    with database.reading() as session:
        return list(
            session.scalars(select(PublicationRow.id).where(PublicationRow.url_key == "").limit(_FILLED_AT_ONCE))
        )


def _keys(publication: Publication) -> dict[str, Any]:
    return {"url_key": matching.url_key(publication.url), "title_key": matching.title_key(publication.title)}
