"""Rows in which a sender dies at each point where it touches database or wire: by itself, and by its system calls."""

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

from bench.crash.commands import Command
from bench.crash.engines import Engine
from bench.crash.hooks import POINTS, Hooks
from bench.crash.mailserver import MODES
from bench.crash.matrix import Ground, Play, Row
from bench.crash.stage import Stage, stage_in

CALLS = {"SQLite": ("sendto", "recvfrom", "pwrite64", "fdatasync"), "PostgreSQL": ("sendto", "recvfrom")}
_PATIENCE = 60.0


def killed_at(stage: Stage, point: str, number: int) -> None:
    """It kills itself the N-th time that it comes there."""
    stage.dies(stage.send(Hooks(point=point, number=number)))


def counts(ground: Ground, mode: str) -> dict[str, int]:
    """How often a small run comes to each point."""
    if mode not in ground.counts:
        file = ground.few.folder / f"counts-{time.monotonic_ns()}.json"
        with stage_in(ground.few, ground.courses[mode], mode) as stage:
            stage.send(Hooks(counts=file)).done()
        ground.counts[mode] = json.loads(file.read_text(encoding="utf-8"))
    return ground.counts[mode]


def points(ground: Ground) -> Iterator[Play]:
    """Each point, as often as a small run comes there."""
    for mode in MODES:
        found = counts(ground, mode)
        for point in POINTS:
            for number in range(1, found.get(point, 0) + 1, ground.step if found[point] > 3 else 1):
                yield Play(partial(killed_at, point=point, number=number), mode, f"{point} {number}", few=True)


# -- system calls, by strace ------------------------------------------------------------------------------------------


class Tracer:
    """strace, attached to a sender that waits for it. The threads that it starts are traced, too."""

    def __init__(self, sender: Command, waits: Path, *options: str) -> None:
        while sender.runs() and not waits.exists():
            time.sleep(0.005)
        command = ["strace", "-f", "-qq", "-p", str(sender.pid), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def end(self) -> str:
        """Wait until it has seen the end of the sender; what it said."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.communicate(timeout=_PATIENCE)[1]
        self._process.kill()
        return self._process.communicate()[1]


def killed_by(stage: Stage, call: str, number: int, since: str = "sending") -> None:
    """SIGKILL at the N-th call of a thread, counted from the `start` or since the `sending` began."""
    waits = stage.here.folder / f"waits-{time.monotonic_ns()}"
    sender = stage.send(Hooks(traced=since, waits=waits))
    options = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}", "-o", os.devnull)
    tracer = Tracer(sender, waits, *options)
    stage.dies(sender)
    tracer.end()


def calls(ground: Ground, mode: str, since: str) -> dict[str, int]:
    """The most calls of each kind that a thread of a small run makes."""
    file, waits = (ground.few.folder / f"{name}-{time.monotonic_ns()}" for name in ("calls", "waits"))
    with stage_in(ground.few, ground.courses[mode], mode) as stage:
        sender = stage.send(Hooks(traced=since, waits=waits))
        tracer = Tracer(sender, waits, "-e", f"trace={','.join(CALLS[ground.engine.name])}", "-o", str(file))
        sender.done()
        tracer.end()
    found: Counter[tuple[str, str]] = Counter()
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        thread, _, rest = line.partition(" ")
        found[rest.strip().partition("(")[0], thread] += 1
    most = dict.fromkeys(CALLS[ground.engine.name], 0)
    for (call, _), number in found.items():
        if call in most:
            most[call] = max(most[call], number)
    return most


def syscalls(ground: Ground) -> Iterator[Play]:
    """A sample of each kind of call, spread over a small run."""
    # The first thread comes to more calls before the sending than a lane ever does.
    for mode, since in product(MODES, ("start", "sending")):
        for call, most in calls(ground, mode, since).items():
            size = min(ground.sample, most)
            chosen = {1 + int((most - 1) * 0.9) * n // max(1, size - 1) for n in range(size)}
            for number in sorted(chosen):
                yield Play(
                    partial(killed_by, call=call, number=number, since=since),
                    mode,
                    f"{call} {number} since {since}",
                    few=True,
                )


def without_strace(_: Engine) -> str:
    """Why system calls cannot be traced here."""
    if shutil.which("strace") is None:
        return "there is no strace"
    # To trace a process that is not one's own child takes root, or a kernel that allows it.
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    if os.geteuid() and scope.exists() and scope.read_text(encoding="ascii").strip() != "0":
        return "the kernel lets only root trace"
    return ""


ROWS = (
    Row("points", "SIGKILL at each write, reply, commit and connect, before and after", points),
    Row("syscalls", "SIGKILL at system calls, by strace", syscalls, unfit=without_strace),
)
