"""The clerk: letters go out only after their intent is committed, few are in doubt, and every outcome is written."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from newsletter.database import Database
from newsletter.delivery import mailings
from newsletter.delivery.model import Letters, Limits, Outcome, RouteDown
from newsletter.delivery.sending import LOOK, Tally
from newsletter.delivery.tables import DeliveryRow, HandoverRow, MailingRow
from newsletter.delivery.transports.memory import MemoryTransport
from tests.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database).build(60)


class Watched(MemoryTransport):
    """Looks at the ledger before each letter, as somebody who kills us there would find it."""

    def __init__(self, database: Database, limits: Limits, seconds: float = 0.0) -> None:
        super().__init__(limits=limits)
        self.most_in_doubt = 0
        self.keys: Counter[str] = Counter()
        self.without_intent: list[int] = []
        self._database = database
        self._seconds = seconds
        self._seen = threading.Lock()

    def lane(self, compiled):
        return _WatchedLane(self, super().lane(compiled))

    def look(self, delivery: int) -> None:
        time.sleep(self._seconds)
        with self._seen, self._database.reading() as session:
            states = dict(session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)).all())
            state = session.scalar(select(DeliveryRow.state).where(DeliveryRow.id == delivery))
        self.most_in_doubt = max(self.most_in_doubt, states.get("handing", 0))
        if state != "handing":
            self.without_intent.append(delivery)


class _WatchedLane:
    def __init__(self, transport, lane):
        self._transport, self._lane = transport, lane

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        transport = self._transport

        class Seen:
            def __iter__(self):
                return self

            def __next__(self):
                letter = next(letters)
                transport.look(letter.delivery)
                transport.keys[key] += 1
                return letter

            def ready(self):
                return letters.ready()

        yield from self._lane.hand_over(Seen(), key)

    def close(self) -> None:
        self._lane.close()


STREAM = Limits(lanes=3, lanes_at_first=3, streaming=True, in_doubt=12)
BATCH = Limits(lanes=2, lanes_at_first=2, group=7)


@pytest.mark.parametrize("limits", [STREAM, BATCH], ids=["streaming", "batch"])
def test_no_letter_goes_out_before_its_intent_is_committed(world: World, limits: Limits) -> None:
    transport = Watched(world.database, limits)
    mailing = world.release()
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 60}
    assert len(transport.messages) == len({recipient for _, recipient, _ in transport.messages}) == 60
    assert transport.without_intent == []


def test_no_more_than_the_limit_is_ever_in_doubt(world: World) -> None:
    transport = Watched(world.database, STREAM)
    world.sender(world.release(), transport).run()
    assert 0 < transport.most_in_doubt <= STREAM.in_doubt


def test_a_slow_lane_holds_little(world: World) -> None:
    """What takes a tenth of a second each is not worth a hoard of forty that a kill would put in doubt. It has five in
    hand; one more told within a moment, by a clock that came too late, makes it look twice or four times as fast.
    """
    transport = Watched(world.database, Limits(streaming=True, in_doubt=40), seconds=0.1)
    world.sender(world.release(), transport).run()
    assert transport.most_in_doubt <= 20


def test_a_batch_is_one_handover_with_a_key_of_its_own(world: World) -> None:
    transport = Watched(world.database, BATCH)
    world.sender(world.release(), transport).run()
    with world.database.reading() as session:
        keys = set(session.scalars(select(HandoverRow.key)))
        ended = session.scalar(select(func.count()).where(HandoverRow.ended_at.is_(None)))
    assert set(transport.keys) == keys
    assert max(transport.keys.values()) <= BATCH.group
    assert ended == 0


def test_every_handover_is_closed_when_its_last_outcome_is_written(world: World) -> None:
    world.sender(world.release(), MemoryTransport(limits=STREAM)).run()
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).where(HandoverRow.ended_at.is_(None))) == 0


class Moody(MemoryTransport):
    """Its first lanes fail before they draw anything."""

    def __init__(self, failures: int) -> None:
        super().__init__(limits=STREAM)
        self.failures = failures
        self._count = threading.Lock()

    def lane(self, compiled):
        with self._count:
            self.failures -= 1
            if self.failures >= 0:
                raise RouteDown("not yet")
        return super().lane(compiled)


def test_lanes_that_fail_together_are_one_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that is started anew drops all connections at once; that is no reason to give up."""
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.05, 0.05))
    mailing = world.release()
    world.sender(mailing, Moody(3)).run()
    assert world.sums(mailing) == {"accepted": 60}


