"""Rows in which senders are hindered: killed at random moments, asked to end, suspended, two at once, a wrong clock."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path

from bench.crash.hooks import Hooks
from bench.crash.matrix import Ground, Play, Row, modes
from bench.crash.stage import Stage

LEASE = 1.5  # seconds, where a sender is suspended past it
HOUR = 3600
ROUNDS = 6  # of each row that has no count of its own


def killed(stage: Stage, moments: Sequence[float]) -> None:
    """SIGKILL at a moment of the run."""
    sender = stage.send()
    stage.come(sender, moments[0])
    stage.kill(sender)


def killed_and_left(stage: Stage, moments: Sequence[float]) -> None:
    """SIGKILL, and before it goes on the last reader leaves."""
    killed(stage, moments)
    stage.leave(stage.here.readers[-1])


def killed_while_freezing(stage: Stage, moments: Sequence[float]) -> None:
    """SIGKILL while the list of recipients is being built."""
    sender = stage.send()
    stage.freezes(sender, moments[0])
    stage.kill(sender)


def killed_twice(stage: Stage, moments: Sequence[float]) -> None:
    """SIGKILL, and the one that goes on is killed too."""
    killed(stage, moments[:1])
    killed(stage, moments[1:])


def one_of_two_killed(stage: Stage, moments: Sequence[float]) -> None:
    """Two senders at once; the other one goes on."""
    first, second = stage.send(), stage.send()
    stage.come(first, moments[0])
    stage.kill(first)
    stage.finish(second)


def two_killed(stage: Stage, moments: Sequence[float]) -> None:
    """Two senders at once, both killed."""
    for sender, at in zip((stage.send(), stage.send()), moments, strict=True):
        stage.come(sender, at)
        stage.kill(sender)


def two_at_once(stage: Stage) -> None:
    """Two senders at once, and nothing happens to them."""
    for sender in (stage.send(), stage.send()):
        stage.finish(sender)


def asked_to_end(stage: Stage, moments: Sequence[float]) -> None:
    """SIGTERM: what is in hand ends, nothing is left in doubt."""
    sender = stage.send()
    stage.come(sender, moments[0])
    stage.stop(sender)


def suspended(stage: Stage, moments: Sequence[float]) -> None:
    """SIGSTOP until the lease is over, alone; then it wakes up."""
    sender = stage.send(Hooks(lease=LEASE))
    stage.among(sender, moments[0])
    if stage.suspend(sender):
        time.sleep(LEASE * 1.2)
        sender.signal(signal.SIGCONT)
    stage.finish(sender)


def overtaken(stage: Stage, moments: Sequence[float]) -> None:
    """SIGSTOP until the lease is over and another sender is at the end; then it wakes up."""
    first = stage.send(Hooks(lease=LEASE))
    stage.among(first, moments[0])
    if stage.suspend(first):
        stage.finish(stage.send(Hooks(lease=LEASE)))
        first.signal(signal.SIGCONT)
    stage.finish(first)


def clock_stepped(stage: Stage, steps: Sequence[int], *, kill: bool = False) -> None:
    """The clock jumps in the middle; who is killed is followed by one with the clock as it is after the last jump."""
    file = Path(stage.here.folder, f"clock-{time.monotonic_ns()}")
    file.write_text("0")
    sender = stage.send(Hooks(hours=file))
    for step in steps:
        stage.among(sender, 0.3)
        stage.meets(sender)
        new = file.with_suffix(".new")
        new.write_text(str(step))
        new.replace(file)
    if kill:
        stage.among(sender, 0.3)
        stage.kill(sender)
        sender = stage.send(Hooks(hours=file))
    stage.finish(sender)


Hit = Callable[[Stage, Sequence[float]], None]
MIX: tuple[Hit, ...] = (
    killed, killed_and_left, killed, one_of_two_killed, killed, killed_twice, killed, killed, two_killed, killed,
)  # fmt: skip


def _killed(ground: Ground) -> Iterator[Play]:
    for number, mode in zip(count(), modes(), strict=False):
        scenario, moments = MIX[number % len(MIX)], (ground.moment(), ground.moment())
        # A mix of ten in three modes: each scenario comes in each mode.
        yield _play(scenario, moments, mode, twice=number % 10 == 0)


def _play(scenario: Hit, moments: Sequence[float], mode: str, *, twice: bool = False) -> Play:
    shown = " ".join(f"{moment:.3f}" for moment in moments)
    return Play(lambda stage: scenario(stage, moments), mode, f"{scenario.__name__} {shown}", twice=twice)


def _several(scenario: Hit) -> Callable[[Ground], Iterator[Play]]:
    def plays(ground: Ground) -> Iterator[Play]:
        return (_play(scenario, (ground.moment() * 0.9,), mode) for mode in islice(modes(), ROUNDS))

    return plays


def _two(_: Ground) -> Iterator[Play]:
    return (Play(two_at_once, mode, twice=True) for mode in islice(modes(), ROUNDS // 2))


def _suspended(ground: Ground) -> Iterator[Play]:
    for mode in islice(modes(), ROUNDS // 2):
        yield _play(suspended, (ground.moment() * 0.8,), mode)
        yield _play(overtaken, (ground.moment() * 0.8,), mode)


def _clock(_: Ground) -> Iterator[Play]:
    ways = {"forward": (HOUR,), "back": (-HOUR,), "forward and back": (HOUR, 0), "back and forward": (-HOUR, 0)}
    for mode, (about, steps) in zip(modes(), ways.items(), strict=False):
        yield Play(partial(clock_stepped, steps=steps), mode, about)
        yield Play(partial(clock_stepped, steps=steps, kill=True), mode, f"{about}, killed")


ROWS = (
    Row("killed", "SIGKILL at random moments: one sender, both of two, two in a row", _killed, until_kills=True),
    Row("freezing", "SIGKILL while the list of recipients is being built", _several(killed_while_freezing)),
    Row("sigterm", "SIGTERM at a random moment", _several(asked_to_end)),
    Row("two", "two senders at once", _two),
    Row("suspended", "SIGSTOP past the lease, alone and while another sender finishes", _suspended),
    Row("clock", "the clock an hour forward and back, also with a SIGKILL", _clock),
)
