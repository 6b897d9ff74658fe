"""The ledger: each copy once, the sum right after every commit, and nothing without an approval that counts."""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.delivery import mailings
from newsletter.delivery.claiming import claim
from newsletter.delivery.freezing import _freeze_chunk, freeze
from newsletter.delivery.ledger import ClaimLost, begin, bury, record
from newsletter.delivery.model import Fault, Letter, Limits, Outcome, RouteDown, Verdict
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow, WorkerRow
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.delivery.workers import LEASE, Worker, recover
from newsletter.rendering.mime import Compiled
from tests.conftest import NOW
from tests.world import World, address


@pytest.fixture
def world(database: Database) -> World:
    return World(database).build(readers=5)


def _recipients(transport: MemoryTransport) -> list[str]:
    return sorted(recipient for _, recipient, _ in transport.messages)


def _message_ids(transport: MemoryTransport) -> list[str]:
    found = [re.search(rb"(?m)^Message-ID: (\S+)", message) for _, _, message in transport.messages]
    return [match[1].decode() for match in found if match]


def test_everyone_gets_one_copy_and_a_second_send_sends_nothing(database: Database) -> None:
    world = World(database).build(readers=130)
    mailing, transport = world.release(), MemoryTransport()
    world.sender(mailing, transport).run()
    world.sender(mailing, transport).run()
    assert _recipients(transport) == [address(n) for n in range(130)]
    assert len(set(_message_ids(transport))) == 130
    assert world.sums(mailing) == {"accepted": 130}


def test_two_senders_at_once_send_each_copy_once(database_url: str) -> None:
    databases = [Database(database_url), Database(database_url)]
    world = World(databases[0]).build(readers=300)
    mailing, transport = world.release(), MemoryTransport()
    senders = [world.sender(mailing, transport, database=one) for one in databases]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _recipients(transport) == [address(n) for n in range(300)]
    assert world.sums(mailing) == {"accepted": 300}
    for one in databases:
        one.close()


def test_who_leaves_between_freeze_and_his_turn_is_excluded_with_the_reason(world: World) -> None:
    mailing, transport = world.release(), MemoryTransport()
    world.unsubscribe(1)
    with world.database.transaction() as session:
        world.book.suppress(session, address(2), "complaint", "feedback", NOW)
    world.sender(mailing, transport).run()
    assert _recipients(transport) == [address(0), address(3), address(4)]
    assert world.sums(mailing) == {"accepted": 3, "excluded": 2}
    with world.database.reading() as session:
        reasons = set(session.scalars(select(DeliveryRow.excluded).where(DeliveryRow.state == "excluded")))
    assert reasons == {"unsubscribed", "complaint"}


def test_who_is_not_confirmed_at_the_freeze_is_left_out_and_counted(world: World) -> None:
    world.unsubscribe(0)
    mailing = world.release()
    with world.database.reading() as session:
        row = session.get_one(MailingRow, mailing)
        assert (row.candidates, row.left_out) == (4, {"unsubscribed": 1})


def test_nothing_is_claimed_without_a_decision_that_counts(world: World) -> None:
    mailing, transport = world.release(), MemoryTransport()
    world.revoke()
    world.sender(mailing, transport).run()
    assert transport.messages == []
    assert world.sums(mailing) == {"waiting": 5}


def test_a_freeze_that_was_killed_goes_on_and_builds_the_tail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.freezing.CHUNK", 2)
    with world.database.transaction() as session:
        version = mailings.snapshots.snapshot(session, world.snapshot_id)
        yes = mailings_yes(session, world, version.basis)
        mailing = mailings.release(session, world.issue_id, world.list_id, yes, world.author.id, NOW)
    with world.database.transaction() as session:
        assert _freeze_chunk(session, mailing, NOW)
    transport = MemoryTransport()
    world.sender(mailing, transport).run()
    assert transport.messages == [], "a half-built list is not sent from"
    freeze(world.database, mailing, NOW)
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 5}


def mailings_yes(session, world, basis):
    from newsletter.approval import deciding

    return deciding.counting(session, world.issue_id, basis)


# -- the fence ----------------------------------------------------------------------------------------------------


