"""Kills the sender at random moments and counts what arrived: nobody twice, nobody lost, the few in doubt listed.

An installation is prepared once through the command line. Each round takes a fresh copy of it, starts
`newsletter issue send` into `bench.sink`, and hinders it: SIGKILL anywhere in its run, also while it freezes the list,
one or both of two senders, twice in a row; SIGTERM; SIGSTOP until its lease is over. Then it is sent to the end, and
the sink's log and the ledger are compared reader by reader. Exit 1 when they do not agree.

Commands run in processes of their own, forked from one that has loaded the program already: the seconds which Python
needs to start are no part of what is examined.
"""

import argparse
import csv
import json
import multiprocessing
import os
import random
import secrets
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from newsletter.cli.main import main as newsletter
from newsletter.delivery import freezing, workers
from tests.postgres import Postgres

MOST_IN_DOUBT = 100  # a kill
PATIENCE = 120.0  # seconds after which a command hangs
LEASE = 1.5  # seconds, where a sender is suspended past it
AUTHOR, APPROVER, LIST = "ana@example.org", "pat@example.org", "quarterly"
READERS = 1_000
PART = 50  # readers frozen in one transaction, so that kills come between two of them
DELAY = 0.0005  # seconds a message keeps its connection busy

_HERE = Path(__file__).resolve().parent.parent
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["newsletter.cli.main", "psycopg", "smtplib", "tests.postgres"])
_numbers = count()


# -- commands, each in a process of its own -------------------------------------------------------------------------


def _command(arguments: Sequence[str], environment: Mapping[str, str], output: str, lease: float | None) -> None:
    os.environ.update(environment)
    for number, suffix in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{output}.{suffix}", os.O_WRONLY | os.O_CREAT), number)
    freezing.CHUNK = PART
    if lease is not None:
        workers.LEASE, workers.MARGIN = timedelta(seconds=lease), lease / 3
    sys.argv = ["newsletter", *arguments]
    newsletter()


