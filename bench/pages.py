"""How long the console's pages take: `python -m bench.pages`, over real HTTP on this machine.

Twice: on the demo's draft, and on the same with many readers and issues (the rows multiplied by SQL). Each page is
asked for once, and then again and again; what a person waits for is the time of the latter.
"""

import argparse
import http.client
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from newsletter import bootstrap, serving
from newsletter.cli import demo
from newsletter.pipeline import Pipeline
from newsletter.staff.people import Actor
from newsletter.web.app import app
from newsletter.web.console.building import routes
from subscribers import finding

ISSUE = "quarterly-2024-q2"
SENT_LAST = 3  # issues whose copies are all there; of the older ones only the issue is
LEFT = "fresh.id % 20 = 0"  # of the many readers
LONG_AGO = "2020-01-01 00:00:00.000000"
VERSIONS = {
    "es": ("Ciudades que aprenden, informe anual y convocatorias", "Lo que hicieron las alcaldías y lo que leer."),
    "fr": ("Des villes qui apprennent, rapport annuel, appels", "Ce que les maires ont fait, ce qu’il faut lire."),
    "ar": ("مدن تتعلّم كيف تستقبل، وتقرير السنة، ودعوات", "ما فعلته البلديات وما ينبغي قراءته هذا الفصل."),
}


@dataclass(frozen=True)
class Timed:
    """A page: its first answer and the later ones, in milliseconds; `cpu`: of these, what a processor worked on it."""

    path: str
    first: float
    median: float
    worst: float
    cpu: float
    size: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each amount of data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=200_000)
    parser.add_argument("--issues", type=int, default=40)
    parser.add_argument("--publications", type=int, default=5_000)
    parser.add_argument("--only", default="", help="pages whose path holds this")
    parser.add_argument("--repeat", type=int, default=15)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        demo.run_to_draft(folder)
        _versions(folder)
        _measure(folder, "the demo's data", asked.repeat, asked.only)
        grow(folder / "newsletter.db", asked.readers, asked.issues, asked.publications)
        many = f"{asked.readers:,} readers, {asked.issues} issues, {asked.publications:,} publications"
        _measure(folder, many, asked.repeat, asked.only)


def _versions(folder: Path) -> None:
    """The draft in four languages."""
    pipeline = bootstrap.pipeline(folder / "newsletter.toml")
    for language, (subject, preview) in VERSIONS.items():
        pipeline.edit(ISSUE, Actor(None, "cli"), subject, preview, language)
    pipeline.database.close()


def _measure(folder: Path, what: str, repeat: int, only: str) -> None:
    pipeline = bootstrap.pipeline(folder / "newsletter.toml")
    with served(pipeline) as address:
        cookie = _signed_in(pipeline, address)
        found = [_timed(address, path, cookie, repeat) for path in _paths(pipeline) if only in path]
    pipeline.database.close()
    print(f"\n{what}\n{'page':58} {'first':>8} {'median':>8} {'worst':>8} {'cpu':>8} {'kB':>7}")
    for one in sorted(found, key=lambda one: -one.median):
        print(
            f"{one.path:58} {one.first:8.1f} {one.median:8.1f} {one.worst:8.1f} {one.cpu:8.1f} {one.size / 1000:7.1f}"
        )


def _paths(pipeline: Pipeline) -> Iterator[str]:
    """Every page of the console that is looked at, about the draft; what needs more than an issue is left out."""
    for one in routes(pipeline).declared:
        if one.method == "GET" and one.verb not in {None, "set-up"}:
            path = one.path.replace("{key}", ISSUE).replace("{language}", "en")
            path = path.replace("{listed}", "quarterly").replace("publications/{publication}", "publications/1")
            if "{" not in path and not path.endswith("/live"):  # that one goes on
                yield path
    yield f"/console/issues/{ISSUE}/check?reader=1"
    yield "/console/readers?q=reader19999"
    yield "/console/readers?q=nobody-has-this&list=quarterly&state=confirmed"
    yield "/console/readers?state=unsubscribed"
    yield "/console/readers?list=quarterly&state=confirmed&before=100000"
    yield "/console/readers/do-not-mail?q=reader19999"
    with pipeline.database.reading() as session:
        yield f"/console/readers/{finding.find(session, 'ana').cards[0].id}"
    yield "/console/library?q=city+welcome&kind=report&year=2024"
    yield "/console/library?q=nowhere+to+be+found"


