"""Writes publications: the row of each, and the hash that tells whether its source changed it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.publications.checking import COLUMNS, columns
from newsletter.publications.model import Publication
from newsletter.publications.tables import PublicationRow

_AT_ONCE = 500  # ids in one query


class Landed(Enum):
    """What writing a publication did."""

    NEW = auto()
    CHANGED = auto()
    UNCHANGED = auto()


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
        session.add(_new(publication, sha256, source, fresh, now))
        return Landed.NEW
    if row.content_hash == fresh:
        return Landed.UNCHANGED
    _update(row, publication, sha256, fresh, now)
    return Landed.CHANGED


def content_hash(publication: Publication, sha256: str | None) -> str:
    """SHA-256 over the import columns and the stored picture, in one canonical form."""
    canonical = json.dumps([columns(publication), sha256], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _new(publication: Publication, sha256: str | None, source: str, fresh: str, now: datetime) -> PublicationRow:
    values = {column: getattr(publication, column) for column in COLUMNS}
    return PublicationRow(
        **values, source=source, media_sha256=sha256, content_hash=fresh, created_at=now, updated_at=now
    )


def _update(row: PublicationRow, publication: Publication, sha256: str | None, fresh: str, now: datetime) -> None:
    """A day given by hand stays while the source has none; so does a picture taken from the same address."""
    if sha256 or publication.image != row.image:
        row.media_sha256 = sha256
    published_on = publication.published_on or row.published_on
    for column in COLUMNS:
        setattr(row, column, getattr(publication, column))
    row.published_on = published_on
    row.content_hash = fresh
    row.updated_at = now
