"""Whether the database is this installation's own; where it is not, everything is paused and nothing handed over.

A copy, or a backup that was put back, does not know what went out after it was made: it would send it once more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter import instance
from newsletter.clock import Clock
from newsletter.database import Database, database_time
from newsletter.delivery import guarding, notices, planning
from newsletter.delivery.sending import Tally
from newsletter.delivery.tables import NoticeRow, WorkerRow
from newsletter.delivery.workers import host, recover
from newsletter.errors import BadInput
from newsletter.instance import InstanceRow, Mark, NotOurs, Trouble
from newsletter.staff.people import Actor, log

EVERY = 5.0  # seconds between generations while something is being handed over

_WHY = (
    " Readers may have got their copies already, after it was made. Compare with the mail service's own record, then "
    "let it go on or end it."
)
_TAKE_OVER = "Nothing is handed over from it. If this installation is to go on with it: newsletter adopt --by EMAIL"
_BESIDE = "; if this is one more host beside others on the same database: newsletter adopt --beside --by EMAIL"
_LATE = "The database was taken over before it was handed over."

Progress = Callable[[Tally, int], None]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What taking over led to: issues paused, issues that are planned no more, notices that are not sent any more."""

    trouble: Trouble | None
    paused: tuple[str, ...] = ()
    unplanned: tuple[str, ...] = ()
    notices: int = 0


class Belonging:
    """Asked before anything is released or handed over. `file`: see `newsletter.instance`."""

    def __init__(self, database: Database, file: Path, clock: Clock) -> None:
        self._database = database
        self._file = file
        self._clock = clock

    def require(self) -> None:
        """NotOurs where the database is a copy or was put back; whatever it was about to send is paused then."""
        own, found = self._look()
        if found is None:
            instance.follow(own, self._file)
            return
        self._pause_all(found)
        beside = "" if self._database.is_sqlite or found is Trouble.OLDER else _BESIDE
        raise NotOurs(f"{found.value} {_TAKE_OVER}{beside}")

    def advance(self) -> None:
        """Tell this moment's database from every copy made before. To be called before something leaves."""
        instance.advance(self._database, self._file)

    def advancing(self, progress: Progress | None) -> Progress:
        """A progress that also does that every few seconds."""
        last = time.monotonic()

        def told(tally: Tally, number: int) -> None:
            nonlocal last
            if time.monotonic() - last > EVERY:
                self.advance()
                last = time.monotonic()
            if progress is not None:
                progress(tally, number)

        return told

    def adopt(self, actor: Actor, *, beside: bool = False) -> Adopted:
        """Take the database over. What was being sent is paused, what was planned is planned no more, and notices that
        waited are not sent. `beside`: one more host on a database that is in use: nothing is touched.
        """
        actor.permit("adopt")
        own, found = self._look()
        if found is None:
            return Adopted(None)
        if beside:
            self._require_joinable(found)
            instance.write(self._file, own)
            self._log(actor, beside=True)
            return Adopted(found)
        before = instance.read(self._file)
        with self._database.transaction() as session:
            done = self._take_over(session, found, before, actor)
            own = instance.mark(session)
        instance.write(self._file, own)
        return done

    def _look(self) -> tuple[Mark, Trouble | None]:
        file = instance.read(self._file)  # first: what is written meanwhile makes the row's generation greater
        with self._database.reading() as session:
            own = instance.mark(session)
        return own, instance.trouble(own, file)

    def _pause_all(self, found: Trouble) -> None:
        with self._database.reading() as session:
            # Others hand over from this very database: it is no copy, only we do not belong to it yet.
            if found is not Trouble.OLDER and _is_used_elsewhere(session):
                return
            if not guarding.any_going(session):
                return
        with self._database.transaction() as session:
            guarding.pause_all(session, found.value + _WHY, self._clock())

    def _require_joinable(self, found: Trouble) -> None:
        if self._database.is_sqlite:
            raise BadInput("An SQLite database belongs to one host; take it over without --beside.")
        if found is Trouble.OLDER:
            raise BadInput("The database was put back from a backup; take it over without --beside.")

    def _take_over(self, session: Session, found: Trouble, before: Mark | None, actor: Actor) -> Adopted:
        now = self._clock()
        recover(session)
        paused = guarding.pause_all(session, found.value + _WHY, now)
        unplanned = planning.set_all_aside(session, now)
        dropped = _drop_notices(session, now)
        row = session.get_one(InstanceRow, 1, with_for_update=True, populate_existing=True)
        if found is Trouble.OLDER and before is not None:
            row.generation = max(row.generation, before.generation) + 1
        else:
            row.instance_id, row.generation = instance.new_id(), row.generation + 1
        log(session, actor, "adopt", now, because=found.name.lower(), paused=list(paused), unplanned=list(unplanned),
            notices=dropped)  # fmt: skip
        session.flush()
        return Adopted(found, paused, unplanned, dropped)

    def _log(self, actor: Actor, *, beside: bool) -> None:
        with self._database.transaction() as session:
            log(session, actor, "adopt", self._clock(), beside=beside, host=host())


def _is_used_elsewhere(session: Session) -> bool:
    alive = (WorkerRow.ended_at.is_(None), WorkerRow.alive_until > database_time(session), WorkerRow.host != host())
    return session.scalar(select(WorkerRow.id).where(*alive).limit(1)) is not None


def _drop_notices(session: Session, now: datetime) -> int:
    """What waits here was most likely handed over by the other one, or concerns people who wrote to that one."""
    dropped = session.execute(
        update(NoticeRow)
        .where(NoticeRow.state.in_(("waiting", "deferred")), NoticeRow.kind != notices.PAUSED)
        .values(state="excluded", text=_LATE, worker_id=None, due_at=None, changed_at=now)
        .returning(NoticeRow.id),
        execution_options={"synchronize_session": False},
    )
    return len(dropped.all())
