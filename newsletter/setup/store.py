"""Writes the one row of setting up; of two processes that look or collect at once, one does."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psutil
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.setup.model import Found, Standing, Step
from newsletter.setup.tables import SetupRow

LEASE = timedelta(seconds=12)  # whoever looks or collects says so more often than this
_HOST = socket.gethostname()[:60]


def read(session: Session, now: datetime) -> Standing | None:
    """How far it has come; None where it was never begun."""
    row = session.scalar(select(SetupRow).where(SetupRow.id == 1).execution_options(populate_existing=True))
    if row is None:
        return None
    return Standing(
        row.website, row.email, Step(row.step), row.answers, Found.of(row.found), row.said, row.done, row.total,
        row.trouble, busy=_is_held(row, now),
    )  # fmt: skip


def required(session: Session, now: datetime) -> Standing:
    """The same; NotFound where nobody has begun."""
    found = read(session, now)
    if found is None:
        raise NotFound("Nothing is being set up here. Begin with: newsletter init")
    return found


def begin(session: Session, website: str, email: str, now: datetime) -> None:
    """The first two answers. What was begun before stays as it is."""
    if session.get(SetupRow, 1) is None:
        step = Step.LOOKING if website else Step.WEBSITE
        session.add(
            SetupRow(
                id=1, website=website, email=email, step=step.value, answers={}, found={}, said="", done=0, total=0,
                trouble="", holder="", created_at=now, updated_at=now,
            )
        )  # fmt: skip
        session.flush()


def look_at(session: Session, website: str, now: datetime) -> None:
    """Another website: what the one before told is forgotten."""
    _set(session, now, website=website, step=Step.LOOKING.value, found={}, trouble="", holder="", alive_until=None)


def keep(session: Session, found: Found, now: datetime) -> None:
    """What the website told."""
    _set(session, now, found=found.as_json())


def move(session: Session, step: Step, now: datetime, *, only_from: Step | None = None) -> bool:
    """On to that step. False where it stands elsewhere by now than at `only_from`."""
    query = update(SetupRow).where(SetupRow.id == 1)
    if only_from is not None:
        query = query.where(SetupRow.step == only_from.value)
    moved = session.execute(
        query.values(step=step.value, trouble="", said="", done=0, total=0, updated_at=now).returning(SetupRow.id)
    )
    return moved.first() is not None


def answer(session: Session, answers: Mapping[str, Any], now: datetime) -> None:
    """What a person said, beside what was said before."""
    row = session.get_one(SetupRow, 1, populate_existing=True)
    row.answers = {**row.answers, **answers}
    row.updated_at = now
    session.flush()


# -- who looks or collects --------------------------------------------------------------------------------------------


def me(thread: str) -> str:
    """The name under which a thread of this process holds the work."""
    return f"{_HOST}:{os.getpid()}:{thread}"


def claim(session: Session, holder: str, now: datetime) -> bool:
    """Whether the work is this thread's from now on."""
    row = session.get(SetupRow, 1, with_for_update=True, populate_existing=True)
    if row is None or (_is_held(row, now) and row.holder != holder):
        return False
    row.holder, row.alive_until, row.trouble = holder, now + LEASE, ""
    session.flush()
    return True


def beat(session: Session, holder: str, now: datetime, progress: tuple[str, int, int] | None = None) -> Step | None:
    """Still at it; the step where it stands, or None where the work is somebody else's by now. `progress`: what is
    looked at, how many of how many are done.
    """
    values: dict[str, Any] = {"alive_until": now + LEASE}
    if progress is not None:
        values |= dict(zip(("said", "done", "total"), progress, strict=True))
    kept = session.execute(
        update(SetupRow).where(SetupRow.id == 1, SetupRow.holder == holder).values(values).returning(SetupRow.step)
    ).first()
    return Step(kept.step) if kept else None


def release(session: Session, holder: str, trouble: str = "") -> None:
    """The work is done, or failed for that reason."""
    session.execute(
        update(SetupRow)
        .where(SetupRow.id == 1, SetupRow.holder == holder)
        .values(holder="", alive_until=None, trouble=trouble)
    )


def release_of_process(session: Session) -> None:
    """This process ends: whatever it held may be taken over at once."""
    mine = SetupRow.holder.startswith(f"{_HOST}:{os.getpid()}:", autoescape=True)
    session.execute(update(SetupRow).where(mine).values(holder="", alive_until=None))


def _is_held(row: SetupRow, now: datetime) -> bool:
    if not row.holder or row.alive_until is None or row.alive_until <= now:
        return False
    host, pid, _ = row.holder.split(":", 2)
    return host != _HOST or psutil.pid_exists(int(pid))  # a process of this machine that is dead holds nothing


def _set(session: Session, now: datetime, **values: Any) -> None:
    session.execute(update(SetupRow).where(SetupRow.id == 1).values(updated_at=now, **values))
