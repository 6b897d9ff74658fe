"""Bugs that bit the users of other newsletter programs; each may never bite ours. Numbers as in the list of them."""

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from newsletter import bootstrap
from newsletter.database import Database
from newsletter.delivery import freezing, mailings, workers
from newsletter.delivery.claiming import Claimed, claim
from newsletter.delivery.ledger import begin, bury, record
from newsletter.delivery.letters import Addresser
from newsletter.delivery.model import Fault, Few, Letter, Limits, Outcome, Verdict
from newsletter.delivery.releasing import release
from newsletter.delivery.tables import AttemptRow, DeliveryRow, WorkerRow
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.delivery.workers import recover
from newsletter.errors import Refusal
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.mime import Compiled
from newsletter.rendering.slots import SlotError
from subscribers.tables import SubscriberRow, SubscriptionRow
from tests.conftest import NOW
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, Route
from tests.smtp_server import ScriptedServer
from tests.world import World, address


@pytest.fixture
def world(database: Database) -> World:
    return World(database).build(readers=5)


def recipients(transport: MemoryTransport) -> list[str]:
    return sorted(recipient for _, recipient, _ in transport.messages)


def message_ids(transport: MemoryTransport) -> list[bytes]:
    found = [re.search(rb"(?m)^Message-ID: (\S+)", message) for _, _, message in transport.messages]
    return [match[1] for match in found if match]


class Killed(BaseException):
    """The process ends here, without a chance to write anything down."""


# -- 1 --------------------------------------------------------------------------------------------------------------


class Fatal(MemoryTransport):
    """The process is killed when the other side has taken so many letters, before that is written down."""

    def __init__(self, after: int) -> None:
        super().__init__(limits=Limits(lanes=1, group=5))
        self.after = after

    def keep(self, letter: Letter, message: bytes) -> None:
        super().keep(letter, message)
        if len(self.messages) == self.after:
            raise Killed


@pytest.mark.parametrize("taken", [1, 3, 5])
def test_killed_between_hand_off_and_bookkeeping(world: World, taken: int) -> None:
    """Item 1: no second mail, and who may have it is shown as uncertain."""
    mailing, transport = world.release(), Fatal(taken)
    with pytest.raises(Killed):
        _hand_over_and_die(world, mailing, transport)
    world.sender(mailing, after := MemoryTransport()).run()
    assert world.sums(mailing) == {"uncertain": 5}
    assert len(transport.messages) == taken
    assert after.messages == []


