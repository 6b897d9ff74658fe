"""The way out of every mail: one press, for ever, whatever became of list, key or person; and the way back."""

import threading
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.delivery.model import Letter, Limits
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.errors import BadInput
from newsletter.readers.changing import Changing
from newsletter.readers.erasing import erase
from newsletter.readers.model import Kind
from subscribers import Consent, Links, Purpose, leaving, preferring
from tests.conftest import NOW
from tests.readers import IP, KEY, Readers
from tests.world import World, address


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database).build()


def test_one_press_ends_it_and_leaves_its_proof(readers: Readers) -> None:
    way_out = readers.subscribe()
    before = readers.changing.standing(way_out)
    assert before is not None
    assert (before.kind, before.state, before.address, before.language) == (
        Kind.SUBSCRIPTION, "confirmed", "m•••@example.org", "es",
    )  # fmt: skip
    after = readers.one_click(way_out, IP)
    assert after is not None
    assert (after.state, after.may_return) == ("unsubscribed", True)
    assert readers.reason() == "unsubscribed"
    (left,) = [one for one in readers.events() if one.kind == "withdrawal"]
    assert (left.source, left.at, left.ip_hash) == ("one_click", NOW, readers.book.network(IP))
    assert IP not in repr(left.__dict__)


def test_looking_changes_nothing(readers: Readers) -> None:
    way_out, own_page = readers.subscribe(), readers.own_page()
    for _ in range(3):
        readers.changing.standing(way_out)
        readers.changing.preferences(own_page)
    assert readers.told() == [("confirmation", "form")]
    assert readers.reason() is None


def test_twice_is_as_good_as_once(readers: Readers) -> None:
    way_out = readers.subscribe()
    press = readers.changing.leave
    answers = [how(way_out, IP) for how in (press, readers.one_click, press)]
    assert answers[0] == answers[1] == answers[2]
    assert readers.told() == [("confirmation", "form"), ("withdrawal", "link")]
    back = [readers.changing.undo(way_out, IP) for _ in range(3)]
    assert back[0] == back[1] == back[2]
    assert readers.told()[2:] == [("confirmation", "link")]


def test_two_at_the_same_moment_leave_once(readers: Readers) -> None:
    way_out, together = readers.subscribe(), threading.Barrier(4)

    def press() -> None:
        together.wait()
        readers.changing.leave(way_out, IP)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert readers.told() == [("confirmation", "form"), ("withdrawal", "link")]


# -- for ever -------------------------------------------------------------------------------------------------------