def _timed(address: str, path: str, cookie: str, repeat: int) -> Timed:
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    took, worked, size = [], [], 0
    for _ in range(repeat + 1):
        began, worked_before = time.perf_counter(), time.process_time()
        line.request("GET", path, headers={"Cookie": cookie})
        answer = line.getresponse()
        size = len(answer.read())
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - worked_before) * 1000)
        if answer.status not in {200, 303}:
            raise SystemExit(f"{path} answers {answer.status}")
    line.close()
    return Timed(path, took[0], statistics.median(took[1:]), max(took[1:]), statistics.median(worked[1:]), size)


@contextmanager
def served(pipeline: Pipeline, port: int = 0) -> Iterator[str]:
    """The installation, answering on a port of this machine; its address."""
    stop, ready = threading.Event(), threading.Event()
    with serving.bound("127.0.0.1", port) as web:
        thread = threading.Thread(target=serving.serve, args=(app(pipeline), web, ready.set, stop))
        thread.start()
        ready.wait(30)
        try:
            yield f"http://127.0.0.1:{web.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def _signed_in(pipeline: Pipeline, address: str) -> str:
    link, _ = pipeline.entrance.link(demo.AUTHOR, Actor(None, "cli"))
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    line.request("POST", urlsplit(link).path, headers={"Content-Length": "0"})
    cookie = line.getresponse().headers["Set-Cookie"].partition(";")[0]
    line.close()
    with pipeline.database.transaction() as session:  # the visit before: what is new since then is counted
        session.connection().exec_driver_sql("UPDATE staff_sessions SET left_at = '2024-01-01 00:00:00.000000'")
    return cookie


