"""Calm sending: to the team first, to the readers a quarter of an hour later and over a time, unless somebody stops."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter import bootstrap
from newsletter.cli import telling
from newsletter.delivery import freezing
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.errors import BadInput, IllegalMove
from newsletter.issues import lists
from newsletter.issues.model import Calm
from newsletter.issues.views import find
from subscribers.tables import SubscriberRow
from tests.conftest import NOW
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SECOND_AUTHOR, SLUG, Route, later
from tests.test_cli import Shell
from tests.test_peers import Killed

TEAM = sorted([AUTHOR, ADMIN])


def with_team(route: Route, *, spread: int = 0, wait: int = 15) -> Route:
    """Two of those who work here read it; one has left it again, and one never confirmed."""
    for address in (ADMIN, APPROVER):
        route.add_reader(address)
    route.add_reader(AUTHOR.title())  # however it is written
    route.add_reader(SECOND_AUTHOR, "pending")
    route.unsubscribe(APPROVER)
    set_calm(route, wait=wait, spread=spread)
    route.sign_off()
    return route


def set_calm(route: Route, **minutes: int) -> Calm:
    with route.database.transaction() as session:
        return lists.set_calm(session, route.list_id(), **minutes)


def addressees(route: Route) -> list[str]:
    return sorted(str(mail["To"]).lower() for mail in route.mails() if mail["List-Unsubscribe"])


def addresses(route: Route) -> list[str]:
    """The readers of the mailing, in the order of their deliveries."""
    with route.database.reading() as session:
        rows = session.scalars(
            select(SubscriberRow.address)
            .join(DeliveryRow, DeliveryRow.subscriber_id == SubscriberRow.id)
            .order_by(DeliveryRow.id)
        )
        return [str(address).lower() for address in rows]


# -- who comes first -----------------------------------------------------------------------------------------------


def test_the_first_copies_go_to_those_of_the_team_who_read_it(either_route: Route) -> None:
    route = with_team(either_route)
    result = route.send(calm=True)
    assert addressees(route) == TEAM
    status = result.status
    assert (status.state, status.candidates, status.accepted, status.waiting) == ("sending", 6, 2, 4)
    assert (status.first_copies, status.first_handed_over) == (2, 2)
    assert status.readers_from == NOW + timedelta(minutes=15)
    assert status.left_out == {"pending": 2, "unsubscribed": 2}
    assert status.balances
    assert addresses(route)[:2] == TEAM or addresses(route)[:2] == TEAM[::-1]
    assert sorted(addresses(route)[2:]) == sorted(CONFIRMED)


def test_when_the_readers_time_has_come_it_goes_to_everybody_else_once(either_route: Route) -> None:
    route = with_team(either_route)
    route.send(calm=True)
    later(route, minutes=14, seconds=59)
    assert route.send(calm=True).tally is not None
    assert addressees(route) == TEAM
    later(route, seconds=1)
    result = route.send()
    assert addressees(route) == sorted([*TEAM, *CONFIRMED])
    assert (result.status.state, result.status.accepted) == ("sent", 6)


def test_without_calm_everybody_gets_it_at_once(approved: Route) -> None:
    result = approved.send()
    assert (result.status.state, result.status.first_copies, result.status.readers_from) == ("sent", None, None)


def test_where_nobody_of_the_team_reads_it_the_readers_wait_all_the_same(either_route: Route) -> None:
    either_route.sign_off()
    result = either_route.send(calm=True)
    assert (result.status.state, result.status.accepted, result.status.first_copies) == ("sending", 0, 0)
    assert either_route.mailings()[0].first_up_to == 0
    assert addressees(either_route) == []
    later(either_route, minutes=15)
    set_calm(either_route, wait=0, spread=0)
    later(either_route, minutes=30)
    assert either_route.mailings()[0].spread_seconds == 1800, "what was released before keeps its own"


def test_the_readers_time_is_counted_from_when_they_are_fixed(either_route: Route, monkeypatch) -> None:
    """Killed while the readers were fixed, and taken up two hours later: the team still has its quarter of an hour."""
    route = with_team(either_route)
    _die_after(monkeypatch, 2)
    with pytest.raises(Killed):
        route.send(calm=True)
    monkeypatch.undo()
    later(route, hours=2)
    status = route.send().status
    assert status.readers_from == NOW + timedelta(hours=2, minutes=15)
    assert addressees(route) == TEAM


def _die_after(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    monkeypatch.setattr(freezing, "CHUNK", 2)
    real, calls = freezing._freeze_chunk, []

    def dies(*args):
        if len(calls) == parts:
            raise Killed
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(freezing, "_freeze_chunk", dies)


@pytest.mark.parametrize("parts", [0, 1, 2, 3, 4, 5])
def test_killed_between_any_two_parts_it_goes_on_exactly(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    route = with_team(either_route)
    _die_after(monkeypatch, parts)
    with pytest.raises(Killed):
        route.send(calm=True)
    assert addressees(route) == []
    monkeypatch.undo()
    route.open()
    status = route.send(calm=True).status
    assert (status.candidates, status.accepted, status.first_copies) == (6, 2, 2)
    assert status.left_out == {"pending": 2, "unsubscribed": 2}
    assert status.balances
    assert sorted(addresses(route)) == sorted([*TEAM, *CONFIRMED]), "each once"
    assert sorted(addresses(route)[:2]) == TEAM


def test_two_that_fix_the_readers_at_once_take_turns(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route = with_team(either_route)
    monkeypatch.setattr(freezing, "CHUNK", 1)
    together, failures = threading.Barrier(2), []

    def send() -> None:
        pipeline = bootstrap.assemble(route.settings, lambda: NOW)
        try:
            together.wait()
            pipeline.send(SLUG, route.who(AUTHOR), calm=True)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert addressees(route) == TEAM
    (mailing,) = route.mailings()
    assert mailing.candidates == 6
    assert sorted(addresses(route)[:2]) == TEAM
    assert len(addresses(route)) == 6


def test_one_of_the_team_who_leaves_while_the_list_is_fixed_is_counted_once(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = with_team(either_route)
    _die_after(monkeypatch, 1)
    with pytest.raises(Killed):
        route.send(calm=True)
    monkeypatch.undo()
    route.unsubscribe(ADMIN)
    status = route.send(calm=True).status
    assert (status.candidates, status.accepted, status.excluded) == (6, 1, {"unsubscribed": 1})
    assert status.left_out == {"pending": 2, "unsubscribed": 2}
    assert status.balances


def test_one_released_at_full_speed_does_not_become_calm(approved: Route) -> None:
    approved.send(wait=False)
    with pytest.raises(IllegalMove, match="released without --calm"):
        approved.send(calm=True)


def test_how_it_goes_out_is_no_part_of_what_is_approved(approved: Route) -> None:
    assert approved.counts()
    set_calm(approved, wait=3, spread=4)
    assert approved.counts()


# -- stopping, pausing ---------------------------------------------------------------------------------------------


def test_a_stop_in_the_waiting_time_leaves_it_with_the_team(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = with_team(either_route)
    route.send(calm=True)
    shell = Shell(route, monkeypatch)
    assert "Stopped. 2 of 6 handed over; 4 " in shell("issue", "stop", SLUG, "--by", AUTHOR).stdout
    assert "2 of 6 handed over; 4 stopped." in shell("issue", "status", SLUG).stdout
    later(route, hours=1)
    result = route.send()
    assert addressees(route) == TEAM
    assert (result.status.state, result.status.excluded) == ("stopped", {"stopped": 4})


def test_a_pause_in_the_waiting_time_holds_the_readers_too(either_route: Route) -> None:
    route = with_team(either_route)
    route.send(calm=True)
    route.pipeline.pause(SLUG, route.who(AUTHOR))
    later(route, hours=1)
    with pytest.raises(IllegalMove, match="is paused"):
        route.send()
    route.pipeline.resume(SLUG, route.who(AUTHOR))
    assert route.send().status.state == "sent"
    assert addressees(route) == sorted([*TEAM, *CONFIRMED])


def test_readers_go_out_over_the_time_and_a_pause_is_followed_by_no_burst(either_route: Route) -> None:
    """Six copies over half an hour: one each five minutes; the first is due when the readers' time comes."""
    route = with_team(either_route, spread=30)
    route.send(calm=True)
    later(route, minutes=15)
    assert route.send().status.accepted == 3
    tally = route.send().tally
    assert tally is not None
    assert tally.accepted == 0
    assert tally.goes_on_at == NOW + timedelta(minutes=20)
    later(route, minutes=5)
    assert route.send().status.accepted == 4
    route.pipeline.pause(SLUG, route.who(AUTHOR))
    later(route, hours=3)
    route.pipeline.resume(SLUG, route.who(AUTHOR))
    assert route.send().status.accepted == 5, "one, not all that a clock would have let go"
    assert route.send().status.accepted == 5
    later(route, minutes=5)
    assert route.send().status.state == "sent"