def _hand_over_and_die(world: World, mailing: int, transport: MemoryTransport) -> None:
    """As a sender does it, up to the kill; then the next one finds that its process is gone."""
    with world.database.transaction() as session:
        worker = WorkerRow(host="a host that is no more", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(worker)
        session.flush()
        claimed = claim(session, mailing, worker.id, 5, world.now)
    with world.database.transaction() as session:
        ids = [one.delivery for one in claimed]
        _, key = begin(session, DeliveryRow, ids, worker.id, "memory", world.now, mailing)
    sender = world.sender(mailing, transport)
    letters = [sender._addresser.letter(one, world.now) for one in claimed]
    list(transport.lane(sender._compiled).hand_over(letters, key))


# -- 2, 3 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [0, 1, 2, 3])
def test_killed_while_the_list_is_frozen(either_route: Route, monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    """Items 2 and 3: killed after "send", before or while the list is built: a half list is never sent nor done."""
    either_route.sign_off()
    monkeypatch.setattr(freezing, "CHUNK", 2)
    real, calls = freezing._freeze_chunk, []

    def dies(*args):
        if len(calls) == parts:
            raise Killed
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(freezing, "_freeze_chunk", dies)
    with pytest.raises(Killed):
        either_route.send()
    (mailing,) = either_route.mailings()
    assert mailing.state == "freezing"
    assert not [mail for mail in either_route.mails() if mail["List-Unsubscribe"]]
    monkeypatch.setattr(freezing, "_freeze_chunk", real)
    either_route.open()
    status = either_route.send().status
    assert (status.state, status.candidates, status.accepted) == ("sent", len(CONFIRMED), len(CONFIRMED))
    assert status.left_out == {"pending": 1, "unsubscribed": 1}
    assert len(either_route.mailings()) == 1


# -- 4 --------------------------------------------------------------------------------------------------------------


def test_two_senders_released_at_the_same_second(either_route: Route) -> None:
    """Item 4: one mailing, one mail each, and neither of the two ends with an error."""
    either_route.sign_off()
    together, failures = threading.Barrier(2), []
    senders = [threading.Thread(target=_send, args=(either_route, failures, together.wait)) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert failures == []
    _assert_one_mail_each(either_route)


def test_a_second_sender_comes_before_the_first_has_committed_the_release(either_route: Route) -> None:
    """Item 4: it waits for its turn, finds the mailing, and helps."""
    either_route.sign_off()
    issue, staff, failures = either_route.issue(), either_route.who(AUTHOR).staff_id, []
    second = threading.Thread(target=_send, args=(either_route, failures))
    with either_route.database.transaction() as session:
        release(session, issue, either_route.pipeline.gate, either_route.settings, staff, NOW, although_planned=False)
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join()
    assert failures == []
    _assert_one_mail_each(either_route)


def _send(route: Route, failures: list[Exception], ready: Callable[[], object] = lambda: None) -> None:
    # Not closed here: the engine is the route's own, and closing it would take away connections that others hold.
    pipeline = bootstrap.assemble(route.settings, lambda: NOW)
    try:
        ready()
        pipeline.send(SLUG, route.who(AUTHOR))
    except Exception as error:  # noqa: BLE001 -- told in the test's own thread
        failures.append(error)


def _assert_one_mail_each(route: Route) -> None:
    got = Counter(mail["To"].addresses[0].addr_spec for mail in route.mails() if mail["List-Unsubscribe"])
    assert got == Counter(CONFIRMED)
    assert route.deliveries() == {"accepted": len(CONFIRMED)}
    assert len(route.mailings()) == 1


def test_a_sender_that_looked_at_the_issue_before_another_sent_it_all(either_route: Route) -> None:
    """Item 4: its look is old when its turn comes; it must not release a second mailing."""
    either_route.sign_off()
    old = either_route.issue()
    either_route.send()
    with either_route.database.transaction() as session:
        yes = either_route.pipeline.gate.require(session, old)
        with pytest.raises(mailings.IllegalMove, match="just been sent"):
            mailings.release(session, old.id, old.list_id, yes, yes.decision_id, NOW)
    assert len(either_route.mailings()) == 1


def test_what_a_buried_worker_still_claimed_is_given_back(world: World) -> None:
    """Item 4: it claimed at the very moment in which another took it for dead, and then died indeed."""
    mailing = world.release()
    with world.database.transaction() as session:
        row = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(row)
        session.flush()
        claim(session, mailing, row.id, 2, world.now)
        session.execute(update(WorkerRow).values(ended_at=NOW))
    world.sender(mailing, transport := MemoryTransport()).run()
    assert recipients(transport) == [address(n) for n in range(5)]


# -- 5: suspended past the lease ------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", [Verdict.NOT_STARTED, Verdict.DEFERRED])
def test_a_worker_that_wakes_up_after_the_end_opens_the_mailing_again(either_route: Route, back: Verdict) -> None:
    """Item 5: its copies were taken for uncertain and the issue was done; now it says that some never left."""
    either_route.sign_off()
    either_route.send(wait=False)
    (mailing,) = either_route.mailings()
    with either_route.database.transaction() as session:
        worker = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(worker)
        session.flush()
        ids = [one.delivery for one in claim(session, mailing.id, worker.id, 2, NOW)]
        handover, _ = begin(session, DeliveryRow, ids, worker.id, "smtp", NOW, mailing.id)
        assert bury(session, worker.id, NOW) == 2
    assert either_route.send().status.state == "sent"
    with either_route.database.transaction() as session:
        outcomes = [Outcome(ids[0], Verdict.ACCEPTED), Outcome(ids[1], back, text="later")]
        record(session, DeliveryRow, [(handover, one) for one in outcomes], NOW, [handover])
    assert either_route.issue().state.value == "sending"
    either_route.now = either_route.now.replace(hour=12)
    assert either_route.send().status.state == "sent"
    assert either_route.deliveries() == {"accepted": len(CONFIRMED)}
    assert either_route.issue().state.value == "sent"


class Slow(MemoryTransport):
    """Takes its time over every letter."""

    def __init__(self, seconds: float) -> None:
        super().__init__(limits=Limits(lanes=1, group=5))
        self.seconds = seconds

    def keep(self, letter: Letter, message: bytes) -> None:
        time.sleep(self.seconds)
        super().keep(letter, message)


def test_a_run_longer_than_the_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Item 5: the lease is renewed, and whoever looks for the dead meanwhile finds nobody."""
    world = World(database).build(readers=40)
    mailing, transport = world.release(), Slow(0.1)
    for name, value in (("LEASE", timedelta(seconds=2.5)), ("BEAT", 0.1), ("MARGIN", 0.3)):
        monkeypatch.setattr(workers, name, value)
    sender = threading.Thread(target=world.sender(mailing, transport).run)
    sender.start()
    buried = 0
    while sender.is_alive():
        time.sleep(0.05)
        with database.transaction() as session:
            buried += recover(session)
    assert buried == 0
    assert recipients(transport) == [address(n) for n in range(40)]
    assert world.sums(mailing) == {"accepted": 40}


# -- 6 --------------------------------------------------------------------------------------------------------------


class Quota(MemoryTransport):
    """Takes so many letters, and answers 452 to all others."""

    def __init__(self, takes: int) -> None:
        super().__init__("default", Limits(lanes=2, group=10))
        self.takes = takes
        self._one = threading.Lock()

    def lane(self, compiled: Compiled):
        lane, transport = super().lane(compiled), self

        class Lane:
            def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
                for letter in letters:
                    outcome = Outcome(letter.delivery, Verdict.DEFERRED, Fault.ROUTE, 452, "4.3.1", "quota")
                    with transport._one:
                        if len(transport.messages) < transport.takes:
                            (outcome,) = lane.hand_over(Few([letter]), key)
                    yield outcome

            def close(self) -> None: ...

        return Lane()


def test_a_quota_that_ends_at_mail_46_of_68(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Item 6: it is not done, says that 23 are left, tries for hours, and one command goes on."""
    for n in range(68 - len(CONFIRMED)):
        either_route.add_reader(f"reader{n:02d}@example.org")
    either_route.sign_off()
    transport = Quota(45)
    monkeypatch.setattr("newsletter.pipeline.open_transport", lambda name, url: transport)
    for _ in range(4):
        status = either_route.send().status
        assert (status.state, status.accepted, status.deferred, status.balances) == ("sending", 45, 23, True)
        assert status.next_due is not None
        assert status.next_due > either_route.now
        assert either_route.issue().state.value == "sending"
        either_route.now += timedelta(hours=5)
    transport.takes = 68
    status = either_route.send().status
    assert (status.state, status.accepted, status.deferred) == ("sent", 68, 0)
    assert len(recipients(transport)) == len(set(recipients(transport))) == 68


# -- 7 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (HeaderError("To: no such address"), Fault.READER),
        (SlotError("no value"), Fault.ISSUE),
        (ZeroDivisionError("a mistake of ours"), Fault.ISSUE),
    ],
)
def test_a_letter_that_cannot_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, fault: Fault
) -> None:
    """Item 7: refused with the reason, the others go, the sum balances, and it is not tried for ever."""
    mailing, transport = world.release(), MemoryTransport(limits=Limits(lanes=1, group=3))
    real = Addresser.letter

    def letter(self: Addresser, claimed: Claimed, now) -> Letter:
        if claimed.address == address(1):
            raise error
        return real(self, claimed, now)

    monkeypatch.setattr(Addresser, "letter", letter)
    tally = world.sender(mailing, transport).run()
    assert recipients(transport) == [address(n) for n in (0, 2, 3, 4)]
    assert world.sums(mailing) == {"accepted": 4, "rejected": 1}
    assert (tally.accepted, tally.refused) == (4, 1)
    with world.database.transaction() as session:
        row = session.scalars(select(AttemptRow)).one()
        assert (row.verdict, row.fault) == ("rejected", fault.value)
        assert str(error) in row.text
        assert mailings.finish(session, mailing, NOW)