def grow(path: Path, readers: int, issues: int, publications: int = 0) -> None:
    """Bring a database of the demo to so many readers, issues and publications; all issues but one have gone out."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        _grow_readers(database, readers)
        _grow_issues(database, issues, readers)
        _grow_publications(database, publications)
    with sqlite3.connect(path) as database:
        database.execute("ANALYZE")


def _grow_readers(database: sqlite3.Connection, readers: int) -> None:
    (last,) = database.execute("SELECT max(id) FROM subscribers").fetchone()
    numbers = range(last + 1, readers + 1)
    database.execute("CREATE TEMP TABLE fresh (id INTEGER PRIMARY KEY, address TEXT, hash TEXT)")
    database.executemany(
        "INSERT INTO fresh VALUES (?, ?, ?)",
        ((n, f"reader{n}@city{n % 3000}.example.net", sha256(str(n).encode()).hexdigest()) for n in numbers),
    )
    theirs = {"subscriber_id": "fresh.id", "id": "fresh.id + 1000000"}
    _copy(
        database, "subscribers", "fresh", "one.id = 1",
        id="fresh.id", address="fresh.address", address_hash="fresh.hash", created_at=f"'{LONG_AGO}'",
    )  # fmt: skip
    _copy(
        database, "subscriptions", "fresh", "one.id = 1",
        **theirs, created_at=f"'{LONG_AGO}'", changed_at=f"'{LONG_AGO}'", since="'2020-01-01'",
        state=f"CASE WHEN {LEFT} THEN 'unsubscribed' ELSE one.state END",
    )  # fmt: skip
    theirs |= {"address": "fresh.address", "address_hash": "fresh.hash"}
    _copy(database, "consent_events", "fresh", "one.id = 1", **theirs, at=_days_ago("fresh.id % 1500"))
    _copy(
        database, "consent_events", "fresh", f"one.id = 1 AND {LEFT}",
        **theirs | {"id": "fresh.id + 2000000"}, kind="'withdrawal'", source="'link'", at=_days_ago("fresh.id % 400"),
    )  # fmt: skip


def _days_ago(days: str) -> str:
    return f"datetime('now', '-' || ({days}) || ' days') || '.000000'"


def _grow_issues(database: sqlite3.Connection, issues: int, readers: int) -> None:
    (this,) = database.execute("SELECT id FROM issues WHERE slug = ?", (ISSUE,)).fetchone()
    now = f"'{datetime.now(UTC):%Y-%m-%d %H:%M:%S}.000000'"
    database.execute("CREATE TEMP TABLE past (n INTEGER PRIMARY KEY)")
    database.executemany("INSERT INTO past VALUES (?)", ((n,) for n in range(1, issues)))
    _copy(
        database, "issues", "past", f"one.id = {this}", id="one.id + past.n", slug="'issue-' || past.n",
        name="'Issue of quarter ' || past.n", ordinal="one.ordinal + past.n", state="'sent'",
        period="(2024 - (past.n + 3) / 4) || '-Q' || (1 + past.n % 4)",
        collects_until="date(one.collects_until, '-' || (3 * past.n) || ' months')",
        public_at=f"datetime({now}, '-' || (3 * past.n) || ' months') || '.000000'", planned_at="NULL",
    )  # fmt: skip
    for table in ("issue_wordings", "coverage"):
        _copy(database, table, "past", f"one.issue_id = {this}", issue_id=f"{this} + past.n")
    _copy(
        database, "issue_items", "past", f"one.issue_id = {this}", id="one.id + 10000 * past.n",
        issue_id=f"{this} + past.n",
    )  # fmt: skip
    for n in range(1, min(SENT_LAST, issues - 1) + 1):
        database.execute(
            "INSERT INTO mailings (id, issue_id, list_id, snapshot_id, kind, state, audience, frozen_up_to, frozen_at, "
            "candidates, left_out, created_at, finished_at, paused_because, transport, spread_seconds) VALUES "
            f"(?, ?, 1, 0, 'live', 'sent', '{{}}', 0, {now}, ?, '{{}}', {now}, {now}, '', 'default', 0)",
            (n, this + n, readers),
        )
        columns = {str(row[1]): row[3] for row in database.execute("PRAGMA table_info(deliveries)")}
        state = "CASE WHEN id % 100 THEN 'accepted' ELSE 'rejected' END"
        values = {"mailing_id": str(n), "subscriber_id": "id", "state": state}
        values |= {name: "0" for name, needed in columns.items() if needed and name not in values and name != "id"}
        database.execute(
            f"INSERT INTO deliveries ({', '.join(values)}) SELECT {', '.join(values.values())} FROM subscribers "
            "ORDER BY id"
        )


def _grow_publications(database: sqlite3.Connection, publications: int) -> None:
    """Copies of one, over twelve years; each was in some issue."""
    (here,) = database.execute("SELECT count(*) FROM publications").fetchone()
    database.execute("CREATE TEMP TABLE more (n INTEGER PRIMARY KEY)")
    database.executemany("INSERT INTO more VALUES (?)", ((n,) for n in range(1, publications - here + 1)))
    _copy(
        database, "publications", "more", "one.id = 1", id="1000000 + more.n", external_id="'more:' || more.n",
        title="one.title || ' ' || more.n", published_on="date('2024-03-31', '-' || more.n || ' days')",
        url="one.url || '?' || more.n", url_key="''", title_key="''",
    )  # fmt: skip
    database.execute(
        "INSERT INTO coverage (issue_id, publication_id, state, reason, decided_at) "
        f"SELECT issues.id, 1000000 + more.n, 'declined', '', '{LONG_AGO}' FROM more, issues "
        "WHERE issues.id = (SELECT min(id) FROM issues) + more.n % 40"
    )


def _copy(database: sqlite3.Connection, table: str, of: str, which: str, **differs: str) -> None:
    """A row like the one it is copied from for each of `of`, but for what differs."""
    names = [str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(differs.get(name, f"one.{name}") for name in names)
    database.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {of}, {table} AS one WHERE {which}"
    )


if __name__ == "__main__":
    main()
