"""Keeps pictures under the hash of their re-encoded bytes, and gives them back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.media.encoding import Encoded, encode
from newsletter.media.tables import MediaRow

MAX_WIDTH = 1104  # twice the 552 px of the lead picture

TYPES = {"jpg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored picture: its address is /media/{sha256}.{extension}."""

    sha256: str
    extension: str
    width: int
    height: int


def keep(session: Session, content: bytes, now: datetime, max_width: int = MAX_WIDTH) -> Kept:
    """Re-encode and store; the same picture again is the same row. BadInput says why a file is not taken."""
    return put(session, encode(content, max_width), now)


def put(session: Session, encoded: Encoded, now: datetime) -> Kept:
    """Store what `encode` made, so that the slow part can be done before a transaction opens."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(MediaRow)
        .values(
            sha256=encoded.sha256,
            extension=encoded.extension,
            width=encoded.width,
            height=encoded.height,
            content=encoded.content,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    return Kept(encoded.sha256, encoded.extension, encoded.width, encoded.height)


def load(session: Session, sha256: str) -> tuple[bytes, str] | None:
    """The bytes and the content type, or None where there is no such picture."""
    row = session.execute(select(MediaRow.content, MediaRow.extension).where(MediaRow.sha256 == sha256)).one_or_none()
    return (row.content, TYPES[row.extension]) if row else None