class Hand:
    """One worker's moves by hand."""

    def __init__(self, world: World, mailing: int) -> None:
        self.world, self.mailing = world, mailing
        with world.database.transaction() as session:
            row = WorkerRow(
                host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW + timedelta(days=9999)
            )
            session.add(row)
            session.flush()
            self.worker = row.id

    def claim(self, limit: int = 5) -> list[int]:
        with self.world.database.transaction() as session:
            return [c.delivery for c in claim(session, self.mailing, self.worker, limit, self.world.now)]

    def begin(self, ids: list[int]) -> int:
        with self.world.database.transaction() as session:
            return begin(session, DeliveryRow, ids, self.worker, "memory", self.world.now, self.mailing)[0]

    def record(self, handover: int, *outcomes: Outcome) -> None:
        with self.world.database.transaction() as session:
            record(session, DeliveryRow, [(handover, one) for one in outcomes], self.world.now, [handover])

    def die(self) -> int:
        with self.world.database.transaction() as session:
            return bury(session, self.worker, self.world.now)


def test_an_expired_claim_waits_again_and_an_expired_intent_is_uncertain(world: World) -> None:
    mailing = world.release()
    hand = Hand(world, mailing)
    ids = hand.claim()
    hand.begin(ids[:2])
    assert world.sums(mailing) == {"waiting": 5}, "while the worker lives, handing counts as waiting"
    assert hand.die() == 2
    assert world.sums(mailing) == {"waiting": 3, "uncertain": 2}
    transport = MemoryTransport()
    world.sender(mailing, transport).run()
    assert len(transport.messages) == 3, "an uncertain copy is never sent again by itself"
    assert world.sums(mailing) == {"accepted": 3, "uncertain": 2}


def test_nothing_begins_on_a_claim_that_is_no_longer_ours(world: World) -> None:
    mailing = world.release()
    hand = Hand(world, mailing)
    ids = hand.claim()
    hand.die()
    with pytest.raises(ClaimLost):
        hand.begin(ids)
    assert world.sums(mailing) == {"waiting": 5}


def test_nothing_begins_while_the_mailing_is_held(world: World) -> None:
    mailing = world.release()
    hand = Hand(world, mailing)
    ids = hand.claim()
    with world.database.transaction() as session:
        mailings.pause(session, mailing, "by hand")
    with pytest.raises(ClaimLost):
        hand.begin(ids)


def test_a_late_outcome_of_our_own_handover_settles_an_uncertain_copy(world: World) -> None:
    """Suspended past the lease, then awake again with the other side's yes in hand."""
    mailing = world.release()
    hand = Hand(world, mailing)
    ids = hand.claim(2)
    handover = hand.begin(ids)
    hand.die()
    hand.record(handover, Outcome(ids[0], Verdict.ACCEPTED), Outcome(ids[1], Verdict.NOT_STARTED))
    assert world.sums(mailing) == {"accepted": 1, "waiting": 4}


def test_an_outcome_of_another_handover_is_not_written(world: World) -> None:
    mailing = world.release()
    first = Hand(world, mailing)
    ids = first.claim(1)
    handover = first.begin(ids)
    first.die()
    with world.database.transaction() as session:
        mailings.resolve(session, mailing, (), "send_again", world.author.id, NOW)
    second = Hand(world, mailing)
    again = second.begin(second.claim(1))
    first.record(handover, Outcome(ids[0], Verdict.REJECTED, Fault.READER, 550, "5.1.1", "no"))
    assert world.sums(mailing) == {"waiting": 5}
    second.record(again, Outcome(ids[0], Verdict.ACCEPTED))
    first.record(handover, Outcome(ids[0], Verdict.REJECTED, Fault.READER, 550, "5.1.1", "no"))
    assert world.sums(mailing) == {"accepted": 1, "waiting": 4}


def test_a_dead_process_on_this_host_is_found_at_once(world: World) -> None:
    mailing = world.release()
    with Worker(world.database) as worker:
        with world.database.transaction() as session:
            claimed = claim(session, mailing, worker.id, 5, NOW)
            begin(session, DeliveryRow, [c.delivery for c in claimed[:1]], worker.id, "memory", NOW, mailing)
        with world.database.transaction() as session:
            assert recover(session) == 0, "it lives"
            session.execute(update(WorkerRow).values(pid=2**22 - 1))
        with world.database.transaction() as session:
            assert recover(session) == 1
    assert world.sums(mailing) == {"waiting": 4, "uncertain": 1}


