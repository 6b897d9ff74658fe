"""What a row of the matrix is: a way to hinder, and the rounds in which it is played."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from bench.crash.comparing import conclude
from bench.crash.engines import Engine
from bench.crash.installation import Installation, prepare
from bench.crash.mailserver import MODES
from bench.crash.stage import Course, Round, Scenario, Stage, measure, stage_in

Disk = Callable[[], AbstractContextManager[Path | None]]


@dataclass(frozen=True)
class Play:
    """One round to come. `few`: with few readers. `twice`: and a send after the end. `disk`: where the database is."""

    scenario: Scenario
    mode: str
    about: str = ""
    options: tuple[str, ...] = ()
    few: bool = False
    twice: bool = False
    disk: Disk = nullcontext


@dataclass
class Ground:
    """What rows are played on: one engine, an installation with many readers and one with few."""

    engine: Engine
    many: Installation
    few: Installation
    courses: dict[str, Course]
    chance: random.Random
    step: int = 1
    sample: int = 6
    counts: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # mode -> point -> how often a small run comes there

    @classmethod
    def of(cls, engine: Engine, folder: Path, quick: Path, readers: int, few: int, seed: int) -> "Ground":
        """Both installations, made, and the courses of unhindered runs. That with few readers is in `quick`."""
        small = prepare(quick / engine.name, engine.another(quick), few)
        many = prepare(folder / engine.name, engine, readers)
        return cls(engine, many, small, measure(many), random.Random(seed))

    def moment(self) -> float:
        """Anywhere in a run."""
        return self.chance.random()

    def play(self, play: Play) -> Round:
        """One round: hinder, send to the end, compare."""
        here = self.few if play.few else self.many
        course, began = self.courses[play.mode], time.perf_counter()
        with play.disk() as folder, stage_in(here, course, play.mode, play.about, play.options, folder) as stage:
            _conclude_after(stage, play.scenario, twice=play.twice)
        stage.round.seconds = round(time.perf_counter() - began, 2)
        return stage.round


def _conclude_after(stage: Stage, scenario: Scenario, *, twice: bool) -> None:
    """Hinder, send to the end, compare; what goes wrong with the round itself is a problem of it."""
    try:
        scenario(stage)
        conclude(stage, twice=twice)
    except (RuntimeError, TimeoutError) as error:
        stage.round.problems.append(str(error))


def never(_: Engine) -> str:
    """Nothing stands against it here."""
    return ""


@dataclass(frozen=True)
class Row:
    """`plays`: its rounds, without an end where `until_kills`. `unfit`: why it cannot be played on an engine, or ""."""

    name: str
    what: str
    plays: Callable[[Ground], Iterator[Play]]
    until_kills: bool = False
    unfit: Callable[[Engine], str] = never
    disk: Disk = nullcontext


def modes() -> Iterator[str]:
    """The three ways to speak to a relay, by turns."""
    return cycle(MODES)
