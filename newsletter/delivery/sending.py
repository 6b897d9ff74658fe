"""Works a mailing off: claims, intents, lanes, outcomes, until nothing is due now.

One thread a lane; each takes a group, commits the intent (and the outcomes of its last group in the same
transaction), then hands over. Before every single letter it is asked whether to go on, so that a pause, a stop or a
lost lease ends the group: letters not drawn never started, and wait again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import mailings
from newsletter.delivery.claiming import Claimed, claim, may_go_on
from newsletter.delivery.compiling import compile_snapshot
from newsletter.delivery.handing import hand_over
from newsletter.delivery.ledger import ClaimLost, begin, record
from newsletter.delivery.letters import Addresser
from newsletter.delivery.model import Fault, Lane, Letter, Outcome, RouteDown, Transport, Verdict
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.delivery.workers import Worker, recover
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.mime import Compiled
from newsletter.settings import Settings
from subscribers import Links

PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between tries of a route that is down, then we give up for now
IDLE = 0.2  # seconds between looks at what another sender has in hand

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What this process handed over, for the progress bar; the truth is in the ledger."""

    accepted: int = 0
    refused: int = 0
    uncertain: int = 0
    route_error: str = ""


@dataclass(slots=True)
class _Group:
    handover_id: int
    key: str
    outcomes: list[Outcome] = field(default_factory=list)


