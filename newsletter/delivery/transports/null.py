"""Builds every message and hands it to nobody: practice runs, and measuring what is not the wire."""

from collections.abc import Callable, Iterator

from newsletter.delivery.handing import written
from newsletter.delivery.model import Letter, Letters, Limits, Outcome, Verdict
from newsletter.rendering.mime import Compiled

Seen = Callable[[Compiled, Letter, int], None]


class NullTransport:
    """Accepts everything. `seen` is told of each message: what it was made of, and its size."""

    def __init__(self, name: str = "null", seen: Seen | None = None) -> None:
        self.name = name
        self.seen = seen
        self.limits = Limits(streaming=True, in_doubt=400)

    def lane(self, compiled: Compiled) -> "NullLane":
        return NullLane(compiled, self.seen)


class NullLane:
    """Counts the bytes it was given."""

    def __init__(self, compiled: Compiled, seen: Seen | None = None) -> None:
        self._compiled = compiled
        self._seen = seen
        self.bytes = 0

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        for letter in letters:
            message = written(self._compiled, letter)
            if isinstance(message, Outcome):
                yield message
                continue
            self.bytes += len(message)
            if self._seen:
                self._seen(self._compiled, letter, len(message))
            yield Outcome(letter.delivery, Verdict.ACCEPTED)

    def close(self) -> None:
        """Nothing to close."""
