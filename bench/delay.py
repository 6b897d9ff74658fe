"""A TCP proxy that lets everything arrive a little later, each way, and slows down nothing else: a relay far away.

It prints its port when it is ready, and ends on SIGTERM.
"""

import argparse
import asyncio
import signal
from collections import deque
from typing import cast

import uvloop


class Half(asyncio.Protocol):
    """One side of a connection: what it hears, the other side says `delay` later, in the same order."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._waiting: deque[tuple[float, bytes]] = deque()  # when it is due; nothing: the end
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []  # due before this side was connected
        self.other: Half | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        early, self._early = self._early, []
        for data in early:
            self.say(data)

    def data_received(self, data: bytes) -> None:
        self._later(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._later(b"")

    def say(self, data: bytes) -> None:
        """To this side's peer; nothing: close."""
        if self._transport is None:
            self._early.append(data)
        elif not data:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.write(data)

    def _later(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._delay
        self._waiting.append((due, data))
        if len(self._waiting) == 1:
            loop.call_at(due, self._pass_on)

    def _pass_on(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            _, data = self._waiting.popleft()
            if self.other is not None:
                self.other.say(data)
        if self._waiting:
            loop.call_at(self._waiting[0][0], self._pass_on)


class Front(Half):
    """The side that is connected to; it calls the one behind."""

    def __init__(self, delay: float, target: int, tasks: set[asyncio.Task[None]]) -> None:
        super().__init__(delay)
        self._target = target
        self._tasks = tasks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = behind = Half(self._delay)
        behind.other = self
        task = asyncio.get_running_loop().create_task(self._call(behind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, behind: Half) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: behind, "127.0.0.1", self._target)
        except OSError:
            self.say(b"")


async def serve(port: int, target: int, delay: float) -> None:
    """Listen until SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    tasks: set[asyncio.Task[None]] = set()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Front(delay, target, tasks), "127.0.0.1", port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=int, help="the port behind it")
    parser.add_argument("delay", type=float, help="seconds each way: 0.02 for a round trip of 40 ms")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; it is printed when all is ready")
    asked = parser.parse_args()
    uvloop.run(serve(asked.port, asked.target, asked.delay))


if __name__ == "__main__":
    main()
