"""When a copy that was put off goes again: soon at first, later then, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.retry import GIVE_UP_AFTER, next_due

FIRST = datetime(2024, 7, 9, 7, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

attempts = st.integers(1, 10_000)
elapsed = st.timedeltas(timedelta(0), 2 * GIVE_UP_AFTER)
asked = st.none() | st.timedeltas()


def schedule(*, late: timedelta = timedelta(0), asked: timedelta | None = None) -> list[datetime]:
    """The times of all tries of a copy that is always put off, each looked at so much too late."""
    times = [FIRST]
    while (due := next_due(len(times), FIRST, times[-1], asked)) is not None:
        times.append(due + late)
        assert len(times) < 1000
    return times


def test_schedule_grows_from_minutes_to_hours():
    waits = [b - a for a, b in zip(schedule(), schedule()[1:], strict=False)]
    assert waits[:7] == [m * MINUTE for m in (10, 20, 30, 60, 120, 240, 480)]
    assert set(waits[7:]) == {8 * HOUR}


def test_schedule_uses_the_seventy_two_hours_and_ends():
    last = schedule()[-1] - FIRST
    assert GIVE_UP_AFTER - 8 * HOUR < last <= GIVE_UP_AFTER


def test_first_wait_suits_greylisting():
    due = next_due(1, FIRST, FIRST)
    assert 5 * MINUTE <= due - FIRST <= 15 * MINUTE


def test_what_the_other_side_asks_for_is_honoured():
    assert next_due(1, FIRST, FIRST, 3 * HOUR) == FIRST + 3 * HOUR


def test_schedule_is_never_hurried():
    assert next_due(5, FIRST, FIRST, MINUTE) == next_due(5, FIRST, FIRST)
    assert next_due(5, FIRST, FIRST, timedelta(0)) == next_due(5, FIRST, FIRST)


def test_asking_for_too_long_leaves_one_last_try():
    due = next_due(1, FIRST, FIRST, timedelta(days=30))
    assert due == FIRST + GIVE_UP_AFTER
    assert next_due(2, FIRST, due, timedelta(days=30)) is None


@given(attempts, elapsed, asked)
def test_next_try_lies_ahead_and_within_the_time_or_there_is_none(attempt, passed, retry_after):
    now = FIRST + passed
    due = next_due(attempt, FIRST, now, retry_after)
    if due is not None:
        assert now + 10 * MINUTE <= due <= FIRST + GIVE_UP_AFTER
        if retry_after is not None:
            assert due - now >= min(retry_after, FIRST + GIVE_UP_AFTER - now)


@given(attempts, elapsed, asked)
def test_later_attempts_wait_no_less(attempt, passed, retry_after):
    now = FIRST + passed
    due, later = (next_due(attempt + more, FIRST, now, retry_after) for more in (0, 1))
    assert later is None or (due is not None and due <= later)


@given(attempts, elapsed, elapsed, asked)
def test_once_given_up_it_stays_so(attempt, passed, more, retry_after):
    if next_due(attempt, FIRST, FIRST + passed, retry_after) is None:
        assert next_due(attempt, FIRST, FIRST + passed + more, retry_after) is None


@given(attempts, elapsed, asked)
def test_what_the_other_side_asks_for_never_ends_it(attempt, passed, retry_after):
    now = FIRST + passed
    assert (next_due(attempt, FIRST, now, retry_after) is None) == (next_due(attempt, FIRST, now) is None)


@given(late=st.timedeltas(timedelta(0), 100 * HOUR), asked=asked)
def test_every_schedule_ends(late, asked):
    times = schedule(late=late, asked=asked)
    assert times == sorted(times)
    assert times[-1] - late <= FIRST + GIVE_UP_AFTER


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempt_before_the_first_counts_as_the_first(attempt):
    assert next_due(attempt, FIRST, FIRST) == next_due(1, FIRST, FIRST)
