"""How fast readers can leave: RFC 8058 posts at 16 connections, while nothing else happens and while an issue is sent.

Server and client are two processes on one machine. Each connection posts the next way out as soon as the one before is
answered; every post is of another reader, and afterwards as many are found to have left.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from bench.speed.installation import AUTHOR, Installation, prepare
from subscribers import Links, Purpose

READERS, CONNECTIONS, RATE = 20_000, 16, 500
BODY = b"List-Unsubscribe=One-Click"
AIM = 50.0  # ms, of 99 in 100, while an issue is sent


@dataclass(frozen=True)
class Measured:
    """`per_second`: posts; `p50`, `p99`, `longest`: milliseconds; `sent_per_second`: mails handed over meanwhile."""

    what: str
    posts: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    longest: float
    sent_per_second: float


class Leaver(asyncio.Protocol):
    """One connection that is kept: a post, its answer, the next post; at most `pace` a second where that is given."""

    def __init__(self, tokens: Iterator[str], until: float, pace: float, taken: list[float]) -> None:
        self._tokens, self._until, self._pace, self._taken = tokens, until, pace, taken
        self._heard = b""
        self._began = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._post()

    def _post(self) -> None:
        token = next(self._tokens, None)
        if token is None or time.perf_counter() > self._until:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(  # type: ignore[attr-defined]
            b"POST /u/%b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (token.encode(), len(BODY), BODY)
        )

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return
        assert head.startswith(b"HTTP/1.1 200 "), head
        took = time.perf_counter() - self._began
        self._taken.append(took)
        self._heard = b""
        rest = (1 / self._pace - took) if self._pace else 0
        if rest > 0:
            asyncio.get_running_loop().call_later(rest, self._post)
        else:
            self._post()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(exc)


async def leave(port: int, tokens: Iterator[str], seconds: float, pace: float = 0) -> tuple[list[float], float]:
    """The times that the posts took, and how long all of it lasted."""
    loop, taken, began = asyncio.get_running_loop(), list[float](), time.perf_counter()
    leavers = []
    for _ in range(CONNECTIONS):
        _, leaver = await loop.create_connection(
            lambda: Leaver(tokens, began + seconds, pace / CONNECTIONS, taken), "127.0.0.1", port
        )
        leavers.append(leaver)
    await asyncio.gather(*(leaver.done for leaver in leavers))
    return taken, time.perf_counter() - began


@contextmanager
def served(
    here: Installation, database: Path, command: str, settings: Mapping[str, str] | None = None
) -> Iterator[int]:
    """`newsletter web` or `newsletter run` in a process of its own; the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = str(here.folder / "newsletter.toml")
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "--config", config, command],
        env=os.environ | environment(database) | dict(settings or {}) | {"NEWSLETTER_LISTEN": f"127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def environment(database: Path) -> dict[str, str]:
    return {
        "NEWSLETTER_DATABASE_URL": f"sqlite:///{database.resolve()}",
        "NEWSLETTER_TRANSPORT_URL": "null:",
    }


def ways_out(here: Installation, database: Path) -> Iterator[str]:
    """Of all readers, the last first: the sender begins at the other end."""
    keys = tomllib.loads((here.folder / "newsletter.toml").read_text("utf-8"))["secret_keys"]
    links = Links(tuple(keys.split(",")))
    with sqlite3.connect(database) as found:
        ids = [row[0] for row in found.execute("SELECT id FROM subscriptions ORDER BY id DESC")]
    return iter([links.token(Purpose.UNSUBSCRIBE, one) for one in ids])


def number(database: Path, query: str) -> int:
    with sqlite3.connect(database, timeout=30) as found:
        return int(found.execute(query).fetchone()[0])


SENT = "SELECT count(*) FROM deliveries WHERE state = 'accepted'"
LEFT = "SELECT count(*) FROM subscriptions WHERE state = 'unsubscribed'"


def measure(here: Installation, what: str, command: str, seconds: float, pace: float = 0) -> Measured:
    """One measurement on a fresh copy."""
    database = here.fresh(READERS)
    if command == "run":
        here.command("transports", "set", "default", "--rate", str(RATE), environment=environment(database)).done()
        here.command("issue", "send", here.issue, "--no-wait", "--by", AUTHOR, environment=environment(database)).done()
    with served(here, database, command) as port:
        time.sleep(4 if command == "run" else 1)
        before = number(database, SENT)
        taken, lasted = uvloop.run(leave(port, ways_out(here, database), seconds, pace))
        sent = number(database, SENT) - before
    left = number(database, LEFT)
    assert left == len(taken), f"{len(taken)} posts were answered, and {left} readers have left"
    taken.sort()
    return Measured(
        what, len(taken), round(lasted, 1), round(len(taken) / lasted), *(
            round(1000 * taken[min(len(taken) - 1, int(len(taken) * part))], 1) for part in (0.5, 0.99, 1)
        ), round(sent / lasted),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each measurement lasts")
    seconds = parser.parse_args().seconds
    folder = Path("var/bench/leaving")
    shutil.rmtree(folder, ignore_errors=True)
    here = prepare(folder)
    found = [
        measure(here, "idle", "web", seconds),
        measure(here, f"while {RATE} mails a second leave", "run", seconds),
        measure(here, "the same, 100 posts a second", "run", seconds, pace=100),
    ]
    for one in found:
        print(
            f"{one.what:34} {one.per_second:6,.0f} posts/s   p50 {one.p50:6.1f} ms   p99 {one.p99:6.1f} ms   "
            f"longest {one.longest:6.1f} ms   {one.sent_per_second:4} mails/s"
        )
    print(f"Aim: p99 below {AIM:.0f} ms while an issue is sent. Load of the machine: {os.getloadavg()[0]:.1f}")
    said = {
        "readers": READERS,
        "connections": CONNECTIONS,
        "load": os.getloadavg(),
        "measured": list(map(asdict, found)),
    }
    Path("var/bench").mkdir(parents=True, exist_ok=True)
    Path("var/bench/leaving.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
