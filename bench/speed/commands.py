"""Commands of the product, each in a process of its own that has loaded it already, and what is seen of that process.

For a comparison a command can be changed in a few ways, which the product has no options for; nothing else of it is.
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, event

from bench.speed.stages import Stages
from newsletter.cli.main import main as newsletter
from newsletter.delivery.transports.connecting import SmtpOptions
from newsletter.delivery.transports.smtp import SmtpTransport

PATIENCE = 3600.0  # seconds after which a command hangs
LOOK = 0.25  # seconds between looks at a command's memory

_processes = multiprocessing.get_context("forkserver")
_numbers = count()


@dataclass(frozen=True)
class Tweaks:
    """`lanes`: that many connections from the first letter to the last. `commit`: seconds each commit takes longer.
    `timed`: how long each stage takes is measured, which itself costs some time.
    """

    lanes: int = 0
    commit: float = 0.0
    timed: bool = False


@dataclass
class Seen:
    """What was seen of a process. `memory`: bytes by Unix time; `modes`: SQLite's synchronous and journal_mode."""

    modes: set[str] = field(default_factory=set)
    peak: int = 0
    cpu: float = 0.0
    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: list[tuple[float, int]] = field(default_factory=list)


def _command(arguments: Sequence[str], environment: Mapping[str, str], output: str, tweaks: Tweaks) -> None:
    os.environ.update(environment)
    for number, suffix in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{output}.{suffix}", os.O_WRONLY | os.O_CREAT), number)
    modes = _look_at_modes()
    if tweaks.lanes:
        _fix_lanes(tweaks.lanes)
    if tweaks.commit:
        event.listen(Engine, "commit", lambda _: time.sleep(tweaks.commit))
    stages = Stages() if tweaks.timed else None
    sys.argv = ["newsletter", *arguments]
    began = time.process_time()
    try:
        newsletter()
    finally:
        seen: dict[str, Any] = {"modes": sorted(modes), "peak": _peak(), "cpu": time.process_time() - began}
        seen["stages"] = stages.as_json() if stages else {}
        Path(f"{output}.json").write_text(json.dumps(seen), encoding="utf-8")


def _look_at_modes() -> set[str]:
    """Ask each connection, at its first transaction, how safely it commits."""
    asked: set[int] = set()
    found: set[str] = set()

    def ask(connection: Connection) -> None:
        if connection.dialect.name == "sqlite" and id(connection.connection.dbapi_connection) not in asked:
            asked.add(id(connection.connection.dbapi_connection))
            for pragma in ("synchronous", "journal_mode"):
                found.add(f"{pragma}={connection.exec_driver_sql(f'PRAGMA {pragma}').scalar()}")

    event.listen(Engine, "begin", ask)
    return found


def _fix_lanes(lanes: int) -> None:
    made: Callable[[SmtpTransport, str, SmtpOptions], None] = SmtpTransport.__init__

    def make(self: SmtpTransport, name: str, options: SmtpOptions) -> None:
        made(self, name, options)
        self.limits = replace(self.limits, lanes=lanes, lanes_at_first=lanes)

    SmtpTransport.__init__ = make  # type: ignore[method-assign]


def _peak() -> int:
    """The most memory this process ever held, as the kernel counts it; not its parent's."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Command:
    """A `newsletter` command that runs."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, tweaks: Tweaks | None = None
    ) -> None:
        self._name = f"newsletter {' '.join(arguments)}"
        self._output = folder / f"command-{next(_numbers)}"
        about = (arguments, environment, str(self._output), tweaks or Tweaks())
        self._process = _processes.Process(target=_command, args=about)
        self._memory: list[tuple[float, int]] = []
        _processes.set_forkserver_preload(["bench.speed.commands"])  # before the first one; later it changes nothing
        self._process.start()

    def done(self) -> str:
        """Wait for a good end; what it printed."""
        ends_at = time.monotonic() + PATIENCE
        while self._process.is_alive() and time.monotonic() < ends_at:
            self._look()
            self._process.join(LOOK)
        if self._process.exitcode is None:
            self._process.kill()
            raise TimeoutError(f"{self._name} hangs. {self._said()}")
        if self._process.exitcode:
            raise RuntimeError(f"{self._name} ended with {self._process.exitcode}. {self._said()}")
        return self._read("out")

    def seen(self) -> Seen:
        """What was seen of it, after its end."""
        found = json.loads(self._read("json"))
        return Seen(set(found["modes"]), found["peak"], found["cpu"], found["stages"], self._memory)

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def _look(self) -> None:
        with suppress(psutil.Error):
            self._memory.append((time.time(), psutil.Process(self._process.pid).memory_info().rss))

    def _said(self) -> str:
        return (self._read("out") + self._read("err")).strip()

    def _read(self, suffix: str) -> str:
        with suppress(FileNotFoundError):
            return Path(f"{self._output}.{suffix}").read_text(encoding="utf-8")
        return ""
