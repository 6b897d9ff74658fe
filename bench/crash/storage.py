"""Rows in which the database is locked, read-only, full, or ends its sessions, for a while."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path

from bench.crash.engines import Engine, Postgresql, Sqlite
from bench.crash.hooks import Hooks
from bench.crash.matrix import Ground, Play, Row, modes
from bench.crash.senders import ROUNDS
from bench.crash.stage import Stage

BUSY = 0.3  # seconds for which the sender waits for a lock
WHILE = 1.5  # seconds that the trouble lasts
ROOM = 24  # MB of a disk that gets full
SESSIONS = 3  # times that all sessions are ended


def locked(stage: Stage, share: float) -> None:
    """Somebody else holds the database for longer than is waited for; `share` below 0: before the sender begins."""
    stage.engine.be_impatient(stage.url, BUSY)
    if share < 0:
        with stage.engine.locked(stage.url):
            sender = stage.watched(Hooks(busy=BUSY))
            time.sleep(WHILE)
    else:
        sender = stage.watched(Hooks(busy=BUSY))
        stage.among(sender, share)
        if stage.meets(sender):
            with stage.engine.locked(stage.url):
                time.sleep(WHILE)
    stage.give_up(sender)


def read_only(stage: Stage, share: float) -> None:
    """Nothing can be written for a while."""
    flag = Path(stage.here.folder, f"read-only-{time.monotonic_ns()}")
    sender = stage.watched(Hooks(readonly=flag))
    stage.among(sender, share)
    if stage.meets(sender):
        if isinstance(stage.engine, Postgresql):
            stage.round.kills += 1
            stage.engine.settle(stage.url, "default_transaction_read_only", "on")
            time.sleep(WHILE)
            stage.engine.settle(stage.url, "default_transaction_read_only", "off")
        else:
            flag.touch()
            time.sleep(WHILE)
            flag.unlink()
    stage.give_up(sender)


def terminated(stage: Stage, share: float) -> None:
    """The server ends all sessions, several times."""
    assert isinstance(stage.engine, Postgresql)
    sender = stage.watched()
    stage.among(sender, share)
    if stage.meets(sender):
        for _ in range(SESSIONS):
            stage.round.kills += bool(stage.engine.terminate(stage.url))
            time.sleep(0.15)
    stage.give_up(sender)


def full(stage: Stage, share: float) -> None:
    """The disk of the database has no room for a while."""
    disk = Path(stage.url.removeprefix("sqlite:///")).parent
    sender = stage.watched()
    stage.among(sender, share)
    if stage.meets(sender):
        filler = disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        time.sleep(WHILE)
        filler.unlink()
    stage.give_up(sender)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk in memory with little room."""
    with tempfile.TemporaryDirectory(prefix="newsletter-disk-") as folder:
        _mount("-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", folder)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def without_disks(engine: Engine) -> str:
    """Why a full disk cannot be had here."""
    if not isinstance(engine, Sqlite):
        return "a PostgreSQL whose disk is full ends by itself, which `terminated` plays"
    if os.geteuid() or shutil.which("mount") is None:
        return "only root can mount a small disk"
    try:
        with small_disk():
            return ""
    except (OSError, subprocess.CalledProcessError):
        return "a small disk cannot be mounted"


def without_sessions(engine: Engine) -> str:
    """Why no session can be ended here."""
    return "" if isinstance(engine, Postgresql) else "SQLite has no server that could end a session"


def _several(scenario: Callable[..., None], rounds: int = ROUNDS) -> Callable[[Ground], Iterator[Play]]:
    def plays(ground: Ground) -> Iterator[Play]:
        return (Play(partial(scenario, share=ground.moment() * 0.8), mode) for mode in islice(modes(), rounds))

    return plays


def _locked(ground: Ground) -> Iterator[Play]:
    yield Play(partial(locked, share=-1.0), "chunking", "before it begins")
    yield from _several(locked)(ground)


ROWS = (
    Row("locked", "the database locked by others for longer than the sender waits", _locked),
    Row("read-only", "the database read-only for a while", _several(read_only)),
    Row("full", "the disk of the database full for a while", _several(full), unfit=without_disks, disk=small_disk),
    Row(
        "terminated",
        "all sessions ended by the database's server, three times",
        _several(terminated),
        unfit=without_sessions,
    ),
)
