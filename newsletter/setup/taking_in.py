"""Readers that a person brings: looked over first, then taken in as he decides; who has no proof waits until then."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import subscribers
from newsletter.database import Database
from newsletter.errors import BadInput, NotFound
from newsletter.publications.sources.cleaning import one_line

_NAME = "readers-waiting"
_KINDS = (".csv", ".xlsx", ".txt", ".tsv")
PASTED = ".txt"
_SHOWN = 5
SHOWN, WORDS, UNKNOWN = "shown", "words", "unknown"  # what may be decided


@dataclass(frozen=True, slots=True)
class Look:
    """What taking the file in would do. `proven`, `unproven`: who would be new, with and without proof; `left`: those
    whom it says have left or can't be reached; `here`: already on the list; `refused`: rows that cannot be taken.
    """

    name: str
    proven: int
    unproven: int
    left: int
    here: int
    refused: int
    reasons: tuple[str, ...] = ()
    columns: str = ""

    @property
    def said(self) -> str:
        """The sentence that matters."""
        if not self.proven and not self.unproven:
            return "Nobody new is in it." if self.here else "Nobody is in it who could be taken in."
        if not self.unproven:
            return f"{self.proven:,} with proof, none without."
        wait = "it waits" if self.unproven == 1 else "they wait"
        proven = f"{self.proven:,}" if self.proven else "None"
        return f"{proven} with proof, {self.unproven:,} without: {wait} until you decide."


@dataclass(frozen=True, slots=True)
class Taken:
    """How many were taken in, and how many still wait for a decision."""

    added: int
    waiting: int
    refused: int


@dataclass(frozen=True, slots=True)
class Decision:
    """`what`: only who has proof, or all by these words of that day, or all although nobody knows."""

    what: str
    words: str = ""
    day: date | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)


def keep(folder: Path, name: str, content: bytes) -> Path:
    """The file, until it is decided about: for its owner's eyes only."""
    if not content.strip():
        raise BadInput("There is nothing in it. Paste addresses, or choose a file.")
    suffix = Path(name).suffix.lower()
    if suffix not in _KINDS:
        raise BadInput(f"“{one_line(name, 80)}” is none of: a CSV file, an Excel workbook (.xlsx), pasted lines.")
    drop(folder)
    path = folder / f"{_NAME}{suffix}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    return path


def waiting(folder: Path) -> Path | None:
    """The file that waits for a decision."""
    return next((path for kind in _KINDS if (path := folder / f"{_NAME}{kind}").is_file()), None)


def drop(folder: Path) -> None:
    """Forget it."""
    for kind in _KINDS:
        with suppress(FileNotFoundError):
            (folder / f"{_NAME}{kind}").unlink()


def look(database: Database, book: subscribers.AddressBook, folder: Path, list_id: int, by: str, now: datetime) -> Look:
    """What would happen; nothing is written."""
    path = _required(folder)
    seen: list[subscribers.Opened] = []
    report = _import(database, book, path, list_id, Decision(UNKNOWN), by, now, dry_run=True, looked=seen.append)
    kinds = report.kinds
    left = sum(number for kind, number in kinds.items() if kind not in {"confirmed", "unknown"})
    reasons = tuple(f"Line {line}, {address or 'empty'}: {why}" for line, address, why in report.refused[:_SHOWN])
    return Look(
        path.name, kinds.get("confirmed", 0), kinds.get("unknown", 0), left, report.unchanged, report.refusals, reasons,
        subscribers.in_words(seen[0]) if seen else "",
    )  # fmt: skip


def take(
    database: Database, book: subscribers.AddressBook, folder: Path, list_id: int, decision: Decision, by: str,
    now: datetime,
) -> Taken:  # fmt: skip
    """Take them in as decided. Whoever has left before is not brought back."""
    if decision.what not in {SHOWN, WORDS, UNKNOWN}:
        raise BadInput("Say what is to become of those without proof.")
    if decision.what == WORDS and (not decision.words.strip() or decision.day is None):
        raise BadInput("Type the words that they agreed to, and the day.")
    path = _required(folder)
    wait = look(database, book, folder, list_id, by, now).unproven if decision.what == SHOWN else 0
    report = _import(database, book, path, list_id, decision, by, now)
    if not wait:
        drop(folder)
    return Taken(report.added, wait, report.refusals - wait)


def _import(
    database: Database, book: subscribers.AddressBook, path: Path, list_id: int, decision: Decision, by: str,
    now: datetime, *, dry_run: bool = False, looked: Callable[[subscribers.Opened], None] | None = None,
) -> subscribers.ImportReport:  # fmt: skip
    words = decision.words.strip() if decision.what == WORDS else ""
    agreed = datetime.combine(decision.day, time(12), UTC) if decision.day and words else None
    asked = subscribers.Asked(pasted=path.suffix == PASTED, columns=dict(decision.mapped))
    try:
        return subscribers.import_file(
            database.transaction, book, path, list_id, "confirmed", words, agreed, by, now, "en", dry_run,
            asked=asked, unknown=decision.what == UNKNOWN, looked=looked,
        )  # fmt: skip
    except (subscribers.ImportFileError, subscribers.ConsentError) as error:
        raise BadInput(str(error).replace(str(path), "The file").replace(path.name, "The file")) from None


def _required(folder: Path) -> Path:
    path = waiting(folder)
    if path is None:
        raise NotFound("No file of readers waits here. Paste addresses, or choose a file.")
    return path
