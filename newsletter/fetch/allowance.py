"""What one fetch may still cost."""

from collections.abc import Callable

from newsletter.fetch.unreachable import Obstacle


class Allowance:
    """The time that is left of a fetch, over all that it does, and the bytes that an answer may still have."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = seconds, clock
        self._end = clock() + seconds
        self._bytes = 0

    def left(self) -> float:
        """Seconds; Obstacle when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> Obstacle:
        return Obstacle(f"takes longer than {self._seconds:g} seconds")

    def add(self, seconds: float) -> None:
        """Time that we chose to wait is not the server's."""
        self._end += seconds

    def expect(self, number: int) -> None:
        """The next answer may have so many bytes on the wire."""
        self._bytes = number

    def received(self, number: int) -> None:
        self._bytes -= number
        if self._bytes < 0:
            raise Obstacle("sends more and more, and comes to no end")
