"""Browsers that are known: in which somebody has typed a mailed code, or is signed in to the console."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.staff.sessions import IDLE
from newsletter.staff.tables import KnownBrowserRow, StaffSessionRow

LASTS = timedelta(days=180)


def remember(session: Session, staff_id: int, mark: str, agent: str, now: datetime) -> None:
    """From now on this browser is one of theirs."""
    session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.expires_at <= now))
    this = KnownBrowserRow.staff_id == staff_id, KnownBrowserRow.mark_sha256 == _digest(mark)
    known = session.execute(
        update(KnownBrowserRow).where(*this).values(expires_at=now + LASTS).returning(KnownBrowserRow.id)
    ).first()
    if known is None:
        session.add(
            KnownBrowserRow(
                staff_id=staff_id, mark_sha256=_digest(mark), agent=agent[:200], known_at=now, expires_at=now + LASTS
            )
        )
    session.flush()


def is_known(session: Session, staff_id: int, mark: str, now: datetime) -> bool:
    """Whether it is one of theirs, by the mark that a code gave it."""
    query = select(KnownBrowserRow.id).where(
        KnownBrowserRow.staff_id == staff_id, KnownBrowserRow.mark_sha256 == _digest(mark),
        KnownBrowserRow.expires_at > now,
    )  # fmt: skip
    return bool(mark) and session.scalar(query) is not None


def is_signed_in(session: Session, staff_id: int, mark: str, now: datetime) -> bool:
    """Whether they are signed in to the console in the browser of that mark, which the console gave it."""
    query = select(StaffSessionRow.id).where(
        StaffSessionRow.staff_id == staff_id, StaffSessionRow.browser_sha256 == _digest(mark),
        StaffSessionRow.revoked_at.is_(None), StaffSessionRow.expires_at > now,
        StaffSessionRow.seen_at > now - IDLE,
    )  # fmt: skip
    return bool(mark) and session.scalar(query.limit(1)) is not None


def forget(session: Session, staff_id: int) -> None:
    """None is theirs any more."""
    session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.staff_id == staff_id))


def _digest(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()
