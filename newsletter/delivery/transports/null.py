"""Builds every message and hands it to nobody: practice runs, and measuring what is not the wire."""

from collections.abc import Iterable, Iterator

from newsletter.delivery.model import Letter, Limits, Outcome, Verdict
from newsletter.rendering.mime import Compiled


class NullTransport:
    """Accepts everything."""

    def __init__(self, name: str = "null") -> None:
        self.name = name
        self.limits = Limits(lanes=1, group=100)

    def lane(self, compiled: Compiled) -> "NullLane":
        return NullLane(compiled)


class NullLane:
    """Counts the bytes it was given."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self.bytes = 0

    def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
        for letter in letters:
            self.bytes += len(self._compiled.message(letter.language, letter.headers, letter.values))
            yield Outcome(letter.delivery, Verdict.ACCEPTED)

    def close(self) -> None:
        """Nothing to close."""
