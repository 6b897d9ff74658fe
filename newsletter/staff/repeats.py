"""Requests that a program repeats because it heard no answer: the same key gets the same answer, for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.staff.tables import IdempotentRow

KEPT = timedelta(hours=24)
# A process may die over a request; what it may have done may be done again: all that takes part is harmless twice.
WORKED_ON = timedelta(seconds=60)
_WORKING = 0  # no HTTP status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the request was answered the first time."""

    status: int
    body: bytes


class Standing(Enum):
    """Where a key stands that has no answer to be given again."""

    NEW = "to be worked on by whoever asks"
    BUSY = "somebody is working on it at this moment"
    OTHER = "it was given to another request"


def begin(session: Session, key_id: int, key: str, request_sha256: str, now: datetime) -> Answer | Standing:
    """Take the request on, or say why not. IntegrityError: another took it on at this moment; ask again."""
    purge(session, now)
    row = session.scalar(select(IdempotentRow).where(IdempotentRow.api_key_id == key_id, IdempotentRow.key == key))
    if row is None:
        session.add(
            IdempotentRow(
                api_key_id=key_id, key=key, request_sha256=request_sha256, status=_WORKING, body=b"", created_at=now
            )
        )
        session.flush()
        return Standing.NEW
    if row.request_sha256 != request_sha256:
        return Standing.OTHER
    if row.status != _WORKING:
        return Answer(row.status, row.body)
    return Standing.NEW if _taken_over(session, row, now) else Standing.BUSY


def finish(session: Session, key_id: int, key: str, answer: Answer) -> None:
    """Keep the answer, for whoever asks again."""
    session.execute(
        update(IdempotentRow)
        .where(IdempotentRow.api_key_id == key_id, IdempotentRow.key == key)
        .values(status=answer.status, body=answer.body)
    )


def drop(session: Session, key_id: int, key: str) -> None:
    """It came to nothing: the next one begins anew."""
    session.execute(
        delete(IdempotentRow).where(
            IdempotentRow.api_key_id == key_id, IdempotentRow.key == key, IdempotentRow.status == _WORKING
        )
    )


def purge(session: Session, now: datetime) -> None:
    """Forget what is older than a day."""
    session.execute(delete(IdempotentRow).where(IdempotentRow.created_at <= now - KEPT))


def _taken_over(session: Session, row: IdempotentRow, now: datetime) -> bool:
    """Whether who began it must be dead, and this caller is the one that goes on."""
    taken = session.execute(
        update(IdempotentRow)
        .where(
            IdempotentRow.id == row.id, IdempotentRow.status == _WORKING, IdempotentRow.created_at <= now - WORKED_ON
        )
        .values(created_at=now)
        .returning(IdempotentRow.id)
    )
    return taken.first() is not None
