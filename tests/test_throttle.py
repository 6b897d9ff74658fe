"""The number of lanes: found in a few seconds, whether more lanes pay or not, and fewer when the other side groans."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from newsletter.delivery.throttle import AGAIN, QUIET, Throttle

TICK = 0.005


@dataclass
class Line:
    """Another side that takes `speed(lanes)` letters a second, and lanes that need `connect` seconds to connect."""

    speed: Callable[[int], float]
    connect: float = 0.0
    most: int = 32
    at_first: int = 2
    bears: int = 1000  # connections; it groans about more
    now: float = 0.0
    taken: float = 0.0
    history: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.at_first, self.most, lambda: self.now)
        self.connected: list[float] = []

    def run(self, seconds: float, fixed: int | None = None) -> float:
        """How much it took in this time."""
        before, end, tick = self.taken, self.now + seconds, 0
        while self.now < end:
            if tick % 20 == 0:
                self._adjust(fixed or self.throttle.look())
            counted = int(self.taken)
            self.taken += self.speed(sum(at <= self.now for at in self.connected)) * TICK
            for _ in range(int(self.taken) - counted):
                self.throttle.count()
            self.now += TICK
            tick += 1
        return self.taken - before

    def _adjust(self, wanted: int) -> None:
        if not self.history or self.history[-1][1] != wanted:
            self.history.append((self.now, wanted))
        del self.connected[wanted:]
        while len(self.connected) < wanted:
            if len(self.connected) == self.bears:
                self.throttle.groan()
                return
            self.connected.append(self.now + self.connect)


def by_table(**speeds: float) -> Callable[[int], float]:
    """Speeds of 1, 2, 4, 8, 16, 32 lanes; what lies between is like the number below."""
    table = {int(name[1:]): speed for name, speed in speeds.items()}
    return lambda lanes: table[max(number for number in table if number <= lanes)] if lanes else 0.0


# A server on this machine: the processor is what there is too little of.
LOCAL = by_table(n1=3500, n2=5000, n4=4900, n8=4500, n16=4200, n32=3800)
# The same, where one lane is busy all the time and the others are in its way.
BUSY = by_table(n1=6000, n2=4300, n4=4300, n8=3600, n16=3500, n32=3400)
NEAR = by_table(n1=900, n2=1700, n4=2600, n8=3000, n16=3100, n32=2900)


def round_trips(seconds: float) -> Callable[[int], float]:
    """Each lane waits for answers most of the time."""
    return lambda lanes: lanes / seconds


@pytest.mark.parametrize(
    ("speed", "connect"),
    [
        pytest.param(LOCAL, 0.005, id="local"),
        pytest.param(BUSY, 0.005, id="one is enough"),
        pytest.param(NEAR, 0.01, id="near"),
        pytest.param(round_trips(0.02), 0.16, id="20 ms"),
        pytest.param(round_trips(0.04), 0.32, id="40 ms"),
        pytest.param(round_trips(0.04), 0.5, id="40 ms, slow to connect"),
        pytest.param(lambda lanes: 25 * min(lanes, 8), 0.32, id="no faster than 8 lanes"),
        pytest.param(lambda lanes: min(25 * lanes, 500), 0.32, id="no faster than 500 a second"),
    ],
)
def test_in_twelve_seconds_it_is_within_a_fifth_of_the_best_number(
    speed: Callable[[int], float], connect: float
) -> None:
    best = max(Line(speed, connect).run(12, fixed) for fixed in (1, 2, 4, 8, 16, 32))
    line = Line(speed, connect)
    assert line.run(12) >= 0.8 * best
    assert line.history[-1][0] < 3.0, "found, and left so"


def test_more_lanes_stay_where_they_pay() -> None:
    line = Line(round_trips(0.04), 0.32)
    line.run(12)
    assert [lanes for _, lanes in line.history] == [2, 8, 16, 32]


def test_more_lanes_go_again_where_they_do_not_pay() -> None:
    line = Line(LOCAL)
    line.run(12)
    assert [lanes for _, lanes in line.history] == [2, 1, 8, 4, 2]


def test_one_lane_that_is_faster_than_two_is_found_within_a_second() -> None:
    line = Line(BUSY)
    line.run(12)
    assert [lanes for _, lanes in line.history] == [2, 1]
    assert line.history[-1][0] < 1.0


def test_more_than_one_lane_are_tried_once_more_after_a_while() -> None:
    line = Line(BUSY)
    line.run(12)
    line.speed = NEAR
    line.run(AGAIN + 10)
    assert line.throttle.wanted >= 4


def test_other_numbers_are_tried_once_more_after_a_while() -> None:
    line = Line(LOCAL)
    line.run(12)
    tried = len(line.history)
    line.run(AGAIN + 30)
    assert len(line.history) > tried
    assert line.throttle.wanted == 2


def test_lanes_that_stopped_paying_go() -> None:
    line = Line(round_trips(0.04), 0.32)
    line.run(12)
    assert line.throttle.wanted == 32
    line.speed = lambda lanes: 25 * min(lanes, 4)
    line.run(8 * AGAIN)
    assert line.throttle.wanted <= 8


def test_a_groan_halves_and_several_at_once_are_one() -> None:
    line = Line(round_trips(0.04))
    line.run(12)
    for _ in range(20):
        line.throttle.groan()
    assert line.throttle.look() == 16
    line.run(QUIET + 0.1)
    line.throttle.groan()
    assert line.throttle.look() == 8
    line.run(AGAIN - 1)
    assert line.throttle.wanted == 8, "no more of them for a while"
    line.run(20)
    assert line.throttle.wanted > 8, "then they are tried again"


def test_it_never_goes_below_one_lane() -> None:
    now = [0.0]
    throttle = Throttle(2, 32, lambda: now[0])
    for _ in range(10):
        throttle.groan()
        now[0] += 2 * QUIET
    assert throttle.look() == 1


def test_it_never_wants_more_than_there_may_be() -> None:
    line = Line(round_trips(0.04), most=5)
    line.run(100)
    assert max(lanes for _, lanes in line.history) == 5


def test_one_that_bears_few_connections_is_asked_for_more_only_now_and_then() -> None:
    line = Line(round_trips(0.04), 0.32, bears=10)
    line.run(60)
    assert line.throttle.wanted == 8
    assert sum(lanes == 16 for _, lanes in line.history) <= 3


def test_before_the_first_letter_is_through_nothing_is_measured() -> None:
    line = Line(LOCAL, connect=5.0)
    line.run(5.0)
    assert [lanes for _, lanes in line.history] == [2], "a connection that takes its time says nothing of lanes"


def test_without_letters_nothing_changes() -> None:
    line = Line(LOCAL)
    line.run(5)
    line.speed = lambda _: 0.0
    before = line.throttle.wanted
    line.run(60)
    assert line.throttle.wanted == before


def test_when_a_limit_is_lifted_more_lanes_are_tried_at_once() -> None:
    line = Line(lambda lanes: min(10.0, 25.0 * lanes))
    line.run(30)
    assert line.throttle.wanted <= 2
    line.speed = round_trips(0.04)
    line.run(5)
    assert line.throttle.wanted == 32


def test_one_lane_that_may_have_no_other_is_left_alone() -> None:
    line = Line(LOCAL, most=1, at_first=1)
    line.run(60)
    assert [lanes for _, lanes in line.history] == [1]
