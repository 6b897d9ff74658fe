"""One run: an issue handed over by `newsletter issue send`, checked reader by reader's count, and how long it took.

The time of a run is the ledger's own: from the first intent to the last outcome. Starting Python, reading templates and
freezing the readers are not in it.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.speed.commands import Command, Seen, Tweaks
from bench.speed.installation import AUTHOR, Installation
from bench.speed.instruments import Sink

SAFE = {"synchronous=2", "journal_mode=wal"}
POINTS = 120  # of a course, at most

Points = list[tuple[float, float]]


class Wrong(Exception):
    """A run that must not count: somebody got none, or two, or the database was not as safe as it is in earnest."""


@dataclass(frozen=True)
class Run:
    """`steady`: messages a second in the last two thirds of its time. `speeds` and `memory`: by second of the run."""

    messages: int
    seconds: float
    steady: float
    seen: Seen
    speeds: Points = field(default_factory=list)
    memory: Points = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def peak(self) -> float:
        """In MB."""
        return self.seen.peak / 1e6


def send(
    here: Installation,
    readers: int,
    route: str,
    sink: Sink | None = None,
    tweaks: Tweaks | None = None,
    settings: Mapping[str, str] | None = None,
) -> Run:
    """Hand the issue over to so many readers, from a fresh copy of its database, and check what became of it."""
    database = here.fresh(readers)
    before = sink.count() if sink else 0
    environment = {"NEWSLETTER_DATABASE_URL": f"sqlite:///{database.resolve()}", "NEWSLETTER_TRANSPORT_URL": route}
    environment |= {f"NEWSLETTER_{name.upper()}": value for name, value in (settings or {}).items()}
    command = here.command("issue", "send", here.issue, "--by", AUTHOR, tweaks=tweaks, environment=environment)
    _finish(command)
    if sink and (taken := sink.count() - before) != readers:
        raise Wrong(f"the sink has {taken} messages for {readers} readers")
    seen = command.seen()
    if seen.modes != SAFE:
        raise Wrong(f"the database ran with {', '.join(sorted(seen.modes))}")
    _check(here, database, readers, environment)
    return _measured(database, readers, seen)


def _finish(command: Command) -> None:
    try:
        command.done()
    finally:
        command.stop()


def _check(here: Installation, database: Path, readers: int, environment: dict[str, str]) -> None:
    """The ledger has all of them as accepted, and `issue status` says the same."""
    with sqlite3.connect(database) as ledger:
        states = dict(ledger.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    if states != {"accepted": readers}:
        raise Wrong(f"the ledger says {states} for {readers} readers")
    status = json.loads(here.command("issue", "status", here.issue, "--json", environment=environment).done())
    if not (status["balances"] and status["accepted"] == status["candidates"] == readers and status["state"] == "sent"):
        raise Wrong(f"the sum does not balance: {status}")


def _measured(database: Path, readers: int, seen: Seen) -> Run:
    with sqlite3.connect(database) as ledger:
        first, last, unended = ledger.execute(
            "SELECT min(begun_at), max(ended_at), sum(ended_at IS NULL) FROM handovers WHERE mailing_id = 1"
        ).fetchone()
        written = ledger.execute(
            "SELECT changed_at, count(*) FROM deliveries WHERE mailing_id = 1 GROUP BY changed_at ORDER BY changed_at"
        ).fetchall()
    if unended:
        raise Wrong(f"{unended} handovers have no end")
    began = _moment(first)
    seconds = _moment(last) - began
    told = [(_moment(at) - began, float(number)) for at, number in written]
    memory = [(at - began, size / 1e6) for at, size in seen.memory if 0 <= at - began <= seconds]
    return Run(readers, seconds, steady(told, seconds), seen, speeds(told, seconds), thinned(memory))


def _moment(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


def steady(told: Points, seconds: float) -> float:
    """Messages a second in the last two thirds."""
    return sum(number for at, number in told if at > seconds / 3) / (seconds * 2 / 3)


def speeds(told: Points, seconds: float) -> Points:
    """Messages a second, over as many equal parts of the time as say something."""
    parts = max(1, min(POINTS, int(seconds * 2)))
    width, sums = seconds / parts, [0.0] * parts
    for at, number in told:
        sums[min(parts - 1, int(at / width))] += number
    return [((n + 0.5) * width, total / width) for n, total in enumerate(sums)]


def thinned(points: Points) -> Points:
    """Not more of them than a picture can show."""
    return points[:: max(1, len(points) // POINTS)]
