"""An installation up to an approved issue, made by the commands that a person would type, and copies of it.

Its readers are multiplied with SQL: each row is the imported one's, but for what tells people apart.
"""

import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select

from bench.speed.commands import Command, Tweaks
from newsletter.database import Database
from subscribers import AddressBook, mailability

AUTHOR, APPROVER, LIST = "ana@example.org", "pat@example.org", "quarterly"
SENDER = "news@news.example.org"
SMALLEST, TARGET, LARGEST = 53_000, 55_400, 57_000  # bytes of one message; around 55 KB by either way to count them
LIST_ID = 1

_KEYS = {name: sha256(f"bench {name}".encode()).hexdigest() for name in ("secret_keys", "suppression_key")}
_CITIES = ("Kraków", "Malmö", "São Paulo", "Αθήνα", "Québec", "Łódź", "Marrakech", "Nairobi", "Bogotá", "Göteborg")
_SAID = (
    "In {a} the council opened the first of four houses where people who have just arrived find advice, a desk and "
    "somebody who speaks their language – 1 240 came in the first month. {b} wants to follow “as soon as the roof is "
    "dry”, says its mayor. What both found out: papers take longer than walls, and a naïve budget takes longest."
)


@dataclass(frozen=True)
class Installation:
    """An approved issue whose messages have `size` bytes, and its database with one reader."""

    folder: Path
    issue: str
    size: int

    def command(
        self, *arguments: str, tweaks: Tweaks | None = None, environment: Mapping[str, str] | None = None
    ) -> Command:
        config = ("--config", str(self.folder / "newsletter.toml"))
        return Command([*config, *arguments], environment or {}, self.folder, tweaks)

    def fresh(self, readers: int) -> Path:
        """A copy with so many readers, on the disk; the one before is gone."""
        prepared, path = self._with(readers), self.folder / "run.db"
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copy(prepared, path)
        shutil.copy(self.folder / "newsletter.db.instance", f"{path}.instance")  # as if it were no copy
        with path.open("rb") as copied:
            os.fsync(copied.fileno())
        return path

    def forget(self, readers: int) -> None:
        """Give back the room that so many readers take."""
        (self.folder / f"prepared-{readers}.db").unlink(missing_ok=True)

    def _with(self, readers: int) -> Path:
        path = self.folder / f"prepared-{readers}.db"
        if not path.exists():
            shutil.copy(self.folder / "newsletter.db", path)
            fill(path, readers)
        return path