class Command:
    """A `newsletter` command that runs."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, lease: float | None = None
    ) -> None:
        self.arguments = arguments
        self._output = folder / f"command-{next(_numbers)}"
        self._process = _processes.Process(target=_command, args=(arguments, environment, str(self._output), lease))
        self._process.start()

    def runs(self) -> bool:
        return self._process.is_alive()

    def signal(self, number: int) -> bool:
        """Send a signal; whether it met a process that ran."""
        met = self.runs() and self._process.pid is not None
        if met and self._process.pid is not None:
            os.kill(self._process.pid, number)
        return met

    def end(self) -> int:
        """Wait for the end; the exit code, negative for a signal."""
        self._process.join(PATIENCE)
        if self._process.exitcode is None:
            self._process.kill()
            raise TimeoutError(f"newsletter {' '.join(self.arguments)} hangs. {self.said()}")
        return self._process.exitcode

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
            return Path(f"{self._output}.{suffix}").read_text(encoding="utf-8")
        return ""


# -- engines: where a fresh copy of the prepared database comes from ------------------------------------------------


class Engine(Protocol):
    """A database that can be filled once and copied at will."""

    name: str
    url: str

    def keep(self) -> None: ...

    def fresh(self) -> str: ...

    def drop(self, url: str) -> None: ...

    def is_free(self, url: str) -> bool: ...


class Sqlite:
    """A file, copied."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "newsletter.db"
        self._prepared = folder / "prepared.db"
        self.url = f"sqlite:///{self._path}"

    def keep(self) -> None:
        """What stands in the database now is what each copy begins with."""
        query(self.url, "PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.move(self._path, self._prepared)

    def fresh(self) -> str:
        self.drop(self.url)
        shutil.copy(self._prepared, self._path)
        return self.url

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def is_free(self, url: str) -> bool:
        """Whether nobody holds the write lock."""
        connection = sqlite3.connect(self._path, timeout=0.02, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True


class Postgresql:
    """A database on a server, and copies made with it as their template."""

    name = "PostgreSQL"

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = f"crash_{secrets.token_hex(4)}"
        self.url = self._url(self._template)
        self._do(f'CREATE DATABASE "{self._template}" TEMPLATE template0')

    def keep(self) -> None:
        """What stands in the database now is what each copy begins with."""

    def fresh(self) -> str:
        name = f"{self._template}_{next(_numbers)}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY file_copy')
        return self._url(name)

    def drop(self, url: str) -> None:
        self._do(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def is_free(self, url: str) -> bool:
        """Whether no session is within a transaction, where it may have locked rows that others need."""
        time.sleep(0.02)  # what was under way when its client was stopped has come to its end then
        return not query(url, _BUSY)

    def _url(self, name: str) -> str:
        return make_url(self._server.url).set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with create_engine(self._server.url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(statement))


_BUSY = """SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_type = 'client backend' AND state <> 'idle'"""


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Look into a database from outside."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


# -- an installation, up to an approved issue -----------------------------------------------------------------------


@dataclass(frozen=True)
class Installation:
    """An approved issue of a list with so many confirmed readers, in a database to be copied."""

    folder: Path
    engine: Engine
    issue: str
    readers: frozenset[str]

    def command(self, *arguments: str, lease: float | None = None, **environment: str) -> Command:
        config = ("--config", str(self.folder / "newsletter.toml"))
        return Command([*config, *arguments], environment, self.folder, lease)


def prepare(folder: Path, engine: Engine, readers: int = READERS) -> Installation:
    """Everything up to the yes, by the commands that a person would type."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_files(folder, engine.url, readers)
    addresses = frozenset(_address(n) for n in range(readers))
    here = Installation(folder, engine, "", addresses)
    here.command("migrate").done()
    here.command("lists", "add", LIST, "--name", "The Quarterly", "--from", "Network <news@news.example.org>",
                 "--postal-address", "1 Example Square, 1000 Brussels").done()  # fmt: skip
    here.command("staff", "add", AUTHOR, "--role", "author").done()
    here.command("staff", "add", APPROVER, "--role", "approver").done()
    here.command("publications", "import", str(folder / "publications.json")).done()
    here.command("subscribers", "import", str(folder / "readers.csv"), "--list", LIST, "--consent", "Every quarter",
                 "--consent-at", "2023-11-04").done()  # fmt: skip
    issue = here.command("issue", "assemble", "--list", LIST, "--period", "2024-Q2").done().split()[-1]
    here.command("issue", "submit", issue, "--by", AUTHOR).done()
    here.command("issue", "approve", issue, "--by", APPROVER).done()
    engine.keep()
    return Installation(folder, engine, issue, addresses)


def _address(n: int) -> str:
    return f"reader{n:06d}@example.org"


def _write_files(folder: Path, url: str, readers: int) -> None:
    settings = {
        "database_url": url, "base_url": "http://127.0.0.1:8000", "transport_url": "null:",
        "secret_keys": secrets.token_hex(32), "suppression_key": secrets.token_hex(32),
    }  # fmt: skip
    lines = (f'{name} = "{value}"\n' for name, value in settings.items())
    (folder / "newsletter.toml").write_text("".join(lines), encoding="utf-8")
    publications = [
        {"kind": kind, "title": f"What cities did in spring, part {n}", "summary": "A sentence that says it. " * 5,
         "url": f"https://www.example.org/{n}", "published_on": f"2024-05-{n:02d}", "language": "en"}
        for n, kind in enumerate(("report", "press_release", "event_report", "statement"), start=1)
    ]  # fmt: skip
    (folder / "publications.json").write_text(json.dumps(publications), encoding="utf-8")
    with (folder / "readers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "name", "language"))
        writer.writerows((_address(n), f"Reader {n}", "en") for n in range(readers))


# -- the other side -------------------------------------------------------------------------------------------------


class Sink:
    """`bench.sink` in a process of its own, and what it has written down."""

    def __init__(self, log: Path, delay: float) -> None:
        self._log, name = log, f"sink-{secrets.token_hex(4)}.example.org"
        log.touch()
        command = [sys.executable, "-m", "bench.sink", "--log", str(log), "--delay", str(delay), "--name", name]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_HERE)
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self._require(name, port)
        self.url = f"smtp://127.0.0.1:{port}?tls=none"
        self._reading = log.open("rb")
        self._count = 0

    @staticmethod
    def _require(name: str, port: int) -> None:
        """That it is ours which answers there."""
        with smtplib.SMTP(timeout=10) as probe:
            _, said = probe.connect("127.0.0.1", port)
        assert said.decode().startswith(name), said

    def count(self) -> int:
        """How many messages it has taken so far."""
        self._count += self._reading.read().count(b"\n")
        return self._count

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each message taken, in order."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [(recipient, identity) for recipient, _, identity in (line.partition(" ") for line in lines)]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        for file in (self._process.stdout, self._reading):
            if file is not None:
                file.close()
        self._log.unlink(missing_ok=True)


# -- rounds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """A run that nobody hindered: seconds until its first message, its last one, and its end."""

    first: float
    last: float
    end: float


@dataclass
class Round:
    """What one round came to. `fell` is where the sender stood; `arrived`: of those in doubt, whom the sink has."""

    scenario: str
    fell: list[str] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    duplicates: int = 0
    lost: int = 0
    uncertain: int = 0
    arrived: int = 0
    in_doubt: dict[str, bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Stage:
    """One round's scene: a copy of the installation, a sink, senders, and when to hinder them."""

    def __init__(self, here: Installation, url: str, sink: Sink, course: Course, moments: Iterator[float]) -> None:
        self.here, self.url, self.sink = here, url, sink
        self._course, self._moments = course, moments
        self.commands: list[Command] = []
        self.round = Round("")

    def send(self, lease: float | None = None) -> Command:
        """Start a sender."""
        started = self._start("send", "--by", AUTHOR, lease=lease)
        self.commands.append(started)
        return started

    def status(self) -> dict[str, Any]:
        """`issue status --json`."""
        found: dict[str, Any] = json.loads(self._start("status", "--json").done())
        return found

    def _start(self, verb: str, *options: str, lease: float | None = None) -> Command:
        environment = {"NEWSLETTER_DATABASE_URL": self.url, "NEWSLETTER_TRANSPORT_URL": self.sink.url}
        return self.here.command("issue", verb, self.here.issue, *options, lease=lease, **environment)

    def come(self, sender: Command) -> None:
        """Wait for the next moment, a fraction of the whole run.

        Before the first message and after the last it is a time. Between them it is a number of messages, which does
        not depend on what else this machine does.
        """
        at, course, already = next(self._moments) * self._course.end, self._course, self.sink.count()
        if at < course.first:
            time.sleep(at)
            return
        share = min((at - course.first) / (course.last - course.first), 1.0)
        wanted = already + share * (len(self.here.readers) - already)
        while sender.runs() and self.sink.count() < wanted:
            time.sleep(0.0005)
        time.sleep(at - course.last if share == 1.0 else secrets.randbelow(3000) / 1_000_000)

    def freezes(self, sender: Command) -> None:
        """Wait until the list is being built, and a little more."""
        while sender.runs() and not self._mailing():
            time.sleep(0.001)
        time.sleep(next(self._moments) * 0.06)

    def kill(self, sender: Command) -> None:
        """SIGKILL; counted where it met."""
        if sender.signal(signal.SIGKILL):
            sender.end()
            self.round.kills += 1
            self.round.fell.append(self.fell())

    def stop(self, sender: Command) -> None:
        """SIGTERM, and wait for the end in good order."""
        if sender.signal(signal.SIGTERM):
            self.round.stops += 1
            self.round.fell.append(self.fell())
        code = sender.end()
        # Before the program listens for it, the signal ends it as it ends any process.
        self.require(code in {0, -signal.SIGTERM}, f"after SIGTERM the sender ended with {code}: {sender.said()}")

    def suspend(self, sender: Command) -> bool:
        """SIGSTOP, not within a transaction: nobody can take over what is locked until it wakes up."""
        while sender.signal(signal.SIGSTOP):
            if self.here.engine.is_free(self.url):
                self.round.fell.append(self.fell())
                return True
            sender.signal(signal.SIGCONT)
            time.sleep(0.002)
        return False

    def finish(self, sender: Command) -> None:
        """Wait for a good end."""
        code = sender.end()
        self.require(code == 0, f"a sender ended with {code}: {sender.said()}")

    def require(self, holds: bool, problem: str) -> None:
        """Write a problem down unless all is well."""
        if not holds:
            self.round.problems.append(problem)

    def _mailing(self) -> tuple[Any, ...] | None:
        rows = query(self.url, "SELECT state FROM mailings")
        return rows[0] if rows else None

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
        return "among the messages" if taken < len(self.here.readers) else "after the last message"


def killed(stage: Stage) -> None:
    """SIGKILL at a moment of the run."""
    sender = stage.send()
    stage.come(sender)
    stage.kill(sender)


def killed_while_freezing(stage: Stage) -> None:
    """SIGKILL while the list of recipients is being built."""
    sender = stage.send()
    stage.freezes(sender)
    stage.kill(sender)


def killed_twice(stage: Stage) -> None:
    """SIGKILL, and the one that goes on is killed too."""
    killed(stage)
    killed(stage)


def one_of_two_killed(stage: Stage) -> None:
    """Two senders at once; the other one goes on."""
    first, second = stage.send(), stage.send()
    stage.come(first)
    stage.kill(first)
    stage.finish(second)


def two_killed(stage: Stage) -> None:
    """Two senders at once, both killed."""
    senders = stage.send(), stage.send()
    for sender in senders:
        stage.come(sender)
        stage.kill(sender)


def two_at_once(stage: Stage) -> None:
    """Two senders at once, and nothing happens to them."""
    for sender in (stage.send(), stage.send()):
        stage.finish(sender)


def asked_to_end(stage: Stage) -> None:
    """SIGTERM: what is in hand ends, nothing is left in doubt."""
    sender = stage.send()
    stage.come(sender)
    stage.stop(sender)


def suspended(stage: Stage) -> None:
    """SIGSTOP until the lease is over and another sender is at the end; then it wakes up."""
    first = stage.send(LEASE)
    stage.come(first)
    if stage.suspend(first):
        stage.finish(stage.send(LEASE))
        first.signal(signal.SIGCONT)
    stage.finish(first)


Scenario = Callable[[Stage], None]
# Of twenty rounds: as many kills as rounds, since some have two and some none.
MIX: tuple[Scenario, ...] = (
    killed, killed_while_freezing, killed, one_of_two_killed, killed, asked_to_end, killed, killed_twice, killed,
    killed, two_killed, killed, killed_while_freezing, killed, suspended, killed, one_of_two_killed, killed,
    asked_to_end, killed_twice,
)  # fmt: skip


@contextmanager
def stage_in(here: Installation, course: Course, moments: Iterator[float], delay: float) -> Iterator[Stage]:
    """A fresh copy and a sink; no sender outlives it."""
    url = here.engine.fresh()
    sink = Sink(_memory() / f"sink-{os.getpid()}-{next(_numbers)}.log", delay)
    stage = Stage(here, url, sink, course, moments)
    try:
        yield stage
    finally:
        for command in stage.commands:
            command.signal(signal.SIGKILL)
            command.end()
        sink.close()
        here.engine.drop(url)


def _memory() -> Path:
    """Where an fsync costs nothing: the sink outlives what is killed, and this machine does not crash."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())


def measure(here: Installation, delay: float = DELAY) -> Course:
    """The course of a run that nobody hinders."""
    first = last = 0.0
    with stage_in(here, Course(0, 0, 0), iter(()), delay) as stage:
        began = time.perf_counter()
        sender = stage.send()
        while sender.runs():
            taken, now = stage.sink.count(), time.perf_counter() - began
            first = first or (now if taken else 0.0)
            last = last or (now if taken == len(here.readers) else 0.0)
            time.sleep(0.001)
        sender.done()
        end = time.perf_counter() - began
    return Course(first, last or end, end)


def play(
    here: Installation, course: Course, scenario: Scenario, moments: Iterator[float], delay: float = DELAY
) -> Round:
    """One round: hinder, send to the end, compare."""
    began = time.perf_counter()
    with stage_in(here, course, moments, delay) as stage:
        stage.round.scenario = scenario.__name__
        scenario(stage)
        stage.finish(stage.send())
        before = stage.sink.count()
        again, status = stage.send(), stage.status()
        stage.finish(again)
        stage.require(stage.sink.count() == before, "a send after the end sent something")
        compare(stage, status)
    stage.round.seconds = round(time.perf_counter() - began, 2)
    return stage.round


# -- what was believed, and what arrived ----------------------------------------------------------------------------

_LEDGER = "SELECT s.address, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"


def compare(stage: Stage, status: Mapping[str, Any]) -> None:
    """The sink's log against the ledger, reader by reader, and both against what `issue status` says."""
    taken, readers, found = stage.sink.taken(), stage.here.readers, stage.round
    ledger = dict(query(stage.url, _LEDGER))
    copies = Counter(recipient for recipient, _ in taken)
    in_doubt = {address for address, state in ledger.items() if state == "uncertain"}
    found.duplicates = sum(copies.values()) - len(copies)
    found.lost = len(readers - set(copies) - in_doubt)
    found.in_doubt = {address: address in copies for address in sorted(in_doubt)}
    found.uncertain, found.arrived = len(in_doubt), sum(found.in_doubt.values())
    stage.require(not found.duplicates, f"{found.duplicates} copies too many")
    stage.require(not found.lost, f"{found.lost} readers are lost")
    stage.require(set(copies) <= readers, "somebody got a copy who is no reader")
    stage.require(len({identity for _, identity in taken}) == len(taken), "two messages have the same Message-ID")
    believed = {address for address, state in ledger.items() if state == "accepted"}
    stage.require(believed <= set(copies), f"{len(believed - set(copies))} handed over by the ledger did not arrive")
    unknown = set(copies) - believed - in_doubt
    stage.require(not unknown, f"{len(unknown)} arrived without the ledger's knowing")
    stage.require(
        found.uncertain <= MOST_IN_DOUBT * found.kills, f"{found.uncertain} in doubt after {found.kills} kills"
    )
    _compare_status(stage, status, Counter(ledger.values()))


def _compare_status(stage: Stage, status: Mapping[str, Any], ledger: Mapping[str, int]) -> None:
    """The sum balances, and is what stands in the tables."""
    parts = {name: status[name] for name in ("waiting", "accepted", "deferred", "rejected", "uncertain")}
    whole = sum(parts.values()) + sum(status["excluded"].values())
    right = status["candidates"] == whole == len(stage.here.readers) and status["balances"]
    stage.require(right, f"the sum does not balance: {status}")
    shown = {name: number for name, number in parts.items() if number}
    stage.require(shown == dict(ledger), f"status says {shown}, the ledger {dict(ledger)}")
    stage.require(status["state"] == "sent", f"the issue is {status['state']}")


# -- many rounds, and their table -----------------------------------------------------------------------------------


def rounds(here: Installation, kills: int, delay: float, chance: random.Random) -> list[Round]:
    """Rounds of all scenarios until so many kills have met a sender."""
    moments = iter(chance.random, None)
    course = measure(here, delay)
    played: list[Round] = []
    for scenario in cycle(MIX):
        played.append(play(here, course, scenario, moments, delay))
        done = sum(one.kills for one in played)
        _tell(here.engine.name, played[-1], f"{done} of {kills}")
        if done >= kills or len(played) > 20 + 3 * kills:
            return played
    return played


def _tell(engine: str, one: Round, so_far: str) -> None:
    for problem in one.problems:
        print(f"{engine}, {one.scenario} {', '.join(one.fell)}: {problem}", flush=True)
    if sys.stderr.isatty():
        print(f"\r\033[K{engine}: {so_far} kills ({one.scenario})", end="", file=sys.stderr, flush=True)


def summary(engine: str, played: Sequence[Round]) -> dict[str, Any]:
    """The row of an engine."""
    kills = sum(one.kills for one in played)
    doubt = [one.uncertain for one in played]
    return {
        "engine": engine,
        "rounds": len(played),
        "kills": kills,
        "stops": sum(one.stops for one in played),
        "duplicates": sum(one.duplicates for one in played),
        "lost": sum(one.lost for one in played),
        "uncertain_a_kill": round(sum(doubt) / kills, 1) if kills else 0.0,
        "uncertain_worst": max(doubt, default=0),
        "uncertain": sum(doubt),
        "uncertain_arrived": sum(one.arrived for one in played),
        "problems": sum(len(one.problems) for one in played),
        "seconds": round(sum(one.seconds for one in played)),
        "fell": dict(Counter(where for one in played for where in one.fell).most_common()),
    }


_COLUMNS = {
    "engine": "engine", "rounds": "rounds", "kills": "kills", "stops": "SIGTERMs", "duplicates": "twice",
    "lost": "lost", "uncertain_a_kill": "in doubt a kill", "uncertain_worst": "worst round",
    "uncertain_arrived": "of them arrived", "seconds": "seconds",
}  # fmt: skip


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """For people."""
    cells = [list(_COLUMNS.values())]
    for row in rows:
        shown = dict(row) | {"uncertain_arrived": f"{row['uncertain_arrived']} of {row['uncertain']}"}
        cells.append([str(shown[name]) for name in _COLUMNS])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in cells)


@contextmanager
def engines(wanted: str, folder: Path) -> Iterator[list[Engine]]:
    """The engines asked for; a PostgreSQL of our own is started and ended."""
    found: list[Engine] = []
    server: Postgres | None = None
    if wanted in {"sqlite", "both"}:
        (folder / "sqlite").mkdir(exist_ok=True)
        found.append(Sqlite(folder / "sqlite"))
    try:
        if wanted in {"postgresql", "both"}:
            server = Postgres()
            found.append(Postgresql(server))
        yield found
    finally:
        if server is not None:
            server.stop()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="on each engine")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--delay", type=float, default=DELAY, help="seconds a message keeps its connection busy")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--out", type=Path, default=Path("var/crash.json"))
    asked = parser.parse_args()
    print(f"Killing the sender {asked.kills} times on each engine, with {asked.readers:,} readers; seed {asked.seed}.")
    results: dict[str, list[Round]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="newsletter-crash-") as folder,
        engines(asked.engine, Path(folder)) as found,
    ):
        for engine in found:
            here = prepare(Path(folder) / engine.name.lower(), engine, asked.readers)
            results[engine.name] = rounds(here, asked.kills, asked.delay, random.Random(asked.seed))
    _report(results, asked)


def _report(results: Mapping[str, Sequence[Round]], asked: argparse.Namespace) -> None:
    rows = [summary(engine, played) for engine, played in results.items()]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    each = {engine: [asdict(one) for one in played] for engine, played in results.items()}
    whole = {"readers": asked.readers, "delay": asked.delay, "seed": asked.seed, "engines": rows, "rounds": each}
    asked.out.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(f"\n{table(rows)}\n")
    for row in rows:
        print(f"{row['engine']} fell: {', '.join(f'{number} {where}' for where, number in row['fell'].items())}.")
    print(f"Written to {asked.out}.")
    if any(row["problems"] for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