def test_a_worker_elsewhere_is_dead_when_its_lease_has_run_out(world: World) -> None:
    mailing = world.release()
    hand = Hand(world, mailing)
    hand.begin(hand.claim(1))
    with world.database.transaction() as session:
        assert recover(session) == 0
        session.execute(update(WorkerRow).values(alive_until=NOW - LEASE))
    with world.database.transaction() as session:
        assert recover(session) == 1


def test_a_lost_lease_ends_the_group_before_the_next_letter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing, transport = world.release(), MemoryTransport(limits=Limits(lanes=1, group=5))
    monkeypatch.setattr(Worker, "may_hand_over", lambda self: len(transport.messages) < 2)
    world.sender(mailing, transport).run()
    assert len(transport.messages) == 2
    assert world.sums(mailing) == {"accepted": 2, "waiting": 3}


# -- lanes that fail ----------------------------------------------------------------------------------------------


class Odd(MemoryTransport):
    """A memory transport whose lane does what `how` says at the third letter."""

    def __init__(self, how: str) -> None:
        super().__init__(limits=Limits(lanes=1, group=5))
        self.how = how

    def lane(self, compiled: Compiled):
        return OddLane(self, super().lane(compiled))


class OddLane:
    def __init__(self, transport: Odd, lane) -> None:
        self.transport, self.lane = transport, lane

    def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
        for n, letter in enumerate(letters):
            if n == 2 and self.transport.how == "raise":
                raise OSError("the line broke")
            if n == 2 and self.transport.how == "stop drawing":
                yield Outcome(letter.delivery, Verdict.DEFERRED, Fault.ROUTE, 421, "4.3.2", "closing")
                return
            yield from self.lane.hand_over([letter], key)

    def close(self) -> None: ...


def test_a_lane_that_raises_leaves_only_the_letter_in_hand_uncertain(world: World) -> None:
    mailing, transport = world.release(), Odd("raise")
    with pytest.raises(OSError, match="the line broke"):
        world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 2, "uncertain": 1, "waiting": 2}


def test_letters_that_a_lane_did_not_draw_wait_and_go_with_the_next_group(world: World) -> None:
    mailing, transport = world.release(), Odd("stop drawing")
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 4, "deferred": 1}


def test_a_route_that_is_down_loses_nobody_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.0,))

    class Down(MemoryTransport):
        def lane(self, compiled: Compiled):
            raise RouteDown("mail.example.org:587 refuses us: 535 no", permanent=True)

    mailing = world.release()
    tally = world.sender(mailing, Down()).run()
    assert "535" in tally.route_error
    assert world.sums(mailing) == {"waiting": 5}


class Answers(MemoryTransport):
    """Answers every letter with the next of these outcomes, then accepts."""

    def __init__(self, *answers: tuple[Verdict, int, str]) -> None:
        super().__init__(limits=Limits(lanes=1, group=5))
        self.answers = list(answers)

    def lane(self, compiled: Compiled):
        lane, answers = super().lane(compiled), self.answers

        class Lane:
            def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
                for letter in letters:
                    done = next(iter(lane.hand_over([letter], key)))
                    if answers:
                        verdict, code, text = answers.pop(0)
                        done = Outcome(letter.delivery, verdict, Fault.ROUTE, code, text.split()[0], text)
                    yield done

            def close(self) -> None: ...

        return Lane()


def test_what_was_put_off_is_tried_again_when_due_with_the_same_identity(database: Database) -> None:
    world = World(database).build(readers=1)
    mailing, transport = world.release(), Answers((Verdict.DEFERRED, 451, "4.7.1 greylisted"))
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"deferred": 1}
    world.sender(mailing, transport).run()
    assert len(transport.messages) == 1, "not before it is due"
    world.now += timedelta(hours=1)
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 1}
    (first, second) = transport.messages
    assert first[0] == second[0], "the return path"
    assert len(set(_message_ids(transport))) == 1


def test_a_copy_put_off_for_three_days_is_given_up(database: Database) -> None:
    world = World(database).build(readers=1)
    mailing = world.release()
    transport = Answers(*[(Verdict.DEFERRED, 451, "4.3.0 later")] * 200)
    for _ in range(50):
        world.sender(mailing, transport).run()
        world.now += timedelta(hours=4)
        if world.sums(mailing) == {"rejected": 1}:
            break
    assert timedelta(hours=60) < world.now - NOW < timedelta(hours=80)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(AttemptRow.id))) == len(transport.messages)