def prepare(folder: Path) -> Installation:
    """Everything up to the yes."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_files(folder)
    here = Installation(folder, "", 0)
    here.command("migrate").done()
    here.command("lists", "add", LIST, "--name", "The Quarterly", "--from", f"Réseau des villes <{SENDER}>",
                 "--postal-address", "1 Example Square, 1000 Brussels").done()  # fmt: skip
    here.command("staff", "add", AUTHOR, "--role", "author").done()
    here.command("staff", "add", APPROVER, "--role", "approver").done()
    here.command("publications", "import", str(folder / "publications.json")).done()
    here.command("subscribers", "import", str(folder / "readers.csv"), "--list", LIST, "--consent", "Every quarter",
                 "--consent-at", "2023-11-04").done()  # fmt: skip
    issue = here.command("issue", "assemble", "--list", LIST, "--period", "2024-Q2").done().split()[-1]
    size = _write_until_full(Installation(folder, issue, 0))
    here.command("issue", "submit", issue, "--by", AUTHOR).done()
    here.command("issue", "approve", issue, "--by", APPROVER).done()
    with sqlite3.connect(folder / "newsletter.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Installation(folder, issue, size)


def _write_until_full(here: Installation) -> int:
    """Add texts until a message has the size that is asked for; its bytes."""
    size, each, number = _size(here), 0.0, 0
    while number == 0 or abs(TARGET - size) > each:
        paragraphs = round((TARGET - size) / each) if each else 4
        assert paragraphs > 0, f"a message has {size} bytes"
        _add_text(here, number, paragraphs)
        before, size, number = size, _size(here), number + 1
        each = (size - before) / paragraphs
    assert SMALLEST <= size <= LARGEST, f"a message has {size} bytes"
    return size


def _add_text(here: Installation, number: int, paragraphs: int) -> None:
    said = (_SAID.format(a=_CITIES[(number + n) % 10], b=_CITIES[(number + 3 * n + 1) % 10]) for n in range(paragraphs))
    here.command("issue", "block", here.issue, "--kind", "text", "--field", f"heading=Où en est-on? ({number + 1})",
                 "--field", "text=" + "\\n\\n".join(said), "--by", AUTHOR).done()  # fmt: skip


def _size(here: Installation) -> int:
    out = here.folder / "rendered"
    here.command("issue", "render", here.issue, "--out", str(out)).done()
    return (out / "issue.eml").stat().st_size


def _write_files(folder: Path) -> None:
    settings = {
        "database_url": f"sqlite:///{folder.resolve() / 'newsletter.db'}", "base_url": "http://127.0.0.1:8000",
        "transport_url": "null:", **_KEYS,
    }  # fmt: skip
    lines = (f'{name} = "{value}"\n' for name, value in settings.items())
    (folder / "newsletter.toml").write_text("".join(lines), encoding="utf-8")
    publications = [
        {"kind": kind, "title": f"Ce que les villes ont fait au printemps, № {n}", "summary": "Une phrase – déjà. " * 9,
         "url": f"https://www.example.org/{n}", "published_on": f"2024-05-{n:02d}", "language": "en"}
        for n, kind in enumerate(("report", "press_release", "event_report", "statement") * 2, start=1)
    ]  # fmt: skip
    (folder / "publications.json").write_text(json.dumps(publications), encoding="utf-8")
    with (folder / "readers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows((("email", "name", "language"), (_address(0), _name(0), "en")))


def _address(n: int) -> str:
    return f"reader{n:07d}@example.org"


def _name(n: int) -> str:
    return f"Zoë Müller-Łącka {n}"


# -- many readers -----------------------------------------------------------------------------------------------------


def fill(path: Path, readers: int) -> None:
    """Bring the readers to so many: the first one's rows again, each with its own address, hash and name."""
    book = AddressBook(_KEYS["suppression_key"])
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    people = ((n + 1, _address(n), book.hash(_address(n)), _name(n)) for n in range(1, readers))
    database.execute("CREATE TEMP TABLE people (id INTEGER PRIMARY KEY, address TEXT, hash TEXT, name TEXT)")
    database.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", people)
    _multiply(database, "subscribers", {"id": "id", "address": "address", "address_hash": "hash", "name": "name"})
    _multiply(database, "subscriptions", {"id": "id", "subscriber_id": "id"})
    _multiply(
        database, "consent_events", {"id": "id", "subscriber_id": "id", "address": "address", "address_hash": "hash"}
    )
    database.execute("COMMIT")
    database.execute("ANALYZE")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    _require(path, readers)


def _multiply(database: sqlite3.Connection, table: str, differs: dict[str, str]) -> None:
    columns = [str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(f"people.{differs[name]}" if name in differs else f"one.{name}" for name in columns)
    database.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM people, {table} AS one WHERE one.id = 1 "
        "ORDER BY people.id"
    )


def _require(path: Path, readers: int) -> None:
    """That they may be mailed, as sending asks."""
    database = Database(f"sqlite:///{path.resolve()}")
    people = mailability(LIST_ID, datetime.now(UTC)).subquery()
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(people).where(people.c.reason.is_(None)))
    database.close()
    assert found == readers, f"{found} of {readers} readers may be mailed"


def readers_of(path: Path) -> Iterator[tuple[str, str]]:
    """Address and name of everybody in a database."""
    with sqlite3.connect(path) as database:
        yield from database.execute("SELECT address, name FROM subscribers ORDER BY id")
