"""How fast, and whether: places that all senders share, a day's cap, and changing them while it runs."""

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.delivery import pacing
from newsletter.delivery.clerk import Clerk
from newsletter.delivery.model import Limits
from newsletter.delivery.pacing import BURST, Turn
from newsletter.delivery.tables import MailingRow, TransportRow
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.errors import BadInput, NotFound
from tests.conftest import NOW
from tests.test_cli import Shell, environment
from tests.world import World

RATES = st.floats(min_value=1e-4, max_value=pacing.MOST_RATE)
ASKS = st.lists(st.tuples(st.floats(0, 3.0), st.integers(1, 200)), min_size=1, max_size=60)
MICROSECOND = timedelta(microseconds=1)


def hand_out(rate: float, asks: list[tuple[float, int]]) -> list[tuple[datetime, int]]:
    """What is granted when so many are asked for after so many seconds each."""
    now, next_at, granted = NOW, None, []
    for seconds, wanted in asks:
        now += timedelta(seconds=seconds)
        number, next_at = pacing._places(rate, next_at, wanted, now)
        granted.append((now, number))
    return granted


# -- the arithmetic ------------------------------------------------------------------------------------------------


@given(rate=RATES, asks=ASKS)
@settings(max_examples=300)
def test_in_no_window_is_more_granted_than_the_rate_and_one_burst(rate: float, asks: list[tuple[float, int]]) -> None:
    granted = hand_out(rate, asks)
    for first in range(len(granted)):
        total = 0
        for now, number in granted[first:]:
            total += number
            window = (now - granted[first][0]).total_seconds()
            assert total <= rate * (window + BURST.total_seconds()) + 1 + 1e-6 * total


@given(rate=RATES, wanted=st.integers(1, 5000))
def test_who_asks_again_when_told_gets_something(rate: float, wanted: int) -> None:
    now, next_at = NOW, None
    for _ in range(50):
        number, next_at = pacing._places(rate, next_at, wanted, now)
        assert number >= 1
        assert next_at is not None
        now = max(now, next_at)


@given(rate=st.floats(min_value=0.1, max_value=5000))
def test_a_sender_that_is_never_late_reaches_the_rate(rate: float) -> None:
    now, next_at, total = NOW, None, 0
    for _ in range(200):
        number, next_at = pacing._places(rate, next_at, 1000, now)
        assert next_at is not None
        total, now = total + number, next_at
    seconds = (now - NOW).total_seconds()
    assert total >= rate * seconds * 0.99 - 1


@given(
    rate=RATES,
    steps=st.lists(
        st.tuples(st.one_of(st.floats(0, 2.0), st.floats(-1e6, 1e6)), st.integers(1, 100)), min_size=1, max_size=40
    ),
)
def test_a_clock_set_back_or_forward_makes_nobody_wait_much_longer_than_one_letter_takes(
    rate: float, steps: list[tuple[float, int]]
) -> None:
    now, next_at = NOW, None
    one = timedelta(seconds=1 / rate) + MICROSECOND
    for seconds, wanted in steps:
        now += timedelta(seconds=seconds)
        number, next_at = pacing._places(rate, next_at, wanted, now)
        assert next_at is not None
        assert number <= rate * BURST.total_seconds() + 1 + 1e-6
        if number == 0:
            assert now < next_at <= now + one + pacing.LATE
            number, next_at = pacing._places(rate, next_at, wanted, next_at)
            assert number >= 1


@given(
    rate=st.floats(min_value=1.0, max_value=1000.0),
    asks=st.lists(st.tuples(st.floats(0, 0.1), st.floats(0, 4.0), st.integers(1, 50)), min_size=1, max_size=60),
)
def test_moments_that_come_in_the_wrong_order_take_no_place_twice(
    rate: float, asks: list[tuple[float, float, int]]
) -> None:
    """A sender looks at the clock, waits for the other's lock, and is late."""
    now, next_at, total, moments = NOW, None, 0, []
    for seconds, late, wanted in asks:
        now += timedelta(seconds=seconds)
        moments.append(now - timedelta(seconds=late))
        number, next_at = pacing._places(rate, next_at, wanted, moments[-1])
        total += number
    window = (max(moments) - moments[0]).total_seconds()
    assert total <= rate * (window + BURST.total_seconds()) + 1 + 1e-6 * total


