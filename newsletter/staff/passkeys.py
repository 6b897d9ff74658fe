"""Passkeys: which ones somebody has, and whose an answer is."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.staff import authenticators, people
from newsletter.staff.authenticators import Fresh, Place
from newsletter.staff.challenges import Challenge
from newsletter.staff.people import Person
from newsletter.staff.tables import PasskeyRow

MOST = 20
_NAME_LENGTH = 100
_LONGEST_ID = 1400


@dataclass(frozen=True, slots=True)
class Passkey:
    """One as its owner's list shows it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def of(session: Session, staff_id: int) -> tuple[Passkey, ...]:
    """Somebody's, the oldest first."""
    rows = session.scalars(select(PasskeyRow).where(PasskeyRow.staff_id == staff_id).order_by(PasskeyRow.id))
    return tuple(_passkey(row) for row in rows)


def credentials(session: Session, staff_id: int) -> list[str]:
    """What authenticators know them by."""
    return list(session.scalars(select(PasskeyRow.credential_id).where(PasskeyRow.staff_id == staff_id)))


def add(session: Session, staff_id: int, name: str, fresh: Fresh, now: datetime) -> Passkey:
    """Keep one that was just made. BadInput for one that is there already."""
    name = name.strip()[:_NAME_LENGTH] or "A passkey"
    if len(of(session, staff_id)) >= MOST:
        raise BadInput(f"There are {MOST} passkeys already. Remove one that is no longer used.")
    if session.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_id == fresh.credential_id)) is not None:
        raise BadInput("This passkey is there already.")
    row = PasskeyRow(
        staff_id=staff_id, credential_id=fresh.credential_id, public_key=fresh.public_key,
        sign_count=fresh.sign_count, name=name, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _passkey(row)


def remove(session: Session, staff_id: int, passkey_id: int) -> Passkey:
    """It opens nothing any more. NotFound where it is not this person's."""
    row = session.get(PasskeyRow, passkey_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound("There is no such passkey any more.")
    gone = _passkey(row)
    session.delete(row)
    session.flush()
    return gone


def owner(session: Session, at: Place, challenge: Challenge, answer: str, now: datetime) -> Person | None:
    """Whose passkey signed it; None where the answer is not good, or its owner works here no more."""
    row = session.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == _credential(answer)).with_for_update())
    if row is None or challenge.staff_id is not None:
        return None
    count = authenticators.signed(at, challenge.content, answer, row.public_key, row.sign_count)
    person = people.by_id(session, row.staff_id)
    if count is None or person is None:
        return None
    session.execute(update(PasskeyRow).where(PasskeyRow.id == row.id).values(sign_count=count, last_used_at=now))
    return person


def _credential(answer: str) -> str:
    try:
        named = json.loads(answer)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    return named if isinstance(named, str) and named.isascii() and len(named) <= _LONGEST_ID else ""


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(row.id, row.name, row.created_at, row.last_used_at)
