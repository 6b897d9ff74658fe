"""Remembers when each job last did its work, so that a page can tell which one has stopped.

Jobs come round every few seconds; a line is written once a minute, and at once when it begins or ceases to fail.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.health.tables import JobRunRow

EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """How a job stands. `trouble`: why it fails; "" while it does not."""

    name: str
    ran_at: datetime | None
    failed_at: datetime | None
    trouble: str


class Runs:
    """Written by whatever does the jobs; never a reason for one to fail."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._known: dict[str, tuple[datetime, str]] = {}  # when a line was last written, and with which trouble
        self._lock = threading.Lock()

    def ran(self, name: str) -> None:
        """The job came to its end."""
        self._note(name, "")

    def failed(self, name: str, trouble: str) -> None:
        """It did not, for this reason."""
        self._note(name, trouble[:1000] or "It failed.")

    def _note(self, name: str, trouble: str) -> None:
        now = self._clock()
        with self._lock:
            at, before = self._known.get(name, (None, ""))
            if at is not None and before == trouble and timedelta() <= now - at < EVERY:
                return
            self._known[name] = (now, trouble)
        try:
            with self._database.transaction() as session:
                row = session.get(JobRunRow, name, with_for_update=True) or JobRunRow(name=name)
                row.trouble = trouble
                if trouble:
                    row.failed_at = now
                else:
                    row.ran_at = now
                session.add(row)
        except SQLAlchemyError as error:
            log.warning("When %s last ran could not be written down: %s", name, getattr(error, "orig", None) or error)


def runs(session: Session) -> dict[str, Run]:
    """How each job stands that was ever noted."""
    return {
        row.name: Run(row.name, row.ran_at, row.failed_at, row.trouble) for row in session.scalars(select(JobRunRow))
    }
