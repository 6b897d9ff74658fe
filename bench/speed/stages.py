"""How long each stage of sending takes, by a clock around its functions: the processor's time, and what passes."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from newsletter.delivery import clerk
from newsletter.delivery.letters import Addresser
from newsletter.delivery.sending import Sender, Tally
from newsletter.delivery.transports.replies import Channel
from newsletter.rendering.mime import Compiled

# Where each stage is called. A name that is gone is an error, not a stage that costs nothing.
_PLACES: tuple[tuple[str, Any, str], ...] = (
    ("claim", clerk, "claim"),
    ("intents", clerk, "begin"),
    ("outcomes", clerk, "record"),
    ("commit", Session, "commit"),
    ("letters", Addresser, "letter"),
    ("composing", Compiled, "message"),
    ("wire out", Channel, "write"),
    ("wire in", Channel, "reply"),
)


class Stages:
    """Clocks around the stages, from now on."""

    def __init__(self) -> None:
        self._sums: list[dict[str, list[float]]] = []
        self._mine = threading.local()
        self._whole = 0.0  # seconds of the processor, over all threads, from the first letter to the last
        self._clock_whole()
        for name, place, attribute in _PLACES:
            setattr(place, attribute, self._timed(name, getattr(place, attribute)))

    def as_json(self) -> dict[str, dict[str, float]]:
        """By stage: how often, seconds of the processor, seconds that passed (over all threads, waiting among them)."""
        found = {name: [0.0, 0.0, 0.0] for name, _, _ in _PLACES}
        for sums in self._sums:
            for name, parts in sums.items():
                found[name] = [a + b for a, b in zip(found[name], parts, strict=True)]
        rest = self._whole - sum(cpu for _, cpu, _ in found.values())
        stages = {name: {"calls": n, "cpu": cpu, "passed": passed} for name, (n, cpu, passed) in found.items()}
        return stages | {"the rest": {"calls": 1.0, "cpu": rest, "passed": rest}}

    def _clock_whole(self) -> None:
        run: Callable[[Sender], Tally] = Sender.run

        def timed(sender: Sender) -> Tally:
            began = time.process_time()
            try:
                return run(sender)
            finally:
                self._whole = time.process_time() - began

        setattr(Sender, "run", timed)  # noqa: B010 -- a plain assignment is an error to mypy

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        clock, own = time.perf_counter, time.thread_time

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            began, began_own = clock(), own()
            try:
                return function(*arguments, **named)
            finally:
                parts = self._of_this_thread()[name]
                parts[0] += 1
                parts[1] += own() - began_own
                parts[2] += clock() - began

        return timed

    def _of_this_thread(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] | None = getattr(self._mine, "sums", None)
        if found is None:
            found = self._mine.sums = {name: [0.0, 0.0, 0.0] for name, _, _ in _PLACES}
            self._sums.append(found)
        return found
