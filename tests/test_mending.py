"""Stopped, mended, signed off anew, and sent to the rest: each reader one copy, whatever the moment of the stop."""

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from newsletter.cli.main import app
from newsletter.delivery import freezing
from newsletter.delivery.claiming import claim
from newsletter.delivery.ledger import begin, record
from newsletter.delivery.model import Limits, Outcome, Transport, Verdict
from newsletter.delivery.tables import DeliveryRow, MailingRow, WorkerRow
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.errors import IllegalMove, NotApproved
from newsletter.issues.model import State
from subscribers.tables import SubscriberRow
from tests.conftest import NOW
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, Route
from tests.test_authority import _configured

MANY = 26


class Wired(MemoryTransport):
    """Does something when it has taken so many letters."""

    def __init__(self, after: int = 0, act: Any = None, name: str = "default") -> None:
        super().__init__(name, Limits(lanes=1, group=3))
        self.after, self.act = after, act

    def keep(self, letter: Any, message: bytes) -> None:
        super().keep(letter, message)
        if self.act and len(self.messages) == self.after:
            self.act()

    def got(self) -> list[str]:
        return [recipient for _, recipient, _ in self.messages]


def wire(monkeypatch: pytest.MonkeyPatch, *transports: Transport) -> None:
    """Those transports, by their names, in place of what the settings say."""
    by_name = {one.name: one for one in transports}
    monkeypatch.setattr("newsletter.pipeline.open_transport", lambda name, url: by_name[name])


def with_readers(route: Route, number: int = MANY) -> list[str]:
    more = [f"reader{n:02d}@example.org" for n in range(number - len(CONFIRMED))]
    for one in more:
        route.add_reader(one)
    return [*CONFIRMED, *more]


def mend(route: Route, words: str) -> None:
    route.edit(subject=f"San Antonio's lead, our Impact Report, {words}")
    route.sign_off()


def stop(route: Route) -> None:
    route.pipeline.stop(SLUG, route.who(AUTHOR))


def assert_sums(route: Route) -> None:
    with route.database.reading() as session:
        for mailing in session.scalars(select(MailingRow)):
            states = Counter(session.scalars(select(DeliveryRow.state).where(DeliveryRow.mailing_id == mailing.id)))
            assert states.total() == mailing.candidates
            assert not states.keys() & {"claimed", "handing", "waiting"}, states


