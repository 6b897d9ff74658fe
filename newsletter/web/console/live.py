"""A page that tells by itself how far a send is: server-sent events (HTML Living Standard, section 9.2), each a piece
of the page. However many browsers look on, the database is asked once a second at most, and for no more than a
fortieth of the time.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

EVERY = 1.0  # seconds between looks
SHARE = 40  # a look that takes a second is followed by so many without one
LASTS = 60.0  # seconds: then a browser asks anew, and is let in anew
_MOST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of a page at a moment; `going`: more will follow."""

    piece: str
    going: bool


@dataclass(slots=True)
class _Kept:
    told: Told
    good_until: float


class Live:
    """What is shown to everybody who looks on, by what it is about."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Kept] = {}
        self._lock = threading.Lock()

    def now(self, about: Hashable, look: Callable[[], Told]) -> Told:
        """The piece as of the last second; `look` makes it anew where nobody has."""
        kept = self._kept.get(about)
        if kept and time.monotonic() < kept.good_until:
            return kept.told
        with self._lock:
            kept = self._kept.get(about)
            began = time.monotonic()
            if kept and began < kept.good_until:
                return kept.told
            told = look()
            ended = time.monotonic()
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[about] = _Kept(told, ended + max(EVERY, (ended - began) * SHARE))
            return told

    def stream(self, about: Hashable, look: Callable[[], Told]) -> Response:
        """The pieces as they change. It ends with the last one, or after a minute."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._pieces(about, look), media_type="text/event-stream", headers=headers)

    async def _pieces(self, about: Hashable, look: Callable[[], Told]) -> AsyncIterator[str]:
        ends_at, shown = time.monotonic() + LASTS, ""
        yield "retry: 2000\n\n"
        while time.monotonic() < ends_at:
            kept = self._kept.get(about)
            fresh = kept is not None and time.monotonic() < kept.good_until
            told = kept.told if kept and fresh else await run_in_threadpool(self.now, about, look)
            if told.piece != shown:
                yield event("piece", told.piece)
                shown = told.piece
            if not told.going:
                yield event("end", "")
                return
            await asyncio.sleep(EVERY)


def event(name: str, data: str) -> str:
    """One event; each line of its data in a line of its own."""
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {name}\n{lines}\n"
