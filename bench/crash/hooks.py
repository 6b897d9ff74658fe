"""What is changed in a command's process before it begins, since the product has no options for it.

It can be killed by itself at one of its calls to database or wire, its lease and the patience of its database can be
shorter, its clock wrong, and its database read-only.
"""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.orm import Session

from newsletter import clock, database
from newsletter.delivery import freezing, workers
from newsletter.delivery.sending import Sender, Tally
from newsletter.delivery.transports import connecting, smtp
from newsletter.delivery.transports.replies import Channel

PART = 50  # readers frozen in one transaction, so that kills come between two of them
# Where it can be killed, at the N-th time: half of what it writes to the wire has left, or all; it has read a reply,
# and nobody knows it yet; it is about to commit, or has committed; it has opened a connection.
POINTS = ("half", "written", "reply", "commit", "committed", "connected")


@dataclass(frozen=True)
class Hooks:
    """`point`, `number`: it kills itself there; `counts`: how often it came to each point is written there.

    `errors`: what the database said when it refused something is written there, a line each.

    `lease`, `busy`: seconds, shortened. `readonly`: SQLite takes no writes while this file is there. `hours`: the
    seconds in this file are added to the time. `traced`: at the "start", or when the
    "sending" begins, it makes the file `waits` and then waits until somebody traces it.
    """

    point: str = ""
    number: int = 0
    counts: Path | None = None
    errors: Path | None = None
    lease: float | None = None
    busy: float | None = None
    readonly: Path | None = None
    hours: Path | None = None
    traced: str = ""
    waits: Path | None = None

    def install(self) -> None:
        """Change this process."""
        freezing.CHUNK = PART
        if self.errors is not None:
            event.listen(Engine, "handle_error", partial(_write_down, self.errors))
        if self.lease is not None:
            workers.LEASE, workers.MARGIN = timedelta(seconds=self.lease), self.lease / 3
        if self.busy is not None:
            database.BUSY_SECONDS = self.busy  # type: ignore[assignment] # whole seconds in the product
        if self.readonly is not None:
            _read_only_while(self.readonly)
        if self.hours is not None:
            clock.datetime = _wrong_by(self.hours)  # type: ignore[attr-defined]
        if self.point or self.counts is not None:
            _Points(self.point, self.number, self.counts).watch()
        if self.waits is not None and self.traced == "start":
            _wait_for_tracer(self.waits)
        elif self.waits is not None:
            _wait_before_sending(self.waits)


def _write_down(file: Path, context: ExceptionContext) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(" ".join(str(context.original_exception).split())[:200] + "\n")


def _read_only_while(there: Path) -> None:
    def begin(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            dbapi: Any = connection.connection.dbapi_connection
            dbapi.execute(f"PRAGMA query_only={int(there.exists())}")

    event.listen(Engine, "begin", begin, insert=True)


def _wrong_by(seconds: Path) -> Any:
    def now(zone: tzinfo = UTC) -> datetime:
        return datetime.now(zone) + timedelta(seconds=float(seconds.read_text() or 0))

    return SimpleNamespace(now=now)


def _wait_for_tracer(waits: Path) -> None:
    waits.touch()
    while "TracerPid:\t0\n" in Path("/proc/self/status").read_text(encoding="ascii"):
        time.sleep(0.002)


def _wait_before_sending(waits: Path) -> None:
    run = Sender.run

    def running(sender: Sender) -> Tally:
        _wait_for_tracer(waits)
        return run(sender)

    Sender.run = running  # type: ignore[method-assign,assignment]


class _Points:
    """Counts the calls to wire and database, over all threads, and ends this process at one of them."""

    def __init__(self, point: str, number: int, counts: Path | None) -> None:
        self._at = (point, number)
        self._file = counts
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _is_here(self, point: str) -> bool:
        with self._lock:
            self._counts[point] += 1
            if self._file is not None:
                self._file.write_text(json.dumps(self._counts), encoding="utf-8")
            return (point, self._counts[point]) == self._at

    def _pass(self, point: str) -> None:
        if self._is_here(point):
            _die()

    def watch(self) -> None:
        """From now on."""
        write, reply, commit, connect = Channel.write, Channel.reply, Session.commit, connecting.connect

        def writing(channel: Channel, data: bytes, seconds: float) -> None:
            if self._is_here("half"):
                channel.sock.send(data[: len(data) // 2])
                _die()
            write(channel, data, seconds)
            self._pass("written")

        Channel.write = writing  # type: ignore[method-assign,assignment]
        Channel.reply = self._behind(reply, "reply")  # type: ignore[method-assign]
        setattr(smtp, "connect", self._behind(connect, "connected"))  # noqa: B010 -- it is only imported there

        def committing(session: Session) -> None:
            self._pass("commit")
            commit(session)
            self._pass("committed")

        Session.commit = committing  # type: ignore[method-assign,assignment]

    def _behind(self, call: Callable[..., Any], point: str) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            found = call(*arguments)
            self._pass(point)
            return found

        return called


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