def test_without_a_rate_everybody_goes() -> None:
    assert pacing._places(None, None, 400, NOW) == (400, None)


def test_after_a_long_silence_there_is_no_burst() -> None:
    number, next_at = pacing._places(10.0, NOW - timedelta(hours=5), 1000, NOW)
    assert number == 3, "a quarter of a second, and one"
    assert next_at == NOW + timedelta(seconds=0.05)


# -- the rows ------------------------------------------------------------------------------------------------------


def seeded(database: Database, **values: object) -> None:
    with database.transaction() as session:
        pacing.seed(session, "relay", None, NOW)
        if values:
            session.execute(update(TransportRow).values(**values))


def take(database: Database, wanted: int, now: datetime) -> Turn:
    with database.transaction() as session:
        return pacing.take(session, "relay", wanted, now)


def row(database: Database) -> TransportRow:
    with database.reading() as session:
        return session.scalars(select(TransportRow)).one()


def test_the_url_seeds_the_row_once_and_then_the_row_rules(database: Database) -> None:
    with database.transaction() as session:
        pacing.seed(session, "relay", 20.0, NOW)
        pacing.change(session, "relay", NOW, rate=5.0, daily_cap=None)
    with database.transaction() as session:
        pacing.seed(session, "relay", 20.0, NOW)
        assert pacing.pace(session, "relay").rate == 5.0


def test_two_that_seed_at_once_make_one_row(database: Database) -> None:
    together, failures = threading.Barrier(4), []

    def seed() -> None:
        together.wait()
        try:
            with database.transaction() as session:
                pacing.seed(session, "relay", 20.0, NOW)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=seed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert row(database).rate == 20.0


def test_a_cap_ends_at_midnight_in_utc_and_is_said_so(database: Database) -> None:
    seeded(database, daily_cap=10)
    late = datetime(2024, 7, 9, 23, 59, 58, tzinfo=UTC)
    assert take(database, 8, late) == Turn(8, None)
    assert take(database, 8, late) == Turn(2, None)
    midnight = datetime(2024, 7, 10, tzinfo=UTC)
    assert take(database, 8, late) == Turn(0, midnight)
    assert take(database, 8, midnight - MICROSECOND) == Turn(0, midnight)
    assert take(database, 8, midnight) == Turn(8, None)
    assert (row(database).day, row(database).handed_today) == (date(2024, 7, 10), 8)


def test_a_cap_of_none_at_all_lets_nothing_go(database: Database) -> None:
    seeded(database, daily_cap=0)
    assert take(database, 5, NOW).number == 0


def test_a_clock_set_back_over_midnight_begins_no_day_a_second_time(database: Database) -> None:
    seeded(database, daily_cap=10)
    midnight = datetime(2024, 7, 10, tzinfo=UTC)
    assert take(database, 10, midnight).number == 10
    assert take(database, 10, midnight - timedelta(seconds=5)) == Turn(0, midnight + timedelta(days=1))
    assert take(database, 10, midnight + timedelta(hours=1)).number == 0


def test_a_clock_that_was_far_ahead_stalls_nobody(database: Database) -> None:
    seeded(database, daily_cap=10)
    assert take(database, 10, NOW + timedelta(days=4000)).number == 10
    assert take(database, 10, NOW).number == 10


def test_what_never_started_does_not_count_against_the_day(database: Database) -> None:
    seeded(database, daily_cap=10)
    take(database, 10, NOW)
    with database.transaction() as session:
        pacing.give_back(session, "relay", 4)
    assert take(database, 10, NOW).number == 4


def test_one_that_asked_us_to_wait_is_waited_for_and_then_asked_no_more(database: Database) -> None:
    seeded(database)
    until = NOW + timedelta(minutes=5)
    with database.transaction() as session:
        pacing.postpone(session, "relay", until)
        assert pacing.pace(session, "relay").is_limited
    assert take(database, 5, NOW) == Turn(0, until)
    assert take(database, 5, until) == Turn(5, None)
    with database.reading() as session:
        assert not pacing.pace(session, "relay").is_limited