def test_an_address_that_no_header_can_hold(world: World) -> None:
    """Item 7: with an address as an old import may have left it."""
    mailing, transport = world.release(), MemoryTransport()
    with world.database.transaction() as session:
        bad = update(SubscriberRow).where(SubscriberRow.address == address(3))
        session.execute(bad.values(address="two words@example.org"))
        bad = update(SubscriberRow).where(SubscriberRow.address == address(4))
        session.execute(bad.values(name="Mallory\r\nBcc: all@example.org"))
    world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"accepted": 4, "rejected": 1}
    assert address(4) in recipients(transport), "a name that no header can hold is left out"
    assert all(b"Bcc" not in message for _, _, message in transport.messages)


def test_what_is_wrong_with_every_letter_rejects_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Item 7: then it is the issue or a setting, and everybody still waits for it to be mended."""
    mailing, transport = world.release(), MemoryTransport()

    def broken(*_: object) -> bytes:
        raise SlotError("The slot 'since' has no value.")

    monkeypatch.setattr(Compiled, "message", broken)
    with pytest.raises(SlotError):
        world.sender(mailing, transport).run()
    assert world.sums(mailing) == {"waiting": 5}


# -- 8 --------------------------------------------------------------------------------------------------------------


def test_a_mail_service_that_refuses_our_password(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Item 8: it is not asked again and again, nobody is marked, and the words are its own."""
    caplog.set_level(logging.CRITICAL)
    mailing = world.release()
    refusal = {"AUTH": lambda _: "535 5.7.8 no"}
    with ScriptedServer(refusal, extensions=("8BITMIME", "AUTH PLAIN")) as server:
        url = f"smtp://desk:secret@127.0.0.1:{server.port}?tls=none&hello=news.example&connections=2"
        tally = world.sender(mailing, open_transport("relay", url)).run()
    assert "535" in tally.route_error
    assert "secret" not in tally.route_error
    assert server.connections <= 2
    assert world.sums(mailing) == {"waiting": 5}


