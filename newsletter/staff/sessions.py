"""Sessions: browsers in which somebody is signed in; each is a row that can be looked at and revoked."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.staff import people
from newsletter.staff.people import Person
from newsletter.staff.tables import StaffSessionRow

LASTS = timedelta(days=60)
IDLE = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=15)
_COOKIE_BYTES = 24  # 192 bits: nobody guesses it, so that a fast hash is enough to keep it by
_LENGTH = 2 * _COOKIE_BYTES


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at the console: who, in which session, and the word that their forms must bring back."""

    person: Person
    session_id: int
    csrf: str
    seen_at: datetime
    began_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether they signed in just now: only then new ways in are made."""
        return now - self.began_at <= FRESH


@dataclass(frozen=True, slots=True)
class Signed:
    """A session as the list of them shows it."""

    id: int
    way: str
    agent: str
    network: str
    created_at: datetime
    seen_at: datetime


def begin(
    session: Session, person: Person, way: str, agent: str, network: str, now: datetime, browser: str = ""
) -> str:
    """Sign somebody in; the cookie's value, which is stored nowhere. `way`: link, password or passkey; `browser`: the
    mark that it carries.
    """
    cookie = secrets.token_hex(_COOKIE_BYTES)
    session.add(
        StaffSessionRow(
            staff_id=person.id, cookie_sha256=_digest(cookie), way=way, agent=agent[:200], network=network[:64],
            created_at=now, seen_at=now, expires_at=now + LASTS, browser_sha256=_digest(browser) if browser else None,
        )
    )  # fmt: skip
    session.flush()
    return cookie


def find(session: Session, cookie: str, now: datetime) -> Seat | None:
    """Whose cookie it is; None for one that is wrong, over, revoked, or whose owner works here no more."""
    if len(cookie) != _LENGTH or not cookie.isascii():
        return None
    row = session.scalar(select(StaffSessionRow).where(StaffSessionRow.cookie_sha256 == _digest(cookie)))
    if row is None or row.revoked_at is not None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    person = people.by_id(session, row.staff_id)
    return Seat(person, row.id, csrf(cookie), row.seen_at, row.created_at) if person else None


def csrf(cookie: str) -> str:
    """What a form of this session must bring back: nobody who does not hold the cookie can name it."""
    return hmac.new(cookie.encode(), b"form", hashlib.sha256).hexdigest()[:32]


def seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that it is used."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(seen_at=now))


def open_of(session: Session, staff_id: int, now: datetime) -> tuple[Signed, ...]:
    """Somebody's open sessions, the last used first."""
    rows = session.scalars(
        select(StaffSessionRow)
        .where(
            StaffSessionRow.staff_id == staff_id, StaffSessionRow.revoked_at.is_(None),
            StaffSessionRow.expires_at > now, StaffSessionRow.seen_at > now - IDLE,
        )
        .order_by(StaffSessionRow.seen_at.desc(), StaffSessionRow.id.desc())
    )  # fmt: skip
    return tuple(Signed(row.id, row.way, row.agent, row.network, row.created_at, row.seen_at) for row in rows)


def revoke(session: Session, staff_id: int, now: datetime, *, only: int | None = None, but: int | None = None) -> int:
    """Sign somebody out: everywhere, of one session, or of all but one. How many sessions ended."""
    query = update(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.revoked_at.is_(None))
    if only is not None:
        query = query.where(StaffSessionRow.id == only)
    if but is not None:
        query = query.where(StaffSessionRow.id != but)
    return len(session.execute(query.values(revoked_at=now).returning(StaffSessionRow.id)).all())


def end(session: Session, cookie: str, now: datetime) -> None:
    """That one is over, whoever's it is: its browser is given another."""
    session.execute(
        update(StaffSessionRow)
        .where(StaffSessionRow.cookie_sha256 == _digest(cookie), StaffSessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def is_known(session: Session, staff_id: int, browser: str) -> bool:
    """Whether this person signed in from that browser before, or never from any."""
    earlier = select(StaffSessionRow.id).where(StaffSessionRow.staff_id == staff_id).limit(1)
    if session.scalar(earlier) is None:
        return True
    return session.scalar(earlier.where(StaffSessionRow.browser_sha256 == _digest(browser))) is not None


def is_mark(text: str) -> bool:
    """Whether it may be a mark that we gave a browser."""
    return len(text) == _LENGTH and text.isascii() and text.isalnum()


def new_mark() -> str:
    """What tells a browser from others."""
    return secrets.token_hex(_COOKIE_BYTES)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
