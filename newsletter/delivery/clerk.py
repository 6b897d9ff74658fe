"""The clerk: the one thread of a sender that writes the ledger, for all its lanes together.

One commit holds the outcomes told since the last one and the intents for what the lanes may send next, so that the
disk is waited for once, while the lanes go on with what they have. A letter goes out only after its intent is
committed; at most `in_doubt` letters are begun and not written down, whatever the number of lanes.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import pacing
from newsletter.delivery.claiming import Claimed, claim
from newsletter.delivery.handing import untold
from newsletter.delivery.ledger import ClaimLost, begin, give_back, record
from newsletter.delivery.model import Letter, Limits, Outcome, Verdict
from newsletter.delivery.pacing import Turn
from newsletter.delivery.tables import DeliveryRow
from newsletter.delivery.workers import Worker

WINDOW = 400  # copies claimed at once, at most
WINDOW_SECONDS = 2.0  # and at most what goes out in this time: who leaves meanwhile is not mailed
MOMENT = 0.5  # seconds for which a lane may have letters in hand
FEW = 4  # letters that a lane has in hand before it has shown how fast it is
TICK = 0.2  # seconds after which an outcome is written down although more could come
COMMIT_PATIENCE = 60.0  # seconds in which a commit that fails is tried again; then we give up, and nothing is lost

log = logging.getLogger(__name__)

Write = Callable[[Claimed], Letter | Outcome]


class Feed:
    """The letters of one lane: drawn by the lane's thread, granted by the clerk's. `Letters` for a lane."""

    def __init__(self, clerk: "Clerk", write: Write) -> None:
        self._clerk = clerk
        self._write = write
        self._granted: deque[tuple[int, Claimed]] = deque()
        self._drawn: dict[int, int] = {}  # delivery -> handover
        self._key = ""
        self._more = threading.Condition(clerk.lock)
        self.told: list[tuple[int, Outcome]] = []  # handover, outcome: to be written down
        self.begun = 0  # granted and not written down
        self.asks = False  # the lane is connected and wants letters
        self.quota = FEW
        self._told = 0  # so many, ever
        self._told_before = 0  # the same at `_since`
        self._since = time.monotonic()
        self.retired = False
        self.has_left = False

    # -- the lane's side ----------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Letter]:
        return self

    def __next__(self) -> Letter:
        while (found := self._take()) is not None:
            handover, one = found
            self._drawn[one.delivery] = handover
            letter = self._write(one)
            if isinstance(letter, Letter):
                return letter
            self.tell(letter)
        raise StopIteration

    def ready(self) -> bool:
        return bool(self._granted) or self.is_over() or not self._clerk.limits.streaming

    def next_key(self) -> str | None:
        """For a lane that takes one handover at a time: wait for one. None when there is no more."""
        if self._clerk.limits.streaming:
            return "" if not self.is_over() else None
        return self._key if self._wait() else None

    def tell(self, outcome: Outcome) -> None:
        """What became of a letter; written down soon."""
        self.told.append((self._drawn.pop(outcome.delivery), outcome))
        self._told += 1
        self._clerk.hear()

    def give_back(self) -> None:
        """What was not drawn waits again. What was, and of which nothing was told, nobody knows."""
        with self._clerk.lock:
            rest = [(handover, Outcome(one.delivery, Verdict.NOT_STARTED)) for handover, one in self._granted]
            self._granted.clear()
            rest += [(handover, untold(delivery)) for delivery, handover in self._drawn.items()]
            self._drawn.clear()
            self.told += rest
            self.asks = False
            self._clerk.wake()

    def leave(self) -> None:
        """The lane is at its end."""
        self.give_back()
        with self._clerk.lock:
            self.has_left = True

    def _take(self) -> tuple[int, Claimed] | None:
        if self._clerk.limits.streaming and not self._wait():
            return None
        if not self._clerk.goes_on():  # asked before every single letter: a pause, a stop, a lost lease
            return None
        try:
            return self._granted.popleft()
        except IndexError:
            return None

    def _wait(self) -> bool:
        """Until something is granted; whether it was."""
        if self._granted:
            return True
        with self._clerk.lock:
            self.asks = True
            self._clerk.wake()
            while not self._granted and not self.is_over():
                self._more.wait(TICK)
            return bool(self._granted)

    def is_over(self) -> bool:
        """Whether nothing more is granted."""
        return self.retired or self._clerk.is_ending()

    # -- the clerk's side ---------------------------------------------------------------------------------------------

    def unanswered(self) -> int:
        """Begun, and not even told."""
        return self.begun - len(self.told)

    def is_hungry(self) -> bool:
        """Whether it should get more: half of its share is through."""
        if not self.asks or self.is_over():
            return False
        if not self._clerk.limits.streaming:
            return self.unanswered() == 0
        return self.unanswered() <= self.quota // 2

    def size(self, share: int, now: float) -> int:
        """How many letters it may have begun: its share, and no more than it takes in a moment, so that little is in
        doubt where the other side is slow.
        """
        if now - self._since >= MOMENT / 10:
            told = self._told
            speed = (told - self._told_before) / (now - self._since)
            self._told_before, self._since = told, now
            self.quota = max(FEW, int(speed * MOMENT))
        return max(1, min(self.quota, share))

    def grant(self, handover: int, key: str, claimed: list[Claimed]) -> None:
        """Letters whose intent is committed. A lane that has turned away meanwhile gives them back at once."""
        self._key = key
        self.begun += len(claimed)
        if self.asks:
            self._granted.extend((handover, one) for one in claimed)
            self._more.notify()
        else:
            self.told += [(handover, Outcome(one.delivery, Verdict.NOT_STARTED)) for one in claimed]


class Clerk:
    """Writes one mailing's ledger while its lanes run. `failure` is what ended it before its time."""

    def __init__(
        self,
        database: Database,
        worker: Worker,
        mailing_id: int,
        transport: str,
        limits: Limits,
        clock: Clock,
        goes_on: Callable[[], bool],
        claims_for: str | None = None,
    ) -> None:
        self._database = database
        self._worker = worker
        self._mailing_id = mailing_id
        self._transport = transport
        self._claims_for = claims_for  # claim only while the mailing goes over this transport
        self._clock = clock
        self.limits = limits
        self.goes_on = goes_on
        self.lock = threading.RLock()
        self._due = threading.Condition(self.lock)
        self._heard = 0  # outcomes told since the last commit
        self.feeds: list[Feed] = []
        self.is_limited = True  # whether the transport's or the mailing's pace must be asked; the heartbeat looks
        self.rate: float | None = None  # the slower of both
        self._enough = 1  # so many outcomes are worth a commit
        self.held = False  # the mailing may not be claimed from any more
        self._ask_at: datetime | None = None  # the transport's or the mailing's next turn, when all have to wait
        self.failure: BaseException | None = None
        self.ended = threading.Event()  # nothing more is granted, whatever the reason but `goes_on`
        self._drained = False
        self._closing = False
        self._window: deque[Claimed] = deque()
        self._left: dict[int, int] = {}  # handover -> letters not written down
        self._claimed_at = self._started = time.monotonic()
        self._written = 0
        self._thread = threading.Thread(target=self._run, name="clerk")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def feed(self, write: Write) -> Feed:
        """Letters for one more lane."""
        feed = Feed(self, write)
        with self.lock:
            self.feeds.append(feed)
        return feed

    def hear(self) -> None:
        """One more outcome is there to be written down. Without the lock, so some may go uncounted: this only wakes us
        in time, and a lane that has nothing left to do wakes us itself.
        """
        self._heard += 1
        if self._heard >= self._enough:
            self.wake()

    def wake(self) -> None:
        """Look again whether a commit is due."""
        with self.lock:
            self._due.notify()

    def close(self) -> None:
        """Write down what there is, give back what is not begun, and end. Every feed must have been left."""
        with self.lock:
            self._closing = True
            self._due.notify()
        self._thread.join()

    def follow(self, rate: float | None, *, is_limited: bool) -> None:
        """Go by this pace from now on: letters a second, and whether each commit must ask for its places."""
        if (rate, is_limited) != (self.rate, self.is_limited):
            with self.lock:
                self.rate, self.is_limited, self._ask_at = rate, is_limited, None
                self._due.notify()

    def rests_until(self) -> datetime | None:
        """The next turn, when all have to wait for it and nothing is in their hands: a letter that was granted has its
        place, and would lose it if it were given back.
        """
        with self.lock:
            return None if any(feed.begun for feed in self.feeds) else self._ask_at

    def is_ending(self) -> bool:
        """Whether nothing more is granted."""
        return self._drained or self.held or self._closing or self.failure is not None or not self.goes_on()

    # -- its thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing:
                with self.lock:
                    self._due.wait_for(self._is_due, self._until_next())
                self._round()
            self._round()
            self._persist(lambda session: give_back(session, self._worker.id))
        except BaseException as error:  # noqa: BLE001 -- carried to the thread that waits for us
            self.failure = error
            self.ended.set()

    def _is_due(self) -> bool:
        """Whether a commit is worth it now: for half of all that may be under way, or for a lane with nothing to do."""
        if self._closing or self._heard >= self._enough:
            return True
        return any(feed.asks and not feed.unanswered() for feed in self.feeds) and bool(self._wants())

    def _is_time(self) -> bool:
        return self._ask_at is None or self._ask_at <= self._clock()

    def _until_next(self) -> float:
        if self._ask_at is None:
            return TICK
        return min(TICK, max(0.001, (self._ask_at - self._clock()).total_seconds()))

    def _round(self) -> None:
        """One commit: what was told since the last one, and what may begin now."""
        with self.lock:
            told = {feed: list(feed.told) for feed in self.feeds if feed.told}
            wants = self._wants()
            self._heard = 0
        if self._window and self.is_ending():
            # At once, and not when the last lane has had its answers: another sender may take them meanwhile.
            self._window.clear()
            self._persist(lambda session: give_back(session, self._worker.id))
        if not told and not wants:
            return
        wanted = sum(wants.values())
        if wants:
            self._claim(wanted)
            if not self._window:
                self._drained = True
                self.ended.set()
        try:
            granted, ask_at = self._persist(lambda session: self._write(session, told, wants))
        except ClaimLost:
            self._window.clear()
            self.held = True
            self.ended.set()
            granted, ask_at = self._persist(lambda session: self._write(session, told, {}))
        with self.lock:
            for feed, entries in told.items():
                del feed.told[: len(entries)]
                feed.begun -= len(entries)
                self._settled(handover for handover, _ in entries)
            for feed, handover, key, claimed in granted:
                feed.grant(handover, key, claimed)
                self._left[handover] = len(claimed)
                for _ in claimed:
                    self._window.popleft()
            self._ask_at = ask_at
            self.feeds = [feed for feed in self.feeds if feed.begun or not feed.has_left]
        if wants and self._is_time() and not self.is_ending():
            # For the next round, while the lanes are busy with this one's. Finding nothing ends nothing yet: of the
            # letters in hand some may come back, and their lanes must live to say why.
            self._claim(wanted)

    def _settled(self, handovers: Iterable[int]) -> None:
        for handover, number in Counter(handovers).items():
            self._written += number
            self._left[handover] -= number
            if not self._left[handover]:
                del self._left[handover]

    def _wants(self) -> dict[Feed, int]:
        """Who gets how many, the hungriest first; together no more than may be in doubt."""
        if self.is_ending() or not self._is_time():
            return {}
        asking = [feed for feed in self.feeds if feed.asks and not feed.retired]
        now, streaming = time.monotonic(), self.limits.streaming
        share = max(1, self.limits.in_doubt // max(1, len(asking))) if streaming else self.limits.group
        quotas = {feed: feed.size(share, now) if streaming else share for feed in asking}
        self._enough = max(1, sum(quotas.values()) // 2) if streaming else share
        free = (self.limits.in_doubt if streaming else share * len(asking)) - sum(f.unanswered() for f in self.feeds)
        if self.rate is not None:
            free = min(free, max(1, int(self.rate * WINDOW_SECONDS)))
        wants = {}
        for feed in sorted(filter(Feed.is_hungry, asking), key=Feed.unanswered):
            number = min(quotas[feed] - feed.unanswered(), free)
            if number > 0:
                wants[feed] = number
                free -= number
        return wants

    def _claim(self, wanted: int) -> None:
        """Have at least `wanted` copies claimed, and not for long: whoever leaves meanwhile is not mailed."""
        now = time.monotonic()
        if self._window and now - self._claimed_at > WINDOW_SECONDS * 2:
            self._window.clear()
            self._persist(lambda session: give_back(session, self._worker.id))
        if len(self._window) >= wanted or self._drained:
            return
        ahead = self._written / max(0.5, now - self._started) * WINDOW_SECONDS
        limit = max(wanted, min(WINDOW, int(ahead))) - len(self._window)
        mailing_id, worker_id, over = self._mailing_id, self._worker.id, self._claims_for
        found = self._persist(lambda session: claim(session, mailing_id, worker_id, limit, self._clock(), over))
        if not self._window:
            self._claimed_at = now  # the time of the oldest
        self._window.extend(found)

    def _write(
        self, session: Session, told: Mapping[Feed, list[tuple[int, Outcome]]], wants: Mapping[Feed, int]
    ) -> tuple[list[tuple[Feed, int, str, list[Claimed]]], datetime | None]:
        """What is granted to whom by this commit, and when to ask for more where all have to wait."""
        now = self._clock()
        self._record(session, [entry for entries in told.values() for entry in entries], now)
        ready = min(len(self._window), sum(wants.values()))
        turn = self._turn(session, ready, now) if ready else Turn(0)
        granted, at = [], 0
        for feed, wanted in wants.items():
            claimed = list(islice(self._window, at, at + min(wanted, turn.number - at)))
            at += len(claimed)
            if claimed:
                ids = [one.delivery for one in claimed]
                handover, key = begin(
                    session, DeliveryRow, ids, self._worker.id, self._transport, now, self._mailing_id
                )
                granted.append((feed, handover, key, claimed))
        return granted, turn.ask_at

    def _record(self, session: Session, told: list[tuple[int, Outcome]], now: datetime) -> None:
        numbers = Counter(handover for handover, _ in told)
        ended = [handover for handover, number in numbers.items() if self._left[handover] == number]
        record(session, DeliveryRow, told, now, ended)
        untouched = sum(outcome.verdict is Verdict.NOT_STARTED for _, outcome in told)
        if untouched and self.is_limited:
            pacing.give_back(session, self._transport, untouched)

    def _turn(self, session: Session, wanted: int, now: datetime) -> Turn:
        """How many may begin now, by the mailing's spread and the transport's pace."""
        if not self.is_limited:
            return Turn(wanted)
        return pacing.turn(session, self._transport, self._mailing_id, wanted, now)

    def _persist(self, work: Callable[[Session], Any]) -> Any:
        """One transaction; one that the database refuses (locked, full, away for a moment) is tried again."""
        ends_at = time.monotonic() + COMMIT_PATIENCE
        while True:
            try:
                with self._database.transaction() as session:
                    return work(session)
            except SQLAlchemyError as error:
                if time.monotonic() > ends_at:
                    raise
                log.warning("The ledger could not be written; it is tried again: %s", error)
                time.sleep(TICK)