# -- 9, 10 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["unsubscribed", "erased", "hard_bounce", "complaint", "pending", "paused"])
def test_who_may_not_be_mailed_any_more_when_his_turn_comes(world: World, what: str) -> None:
    """Item 9: between the freeze and his turn he leaves, is erased, bounces, complains or loses his confirmation."""
    mailing, transport = world.release(), MemoryTransport()
    with world.database.transaction() as session:
        who = select(SubscriberRow.id).where(SubscriberRow.address == address(2)).scalar_subquery()
        subscription = update(SubscriptionRow).where(SubscriptionRow.subscriber_id == who)
        if what in {"hard_bounce", "complaint"}:
            world.book.suppress(session, address(2), what, "feedback", NOW)
        elif what == "paused":
            session.execute(subscription.values(paused_until=NOW.replace(year=2025)))
        elif what == "erased":
            session.execute(update(SubscriberRow).where(SubscriberRow.address == address(2)).values(address=None))
        else:
            session.execute(subscription.values(state=what))
    world.sender(mailing, transport).run()
    assert recipients(transport) == [address(n) for n in (0, 1, 3, 4)]
    assert world.sums(mailing) == {"accepted": 4, "excluded": 1}
    with world.database.reading() as session:
        assert session.scalars(select(DeliveryRow.excluded).where(DeliveryRow.state == "excluded")).one() == what


class PutOff(MemoryTransport):
    """Takes the first two and puts the others off."""

    def lane(self, compiled: Compiled):
        lane, transport = super().lane(compiled), self

        class Lane:
            def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
                for letter in letters:
                    if len(transport.messages) < 2:
                        yield from lane.hand_over([letter], key)
                    else:
                        yield Outcome(letter.delivery, Verdict.DEFERRED, Fault.ROUTE, 452, "4.2.2", "quota")

            def close(self) -> None: ...

        return Lane()