class Turning(MemoryTransport):
    """A lane that has drawn what it was asked to, fails, and is asked again."""

    def __init__(self) -> None:
        super().__init__(limits=Limits(streaming=True, in_doubt=10))
        self.turns = 0

    def lane(self, compiled):
        transport, lane = self, super().lane(compiled)

        class _Lane:
            def hand_over(self, letters, key):
                transport.turns += 1
                if transport.turns % 2:
                    next(letters)
                    # It has told nothing of this one: nobody knows.
                    raise RouteDown("it fell")
                yield from lane.hand_over(letters, key)

            def close(self):
                lane.close()

        return _Lane()


def test_what_a_lane_drew_and_did_not_tell_is_uncertain_and_the_rest_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.01, 0.01))
    mailing = world.release()
    transport = Turning()
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 59, "uncertain": 1}
    assert len(transport.messages) == 59


class Refusing(Database):
    """A database that can be read, and refuses to be written for a while: locked, full, away."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.refusals = 0
        self._commits = 0

    @contextmanager
    def transaction(self):
        with super().transaction() as session:
            self._commits += 1
            refuse = self.refusals > 0 and self._commits > 6
            yield session
            if refuse:
                self.refusals -= 1
                raise OperationalError("COMMIT", {}, Exception("database or disk is full"))


def test_a_ledger_that_cannot_be_written_for_a_while_loses_and_doubles_nothing(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.delivery.clerk.TICK", 0.01)
    mailing = world.release()
    refusing = Refusing(world.database.engine.url.render_as_string(hide_password=False))
    refusing.refusals = 5
    transport = MemoryTransport(limits=STREAM)
    world.sender(mailing, transport, database=refusing).run()
    refusing.close()
    assert refusing.refusals == 0
    assert world.sums(mailing) == {"accepted": 60}
    assert len({recipient for _, recipient, _ in transport.messages}) == len(transport.messages) == 60


def test_a_ledger_that_stays_unwritable_ends_the_send_and_leaves_the_truth_to_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.delivery.clerk.TICK", 0.01)
    monkeypatch.setattr("newsletter.delivery.clerk.COMMIT_PATIENCE", 0.1)
    for name, value in (("LEASE", timedelta(seconds=3)), ("BEAT", 0.1), ("MARGIN", 0.3)):
        monkeypatch.setattr(f"newsletter.delivery.workers.{name}", value)  # the next sender waits for it to end
    mailing = world.release()
    refusing = Refusing(world.database.engine.url.render_as_string(hide_password=False))
    refusing.refusals = 10_000
    transport = MemoryTransport(limits=STREAM)
    with pytest.raises(OperationalError):
        world.sender(mailing, transport, database=refusing).run()
    refusing.close()
    world.sender(mailing, MemoryTransport(limits=STREAM)).run()
    found = world.sums(mailing)
    got = {recipient for _, recipient, _ in transport.messages}
    assert found["accepted"] + found.get("uncertain", 0) == 60
    assert found.get("uncertain", 0) <= STREAM.in_doubt
    assert len(got) == len(transport.messages)


class SlowDisk(Database):
    """Each commit takes longer than a sender takes to look round."""

    @contextmanager
    def transaction(self):
        with super().transaction() as session:
            yield session
            time.sleep(LOOK * 1.5)


def test_a_letter_of_a_spread_goes_out_at_its_turn_however_slow_the_disk_is(world: World) -> None:
    mailing = world.release()
    with world.database.transaction() as session:
        values = {"spread_seconds": 60 * 900, "readers_from": world.now}  # a letter each quarter of an hour
        session.execute(update(MailingRow).where(MailingRow.id == mailing).values(values))
    slow = SlowDisk(world.database.engine.url.render_as_string(hide_password=False))
    for number in (1, 2, 3):
        transport = MemoryTransport(limits=STREAM)
        world.sender(mailing, transport, database=slow).run()
        assert len(transport.messages) == 1
        assert world.sums(mailing) == {"accepted": number, "waiting": 60 - number}
        world.now += timedelta(minutes=15)
    slow.close()


def test_a_pause_is_effective_at_once_and_what_was_not_drawn_waits(world: World) -> None:
    mailing = world.release()

    def pause(tally: Tally) -> None:
        if tally.accepted >= 10 and not paused:
            paused.append(tally.accepted)
            with world.database.transaction() as session:
                mailings.pause(session, mailing, "by hand")

    paused: list[int] = []
    transport = Watched(world.database, Limits(streaming=True, in_doubt=8), seconds=0.03)
    world.sender(mailing, transport, progress=pause).run()
    found = world.sums(mailing)
    assert set(found) == {"accepted", "waiting"}
    assert found["accepted"] == len(transport.messages)


def test_outcomes_are_all_there_with_many_lanes(database: Database) -> None:
    world = World(database).build(400)
    mailing = world.release()
    transport = MemoryTransport(limits=Limits(lanes=16, lanes_at_first=16, streaming=True, in_doubt=32))
    tally = world.sender(mailing, transport).run()
    assert tally.accepted == 400
    assert world.sums(mailing) == {"accepted": 400}
