"""Commands of the product, each in a process of its own that can be killed.

They are forked from a process that has loaded the program already: the seconds which Python needs to start are no part
of what is examined.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from bench.crash.hooks import Hooks
from newsletter.cli.main import main as newsletter

PATIENCE = 120.0  # seconds after which a command hangs

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["bench.crash.commands", "newsletter.cli.main", "psycopg", "smtplib"])
_numbers = count()


def _command(arguments: Sequence[str], environment: Mapping[str, str], output: str, hooks: Hooks) -> None:
    os.environ.update(environment)
    for number, suffix in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{output}.{suffix}", os.O_WRONLY | os.O_CREAT), number)
    hooks.install()
    sys.argv = ["newsletter", *arguments]
    newsletter()


class Command:
    """A `newsletter` command that runs."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, hooks: Hooks | None = None
    ) -> None:
        self.arguments = arguments
        self._output = folder / f"command-{next(_numbers)}"
        about = (arguments, environment, str(self._output), hooks or Hooks())
        self._process = _processes.Process(target=_command, args=about)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process.pid is not None
        return self._process.pid

    def runs(self) -> bool:
        return self._process.is_alive()

    def signal(self, number: int) -> bool:
        """Send a signal; whether it met a process that ran."""
        met = self.runs()
        if met:
            os.kill(self.pid, number)
        return met

    def suspend(self) -> bool:
        """SIGSTOP, and wait until all its threads stand still: on another core they may run on for a moment."""
        met = self.signal(signal.SIGSTOP)
        while met and self.runs() and not all(thread in "TtZX" for thread in self._threads()):
            time.sleep(0.0005)
        return met

    def _threads(self) -> list[str]:
        """The state of each thread, as proc(5) has it."""
        found = []
        with suppress(FileNotFoundError, ProcessLookupError):
            for stat in Path(f"/proc/{self.pid}/task").glob("*/stat"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    found.append(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0])
        return found

    def end(self) -> int:
        """Wait for the end; the exit code, negative for a signal."""
        self._process.join(PATIENCE)
        if self._process.exitcode is None:
            self._process.kill()
            raise TimeoutError(f"newsletter {' '.join(self.arguments)} hangs. {self.said()}")
        return self._process.exitcode

    def was_killed(self) -> bool:
        """Wait for the end; whether it was a SIGKILL."""
        return self.end() == -signal.SIGKILL

    def done(self) -> str:
        """Wait for a good end; what it printed."""
        code = self.end()
        if code:
            raise RuntimeError(f"newsletter {' '.join(self.arguments)} ended with {code}. {self.said()}")
        return self._read("out")

    def said(self) -> str:
        """All it has printed so far."""
        return (self._read("out") + self._read("err")).strip()

    def _read(self, suffix: str) -> str:
        with suppress(FileNotFoundError):
            return Path(f"{self._output}.{suffix}").read_text(encoding="utf-8", errors="replace")
        return ""
