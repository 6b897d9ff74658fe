"""How long collecting takes from a WordPress site of its own process, and how much of it is waiting for the network:
`python -m bench.collecting`.

Four visits of one source: the first, one that finds all unchanged (WordPress says so in one answer), one that reads all
again although nothing has changed, and one after a change to each tenth item. Each is made by a process of its own;
memory is that process's peak. Waiting: the time in fetches during which this process had nothing to do. With
`--round-trip`, the site stands behind a proxy that makes it that far away.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VISIT = """
import json, sys, time
from contextlib import contextmanager
from pathlib import Path
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.fetch import Web
from newsletter.migrations import migrate
from newsletter.publications import collecting, sourcing
from newsletter.publications.kinds import seed_kinds

url, site, how = sys.argv[1:]
database = Database(url)
migrate(database)
with database.transaction() as session:
    seed_kinds(session)
    if not sourcing.sources(session):
        sourcing.add(session, sourcing.define("wordpress", site, slug="site"), system_clock())
    if how != "known":
        session.get_one(sourcing.SourceRow, 1).memory = {}
    if how == "changed":
        table = collecting.picturing.PublicationRow.__table__
        session.execute(sourcing.SightingRow.__table__.update().where(sourcing.SightingRow.id % 10 == 0)
                        .values(content_hash="0" * 64))
        session.execute(table.update().where(table.c.id % 10 == 0).values(title="Before"))
longest, spent, waited = [], 0.0, 0.0
original, get = database.transaction, Web.get
@contextmanager
def timed():
    with original() as session:
        start = time.perf_counter()
        yield session
    longest.append(time.perf_counter() - start)
def fetched(self, *args, **kwargs):
    global spent, waited
    start, worked = time.perf_counter(), time.process_time()
    try:
        return get(self, *args, **kwargs)
    finally:
        took = time.perf_counter() - start
        spent += took
        waited += max(0.0, took - (time.process_time() - worked))
database.transaction, Web.get = timed, fetched
with database.reading() as session:
    source = sourcing.find(session, "site")
began, worked = time.perf_counter(), time.process_time()
with Web(allow_private=True, agent="bench") as web:
    done = collecting.collect(database, web, source, system_clock)
took, worked = time.perf_counter() - began, time.process_time() - worked
database.close()
assert not done.trouble, done.trouble
peak = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
longest.sort()
print(json.dumps({
    "seconds": took, "cpu_seconds": worked, "fetching_seconds": spent, "waiting_seconds": waited,
    "peak_mb": peak / 1024, "transactions": len(longest), "transaction_median": longest[len(longest) // 2],
    "transaction_longest": longest[-1],
    **done.counts,
}))
"""
VISITS = {"first": "new", "known": "unchanged", "again": "read again, unchanged", "changed": "a tenth changed"}


def visit(url: str, site: str, how: str) -> dict[str, float]:
    """One visit, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", VISIT, url, site, how], stdout=subprocess.PIPE, text=True, check=True
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def running(*command: str) -> Iterator[str]:
    """A program that prints a line when it is ready; the line."""
    with subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().strip()
        finally:
            program.terminate()


@contextmanager
def site(items: int, round_trip: float) -> Iterator[str]:
    """The address of the site's API."""
    with running("tests.wordpress_double", "--items", str(items)) as address:
        if not round_trip:
            yield f"{address}wp-json/"
            return
        port = address.rstrip("/").rpartition(":")[2]
        with running("bench.delay", port, str(round_trip / 2000)) as near:
            yield f"http://127.0.0.1:{near.split()[-1]}/wp-json/"


def told(name: str, one: dict[str, float]) -> str:
    """A visit in a line."""
    counted = ", ".join(f"{one[key]:,} {key}" for key in ("new", "changed", "unchanged", "pictures") if one[key])
    waiting = one["waiting_seconds"] / one["seconds"]
    middle, longest = one["transaction_median"] * 1000, one["transaction_longest"] * 1000
    return (
        f"{name:22} {one['seconds']:6.2f} s ({one['cpu_seconds']:.2f} s at work), {waiting:4.0%} waiting for the site "
        f"({one['fetching_seconds']:.2f} s in fetches), {one['peak_mb']:.0f} MB at most; {counted or 'nothing read'}; "
        f"a transaction {middle:.0f} ms, the longest {longest:.0f} ms"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.collecting", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--round-trip", type=float, default=0.0, help="milliseconds to the site and back")
    parser.add_argument("--database", default="", help="a URL of an empty database; by itself SQLite")
    parser.add_argument("--out", type=Path, default=Path("var/bench/collecting.json"))
    asked = parser.parse_args(arguments)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    visits: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="work-", dir=asked.out.parent) as folder, \
            site(asked.items, asked.round_trip) as address:  # fmt: skip
        url = asked.database or f"sqlite:///{folder}/collecting.db"
        for how, name in VISITS.items():
            visits[how] = visit(url, address, how)
            print(told(name, visits[how]), flush=True)
    whole = {"items": asked.items, "round_trip_ms": asked.round_trip, "visits": visits}
    asked.out.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
