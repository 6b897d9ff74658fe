"""Senders, mail server and database are killed and hindered, on both engines: the short form of `make crash`."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from bench.crash import everywhere, senders, storage, wire
from bench.crash.engines import Engine, Postgresql, Sqlite
from bench.crash.hooks import POINTS
from bench.crash.installation import prepare
from bench.crash.mailserver import MODES
from bench.crash.matrix import Ground, Play, Row
from bench.crash.stage import Course, Round, Scenario, measure

READERS = 120
LONG = pytest.mark.long
FAST = "chunking"
# What differs little from one engine to the other.
SHORT_ON_SQLITE = pytest.mark.parametrize("ground", ["sqlite", pytest.param("postgresql", marks=LONG)], indirect=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """An approved issue, to be copied for each round."""
    folder = tmp_path_factory.mktemp("crash")
    engine: Engine = Sqlite(folder)
    if request.param == "postgresql":
        engine = Postgresql(request.getfixturevalue("postgres"))
    here = prepare(folder, engine, READERS)
    course = measure(here, [FAST])[FAST]
    return Ground(engine, here, here, dict.fromkeys(MODES, course), random.Random(1))


@pytest.fixture
def course(ground: Ground) -> Course:
    return ground.courses[FAST]


def play(ground: Ground, row: Row, scenario: Scenario, mode: str = FAST, *options: str) -> Round:
    why = row.unfit(ground.engine)
    if why:
        pytest.skip(why)
    found = ground.play(Play(scenario, mode, "", options, twice=scenario is senders.two_at_once, disk=row.disk))
    assert found.problems == []
    assert (found.twice, found.lost) == (0, 0)
    return found


def at(scenario: senders.Hit, *moments: float) -> Scenario:
    return lambda stage: scenario(stage, moments)


def row(name: str) -> Row:
    rows = (*senders.ROWS, *everywhere.ROWS, *wire.ROWS, *storage.ROWS)
    return next(row for row in rows if row.name == name)


def among(course: Course, share: float) -> float:
    """The moment at which so much of the messages has left, as a fraction of the run."""
    return (course.first + share * (course.last - course.first)) / course.end


@pytest.mark.parametrize(
    ("mode", "share"),
    [
        ("chunking", 0.5),
        pytest.param("chunking", 0.05, marks=LONG),
        pytest.param("chunking", 0.95, marks=LONG),
        pytest.param("pipelining", 0.5, marks=LONG),
        pytest.param("plain", 0.5, marks=LONG),
    ],
)
def test_killed_among_the_messages_while_somebody_leaves(
    ground: Ground, course: Course, mode: str, share: float
) -> None:
    found = play(ground, row("killed"), at(senders.killed_and_left, among(course, share)), mode)
    assert found.worst <= 80, "what the settings allow to be under way"


@LONG
def test_killed_before_the_first_message(ground: Ground, course: Course) -> None:
    play(ground, row("killed"), at(senders.killed, course.first / course.end * 0.7))


def test_killed_while_the_list_is_frozen(ground: Ground) -> None:
    assert play(ground, row("freezing"), at(senders.killed_while_freezing, 0.1)).kills == 1


@LONG
def test_two_senders_one_killed_and_the_next_one_too(ground: Ground, course: Course) -> None:
    moments = among(course, 0.2), among(course, 0.5)
    assert play(ground, row("killed"), at(senders.two_killed, *moments)).kills > 0


def test_two_senders_at_once(ground: Ground) -> None:
    assert play(ground, row("two"), senders.two_at_once).uncertain == 0


def test_asked_to_end(ground: Ground, course: Course) -> None:
    found = play(ground, row("sigterm"), at(senders.asked_to_end, among(course, 0.4)))
    assert (found.hit, found.uncertain) == (True, 0)


def test_suspended_past_its_lease_and_awake_again(ground: Ground) -> None:
    """Another sender has ended the issue meanwhile; what the first had in hand and never sent goes out after all."""
    assert play(ground, row("suspended"), at(senders.overtaken, 0.4)).uncertain == 0


@LONG
def test_suspended_alone(ground: Ground) -> None:
    assert play(ground, row("suspended"), at(senders.suspended, 0.4), "pipelining").uncertain == 0


@SHORT_ON_SQLITE
@pytest.mark.parametrize(
    "steps", [pytest.param((senders.HOUR, 0), marks=LONG), (-senders.HOUR,)], ids=["forward", "back"]
)
def test_killed_with_a_clock_that_jumps(ground: Ground, steps: tuple[int, ...]) -> None:
    play(ground, row("clock"), partial(senders.clock_stepped, steps=steps, kill=True))


@pytest.mark.parametrize(
    ("point", "number", "mode"),
    [
        ("commit", 8, "chunking"),
        ("written", 5, "pipelining"),
        *(pytest.param(point, 2, mode, marks=LONG) for point in POINTS for mode in MODES),
    ],
)
def test_killed_where_it_touches_database_or_wire(ground: Ground, point: str, number: int, mode: str) -> None:
    scenario = partial(everywhere.killed_at, point=point, number=number)
    assert play(ground, row("points"), scenario, mode).kills == 1


@SHORT_ON_SQLITE
@pytest.mark.parametrize("call", ["sendto", pytest.param("recvfrom", marks=LONG)])
def test_killed_at_a_system_call(ground: Ground, call: str) -> None:
    scenario = partial(everywhere.killed_by, call=call, number=4)
    assert play(ground, row("syscalls"), scenario).kills == 1


@SHORT_ON_SQLITE
@pytest.mark.parametrize("mode", ["chunking", pytest.param("plain", marks=LONG)])
def test_the_mail_server_dies_and_comes_back(ground: Ground, mode: str) -> None:
    play(ground, row("server"), partial(wire.server_killed, share=0.3), mode)


@SHORT_ON_SQLITE
@pytest.mark.parametrize(
    ("mode", "number", "way"),
    [
        ("pipelining", 25, "half"),
        *(pytest.param(mode, 27, way, marks=LONG) for mode in MODES for way in wire.WAYS),
        *(pytest.param(mode, 28, way, marks=LONG) for mode in MODES for way in wire.WAYS),
    ],
)
def test_the_connection_is_cut(ground: Ground, mode: str, number: int, way: str) -> None:
    play(ground, row("cut"), wire.cut, mode, "--cut", str(number), *wire.WAYS[way])


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("locked", storage.locked),
        ("read-only", storage.read_only),
        ("full", storage.full),
        ("terminated", storage.terminated),
    ],
)
def test_the_database_is_in_trouble(ground: Ground, name: str, scenario: Callable[..., None]) -> None:
    play(ground, row(name), partial(scenario, share=0.2))
