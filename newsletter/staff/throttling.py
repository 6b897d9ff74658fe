"""How often somebody may try a door: tries are counted by whose it is and from where, both kept as hashes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.staff.tables import TryRow

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries within that time."""

    most: int
    within: timedelta


def allow(session: Session, what: str, key: str, limit: Limit, now: datetime) -> bool:
    """Whether one more try is allowed; it is counted, also where it is not."""
    digest = hashlib.sha256(f"{what}\n{key}".encode()).hexdigest()
    tries = session.scalar(
        select(func.count()).where(TryRow.what == what, TryRow.key_sha256 == digest, TryRow.at > now - limit.within)
    )
    session.execute(delete(TryRow).where(TryRow.at <= now - KEPT))
    if (tries or 0) < 2 * limit.most:  # beyond, nothing is learned from counting on
        session.add(TryRow(what=what, key_sha256=digest, at=now))
        session.flush()
    return (tries or 0) < limit.most
