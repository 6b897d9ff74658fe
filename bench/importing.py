"""How long an import takes, against the sqlite3 program reading the same file: `python -m bench.importing`.

The other side is `.import` into a table with `email PRIMARY KEY`; without that program, Python's csv and sqlite3 do
the same. Both sides take turns; what counts is the ratio within a round. Memory is the peak of the importing process.
"""

import argparse
import csv
import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

FIRST = [
    "ana",
    "ben",
    "cem",
    "dua",
    "eva",
    "finn",
    "gita",
    "hugo",
    "ines",
    "jose",
    "kofi",
    "lena",
    "maria",
    "nils",
    "olga",
    "pablo",
]
LAST = ["diaz", "berg", "okafor", "schmidt", "martin", "rossi", "kaya", "novak", "silva", "dubois", "larsen", "mensah"]
DOMAINS = ["gmail.com"] * 5 + ["outlook.com", "yahoo.fr", "web.de"] + [f"city{n}.example.net" for n in range(3000)]
IMPORT = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
import subscribers
from newsletter.database import Database
from newsletter.migrations import migrate

database = Database(sys.argv[2])
migrate(database)
with database.transaction() as session:
    list_id = subscribers.add_list(session, "bench", "Bench", ("en",), datetime.now(UTC))
began, last, slowest = time.perf_counter(), 0.0, []
original = database.transaction
from contextlib import contextmanager
@contextmanager
def timed():
    with original() as session:
        start = time.perf_counter()
        yield session
    slowest.append(time.perf_counter() - start)
report = subscribers.import_file(
    timed, subscribers.AddressBook("k" * 32), Path(sys.argv[1]), list_id, "confirmed", "Yes, please.",
    datetime(2023, 11, 4, 12, tzinfo=UTC), "bench@example.org", datetime.now(UTC), "en", dry_run=sys.argv[3] == "dry",
)
took = time.perf_counter() - began
database.close()
peak = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
slowest.sort()
print(took, peak / 1024, report.added, slowest[len(slowest) // 2], slowest[-1])
"""


def write(path: Path, rows: int) -> None:
    """Readers in no order, as a list that grew over years has them."""
    chance, numbers = random.Random(1), list(range(rows))
    chance.shuffle(numbers)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "name", "language"))
        for n in numbers:
            a, b = chance.choice(FIRST), chance.choice(LAST)
            address = f"{a}.{b}.{n}@{chance.choice(DOMAINS)}"
            writer.writerow((address, f"{a.title()} {b.title()}", chance.choice(("en", "es", "fr", ""))))


def reference(path: Path, folder: Path) -> tuple[float, str]:
    """Seconds that the plain import takes, and what did it."""
    database = folder / "reference.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE readers (email TEXT PRIMARY KEY, name TEXT, language TEXT)")
    began = time.perf_counter()
    if program := shutil.which("sqlite3"):
        commands = [".mode csv", f'.import --skip 1 "{path}" readers']
        subprocess.run([program, database, *commands], check=True)
    else:
        with closing(sqlite3.connect(database)) as connection, path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            connection.executemany("INSERT INTO readers VALUES (?, ?, ?)", rows)
            connection.commit()
    took = time.perf_counter() - began
    database.unlink()
    return took, "sqlite3 .import" if program else "Python's csv and sqlite3"


def ours(path: Path, folder: Path, how: str = "real", url: str = "") -> dict[str, float]:
    """Our import of the same file, in a process of its own."""
    database = folder / "ours.db"
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(path), url or f"sqlite:///{database}", how],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for one in folder.glob("ours.db*"):
        one.unlink()
    names = ("seconds", "peak_mb", "added", "transaction_median", "transaction_longest")
    return dict(zip(names, map(float, done.stdout.split()), strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("var/bench/importing.json"))
    asked = parser.parse_args(arguments)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    rounds = []
    with tempfile.TemporaryDirectory(prefix="work-", dir=asked.out.parent) as name:
        folder = Path(name)
        path = folder / "readers.csv"
        write(path, asked.rows)
        for _ in range(asked.rounds):
            plain, what = reference(path, folder)
            one = ours(path, folder) | {"reference": plain}
            one["ratio"] = one["seconds"] / plain
            rounds.append(one)
            print(
                f"{what} {plain:.1f} s; ours {one['seconds']:.1f} s = {one['ratio']:.1f} times that, "
                f"{one['peak_mb']:.0f} MB at most; a transaction {one['transaction_median'] * 1000:.0f} ms, the "
                f"longest {one['transaction_longest'] * 1000:.0f} ms", flush=True,
            )  # fmt: skip
        dry = ours(path, folder, "dry")
    middle = statistics.median(one["ratio"] for one in rounds)
    peak = max(one["peak_mb"] for one in (*rounds, dry))
    whole = {"rows": asked.rows, "against": what, "rounds": rounds, "dry_run": dry, "ratio": middle, "peak_mb": peak}
    asked.out.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(f"{asked.rows:,} rows: {middle:.1f} times {what} (aim: 6), {peak:.0f} MB at most (aim: under 200), "
          f"dry run {dry['seconds']:.1f} s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