def killed_in_hand(route: Route, number: int) -> list[int]:
    """A sender that was killed when its intent for so many was written down; what it had in hand."""
    mailing = route.mailings()[-1].id
    with route.database.transaction() as session:
        worker = WorkerRow(host="a host that is no more", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(worker)
        session.flush()
        found = claim(session, mailing, worker.id, number + 2, route.now)  # two more were claimed, and not begun
        ids = [one.delivery for one in found[:number]]
        begin(session, DeliveryRow, ids, worker.id, "default", route.now, mailing)
    return [one.subscriber for one in found[:number]]


def addresses(route: Route, subscribers: list[int]) -> set[str]:
    with route.database.reading() as session:
        query = select(SubscriberRow.address).where(SubscriberRow.id.in_(subscribers))
        return {str(one) for one in session.scalars(query)}


# -- the whole of it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_over_two_rounds_of_stop_and_mend_each_reader_gets_exactly_one_copy(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)
    readers = with_readers(either_route)
    either_route.sign_off()
    got: list[str] = []
    left = MANY
    for round_ in range(2):
        transport = Wired(dice.randint(1, max(1, left - 4)), lambda: stop(either_route))
        wire(monkeypatch, transport)
        status = either_route.send().status
        got += transport.got()
        left = MANY - len(got)
        assert status.state == "stopped"
        assert (status.candidates, status.accepted, status.balances) == (MANY, len(got), True)
        assert status.excluded.get("stopped", 0) == left
        assert either_route.issue().state is State.STOPPED
        mend(either_route, f"mended {round_ + 1} times")
    either_route.add_reader("late@example.org")
    wire(monkeypatch, last := Wired())
    status = either_route.send().status
    assert Counter([*got, *last.got()]) == Counter(readers), "one copy each, and nobody new"
    assert (status.state, status.candidates, status.accepted) == ("sent", MANY, MANY)
    assert (status.excluded, status.balances, status.rounds) == ({}, True, 3)
    assert all(b"mended 2 times" in message for _, _, message in last.messages)
    assert_sums(either_route)
    wire(monkeypatch, again := Wired())
    assert either_route.send().tally is None
    assert again.messages == []
    assert len(either_route.mailings()) == 3


def test_a_sender_killed_in_each_round_costs_nobody_a_second_copy(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was in the dead sender's hand has no answer: the rest is without them, in every later round."""
    readers = with_readers(either_route)
    either_route.sign_off()
    unsure: set[str] = set()
    got: list[str] = []
    for round_ in range(2):
        either_route.send(wait=False)
        unsure |= addresses(either_route, killed_in_hand(either_route, 3))
        wire(monkeypatch, transport := Wired(5, lambda: stop(either_route)))
        status = either_route.send().status
        got += transport.got()
        assert (status.state, status.uncertain, status.balances) == ("stopped", len(unsure), True)
        mend(either_route, f"mended {round_ + 1} times")
    wire(monkeypatch, last := Wired())
    status = either_route.send().status
    assert len(unsure) == 6
    assert Counter([*got, *last.got()]) == Counter(set(readers) - unsure)
    assert (status.accepted, status.uncertain, status.candidates) == (MANY - 6, 6, MANY)
    assert status.balances


def test_killed_while_the_rest_is_fixed_it_goes_on(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = with_readers(either_route)
    either_route.sign_off()
    wire(monkeypatch, first := Wired(4, lambda: stop(either_route)))
    either_route.send()
    mend(either_route, "mended")
    monkeypatch.setattr(freezing, "CHUNK", 5)
    real, calls = freezing._freeze_chunk, []

    class Killed(BaseException): ...

    def dies(*args: Any) -> bool:
        if len(calls) == 2:
            raise Killed
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(freezing, "_freeze_chunk", dies)
    wire(monkeypatch, second := Wired())
    with pytest.raises(Killed):
        either_route.send()
    assert second.messages == []
    monkeypatch.setattr(freezing, "_freeze_chunk", real)
    assert either_route.send().status.accepted == MANY
    assert Counter([*first.got(), *second.got()]) == Counter(readers)


def test_stopped_before_the_readers_were_fixed_it_is_for_everyone_again(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half list is no list: nobody who was not looked at yet may be forgotten."""
    readers = with_readers(either_route)
    either_route.sign_off()
    monkeypatch.setattr(freezing, "CHUNK", 5)
    real, calls = freezing._freeze_chunk, []

    def stopped_meanwhile(*args: Any) -> bool:
        calls.append(args)
        return real(*args) and len(calls) < 3

    monkeypatch.setattr(freezing, "_freeze_chunk", stopped_meanwhile)
    either_route.send(wait=False)
    assert either_route.mailings()[0].state == "freezing"
    stop(either_route)
    monkeypatch.setattr(freezing, "_freeze_chunk", real)
    mend(either_route, "mended")
    wire(monkeypatch, transport := Wired())
    status = either_route.send().status
    assert Counter(transport.got()) == Counter(readers)
    assert (status.candidates, status.accepted, status.excluded, status.balances) == (MANY, MANY, {}, True)


# -- who is among the rest ------------------------------------------------------------------------------------------


def test_the_refused_are_not_among_the_rest_and_who_left_since_gets_nothing(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    with either_route.database.transaction() as session:
        refused = select(SubscriberRow.id).where(SubscriberRow.address == "eve@example.org").scalar_subquery()
        session.execute(update(DeliveryRow).where(DeliveryRow.subscriber_id == refused).values(state="rejected"))
    stop(either_route)
    mend(either_route, "mended")
    either_route.unsubscribe("bob@example.org")
    wire(monkeypatch, transport := Wired())
    status = either_route.send().status
    assert sorted(transport.got()) == ["ada@example.org", "dario@example.org"]
    assert (status.candidates, status.accepted, status.rejected, status.excluded) == (4, 2, 1, {"stopped": 1})
    assert status.balances
    assert either_route.mailings()[1].audience == {"kind": "rest", "of": [either_route.mailings()[0].id]}
    assert either_route.mailings()[1].left_out == {"unsubscribed": 1}, "of the rest alone"


def test_who_leaves_after_the_rest_was_fixed_is_excluded_at_his_turn(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    stop(either_route)
    mend(either_route, "mended")
    either_route.send(wait=False)
    either_route.unsubscribe("bob@example.org")
    status = either_route.send().status
    assert (status.accepted, status.excluded, status.candidates) == (3, {"unsubscribed": 1}, 4)


def test_what_a_sender_gave_back_after_the_stop_belongs_to_the_rest(either_route: Route) -> None:
    """It was killed before it could write down that this was stopped, too."""
    either_route.sign_off()
    either_route.send(wait=False)
    stop(either_route)
    with either_route.database.transaction() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == 1).values(state="waiting", excluded=None))
    mend(either_route, "mended")
    assert either_route.send().status.accepted == 4
    assert len({str(mail["To"]) for mail in either_route.mails() if mail["List-Unsubscribe"]}) == 4


def test_while_a_sender_that_lives_has_copies_in_hand_nobody_knows_who_the_rest_are(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    mailing = either_route.mailings()[0].id
    with either_route.database.transaction() as session:
        alive = NOW.replace(year=2999)
        worker = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=alive)
        session.add(worker)
        session.flush()
        ids = [one.delivery for one in claim(session, mailing, worker.id, 1, either_route.now)]
        handover, _ = begin(session, DeliveryRow, ids, worker.id, "default", either_route.now, mailing)
    stop(either_route)
    mend(either_route, "mended")
    with pytest.raises(IllegalMove, match="1 copies of the send that was stopped are still in hand"):
        either_route.send()
    with either_route.database.transaction() as session:
        told = Outcome(ids[0], Verdict.ACCEPTED)
        record(session, DeliveryRow, [(handover, told)], either_route.now, [handover])
    status = either_route.send().status
    assert (status.accepted, status.candidates, status.state) == (4, 4, "sent")
    assert len([mail for mail in either_route.mails() if mail["List-Unsubscribe"]]) == 3


# -- what it takes --------------------------------------------------------------------------------------------------


def test_after_a_stop_nothing_goes_out_until_it_is_signed_off_anew(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    stop(either_route)
    assert either_route.send().tally is None
    either_route.edit(subject="San Antonio's lead, our Impact Report, mended")
    assert either_route.send().tally is None
    either_route.submit()
    with pytest.raises(NotApproved):
        either_route.send()
    assert len(either_route.mailings()) == 1
    either_route.approve()
    assert either_route.send().status.accepted == 4


def test_the_approver_may_take_the_yes_back_after_a_stop(route: Route) -> None:
    route.sign_off()
    route.send(wait=False)
    stop(route)
    route.pipeline.request_changes(SLUG, route.who(APPROVER), "The date in the lead")
    assert route.issue().state is State.CHANGES_REQUESTED
    route.submit()
    assert route.issue().state is State.IN_REVIEW, "the same words again, but nobody says yes to them now"


def test_what_was_stopped_is_not_sent_again_while_it_is_mended(route: Route) -> None:
    route.sign_off()
    route.send(wait=False)
    unsure = addresses(route, killed_in_hand(route, 1))
    stop(route)
    assert route.pipeline.resolve(SLUG, route.who(AUTHOR), "leave") == 1
    route.submit()
    for act in (
        lambda: route.pipeline.resolve(SLUG, route.who(AUTHOR), "send_again", list(unsure)),
        lambda: route.pipeline.retry(SLUG, route.who(AUTHOR)),
    ):
        with pytest.raises(IllegalMove, match="is being mended"):
            act()
    assert route.mailings()[0].state == "stopped"


# -- what the stop says ---------------------------------------------------------------------------------------------


def test_a_stop_says_exactly_how_many_have_it(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    with_readers(either_route)
    either_route.sign_off()
    either_route.send(wait=False)
    killed_in_hand(either_route, 3)
    wire(monkeypatch, transport := Wired(7, lambda: either_route.pipeline.pause(SLUG, either_route.who(AUTHOR))))
    either_route.send()
    got, config = len(transport.messages), str(_configured(either_route))
    done = CliRunner().invoke(app, ["--config", config, "issue", "stop", SLUG, "--by", AUTHOR])
    assert done.exit_code == 0, done.output
    rest = MANY - got - 3
    assert done.output.startswith(f"Stopped. {got} of {MANY} handed over; {rest} stopped; 3 without an answer.\n"), (
        done.output
    )
    status = CliRunner().invoke(app, ["--config", config, "issue", "status", SLUG]).output
    report = CliRunner().invoke(app, ["--config", config, "issue", "report", SLUG]).output
    for said in (status, report):
        assert f"{got} of {MANY} handed over; {rest} stopped; 3 without an answer." in said
        assert "The sum is right." in said