class Sender:
    """One sender for one mailing in this process."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        compiled: Compiled,
        addresser: Addresser,
        mailing_id: int,
        clock: Clock,
        stop: threading.Event | None = None,
        progress: Callable[[Tally], None] | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._compiled = compiled
        self._addresser = addresser
        self._mailing_id = mailing_id
        self._clock = clock
        self._stop = stop or threading.Event()
        self._progress = progress or (lambda _: None)
        self._pacer = Pacer(transport.limits.rate)
        self._held = threading.Event()
        self._give_up = threading.Event()
        self._failures = 0
        self._lock = threading.Lock()
        self._window: list[Claimed] = []
        self.tally = Tally()

    @classmethod
    def of(
        cls,
        database: Database,
        transport: Transport,
        settings: Settings,
        links: Links,
        mailing_id: int,
        clock: Clock,
        stop: threading.Event | None,
        progress: Callable[[Tally, int], None] | None,
    ) -> Self:
        """The sender of a released mailing: what it hands over is the stored snapshot, compiled once."""
        with database.reading() as session:
            sealed, parts, candidates = mailings.sealed(session, mailing_id)
        addresser = Addresser(links, settings.base_url, sealed, tuple(parts), loopback=settings.base_is_loopback)
        show = (lambda tally: progress(tally, candidates)) if progress else None
        return cls(database, transport, compile_snapshot(parts, sealed), addresser, mailing_id, clock, stop, show)

    def run(self) -> Tally:
        """Hand over until nothing is due, the mailing is held, `stop` is set, or the route stays down."""
        self._rehearse()
        with Worker(self._database, self._look) as worker:
            while self._goes_on(worker):
                self._hand_over_all(worker)
                if self._ends() or not self._more_to_come(worker):
                    break
                self._stop.wait(IDLE)
        return self.tally

    def _ends(self) -> bool:
        return self._stop.is_set() or self._held.is_set() or self._give_up.is_set()

    def _goes_on(self, worker: Worker) -> bool:
        return not self._ends() and worker.may_hand_over()

    def _look(self, session: Session) -> None:
        """At every heartbeat: a pause or stop by anybody reaches us within half a second."""
        state = session.scalar(select(MailingRow.state).where(MailingRow.id == self._mailing_id))
        if state != "sending":
            self._held.set()

    def _hand_over_all(self, worker: Worker) -> None:
        failures: list[BaseException] = []

        def lane() -> None:
            try:
                self._run_lane(worker)
            except BaseException as error:  # noqa: BLE001 -- carried to the thread that waits for us
                self._give_up.set()
                failures.append(error)

        lanes = [threading.Thread(target=lane, name=f"lane-{n}") for n in range(self._transport.limits.lanes)]
        for thread in lanes:
            thread.start()
        while any(thread.is_alive() for thread in lanes):
            lanes[-1].join(IDLE)
            self._progress(self.tally)
        for thread in lanes:
            thread.join()
        if failures:
            raise failures[0]

    def _run_lane(self, worker: Worker) -> None:
        try:
            lane = self._transport.lane(self._compiled)
        except RouteDown as error:
            self._route_failed(str(error), permanent=error.permanent)
            return
        last: _Group | None = None
        try:
            while self._goes_on(worker):
                claimed = self._next_group(worker)
                group = self._write(worker, last, claimed)
                last = None
                if group is None:
                    if not claimed:
                        return
                    continue
                last = group
                self._hand_over(worker, lane, group, claimed)
        finally:
            if last is not None:
                self._write(worker, last, [])
            lane.close()

    def _next_group(self, worker: Worker) -> list[Claimed]:
        """The next few claimed copies; a window is claimed at once for all lanes."""
        size, lanes = self._transport.limits.group, self._transport.limits.lanes
        with self._lock:
            if not self._window:
                now = self._clock()
                with self._database.transaction() as session:
                    self._window = claim(session, self._mailing_id, worker.id, size * lanes, now)
            group, self._window = self._window[:size], self._window[size:]
        return group

    def _write(self, worker: Worker, last: _Group | None, claimed: list[Claimed]) -> _Group | None:
        """One commit: what became of the last group, and the intent of the next. None when that must not begin."""
        now = self._clock()
        try:
            with self._database.transaction() as session:
                if last is not None:
                    record(session, DeliveryRow, last.handover_id, last.outcomes, now)
                if not claimed:
                    return None
                ids = [one.delivery for one in claimed]
                name = self._transport.name
                handover_id, key = begin(session, DeliveryRow, ids, worker.id, name, now, self._mailing_id)
        except ClaimLost:
            if last is not None:
                self._write(worker, last, [])
            return None
        return _Group(handover_id, key)

    def _hand_over(self, worker: Worker, lane: Lane, group: _Group, claimed: list[Claimed]) -> None:
        ids = [one.delivery for one in claimed]
        try:
            hand_over(lane, self._letters(worker, group, claimed), ids, group.key, group.outcomes, self._count)
        except RouteDown as error:
            self._route_failed(str(error), permanent=error.permanent)

    def _letters(self, worker: Worker, group: _Group, claimed: list[Claimed]) -> Iterator[Letter]:
        for one in claimed:
            self._pacer.wait(self._stop)
            if not self._goes_on(worker):
                return
            written = self._written(one)
            if isinstance(written, Letter):
                yield written
            else:
                group.outcomes.append(written)
                self._count(written)

    def _written(self, one: Claimed) -> Letter | Outcome:
        """The letter, or why there is none: one that cannot be written must not stand in the way of the others."""
        try:
            letter = self._addresser.letter(one, self._clock())
            self._compiled.message(letter.language, letter.headers, letter.values)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is about this one; `_rehearse` saw to the rest
            log.warning("The letter of delivery %s cannot be written: %s", one.delivery, error)
            fault = Fault.READER if isinstance(error, HeaderError) else Fault.ISSUE
            return Outcome(one.delivery, Verdict.REJECTED, fault, text=f"The letter cannot be written: {error}")
        return letter

    def _rehearse(self) -> None:
        """Write a letter to nobody in each language: what is wrong with all of them ends the send, and rejects none."""
        for language in self._compiled.languages:
            nobody = Claimed(0, 0, 0, "reader@example.org", "Reader", language, None, "")
            letter = self._addresser.letter(nobody, self._clock())
            self._compiled.message(letter.language, letter.headers, letter.values)

    def _count(self, outcome: Outcome) -> None:
        with self._lock:
            if outcome.verdict is Verdict.ACCEPTED:
                self.tally.accepted += 1
                self._failures = 0
            elif outcome.verdict is Verdict.UNCERTAIN:
                self.tally.uncertain += 1
            elif outcome.verdict is not Verdict.NOT_STARTED:
                self.tally.refused += 1
        if outcome.verdict is Verdict.NOT_STARTED:
            self._route_failed(outcome.text)

    def _route_failed(self, why: str, *, permanent: bool = False) -> None:
        """Wait a little longer each time; when it stays down, stop with the reason. Nothing is lost meanwhile."""
        with self._lock:
            failures, self._failures = self._failures, self._failures + 1
            self.tally.route_error = why
        log.warning("The mail service %s failed: %s", self._transport.name, why)
        if permanent or failures >= len(PATIENCE) * self._transport.limits.lanes:
            self._give_up.set()
            return
        self._stop.wait(PATIENCE[failures // self._transport.limits.lanes])

    def _more_to_come(self, worker: Worker) -> bool:
        """Whether copies are in other hands; those of the dead come back to us or become uncertain first."""
        with self._database.transaction() as session:
            recover(session)
        with self._database.reading() as session:
            if not may_go_on(session, self._mailing_id, worker.id):
                return False
            return _open_now(session, self._mailing_id, self._clock()) > 0


class Pacer:
    """At most `rate` letters a second over all lanes of this process; None: as fast as the route takes them."""

    def __init__(self, rate: float | None) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, stop: threading.Event) -> None:
        """Return when the next letter may go, or at once when `stop` is set."""
        if not self._gap:
            return
        with self._lock:
            at = max(self._next, time.monotonic())
            self._next = at + self._gap
        stop.wait(at - time.monotonic())


def _open_now(session: Session, mailing_id: int, now: datetime) -> int:
    due = (DeliveryRow.state.in_(("waiting", "claimed", "handing"))) | (
        (DeliveryRow.state == "deferred") & (DeliveryRow.due_at <= now)
    )
    found = session.scalar(select(func.count()).where(DeliveryRow.mailing_id == mailing_id, due))
    return found or 0
