"""Working on whatever is due: mailings that are being frozen or sent, notices, sign-ups, until told to stop.

A worker begins nothing that a person has not released and resumes nothing that is paused. All it knows is in the
database; several may work at once.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.delivery.claiming import due
from newsletter.delivery.ledger import FENCED
from newsletter.delivery.model import MailingState, Outcome, RouteDown, Verdict
from newsletter.delivery.sending import Tally
from newsletter.delivery.tables import DeliveryRow, MailingRow, TransportRow
from newsletter.delivery.workers import recover
from newsletter.errors import Refusal
from newsletter.issues.tables import IssueRow
from subscribers import signing_up

TICK = 1.0  # seconds between looks
BURIAL = 5.0  # seconds between looks for the dead, while anything is in somebody's hands
RESTS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600))  # after one failure after the other
NOTICES = "default"  # the transport that notices go by
NO_TRANSPORT = ""  # what needs none
TIDY_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Something due. `key` names it while it is worked on, and while it rests."""

    key: Hashable
    name: str
    transport: str
    mailing_id: int | None = None


SIGN_UPS = Task("sign-ups", "sign-ups", NO_TRANSPORT)
TIDYING = Task("tidying", "tidying", NO_TRANSPORT)

Route = tuple[str, datetime | None]  # a transport's name, and when a person last changed it


@dataclass(slots=True)
class Rest:
    """Why a task is left alone for a while. A change of its transport by anybody ends it."""

    since: datetime
    until: datetime
    route: Route
    failures: int
    why: str

    def is_over(self, now: datetime, route: Route) -> bool:
        # `since` lies ahead when the clock was set back.
        return not self.since <= now < self.until or route != self.route


class Noted(Protocol):
    """Remembers when something was last done, or why not."""

    def ran(self, name: str) -> None: ...

    def failed(self, name: str, trouble: str) -> None: ...


