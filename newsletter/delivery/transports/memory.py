"""Keeps messages in a list: for tests and for trying things out, behind the same contract as the wire."""

import threading
from collections.abc import Iterator

from newsletter.delivery.handing import written
from newsletter.delivery.model import Letter, Letters, Limits, Outcome, Verdict
from newsletter.rendering.mime import Compiled


class MemoryTransport:
    """`messages` holds (envelope sender, recipient, bytes) in the order of acceptance."""

    def __init__(self, name: str = "memory", limits: Limits | None = None) -> None:
        self.name = name
        self.limits = limits or Limits(lanes=2, group=20)
        self.messages: list[tuple[str, str, bytes]] = []
        self._lock = threading.Lock()

    def lane(self, compiled: Compiled) -> "MemoryLane":
        return MemoryLane(self, compiled)

    def keep(self, letter: Letter, message: bytes) -> None:
        """Accept one message."""
        with self._lock:
            self.messages.append((letter.return_path, letter.address, message))


class MemoryLane:
    """A lane into the list."""

    def __init__(self, transport: MemoryTransport, compiled: Compiled) -> None:
        self._transport = transport
        self._compiled = compiled

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        for letter in letters:
            message = written(self._compiled, letter)
            if isinstance(message, Outcome):
                yield message
                continue
            self._transport.keep(letter, message)
            yield Outcome(letter.delivery, Verdict.ACCEPTED)

    def close(self) -> None:
        """Nothing to close."""
