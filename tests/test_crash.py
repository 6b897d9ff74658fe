"""Senders are killed, asked to end and suspended, as processes, on both engines: the short form of `make crash`."""

import pytest

from bench import crash
from bench.crash import Course, Installation, Round

READERS = 240
DELAY = 0.0005


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An approved issue, to be copied for each round."""
    folder = tmp_path_factory.mktemp("crash")
    if request.param == "sqlite":
        return crash.prepare(folder, crash.Sqlite(folder), READERS)
    return crash.prepare(folder, crash.Postgresql(request.getfixturevalue("postgres")), READERS)


@pytest.fixture(scope="module")
def course(here: Installation) -> Course:
    return crash.measure(here, DELAY)


def play(here: Installation, course: Course, scenario: crash.Scenario, *moments: float) -> Round:
    found = crash.play(here, course, scenario, iter(moments), DELAY)
    assert found.problems == []
    assert (found.duplicates, found.lost) == (0, 0)
    return found


def among(course: Course, share: float) -> float:
    """The moment at which so much of the messages has left, as a fraction of the run."""
    return (course.first + share * (course.last - course.first)) / course.end


LONG = pytest.mark.long


@pytest.mark.parametrize("share", [pytest.param(0.05, marks=LONG), 0.5, pytest.param(0.95, marks=LONG)])
def test_killed_among_the_messages(here: Installation, course: Course, share: float) -> None:
    found = play(here, course, crash.killed, among(course, share))
    assert found.uncertain <= 40, "two lanes, with one group of twenty each"


@pytest.mark.long
def test_killed_before_the_first_message(here: Installation, course: Course) -> None:
    play(here, course, crash.killed, course.first / course.end * 0.7)


def test_killed_while_the_list_is_frozen(here: Installation, course: Course) -> None:
    assert play(here, course, crash.killed_while_freezing, 0.1).kills == 1


@pytest.mark.long
def test_two_senders_one_killed_and_the_next_one_too(here: Installation, course: Course) -> None:
    assert play(here, course, crash.two_killed, among(course, 0.2), among(course, 0.5)).kills == 2


def test_two_senders_at_once(here: Installation, course: Course) -> None:
    assert play(here, course, crash.two_at_once).uncertain == 0


def test_asked_to_end(here: Installation, course: Course) -> None:
    found = play(here, course, crash.asked_to_end, among(course, 0.4))
    assert (found.stops, found.uncertain) == (1, 0)


def test_suspended_past_its_lease_and_awake_again(here: Installation, course: Course) -> None:
    """Another sender has ended the issue meanwhile; what the first had in hand and never sent goes out after all."""
    found = play(here, course, crash.suspended, among(course, 0.4))
    assert found.uncertain == 0