class Shift:
    """Looks every second for what is due, and works on each mailing in a thread of its own, so that a slow one holds
    up no other. `work_on` and `deliver` are the pipeline's; they end early when `stop` is set. `join` works on sign-ups
    that wait; `tidy` deletes every hour what nobody needs any more. `require` refuses where nothing may be handed over.
    `runs` is told of each look, and of what was worked on.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        work_on: Callable[[int, threading.Event], Tally],
        deliver: Callable[[threading.Event], list[Outcome]],
        stop: threading.Event,
        join: Callable[[threading.Event], int] | None = None,
        tidy: Callable[[], None] | None = None,
        require: Callable[[], None] | None = None,
        runs: Noted | None = None,
    ) -> None:
        self._database = database
        self._require = require
        self._runs = runs
        self._clock = clock
        self._work_on = work_on
        self._deliver = deliver
        self._stop = stop
        self._join_in = join
        self._tidy = tidy
        self._tidied_at: datetime | None = None
        self._threads: dict[Hashable, threading.Thread] = {}
        self._rests: dict[Hashable, Rest] = {}
        self._said: dict[str, str] = {}  # transport -> why nothing goes by it, as it stands in the log
        self._buried_at = float("-inf")
        self._trouble = ""

    def run(self) -> None:
        """Until `stop` is set; what is in hand then ends with its own outcomes."""
        log.info("The worker begins.")
        while not self._stop.is_set():
            try:
                self._look()
                self._trouble = ""
                self._ran("worker")
            except SQLAlchemyError as error:
                words = " ".join(str(getattr(error, "orig", None) or error).split())
                self._say_trouble(f"The database cannot be read; it is tried again: {words}")
            except Refusal as error:
                self._say_trouble(str(error))
            self._stop.wait(TICK)
        self._join()
        log.info("The worker has stopped.")

    def once(self) -> None:
        """What is due now, and what becomes due meanwhile."""
        while not self._stop.is_set() and self._look():
            self._join()
        self._join()
        self._ran("worker")

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> int:
        """Begin what is due and neither in hand nor resting; how many."""
        self._threads = {key: thread for key, thread in self._threads.items() if thread.is_alive()}
        if self._require:
            self._require()
        self._bury()
        now = self._clock()
        with self._database.reading() as session:
            routes = {row.name: row for row in session.scalars(select(TransportRow))}
            shut = {name: why for name, row in routes.items() if (why := _shut(row, now))}
            tasks = [task for task in _tasks(session, now, self._threads) if task.transport not in shut]
            tasks += self._others(session, now)
        self._say(shut)
        begun = 0
        for task in tasks:
            rest = self._rests.get(task.key)
            row = routes.get(task.transport)
            route = (task.transport, row.changed_at if row else None)
            if rest is None or rest.is_over(now, route):
                self._begin(task, route)
                begun += 1
        return begun

    def _others(self, session: Session, now: datetime) -> list[Task]:
        """Sign-ups that a page has left waiting, and the hourly tidying."""
        tasks = []
        if self._join_in and SIGN_UPS.key not in self._threads and signing_up.is_waiting(session):
            tasks.append(SIGN_UPS)
        tidied = self._tidied_at
        # It lies ahead when the clock was set back.
        if self._tidy and TIDYING.key not in self._threads and not (tidied and tidied <= now < tidied + TIDY_EVERY):
            tasks.append(TIDYING)
        return tasks

    def _bury(self) -> None:
        """Copies in the hands of a process that has died wait again, or are without an answer."""
        now = time.monotonic()
        if now - self._buried_at < BURIAL:
            return
        with self._database.reading() as session:
            held = any(
                session.scalar(select(table.id).where(table.state.in_(("claimed", "handing"))).limit(1)) is not None
                for table in FENCED
            )
        if held:
            with self._database.transaction() as session:
                recover(session)
        self._buried_at = now

    def _say(self, shut: dict[str, str]) -> None:
        """Once for each reason why nothing goes by a transport."""
        for name, why in shut.items():
            if self._said.get(name) != why:
                log.warning("%s", why)
        for name in self._said.keys() - shut.keys():
            log.info("The mail service %s is used again.", name)
        self._said = shut

    def _say_trouble(self, words: str) -> None:
        if words != self._trouble:
            log.warning("%s", words)
        self._trouble = words
        if self._runs is not None:
            self._runs.failed("worker", words)

    def _ran(self, name: str) -> None:
        if self._runs is not None:
            self._runs.ran(name)

    # -- working ------------------------------------------------------------------------------------------------------

    def _begin(self, task: Task, route: Route) -> None:
        thread = threading.Thread(target=self._run, args=(task, route), name=f"work on {task.name}")
        self._threads[task.key] = thread
        thread.start()

    def _join(self) -> None:
        for thread in list(self._threads.values()):
            thread.join()

    def _run(self, task: Task, route: Route) -> None:
        try:
            if task.mailing_id is not None:
                self._mailing(task, task.mailing_id, route)
                return
            self._act(task)
            self._rests.pop(task.key, None)
        except (Refusal, RouteDown) as error:
            self._rest(task, route, str(error))
        except Exception:
            log.exception("%s: an error that nobody foresaw; the others go on, and it is tried again", task.name)
            self._rest(task, route, "")

    def _act(self, task: Task) -> None:
        if task is SIGN_UPS and self._join_in:
            log.info("sign-ups: %s worked on", f"{self._join_in(self._stop):,}")
        elif task is TIDYING and self._tidy:
            self._tidy()
            self._tidied_at = self._clock()
        else:
            self._notices()

    def _notices(self) -> None:
        outcomes = self._deliver(self._stop)
        taken = sum(outcome.verdict is Verdict.ACCEPTED for outcome in outcomes)
        log.info("notices: %s handed over, %s not taken", f"{taken:,}", f"{len(outcomes) - taken:,}")
        self._ran("notices")

    def _mailing(self, task: Task, mailing_id: int, route: Route) -> None:
        if task.key not in self._rests:
            log.info("%s: begun", task.name)
        tally = self._work_on(mailing_id, self._stop)
        self._ran("deliveries")
        done = tally.accepted + tally.refused + tally.uncertain
        with self._database.reading() as session:
            mailing = session.get_one(MailingRow, mailing_id)
            still_due = is_due(session, mailing, self._clock())
        if done or mailing.state != MailingState.SENDING:
            _log_end(task.name, mailing, tally)
        if self._stop.is_set() or mailing.state != MailingState.SENDING:
            self._rests.pop(task.key, None)
        elif tally.goes_on_at is not None:
            self._rest_until(task, route, tally.goes_on_at)
        elif tally.route_error and still_due:
            self._rest(task, route, f"stopped by the mail service: {tally.route_error}")
        elif still_due and not done:
            self._rest(task, route, f"nothing may be handed over; see newsletter issue status {task.name}")
        else:
            self._rests.pop(task.key, None)

    def _rest(self, task: Task, route: Route, why: str) -> None:
        """Leave it alone, for longer each time, and say why once."""
        before, now = self._rests.get(task.key), self._clock()
        failures = before.failures if before else 0
        if why and (before is None or before.why != why):
            log.warning("%s: %s; it is tried again", task.name, why)
        until = now + RESTS[min(failures, len(RESTS) - 1)]
        self._rests[task.key] = Rest(now, until, route, failures + 1, why)

    def _rest_until(self, task: Task, route: Route, until: datetime) -> None:
        before, now = self._rests.get(task.key), self._clock()
        if before is None or before.until != until:
            log.info("%s: goes on at %s", task.name, f"{until:%Y-%m-%d %H:%M:%S} UTC")
        self._rests[task.key] = Rest(now, until, route, 0, "")


def is_due(session: Session, mailing: MailingRow, now: datetime) -> bool:
    """Whether there is anything to do for a mailing: readers to fix, copies to hand over, or an end to be written."""
    if mailing.state != MailingState.SENDING:
        return mailing.state == MailingState.FREEZING
    if any(_any(session, condition) for condition in due(session, mailing.id, now)):
        return True
    open_ = ("waiting", "claimed", "handing", "deferred")
    return not any(_any(session, DeliveryRow.mailing_id == mailing.id, DeliveryRow.state == state) for state in open_)


def _tasks(session: Session, now: datetime, in_hand: dict[Hashable, threading.Thread]) -> list[Task]:
    going = (
        select(MailingRow, IssueRow.slug)
        .join(IssueRow, IssueRow.id == MailingRow.issue_id)
        .where(MailingRow.kind == "live", MailingRow.state.in_(("freezing", "sending")))
        .order_by(MailingRow.id)
    )
    tasks = [
        Task(mailing.id, slug, mailing.transport, mailing.id)
        for mailing, slug in session.execute(going).all()
        if mailing.id not in in_hand and is_due(session, mailing, now)
    ]
    if "notices" not in in_hand and notices.is_due(session, now):
        tasks.append(Task("notices", "notices", NOTICES))
    return tasks


def _shut(row: TransportRow, now: datetime) -> str:
    """Why nothing goes by a transport now; "" while it is open."""
    if row.paused_because:
        return (
            f"The mail service {row.name} is held, and what goes by it waits: {row.paused_because} "
            f"When that is mended: newsletter transports open {row.name}"
        )
    if row.not_before is not None and now < row.not_before:
        return f"The mail service {row.name} has asked us to wait until {row.not_before:%Y-%m-%d %H:%M:%S} UTC."
    return ""


def _log_end(name: str, mailing: MailingRow, tally: Tally) -> None:
    paused = f" ({mailing.paused_because})" if mailing.paused_because else ""
    log.info(
        "%s: %s handed over, %s not taken, %s without an answer; it is %s%s",
        name, f"{tally.accepted:,}", f"{tally.refused:,}", f"{tally.uncertain:,}", mailing.state, paused,
    )  # fmt: skip


def _any(session: Session, *conditions: object) -> bool:
    return session.scalar(select(DeliveryRow.id).where(*conditions).limit(1)) is not None  # type: ignore[arg-type]