def test_a_first_copy_that_was_put_off_waits_for_no_reader(either_route: Route) -> None:
    route = with_team(either_route, spread=30)
    route.send(calm=True, wait=False)
    with route.database.transaction() as session:
        first = session.scalar(select(func.min(DeliveryRow.id)))
        row = session.get_one(DeliveryRow, first)
        row.state, row.due_at = "deferred", NOW + timedelta(minutes=10)
    assert route.send().status.first_handed_over == 1
    later(route, minutes=10)
    status = route.send().status
    assert (status.first_handed_over, status.accepted) == (2, 2)


# -- what people read ----------------------------------------------------------------------------------------------


@pytest.fixture
def shell(route: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(with_team(route, spread=30), monkeypatch)


def test_what_a_person_reads_while_the_first_copies_are_looked_at(shell: Shell) -> None:
    result = shell("issue", "send", SLUG, "--by", AUTHOR, "--calm")
    assert "The first 2 copies are with us. Nobody outside has it yet." in result.stdout
    assert "newsletter worker does it, or run send again." in result.stdout
    assert "It goes on at " in result.stdout
    assert "It goes on at " in shell("issue", "status", SLUG).stdout
    facts = shell.json("issue", "status", SLUG)
    assert (facts["first_copies"], facts["first_handed_over"], facts["spread_seconds"]) == (2, 2, 1800)
    assert facts["readers_from"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ["The first 5 copies are with us. Nobody outside has it yet.",
              "It goes on at 09:00 (in 14 min 41 s): newsletter worker does it, or run send again."]),
        ({"first_handed_over": 4}, ["4 of the first 5 copies are with us. Nobody outside has it yet.", "It goes on"]),
        ({"first_handed_over": 0}, ["None of the first 5 copies is out yet; nobody has it.", "It goes on"]),
        ({"first_copies": 1, "first_handed_over": 1}, ["The first copy is with us.", "It goes on"]),
        ({"first_copies": 0, "first_handed_over": 0}, ["Nobody of us is on the list", "It goes on"]),
        ({"readers_from": timedelta(hours=25)}, ["The first 5", "It goes on at Wednesday 10 July, 09:45 (in 25 h)"]),
        ({"readers_from": timedelta(seconds=-1), "accepted": 217, "waiting": 1263},
         ["Going out: 217 of 1,480 handed over. About 25 min 36 s left."]),
        ({"readers_from": timedelta(seconds=-1), "waiting": 0}, []),
        ({"state": "stopped"}, []),
        ({"first_copies": None}, []),
    ],
)  # fmt: skip
def test_where_a_calm_send_stands_in_words(change: dict, words: list[str], route: Route) -> None:
    at = NOW.astimezone(route.settings.zone).replace(hour=8, minute=45)
    facts = {
        "state": "sending", "first_copies": 5, "first_handed_over": 5, "candidates": 1480, "accepted": 5,
        "waiting": 1475, "spread_seconds": 1800, "readers_from": at + timedelta(minutes=14, seconds=41),
    } | change  # fmt: skip
    if "readers_from" in change:
        facts["readers_from"] = at + change["readers_from"]
    if not change:
        at, facts["readers_from"] = at + timedelta(seconds=19), at + timedelta(minutes=15)
    said = list(telling.calm(facts, at))
    assert len(said) == len(words)
    for line, expected in zip(said, words, strict=True):
        assert line.startswith(expected)


def test_a_lists_way_is_set_and_shown(shell: Shell) -> None:
    said = shell("lists", "calm", "quarterly", "--wait", "20").stdout
    assert "quarterly, sent calmly: to the team, 20 minutes later to the readers, over 30 minutes." in said
    assert "as fast as it goes" in shell("lists", "calm", "quarterly", "--spread", "0").stdout
    facts = shell.json("lists", "show", "quarterly")
    assert (facts["calm_wait"], facts["calm_spread"]) == (20, 0)
    assert "calm wait" in shell("lists", "show", "quarterly").stdout
    for words in (("--wait", "-1"), ("--spread", "1441"), ()):
        shell("lists", "calm", "quarterly", *words, code=1)
    shell("lists", "calm", "nowhere", "--wait", "1", code=1)


def test_a_list_begins_with_a_quarter_and_half_an_hour(route: Route) -> None:
    with route.database.transaction() as session:
        assert lists.calm(session, route.list_id()) == Calm(15, 30)
        with pytest.raises(BadInput, match="number of minutes"):
            lists.set_calm(session, route.list_id(), wait=-5)
        assert find(session, SLUG).slug == SLUG
        assert session.scalars(select(MailingRow)).all() == []
