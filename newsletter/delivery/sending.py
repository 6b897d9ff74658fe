"""Works a mailing off: lanes draw letters, the clerk keeps the ledger, until nothing is due now.

One thread a lane, and one for the ledger. Before every single letter it is asked whether to go on, so that a pause, a
stop or a lost lease ends the lanes: letters not drawn never started, and wait again.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import guarding, mailings, pacing
from newsletter.delivery.claiming import Claimed, due, may_go_on
from newsletter.delivery.clerk import Clerk, Feed
from newsletter.delivery.compiling import compile_snapshot
from newsletter.delivery.handing import unwritable
from newsletter.delivery.letters import Addresser
from newsletter.delivery.model import Fault, Lane, Letter, Outcome, RouteDown, Transport, Verdict
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.delivery.throttle import Throttle
from newsletter.delivery.transports.null import NullTransport
from newsletter.delivery.workers import Worker, recover
from newsletter.rendering.dkim import signer
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.mime import Compiled
from newsletter.settings import Settings
from subscribers import Links

PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between tries of a transport that is down, then we give up for now
IDLE = 0.2  # seconds between looks at what another sender has in hand
LOOK = 0.1  # seconds between looks at the number of lanes
SOON = timedelta(seconds=60)  # for what comes later than this nobody waits here; a worker comes back to it

ENOUGH = 200  # letters whose speed says something

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What this process handed over, for the progress bar; the truth is in the ledger.

    `goes_on_at`: the transport's next turn, when it is so far off that this process did not wait for it.
    """

    accepted: int = 0
    refused: int = 0
    uncertain: int = 0
    lanes: int = 0
    route_error: str = ""
    goes_on_at: datetime | None = None


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
        self._throttle = Throttle(transport.limits.lanes_at_first, transport.limits.lanes)
        self._held = threading.Event()
        self._give_up = threading.Event()
        self._failures = 0
        self._down_until = 0.0
        self._lock = threading.Lock()
        self._clerk: Clerk | None = None
        self._alarm = ""
        self._claims_for: str | None = None  # the transport that the mailing must still go over
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
        by = signer(settings.dkim_domain, settings.dkim_selector, settings.dkim_private_key, clock)
        sender = cls(database, transport, compile_snapshot(parts, sealed, by), addresser, mailing_id, clock, stop, show)
        sender._claims_for = transport.name
        return sender

    def run(self) -> Tally:
        """Hand over until nothing is due, the mailing is held or taken over by another transport, `stop` is set, or
        the transport stays down.
        """
        self._rehearse()
        with self._database.transaction() as session:
            self._refuse_to_practise_for_real(session)
            pacing.seed(session, self._transport.name, self._transport.limits.rate, self._clock())
        began = time.monotonic()
        with Worker(self._database, self._look) as worker:
            while self._goes_on(worker):
                self._pass(worker)
                if self._ends() or not self._more_to_come(worker):
                    break
                self._stop.wait(IDLE)
        self._remember_speed(time.monotonic() - began)
        return self.tally

    def _refuse_to_practise_for_real(self, session: Session) -> None:
        """A practice run has no decision behind it: it goes to nobody, whoever asked for it and however."""
        kind = session.scalar(select(MailingRow.kind).where(MailingRow.id == self._mailing_id))
        if kind != "live" and type(self._transport) is not NullTransport:
            raise RuntimeError(f"A practice run was to go over the transport {self._transport.name}. Nothing left.")

    def _ends(self) -> bool:
        return self._stop.is_set() or self._held.is_set() or self._give_up.is_set()

    def _goes_on(self, worker: Worker) -> bool:
        return not self._ends() and worker.may_hand_over()

    def _look(self, session: Session) -> None:
        """At every heartbeat: a pause or stop by anybody, or another pace, reaches us within half a second."""
        state, over = session.execute(
            select(MailingRow.state, MailingRow.transport).where(MailingRow.id == self._mailing_id)
        ).one()
        pace = pacing.pace(session, self._transport.name)
        if pace.paused_because:
            self.tally.route_error = pace.paused_because
        clerk = self._clerk
        if state != "sending" or pace.paused_because or (self._claims_for or over) != over:
            self._held.set()
        elif clerk is not None:
            spread = mailings.spread_rate(session, self._mailing_id)
            rates = [rate for rate in (pace.rate, spread) if rate is not None]
            clerk.follow(min(rates, default=None), is_limited=pace.is_limited or spread is not None)
        if self.tally.refused:
            self._alarm = guarding.alarm(session, self._mailing_id)

    # -- one pass over what is due ------------------------------------------------------------------------------------

    def _pass(self, worker: Worker) -> None:
        """Lanes, as many as are wanted, until nothing is due."""
        clerk = self._clerk = Clerk(
            self._database, worker, self._mailing_id, self._transport.name, self._transport.limits, self._clock,
            lambda: self._goes_on(worker), self._claims_for,
        )  # fmt: skip
        lanes: list[_LaneThread] = []
        clerk.start()
        try:
            while not clerk.is_ending():
                self._adjust(lanes, clerk)
                self._see_to(lanes, clerk)
                clerk.ended.wait(LOOK)
            for lane in lanes:
                while lane.is_alive():
                    lane.join(LOOK)
                    self._see_to(lanes, clerk)
        finally:
            self._end_pass(lanes, clerk)
        failures = [error for error in (clerk.failure, *(lane.failure for lane in lanes)) if error is not None]
        if failures:
            raise failures[0]

    def _end_pass(self, lanes: list["_LaneThread"], clerk: Clerk) -> None:
        """Whatever happened: every outcome that is known is written down."""
        for lane in lanes:
            lane.feed.retired = True
        for lane in lanes:
            lane.join()
        clerk.close()
        self._clerk = None
        self._progress(self.tally)

    def _adjust(self, lanes: list["_LaneThread"], clerk: Clerk) -> None:
        """Start lanes, or let some go, towards the number that the throttle wants."""
        wanted = self._throttle.look()
        running = [lane for lane in lanes if lane.is_alive() and not lane.feed.retired]
        for lane in running[wanted:]:
            lane.feed.retired = True
        for _ in range(wanted - len(running) if not clerk.is_ending() else 0):
            lane = _LaneThread(self, clerk.feed(self._written))
            lanes.append(lane)
            lane.start()
        self.tally.lanes = min(wanted, max(len(running), 1))

    def _see_to(self, lanes: list["_LaneThread"], clerk: Clerk) -> None:
        """Show how far it is, and do what the heartbeat, the clerk and the lanes have found out and cannot do."""
        self._progress(self.tally)
        if any(lane.failure is not None for lane in lanes):
            self._give_up.set()
        if self._alarm and not self._held.is_set():
            with self._database.transaction() as session:
                guarding.pause(session, self._mailing_id, self._alarm, self._clock())
            self.tally.route_error = self._alarm
            self._held.set()
        goes_on_at = clerk.rests_until()
        if goes_on_at is not None and goes_on_at - self._clock() > SOON:
            self.tally.goes_on_at = goes_on_at
            self._give_up.set()

    def hand_over(self, feed: Feed, lane: Lane) -> None:
        """One handover, or a stream of them, over one lane."""
        key = feed.next_key()
        if key is not None:
            for outcome in lane.hand_over(feed, key):
                feed.tell(outcome)
                self._count(outcome)

    def lane(self) -> Lane:
        """A new lane for this mailing."""
        return self._transport.lane(self._compiled)

    def _written(self, one: Claimed) -> Letter | Outcome:
        try:
            return self._addresser.letter(one, self._clock())
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is about this one; `_rehearse` saw to the rest
            outcome = unwritable(one.delivery, error, Fault.READER if isinstance(error, HeaderError) else Fault.ISSUE)
            self._count(outcome)
            return outcome

    def _rehearse(self) -> None:
        """Write a letter to nobody in each language: what is wrong with all of them ends the send, and rejects none."""
        for language in self._compiled.languages:
            nobody = Claimed(0, 0, 0, "reader@example.org", "Reader", language, None, "")
            letter = self._addresser.letter(nobody, self._clock())
            self._compiled.message(letter.language, letter.headers, letter.values)

    def _count(self, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.NOT_STARTED:
            return
        self._throttle.count()
        if outcome.code == 421 or (outcome.enhanced or "").startswith("4.7."):
            self._throttle.groan()
        with self._lock:
            if outcome.verdict is Verdict.ACCEPTED:
                self.tally.accepted += 1
                self._failures = 0
            elif outcome.verdict is Verdict.UNCERTAIN:
                self.tally.uncertain += 1
            else:
                self.tally.refused += 1

    def down(self, error: RouteDown) -> None:
        """The transport failed a lane: wait a little longer each time; when it stays down, stop with the reason.
        Nothing is lost meanwhile.
        """
        self.tally.route_error = str(error)
        wait = self._patience()
        if error.permanent:
            with self._database.transaction() as session:
                pacing.hold(session, self._transport.name, str(error), self._clock())
        elif error.retry_after is not None and error.retry_after > timedelta(seconds=PATIENCE[-1]):
            with self._database.transaction() as session:
                pacing.postpone(session, self._transport.name, self._clock() + error.retry_after)
            if self._clerk is not None:
                self._clerk.follow(self._clerk.rate, is_limited=True)
        if error.permanent or wait is None:
            log.warning("The transport %s failed, and is left alone: %s", self._transport.name, error)
            self._give_up.set()
        else:
            self._stop.wait(wait)

    def _patience(self) -> float | None:
        """Seconds to wait now, None when it was enough. Lanes that fail together are one failure."""
        with self._lock:
            now = time.monotonic()
            if now < self._down_until:
                return self._down_until - now
            self._throttle.groan()
            failures, self._failures = self._failures, self._failures + 1
            if failures >= len(PATIENCE):
                return None
            self._down_until = now + PATIENCE[failures]
            return PATIENCE[failures]

    def _more_to_come(self, worker: Worker) -> bool:
        """Whether copies are in other hands; those of the dead come back to us or become uncertain first."""
        with self._database.transaction() as session:
            recover(session)
            if self._claims_for is not None:
                mailings.hasten(session, self._mailing_id, self._claims_for, self._clock())
        with self._database.reading() as session:
            if not may_go_on(session, self._mailing_id, worker.id, self._claims_for):
                return False
            return _open_now(session, self._mailing_id, self._clock())

    def _remember_speed(self, seconds: float) -> None:
        if self.tally.accepted >= ENOUGH and self._transport.limits.rate is None:
            with self._database.transaction() as session:
                pacing.saw(session, self._transport.name, self.tally.accepted / seconds)


class _LaneThread(threading.Thread):
    """One lane, from its first connection to its last. `failure`: what nobody foresaw."""

    def __init__(self, sender: Sender, feed: Feed) -> None:
        super().__init__(name="lane")
        self.feed = feed
        self.failure: BaseException | None = None
        self._sender = sender

    def run(self) -> None:
        lane: Lane | None = None
        try:
            while not self.feed.is_over():
                try:
                    lane = lane or self._sender.lane()
                    self._sender.hand_over(self.feed, lane)
                except RouteDown as error:
                    self.feed.give_back()
                    self._sender.down(error)
        except BaseException as error:  # noqa: BLE001 -- carried to the thread that waits for us
            self.failure = error
        finally:
            self.feed.leave()
            if lane is not None:
                lane.close()


def _open_now(session: Session, mailing_id: int, now: datetime) -> bool:
    """Whether anything is due now, or in somebody's hands."""
    waiting, put_off = due(session, mailing_id, now)
    held = and_(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state.in_(("claimed", "handing")))
    return any(
        session.scalar(select(DeliveryRow.id).where(condition).limit(1)) is not None
        for condition in (waiting, held, put_off)
    )
