"""`bench.sink` in a process of its own, and what it has written down."""

import os
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from bench.crash.installation import GONE

DELAY = 0.0005  # seconds a message keeps its connection busy
# How the relay lets itself be spoken to: several messages under way, the next envelope along with a content, or plain.
MODES: dict[str, tuple[str, ...]] = {
    "chunking": (),
    "pipelining": ("--no-chunking",),
    "plain": ("--no-chunking", "--no-pipelining"),
}

_HERE = Path(__file__).resolve().parent.parent.parent
_PATIENCE = 30.0
_numbers = count()


class MailServer:
    """A sink; it can be killed, and started anew on the same port and the same log."""

    def __init__(self, mode: str, options: Sequence[str] = (), delay: float = DELAY) -> None:
        number = f"{os.getpid()}-{next(_numbers)}"
        self._log, self._name = memory() / f"sink-{number}.log", f"sink-{number}.example.org"
        self._log.touch()
        self._options = (*MODES[mode], "--delay", str(delay), "--refuse", GONE)
        self._port = 0
        self._start(options)
        self.url = f"smtp://127.0.0.1:{self._port}?tls=none"
        self._reading = self._log.open("rb")
        self._count = 0

    def _start(self, options: Sequence[str] = ()) -> None:
        about = ("--log", str(self._log), "--name", self._name, "--port", str(self._port))
        command = [sys.executable, "-m", "bench.sink", *about, *self._options, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_HERE)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        if not options:
            self._require_ours()

    def _require_ours(self) -> None:
        """That it is ours which answers there; not asked where replies are counted."""
        with smtplib.SMTP(timeout=10) as probe:
            _, said = probe.connect("127.0.0.1", self._port)
        assert said.decode().startswith(self._name), said

    def count(self) -> int:
        """How many messages it has taken so far."""
        self._count += self._reading.read().count(b"\n")
        return self._count

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each message taken, in order."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [(recipient, identity) for recipient, _, identity in (line.partition(" ") for line in lines)]

    def kill(self) -> None:
        """It dies at once; what it has written down stays."""
        self._process.kill()
        self._end()

    def restart(self) -> None:
        """Another one takes its place."""
        self._start()

    def close(self) -> None:
        """End it, and forget what it has taken."""
        self._process.terminate()
        self._end()
        self._reading.close()
        self._log.unlink(missing_ok=True)

    def _end(self) -> None:
        self._process.wait(_PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()


def memory() -> Path:
    """Where an fsync costs nothing: the sink outlives what is killed, and this machine does not crash."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