def test_it_works_years_later_and_after_the_keys_were_changed(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.later(days=5 * 365)
    readers.keys = ("n" * 32, KEY)
    assert readers.changing.leave(way_out, IP).state == "unsubscribed"
    assert readers.reason() == "unsubscribed"


def test_on_an_archived_list_it_is_calm_and_still_acts(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.archive()
    assert readers.changing.standing(way_out).kind is Kind.GONE
    assert readers.changing.leave(way_out, IP).kind is Kind.GONE
    assert readers.subscription().state == "unsubscribed"
    assert readers.changing.undo(way_out, IP).kind is Kind.GONE
    assert readers.changing.pause(way_out, date(2024, 12, 1), IP).kind is Kind.GONE
    assert readers.subscription().state == "unsubscribed"


def test_what_was_never_there_gets_the_same_calm_answer(readers: Readers) -> None:
    gone = readers.links.token(Purpose.UNSUBSCRIBE, 2**40 - 1)
    for act in (readers.changing.standing, lambda token: readers.changing.leave(token, IP),
                lambda token: readers.changing.undo(token, IP)):  # fmt: skip
        assert act(gone).kind is Kind.GONE
    readers.changing.say_why(gone, "too_often")
    assert readers.changing.switch(gone, readers.list_ids["yearly"], IP).kind is Kind.GONE


def test_the_links_of_a_test_copy_change_nothing(readers: Readers) -> None:
    readers.subscribe()
    for id_ in range(1, 5):
        token = readers.links.token(Purpose.TEST, id_)
        for answer in (readers.changing.standing(token), readers.changing.leave(token, IP),
                       readers.changing.undo(token, IP)):  # fmt: skip
            assert answer.kind is Kind.TEST
    assert readers.told() == [("confirmation", "form")]


# -- forged, cut, swapped: peers 20 ---------------------------------------------------------------------------------


def test_a_stranger_cannot_unsubscribe_anyone(readers: Readers) -> None:
    """Item 20: only a link that we signed as a way out acts; no address, no number, no other link of ours does."""
    way_out = readers.subscribe()
    id_ = readers.subscription().id
    foreign = Links(("x" * 32,))
    forged = [
        "", "mira@example.org", str(id_), "a" * 26, way_out[:-1], way_out + "a", way_out[:10], "é" * 26, "\0" * 26,
        foreign.token(Purpose.UNSUBSCRIBE, id_),
    ]  # fmt: skip
    swapped = [
        readers.links.token(purpose, number)
        for purpose in Purpose
        if purpose not in {Purpose.UNSUBSCRIBE, Purpose.REQUEST, Purpose.TEST}
        for number in (id_, readers.person().id)
    ]
    for token in forged + swapped:
        assert readers.changing.standing(token) is None
        assert readers.one_click(token, IP) is None
        assert readers.changing.leave(token, IP) is None
        assert readers.changing.undo(token, IP) is None
        assert readers.changing.pause(token, date(2024, 12, 1), IP) is None
        assert readers.changing.switch(token, readers.list_ids["yearly"], IP) is None
        readers.changing.say_why(token, "other")
    assert readers.told() == [("confirmation", "form")]
    assert readers.reason() is None


def test_a_key_that_was_taken_away_signs_no_more(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.keys = ("n" * 32,)
    assert readers.changing.leave(way_out, IP) is None
    assert readers.reason() is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(at=st.integers(0, 25), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_changed_letter_leads_to_anybody(sqlite_database: Database, at: int, letter: str) -> None:
    links = Links((KEY,))
    token = links.token(Purpose.UNSUBSCRIBE, 1)
    changed = token[:at] + letter + token[at + 1 :]
    readers = Readers(sqlite_database)
    assert (readers.changing.standing(changed) is not None) == (changed == token)


# -- coming back ----------------------------------------------------------------------------------------------------


def test_undo_puts_it_back_as_it_was(readers: Readers) -> None:
    way_out = readers.subscribe()
    since = readers.subscription().since
    readers.changing.pause(way_out, date(2024, 12, 1), IP)
    paused = readers.subscription().paused_until
    readers.later(days=30)
    readers.changing.leave(way_out, IP)
    back = readers.changing.undo(way_out, IP)
    row = readers.subscription()
    assert back.state == "confirmed"
    assert (row.state, row.since, row.source, row.paused_until) == ("confirmed", since, "form", paused)


def test_undo_without_anything_to_undo_writes_nothing(readers: Readers) -> None:
    way_out = readers.subscribe()
    assert readers.changing.undo(way_out, IP).state == "confirmed"
    assert readers.told() == [("confirmation", "form")]


def test_why_somebody_left_is_kept_once(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.changing.say_why(way_out, "too_often")
    assert readers.subscription().left_because == "", "he has not left"
    readers.changing.leave(way_out, IP)
    for said in ("too_often", "too_often", "<script>", "x" * 400, "other"):
        readers.changing.say_why(way_out, said)
    assert readers.subscription().left_because == "other"
    assert [one.detail for one in readers.events() if one.kind == "change"] == [
        "left because: too_often", "left because: other",
    ]  # fmt: skip
    readers.changing.undo(way_out, IP)
    assert readers.subscription().left_because == ""


# -- rather less ----------------------------------------------------------------------------------------------------


def test_a_pause_begins_and_ends_by_itself(readers: Readers) -> None:
    way_out = readers.subscribe()
    for _ in range(2):
        standing = readers.changing.pause(way_out, date(2024, 12, 1), IP)
    assert standing.paused_until is not None
    assert readers.reason() == "paused"
    assert readers.told() == [("confirmation", "form"), ("change", "link")]
    readers.later(days=200)
    assert readers.reason() is None
    assert readers.changing.standing(way_out).paused_until is None


@pytest.mark.parametrize("day", [date(2024, 7, 9), date(2020, 1, 1), date(2999, 1, 1), date.max, date.min])
def test_a_pause_that_ends_nowhere_is_refused(readers: Readers, day: date) -> None:
    way_out = readers.subscribe()
    with pytest.raises(BadInput):
        readers.changing.pause(way_out, day, IP)
    assert readers.reason() is None


def test_who_has_left_is_not_paused(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.changing.leave(way_out, IP)
    readers.changing.pause(way_out, date(2024, 12, 1), IP)
    assert readers.told()[2:] == []


def test_once_a_year_instead(readers: Readers) -> None:
    way_out = readers.subscribe()
    standing = readers.changing.standing(way_out)
    assert standing.yearly is not None
    for _ in range(2):
        after = readers.changing.switch(way_out, standing.yearly.id, IP)
    assert (after.state, after.yearly) == ("unsubscribed", None)
    assert readers.reason(slug="yearly") is None
    assert readers.told() == [("confirmation", "form"), ("confirmation", "link"), ("withdrawal", "link")]


@pytest.mark.parametrize("slug", ["calls", "quarterly"])
def test_one_switches_only_to_what_was_offered(readers: Readers, slug: str) -> None:
    way_out = readers.subscribe()
    readers.changing.switch(way_out, readers.list_ids[slug], IP)
    readers.changing.switch(way_out, 4711, IP)
    assert readers.told() == [("confirmation", "form")]


# -- a running send sees it -----------------------------------------------------------------------------------------


class Between(MemoryTransport):
    """Something happens in the world when the first letter has been taken."""

    def __init__(self, then) -> None:
        super().__init__(limits=Limits(lanes=1, group=1))
        self.then = then

    def keep(self, letter: Letter, message: bytes) -> None:
        super().keep(letter, message)
        if len(self.messages) == 1:
            self.then()


@pytest.mark.parametrize("act", ["leave", "pause", "erase"])
def test_who_leaves_pauses_or_is_erased_in_the_middle_of_a_run_gets_nothing(database: Database, act: str) -> None:
    """Item 9: between freeze and his turn; also where the sender is under way already."""
    world = World(database).build(readers=5)
    changing = _changing(world)
    links = {n: world.links.token(Purpose.UNSUBSCRIBE, _ids(world, n)[0]) for n in (3, 4)}

    def happens() -> None:
        if act == "leave":
            changing.leave(links[3], IP)
            changing.leave_at_once(links[4], IP)
        elif act == "pause":
            for n in (3, 4):
                changing.pause(links[n], (NOW + timedelta(days=90)).date(), IP)
        else:
            for n in (3, 4):
                with database.transaction() as session:
                    assert erase(session, _ids(world, n)[1], Consent("staff", NOW), NOW)

    mailing, transport = world.release(), Between(happens)
    sender = world.sender(mailing, transport)
    sender.run()
    assert {recipient for _, recipient, _ in transport.messages} == {address(n) for n in (0, 1, 2)}
    assert world.sums(mailing) == {"accepted": 3, "excluded": 2}


@pytest.mark.parametrize("act", ["leave", "pause", "erase", "move"])
def test_between_freeze_and_his_turn(database: Database, act: str) -> None:
    """Item 9."""
    world = World(database).build(readers=5)
    mailing, transport = world.release(), MemoryTransport()
    subscription, person = _ids(world, 2)
    link = world.links.token(Purpose.UNSUBSCRIBE, subscription)
    if act == "leave":
        _changing(world).leave(link, IP)
    elif act == "pause":
        _changing(world).pause(link, (NOW + timedelta(days=90)).date(), IP)
    else:
        with database.transaction() as session:
            if act == "erase":
                erase(session, person, Consent("staff", NOW), NOW)
            else:
                preferring.change_address(session, person, world.book.arrival("new@example.org"),
                                          Consent("page", NOW), NOW)  # fmt: skip
    world.sender(mailing, transport).run()
    got = sorted(recipient for _, recipient, _ in transport.messages)
    others = [address(n) for n in (0, 1, 3, 4)]
    assert got == (sorted([*others, "new@example.org"]) if act == "move" else others)
    assert world.sums(mailing) == ({"accepted": 5} if act == "move" else {"accepted": 4, "excluded": 1})


def _changing(world: World) -> Changing:
    return Readers(world.database, book=world.book, keys=(KEY,)).changing


def _ids(world: World, n: int) -> tuple[int, int]:
    with world.database.reading() as session:
        id_ = world.book.subscription_id(session, address(n), world.list_id)
        assert id_ is not None
        held = leaving.subscription(session, id_)
        assert held is not None
        return held.id, held.subscriber_id
