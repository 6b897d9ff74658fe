"""Workers and their leases: who hands over, and how we know that one has died.

The lease is measured by the database's clock and renewed by a heartbeat. A worker on this host whose process is gone
is dead at once; anywhere else it is dead when its lease has run out.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from newsletter.database import Database, database_time
from newsletter.delivery.ledger import FENCED, bury
from newsletter.delivery.tables import WorkerRow

LEASE = timedelta(seconds=30)
BEAT = 0.5  # seconds; also how fast a pause reaches a sender
MARGIN = 5.0  # seconds before the lease's end at which we hand over nothing more

log = logging.getLogger(__name__)


class Worker:
    """This process as a worker, while the `with` lasts. `may_hand_over()` is asked before every single letter."""

    def __init__(self, database: Database, on_beat: Callable[[Session], None] | None = None) -> None:
        self._database = database
        self._on_beat = on_beat
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.id = 0
        self._good_until = 0.0

    def __enter__(self) -> Self:
        before = _steady()
        with self._database.transaction() as session:
            now = database_time(session)
            values = {"host": host(), "pid": os.getpid(), "started": _started(os.getpid()), "registered_at": now,
                      "alive_until": now + LEASE}  # fmt: skip
            self.id = session.execute(insert(WorkerRow).values(values).returning(WorkerRow.id)).scalar_one()
        self._good_until = before + LEASE.total_seconds()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        with self._database.transaction() as session:
            bury(session, self.id, database_time(session))

    def may_hand_over(self) -> bool:
        """Whether our lease holds, by a clock that also counts the time we were stopped or suspended."""
        return _steady() < self._good_until - MARGIN

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                self._renew()
            except SQLAlchemyError as error:
                log.warning("The lease could not be renewed; it is tried again: %s", error)

    def _renew(self) -> None:
        with self._database.reading() as session:
            if self._on_beat:
                self._on_beat(session)
        before = _steady()
        if before < self._good_until - LEASE.total_seconds() * 2 / 3:
            return  # a third of the lease has not passed yet: no write
        with self._database.transaction() as session:
            renewed = session.execute(
                update(WorkerRow)
                .where(WorkerRow.id == self.id, WorkerRow.ended_at.is_(None))
                .values(alive_until=database_time(session) + LEASE)
                .returning(WorkerRow.id)
            ).first()
        if renewed:
            self._good_until = before + LEASE.total_seconds()


def recover(session: Session) -> int:
    """Bury the workers that have died since: how many copies are uncertain now that were in hand."""
    now = database_time(session)
    here = host()
    # One that was buried while it still claimed something holds it for ever, unless it is buried again.
    holding = [select(t.worker_id).where(t.state.in_(("claimed", "handing"))) for t in FENCED]
    rows = select(WorkerRow).where(or_(WorkerRow.ended_at.is_(None), *(WorkerRow.id.in_(held) for held in holding)))
    dead = [row for row in session.scalars(rows) if row.ended_at is not None or _is_dead(row, now, here)]
    return sum(bury(session, row.id, now) for row in dead)


def _is_dead(row: WorkerRow, now: datetime, here: str) -> bool:
    return row.alive_until < now or (row.host == here and not _runs(row.pid, row.started))


def host() -> str:
    """This machine and this boot of it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = str(int(psutil.boot_time()))
    return f"{socket.gethostname()}/{boot}"[:200]


def _started(pid: int) -> str:
    return f"{psutil.Process(pid).create_time():.2f}"


def _runs(pid: int, started: str) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and f"{process.create_time():.2f}" == started
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _steady() -> float:
    """Seconds that never jump and that count while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()
