"""Codes of six digits, mailed to somebody to show that they read that inbox: ten minutes, one use, five tries."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from newsletter.staff.tables import CodeRow
from subscribers import Links

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
_KEPT = timedelta(days=7)
_BITS = 30  # of an id; a mail in the queue holds 31


class Typed(StrEnum):
    """What became of typed digits."""

    RIGHT = "right"
    WRONG = "wrong"  # and more may be tried
    OVER = "over"  # this code opens nothing any more: used, too old, or tried too often


def make(session: Session, staff_id: int, now: datetime) -> int:
    """A new one; its id, by chance: the digits follow from it, and a database put back gives numbers again."""
    session.execute(delete(CodeRow).where(CodeRow.made_at <= now - _KEPT))
    row = CodeRow(id=secrets.randbits(_BITS) + 1, staff_id=staff_id, made_at=now, expires_at=now + LASTS)
    session.add(row)
    session.flush()
    return row.id


def use(session: Session, links: Links, code_id: int, staff_id: int, typed: str, now: datetime) -> Typed:
    """Try these digits. The try is counted before they are looked at; of two right ones at once, one is taken."""
    this = (
        (CodeRow.id == code_id) & (CodeRow.staff_id == staff_id)
        & CodeRow.used_at.is_(None) & (CodeRow.expires_at > now)
    )  # fmt: skip
    counted = session.execute(
        update(CodeRow).where(this, CodeRow.tries < MOST_TRIES).values(tries=CodeRow.tries + 1).returning(CodeRow.tries)
    ).scalar()
    if counted is None:
        return Typed.OVER
    if not links.are_digits(code_id, typed):
        return Typed.OVER if counted >= MOST_TRIES else Typed.WRONG
    taken = session.execute(update(CodeRow).where(this).values(used_at=now).returning(CodeRow.id)).first()
    return Typed.RIGHT if taken else Typed.OVER