def test_a_refusal_is_kept_with_its_code_and_words(database: Database) -> None:
    world = World(database).build(readers=1)
    mailing, transport = world.release(), Answers((Verdict.REJECTED, 550, "5.1.1 no such mailbox"))
    world.sender(mailing, transport).run()
    with world.database.reading() as session:
        row = session.scalars(select(AttemptRow)).one()
    assert (row.verdict, row.code, row.enhanced, row.text) == ("rejected", 550, "5.1.1", "5.1.1 no such mailbox")


# -- holding, stopping, settling ----------------------------------------------------------------------------------


class Slow(MemoryTransport):
    """Sets `event` when `after` letters are accepted."""

    def __init__(self, after: int, act) -> None:
        super().__init__(limits=Limits(lanes=2, group=4))
        self.after, self.act = after, act

    def keep(self, letter: Letter, message: bytes) -> None:
        super().keep(letter, message)
        if len(self.messages) == self.after:
            self.act()


def test_a_graceful_stop_leaves_none_uncertain_and_a_resumed_send_ends_it(database: Database) -> None:
    world = World(database).build(readers=60)
    mailing, stop = world.release(), threading.Event()
    transport = Slow(25, stop.set)
    world.sender(mailing, transport, stop).run()
    counts = world.sums(mailing)
    assert "uncertain" not in counts
    assert counts["accepted"] == len(transport.messages) < 60
    world.sender(mailing, transport).run()
    assert Counter(_recipients(transport)) == Counter(address(n) for n in range(60))


def test_a_pause_in_the_middle_holds_and_resuming_is_exact(database: Database) -> None:
    world = World(database).build(readers=60)
    mailing = world.release()

    def pause() -> None:
        with world.database.transaction() as session:
            mailings.pause(session, mailing, "by hand")

    transport = Slow(20, pause)
    world.sender(mailing, transport).run()
    assert len(transport.messages) < 60
    assert "uncertain" not in world.sums(mailing)
    with world.database.transaction() as session:
        mailings.resume(session, mailing, NOW)
    world.sender(mailing, transport).run()
    assert Counter(_recipients(transport)) == Counter(address(n) for n in range(60))


def test_a_stop_is_truthful(database: Database) -> None:
    world = World(database).build(readers=60)
    mailing = world.release()

    def stop() -> None:
        with world.database.transaction() as session:
            mailings.stop(session, mailing, NOW)

    transport = Slow(20, stop)
    world.sender(mailing, transport).run()
    with world.database.transaction() as session:
        mailings.sweep(session, mailing, NOW)
    got = len(transport.messages)
    assert world.sums(mailing) == {"accepted": got, "excluded": 60 - got}
    world.sender(mailing, transport).run()
    assert len(transport.messages) == got


def test_leaving_uncertain_copies_changes_no_count_and_sending_again_keeps_the_message_id(world: World) -> None:
    mailing, transport = world.release(), Odd("raise")
    with pytest.raises(OSError, match="the line broke"):
        world.sender(mailing, transport).run()
    world.sender(mailing, plain := MemoryTransport()).run()
    with world.database.transaction() as session:
        assert mailings.finish(session, mailing, NOW), "uncertain ones do not hold the end"
        assert mailings.resolve(session, mailing, (), "leave", world.author.id, NOW) == 1
    assert world.sums(mailing) == {"accepted": 4, "uncertain": 1}
    with world.database.transaction() as session:
        (row,) = mailings.uncertain(session, mailing)
        expected = world.links.token(4, row.id)
        assert mailings.resolve(session, mailing, (), "send_again", world.author.id, NOW) == 1
    plain.messages.clear()
    world.sender(mailing, plain).run()
    assert _message_ids(plain) == [f"<{expected}@news.example.org>"]
    assert world.sums(mailing) == {"accepted": 5}


def test_one_unfinished_live_mailing_per_issue(world: World) -> None:
    from sqlalchemy.exc import IntegrityError

    world.release()
    with pytest.raises(IntegrityError):
        world.release()
