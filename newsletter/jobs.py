"""The ticker: looks for due work every few seconds, for as long as it is left running.

All it knows is in the database, so that losing a tick, or doubling one, harms nothing.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import Refusal
from newsletter.health.runs import Runs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look after every so many seconds; `work` says what it did, a sentence for each thing."""

    name: str
    work: Callable[[], Sequence[str]]
    seconds: float


class Scheduler:
    """Does its jobs until `stop` is set, side by side; one that takes long is not begun again before it has ended.
    `runs` is told of each that came to its end, or failed.
    """

    def __init__(self, jobs: Sequence[Job], stop: threading.Event, runs: Runs | None = None) -> None:
        self._jobs = jobs
        self._stop = stop
        self._runs = runs
        self._trouble: dict[str, str] = {}  # what stands in the log already of what goes on failing

    def once(self) -> None:
        """Each job once. Whatever fails is raised."""
        for job in self._jobs:
            self._do(job)

    def run(self) -> None:
        """Until `stop` is set; what is in hand then comes to its end first."""
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 -- not for every command

        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        at_once = datetime.now(UTC)
        for job in self._jobs:
            scheduler.add_job(self._guarded, "interval", (job,), seconds=job.seconds, next_run_time=at_once)
        scheduler.start()
        log.info("The scheduler begins.")
        try:
            self._stop.wait()
        finally:
            scheduler.shutdown(wait=True)
            log.info("The scheduler has stopped.")

    def _do(self, job: Job) -> None:
        try:
            done = job.work()
        except Exception as error:
            if self._runs is not None:
                self._runs.failed(job.name, _in_words(error))
            raise
        for said in done:
            log.info("%s", said)
        if self._runs is not None:
            self._runs.ran(job.name)

    def _guarded(self, job: Job) -> None:
        """Nothing that fails ends the ticking; the same failure is said once."""
        try:
            self._do(job)
        except (Refusal, SQLAlchemyError) as error:
            words = _in_words(error)
            if self._trouble.get(job.name) != words:
                log.warning("%s: %s It is tried again.", job.name, words)
            self._trouble[job.name] = words
        except Exception:
            log.exception("%s: an error that nobody foresaw; it is tried again", job.name)
        else:
            self._trouble.pop(job.name, None)


def _in_words(error: Exception) -> str:
    """What a page and the log say of it; of one that nobody foresaw only its kind."""
    if isinstance(error, Refusal | SQLAlchemyError):
        return " ".join(str(getattr(error, "orig", None) or error).split())
    return f"An error that nobody foresaw ({type(error).__name__}); the log says more."
