"""One round's scene: a copy of the installation, a mail server, senders, and when and how to hinder them."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.crash.commands import Command
from bench.crash.engines import Engine, query
from bench.crash.hooks import Hooks
from bench.crash.installation import AUTHOR, LIST, Installation
from bench.crash.mailserver import DELAY, MODES, MailServer


@dataclass(frozen=True)
class Course:
    """A run that nobody hindered: seconds until its first message, its last one, and its end."""

    first: float
    last: float
    end: float


@dataclass
class Round:
    """What one round came to. `kills`: of senders, mail servers, and connections to mail server or database.

    `hit`: whether the hindrance met a sender at work. `fell`: where it stood then. `arrived`: of the uncertain ones,
    whom the sink has. `worst`: the most that one sender left uncertain.
    `failures`: last words of senders that gave up. `refusals`: what the database said to those that it hindered.
    """

    engine: str
    mode: str
    about: str = ""
    fell: list[str] = field(default_factory=list)
    hit: bool = True
    kills: int = 0
    twice: int = 0
    lost: int = 0
    uncertain: int = 0
    worst: int = 0
    arrived: int = 0
    rejected: int = 0
    excluded: int = 0
    failures: list[str] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    in_doubt: dict[str, bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Stage:
    """What a scenario gets."""

    def __init__(self, here: Installation, url: str, sink: MailServer, course: Course, about: Round) -> None:
        self.here, self.url, self.sink, self.round = here, url, sink, about
        self._course = course
        self.commands: list[Command] = []
        self.left: set[str] = set()

    @property
    def engine(self) -> Engine:
        return self.here.engine

    # -- commands -----------------------------------------------------------------------------------------------------

    def send(self, hooks: Hooks | None = None) -> Command:
        """Start a sender."""
        return self._start("issue", "send", self.here.issue, "--by", AUTHOR, hooks=hooks)

    def status(self) -> dict[str, Any]:
        """`issue status --json`."""
        found: dict[str, Any] = json.loads(self._start("issue", "status", self.here.issue, "--json").done())
        return found

    def leave(self, reader: str) -> None:
        """A reader unsubscribes."""
        self._start("subscribers", "unsubscribe", reader, "--list", LIST).done()
        self.left.add(reader)

    def _start(self, *arguments: str, hooks: Hooks | None = None) -> Command:
        environment = {"NEWSLETTER_DATABASE_URL": self.url, "NEWSLETTER_TRANSPORT_URL": self.sink.url}
        started = self.here.command(*arguments, hooks=hooks, **environment)
        self.commands.append(started)
        return started

    # -- moments ------------------------------------------------------------------------------------------------------

    def come(self, sender: Command, moment: float) -> None:
        """Wait for a moment, a fraction of the whole run.

        Before the first message and after the last it is a time. Between them it is a number of messages, which does
        not depend on what else this machine does.
        """
        at, course = moment * self._course.end, self._course
        if at < course.first:
            time.sleep(at)
            return
        share = min((at - course.first) / (course.last - course.first), 1.0)
        self.among(sender, share)
        time.sleep(at - course.last if share == 1.0 else random.random() * 0.003)

    def among(self, sender: Command, share: float) -> None:
        """Wait until so much of what is to leave has left."""
        already = self.sink.count()
        wanted = already + max(1.0, share * (len(self.here.readers) - already))
        while sender.runs() and self.sink.count() < wanted and not self._is_sent():
            time.sleep(0.0005)

    def _is_sent(self) -> bool:
        return self.sink.count() > 0.97 * len(self.here.readers) and self.fell() == "after the end"

    def freezes(self, sender: Command, moment: float) -> None:
        """Wait until the list is being built, and a little more."""
        while sender.runs() and not self._mailing():
            time.sleep(0.001)
        time.sleep(moment * 0.06)

    # -- hindrances ---------------------------------------------------------------------------------------------------

    def kill(self, sender: Command) -> None:
        """SIGKILL; counted where it met."""
        sender.signal(signal.SIGKILL)
        self.dies(sender)

    def dies(self, sender: Command) -> None:
        """Wait for its end, by SIGKILL, or earlier in good order."""
        self.round.hit = sender.was_killed()
        if self.round.hit:
            self.round.kills += 1
            self.round.fell.append(self.fell())
        else:
            self.finish(sender)

    def stop(self, sender: Command) -> None:
        """SIGTERM, and wait for the end in good order."""
        self.round.hit = sender.signal(signal.SIGTERM)
        if self.round.hit:
            self.round.fell.append(self.fell())
        code = sender.end()
        # Before the program listens for it, the signal ends it as it ends any process.
        self.require(code in {0, -signal.SIGTERM}, f"after SIGTERM the sender ended with {code}: {sender.said()}")

    def suspend(self, sender: Command) -> bool:
        """SIGSTOP, not within a transaction: nobody can take over what is locked until it wakes up."""
        while sender.suspend():
            if self.engine.is_free(self.url):
                self.round.fell.append(self.fell())
                return True
            sender.signal(signal.SIGCONT)
            time.sleep(0.002)
        self.round.hit = False
        return False

    def meets(self, sender: Command) -> bool:
        """Whether the sender still runs; where it does not, the hindrance does not meet it."""
        self.round.hit = sender.runs()
        if self.round.hit:
            self.round.fell.append(self.fell())
        return self.round.hit

    # -- ends ---------------------------------------------------------------------------------------------------------

    def finish(self, sender: Command) -> None:
        """Wait for a good end."""
        code = sender.end()
        self.require(code == 0, f"a sender ended with {code}: {sender.said()}")

    def watched(self, hooks: Hooks | None = None) -> Command:
        """Start a sender of which is written down what the database refuses it."""
        self._errors = self.here.folder / f"errors-{time.monotonic_ns()}"
        return self.send(replace(hooks or Hooks(), errors=self._errors))

    def give_up(self, sender: Command) -> None:
        """Wait for its end; it may fail, since what it needs was taken away. Written down, and no fault by itself."""
        code = sender.end()
        if self._errors.exists():
            self.round.refusals = dict(Counter(self._errors.read_text(encoding="utf-8").splitlines()))
        self.round.hit = bool(self.round.refusals)
        if code:
            said = sender.said().splitlines()
            self.round.failures.append(f"{code}: {said[-1] if said else ''}")

    def require(self, holds: bool, problem: str) -> None:
        """Write a problem down unless all is well."""
        if not holds:
            self.round.problems.append(problem)

    def fell(self) -> str:
        """How far the sending is."""
        mailing = self._mailing()
        if mailing is None:
            return "before the release"
        if mailing[0] != "sending":
            return {"freezing": "while freezing", "sent": "after the end"}.get(str(mailing[0]), "in between")
        taken = self.sink.count()
        if not taken:
            return "before the first message"
        return "among the messages" if taken < 0.98 * len(self.here.readers) else "at the last messages"

    def _mailing(self) -> tuple[Any, ...] | None:
        rows = query(self.url, "SELECT state FROM mailings")
        return rows[0] if rows else None


Scenario = Callable[[Stage], None]


@contextmanager
def stage_in(
    here: Installation,
    course: Course,
    mode: str,
    about: str = "",
    options: tuple[str, ...] = (),
    folder: Path | None = None,
) -> Iterator[Stage]:
    """A fresh copy and a mail server; no sender outlives it."""
    url = here.engine.fresh(folder)
    state = here.keep_state(url)
    sink = MailServer(mode, options, DELAY)
    stage = Stage(here, url, sink, course, Round(here.engine.name, mode, about))
    try:
        yield stage
    finally:
        for command in stage.commands:
            command.signal(signal.SIGKILL)
            command.end()
        sink.close()
        here.engine.drop(url)
        state.unlink(missing_ok=True)


def measure(here: Installation, modes: Iterable[str] = MODES) -> dict[str, Course]:
    """The course of a run that nobody hinders, in each mode."""
    return {mode: _course(here, mode) for mode in modes}


def _course(here: Installation, mode: str) -> Course:
    first = last = 0.0
    enough = sum(1 for reader in here.readers if reader.startswith("reader"))
    with stage_in(here, Course(0, 0, 0), mode) as stage:
        began = time.perf_counter()
        sender = stage.send()
        while sender.runs():
            taken, now = stage.sink.count(), time.perf_counter() - began
            first = first or (now if taken else 0.0)
            last = last or (now if taken == enough else 0.0)
            time.sleep(0.001)
        sender.done()
        end = time.perf_counter() - began
    return Course(first, last or end, end)