def test_a_cap_is_exact_over_two_processes(database: Database, database_url: str) -> None:
    seeded(database, daily_cap=500, rate=None)
    other = Database(database_url)
    together, taken, lock = threading.Barrier(4), [], threading.Lock()

    def ask(through: Database, wanted: int) -> None:
        together.wait()
        while (turn := take(through, wanted, NOW)).number:
            with lock:
                taken.append(turn.number)

    askers = [threading.Thread(target=ask, args=(one, n)) for one, n in
              ((database, 7), (other, 3), (database, 11), (other, 20))]  # fmt: skip
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    other.close()
    assert sum(taken) == 500
    assert row(database).handed_today == 500


def test_a_rate_holds_over_two_processes(database: Database, database_url: str) -> None:
    rate = 200.0
    seeded(database, rate=rate)
    other, taken, lock = Database(database_url), [], threading.Lock()
    began = system_clock()
    end = began + timedelta(seconds=1)

    def ask(through: Database) -> None:
        while (now := system_clock()) < end:
            turn = take(through, 10, now)
            with lock:
                taken.append(turn.number)
            if not turn.number:
                time.sleep(0.002)

    askers = [threading.Thread(target=ask, args=(one,)) for one in (database, other)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    other.close()
    seconds = (system_clock() - began).total_seconds()
    assert 20 < sum(taken) <= rate * (seconds + BURST.total_seconds()) + 1


# -- the spread beside it ------------------------------------------------------------------------------------------


@pytest.fixture
def world(database: Database) -> World:
    return World(database).build(readers=12)


def spread(world: World, mailing: int, seconds: int) -> None:
    with world.database.transaction() as session:
        session.execute(
            update(MailingRow)
            .where(MailingRow.id == mailing)
            .values(readers_from=NOW, spread_seconds=seconds, first_up_to=0)
        )


def turn(world: World, mailing: int, wanted: int, now: datetime) -> Turn:
    with world.database.transaction() as session:
        return pacing.turn(session, "relay", mailing, wanted, now)


def test_before_the_readers_time_the_teams_copies_do_not_ask(world: World) -> None:
    mailing = world.release()
    seeded(world.database)
    spread(world, mailing, 120)
    assert turn(world, mailing, 5, NOW - timedelta(seconds=1)) == Turn(5, None)


def test_readers_are_spread_evenly_over_the_time(world: World) -> None:
    mailing = world.release()
    seeded(world.database)
    spread(world, mailing, 120)
    now, moments = NOW, []
    while len(moments) < 12:
        found = turn(world, mailing, 5, now)
        moments += [now] * found.number
        assert found.ask_at is not None
        now = found.ask_at
    assert moments == [NOW + timedelta(seconds=10 * n) for n in range(12)]


def test_a_pause_in_the_spread_is_followed_by_no_burst(world: World) -> None:
    mailing = world.release()
    seeded(world.database)
    spread(world, mailing, 120)
    assert turn(world, mailing, 5, NOW).number == 1
    back = NOW + timedelta(hours=2)
    assert turn(world, mailing, 5, back).number == 1
    assert turn(world, mailing, 5, back + timedelta(seconds=5)).number == 0
    assert turn(world, mailing, 5, back + timedelta(seconds=10)).number == 1


def test_a_clock_set_back_in_the_spread_stalls_nobody(world: World) -> None:
    mailing = world.release()
    seeded(world.database)
    spread(world, mailing, 120)
    turn(world, mailing, 1, NOW + timedelta(hours=3))
    first = turn(world, mailing, 1, NOW + timedelta(hours=1))
    assert first.number == 0
    assert first.ask_at == NOW + timedelta(hours=1, seconds=10)
    assert turn(world, mailing, 1, first.ask_at).number == 1


def test_a_place_that_the_transport_has_not_is_not_taken_from_the_spread(world: World) -> None:
    """A spread issue that shares a transport with a fast one would lose its turn again and again."""
    mailing = world.release()
    seeded(world.database, rate=1.0)
    spread(world, mailing, 120)
    assert take(world.database, 1, NOW).number == 1, "the fast one has just taken the place"
    found = turn(world, mailing, 1, NOW)
    assert found == Turn(0, NOW + timedelta(seconds=1))
    assert turn(world, mailing, 1, NOW + timedelta(seconds=1)).number == 1


# -- changing it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0, -1, 1e9, float("nan"), float("inf"), 1e-9])
def test_a_rate_that_is_none_is_refused(sqlite_database: Database, rate: float) -> None:
    seeded(sqlite_database)
    with sqlite_database.transaction() as session, pytest.raises(BadInput, match="A rate of"):
        pacing.change(session, "relay", NOW, rate=rate, daily_cap=None)


@pytest.mark.parametrize("cap", [-1, 10**12])
def test_a_cap_that_is_none_is_refused(sqlite_database: Database, cap: int) -> None:
    seeded(sqlite_database)
    with sqlite_database.transaction() as session, pytest.raises(BadInput, match="daily cap"):
        pacing.change(session, "relay", NOW, rate=None, daily_cap=cap)


def test_what_was_never_used_cannot_be_changed(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session, pytest.raises(NotFound):
        pacing.change(session, "relay", NOW, rate=1, daily_cap=None)


def test_a_new_rate_does_not_wait_for_the_old_ones_next_turn(database: Database) -> None:
    seeded(database, rate=0.001)
    assert take(database, 5, NOW).number == 1
    with database.transaction() as session:
        pacing.change(session, "relay", NOW, rate=10.0, daily_cap=None)
    assert take(database, 5, NOW).number == 1


def test_a_cap_that_comes_at_noon_counts_what_went_before(world: World) -> None:
    mailing = world.release()
    with world.database.transaction() as session:
        session.execute(update(MailingRow).values(transport="relay"))
    world.sender(mailing, MemoryTransport("relay")).run()
    with world.database.transaction() as session:
        pacing.change(session, "relay", NOW, rate=None, daily_cap=15)
        assert pacing.handed_today(session, "relay", NOW) == 12
    assert take(world.database, 10, NOW).number == 3
    with world.database.reading() as session:
        assert pacing.handed_today(session, "relay", NOW + timedelta(days=1)) == 0


def test_the_clerk_asks_for_a_turn_only_where_there_is_a_limit(sqlite_database: Database) -> None:
    world = World(sqlite_database).build(readers=3)
    clerk = Clerk(sqlite_database, None, world.release(), "relay", Limits(), lambda: NOW, lambda: True)  # type: ignore[arg-type]
    clerk.is_limited = False
    with sqlite_database.transaction() as session:
        assert clerk._turn(session, 7, NOW) == Turn(7), "no row of this name, and nobody misses it"


class Steady(MemoryTransport):
    """Takes a letter each few milliseconds."""

    def keep(self, letter, message) -> None:
        time.sleep(0.004)
        super().keep(letter, message)


def running(world: World, mailing: int, transport: MemoryTransport) -> threading.Thread:
    sender = world.sender(mailing, transport)
    sender._clock = system_clock
    thread = threading.Thread(target=sender.run)
    thread.start()
    return thread


def wait_for(what, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_a_running_sender_follows_a_new_rate_within_a_second(database: Database) -> None:
    world = World(database).build(readers=600)
    mailing, transport = world.release(), Steady("relay", Limits(lanes=1, group=10, streaming=True, in_doubt=20))
    thread = running(world, mailing, transport)
    wait_for(lambda: len(transport.messages) > 30)
    with database.transaction() as session:
        pacing.change(session, "relay", system_clock(), rate=10.0, daily_cap=None)
    time.sleep(1.2)
    before, at = len(transport.messages), time.monotonic()
    assert before < 600, "it was slowed down while there was something left"
    time.sleep(1.0)
    assert len(transport.messages) - before <= 10 * (time.monotonic() - at + 0.25) + 2
    with database.transaction() as session:
        pacing.change(session, "relay", system_clock(), rate=None, daily_cap=None)
    lifted = time.monotonic()
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - lifted < 30
    assert world.sums(mailing) == {"accepted": 600}


def test_a_days_cap_stops_the_sender_truthfully_and_the_next_day_it_goes_on(database: Database) -> None:
    world = World(database).build(readers=9)
    mailing, transport = world.release(), MemoryTransport("relay")
    seeded(database, daily_cap=4)
    tally = world.sender(mailing, transport).run()
    assert tally.accepted == 4
    assert tally.goes_on_at == datetime(2024, 7, 10, tzinfo=UTC)
    assert world.sums(mailing) == {"accepted": 4, "waiting": 5}
    world.now += timedelta(days=1)
    assert world.sender(mailing, transport).run().accepted == 4
    world.now += timedelta(days=1)
    tally = world.sender(mailing, transport).run()
    assert (tally.accepted, tally.goes_on_at) == (1, None)
    assert world.sums(mailing) == {"accepted": 9}
    assert len({recipient for _, recipient, _ in transport.messages}) == 9


def test_two_senders_keep_to_one_cap(database: Database) -> None:
    world = World(database).build(readers=60)
    mailing, transport = world.release(), MemoryTransport("relay", Limits(lanes=2, group=4))
    seeded(database, daily_cap=25)
    senders = [threading.Thread(target=world.sender(mailing, transport).run) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(transport.messages) == 25
    assert row(database).handed_today == 25
    assert world.sums(mailing) == {"accepted": 25, "waiting": 35}


# -- from the command line -----------------------------------------------------------------------------------------


@pytest.fixture
def shell(route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(route, monkeypatch)


def test_the_mail_services_are_told_without_their_secrets(shell: Shell) -> None:
    url = "smtp://desk:s3cr%40t@mail.example.org:587?rate=20&connections=4"
    env = {"NEWSLETTER_TRANSPORT_URL": url}
    result = shell("transports", "list", **env)
    assert "default: smtp://***@mail.example.org:587?rate=20&connections=4" in result.stdout
    assert "20 a second, no daily cap; 0 today" in result.stdout
    listed = shell("transports", "list", "--json", **env).stdout
    assert '"rate": 20.0' in listed
    for said in (result.output, listed):
        assert "s3cr" not in said
        assert "desk" not in said


@pytest.mark.parametrize(
    "url", ["smtp://desk:s3c?ret@host", "postmark://s3c#ret@", "ftp://desk:s3cret@host", "postmark://s3cret@?x=1"]
)
def test_a_wrong_url_is_told_without_its_secrets_too(shell: Shell, url: str) -> None:
    result = shell("transports", "list", NEWSLETTER_TRANSPORT_URL=url)
    assert "default: " in result.output
    assert "s3c" not in result.output


def test_only_what_is_given_is_changed(shell: Shell) -> None:
    assert "20 a second, no daily cap" in shell("transports", "set", "default", "--rate", "20").stdout
    assert "20 a second, 500 a day" in shell("transports", "set", "default", "--daily-cap", "500").stdout
    assert "as fast as it takes them, 500 a day" in shell("transports", "set", "default", "--rate", "none").stdout
    (listed,) = shell.json("transports", "list")
    assert (listed["rate"], listed["daily_cap"], listed["held_because"]) == (None, 500, "")


@pytest.mark.parametrize(
    "words",
    [
        ("set", "default"),
        ("set", "default", "--rate", "fast"),
        ("set", "default", "--rate", "0"),
        ("set", "default", "--daily-cap", "1.5"),
        ("set", "default", "--daily-cap", "²"),
        ("set", "elsewhere", "--rate", "1"),
        ("open", "elsewhere"),
    ],
)
def test_what_cannot_be_set_is_refused(shell: Shell, words: tuple[str, ...]) -> None:
    shell("transports", *words, code=1)


def test_a_held_one_is_told_with_the_reason_and_opened(shell: Shell) -> None:
    with shell.route.database.transaction() as session:
        pacing.seed(session, "default", None, NOW)
        pacing.hold(session, "default", "535 wrong password", NOW)
        pacing.postpone(session, "default", system_clock() + timedelta(hours=1))
    told = shell("transports", "list").stdout
    assert "held: 535 wrong password" in told
    assert "newsletter transports open default" in told
    assert "asked us to wait until" in told
    assert "default is used again." in shell("transports", "open", "default").stdout
    assert "default was not held." in shell("transports", "open", "default").stdout
    (listed,) = shell.json("transports", "list")
    assert (listed["held_because"], listed["not_before"]) == ("", None)
    assert environment(shell.route)["NEWSLETTER_TRANSPORT_URL"] == listed["url"]