def test_a_second_try_keeps_the_audience_of_the_first(world: World) -> None:
    """Item 10: never "everyone": not who signed up since, and not who has a copy."""
    mailing = world.release()
    world.sender(mailing, first := PutOff(limits=Limits(lanes=1, group=5))).run()
    world.add_readers(3, start=5)
    world.now = world.now.replace(hour=12)
    world.sender(mailing, second := MemoryTransport()).run()
    assert sorted(recipients(first) + recipients(second)) == [address(n) for n in range(5)]
    assert len(set(message_ids(first) + message_ids(second))) == 5
    assert world.sums(mailing) == {"accepted": 5}


# -- 11, 12 ---------------------------------------------------------------------------------------------------------


def test_changing_anything_of_what_was_sent_sends_nothing(either_route: Route) -> None:
    """Item 11: neither a setting, nor the website, nor any verb on the issue can mail what is done."""
    either_route.sign_off()
    either_route.send()
    author, names = either_route.who(AUTHOR), sorted(path.name for path in either_route.mailbox.iterdir())
    verbs: list[Callable[[], object]] = [
        lambda: either_route.set_profile(from_name="Another", calm_wait=0, archive="unlisted"),
        lambda: either_route.set_publication("roots", title="Another title"),
        lambda: either_route.add_reader("late@example.org"),
        lambda: either_route.open(transport_url=f"folder://{either_route.mailbox}", timezone="UTC"),
        lambda: either_route.edit(subject="A subject of about the right length here"),
        lambda: either_route.choose("hold", "roots"),
        either_route.submit,
        either_route.approve,
        lambda: either_route.pipeline.withdraw(SLUG, author),
        lambda: either_route.pipeline.request_changes(SLUG, either_route.who(APPROVER), "The lead"),
        lambda: either_route.pipeline.plan(SLUG, either_route.now + timedelta(days=1), author),
        lambda: either_route.pipeline.resume(SLUG, author),
        lambda: either_route.pipeline.stop(SLUG, author),
        lambda: either_route.pipeline.resolve(SLUG, author, "send_again"),
        lambda: either_route.pipeline.retry(SLUG, author),
        lambda: either_route.pipeline.practise(SLUG, author),
        lambda: either_route.pipeline.assemble("quarterly", "2024-Q2", author),
    ]
    for verb in verbs:
        with suppress(Refusal):
            verb()
        assert either_route.issue().state.value == "sent"
        assert either_route.send().tally is None
    either_route.now += timedelta(days=2)
    assert either_route.send(now_although_planned=True).tally is None
    assert sorted(path.name for path in either_route.mailbox.iterdir()) == names
    assert len([one for one in either_route.mailings() if one.kind == "live"]) == 1


@pytest.mark.parametrize("after", [1, 9, 17])
def test_stopped_on_the_way_the_count_is_exact(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Item 12, its second half: what is told is what the other side has, and nothing follows."""
    for n in range(30 - len(CONFIRMED)):
        either_route.add_reader(f"reader{n:02d}@example.org")
    either_route.sign_off()

    class Stopped(MemoryTransport):
        def keep(self, letter: Letter, message: bytes) -> None:
            super().keep(letter, message)
            if len(self.messages) == after:
                either_route.pipeline.stop(SLUG, either_route.who(AUTHOR))

    transport = Stopped("default", Limits(lanes=2, group=4))
    monkeypatch.setattr("newsletter.pipeline.open_transport", lambda name, url: transport)
    status = either_route.send().status
    got = len(transport.messages)
    assert after <= got < 30
    assert (status.state, status.accepted, status.excluded) == ("stopped", got, {"stopped": 30 - got})
    assert (status.waiting, status.uncertain, status.balances) == (0, 0, True)
    either_route.now += timedelta(days=1)
    assert either_route.send().tally is None
    assert len(transport.messages) == got
