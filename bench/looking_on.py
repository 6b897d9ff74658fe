"""What it costs a sender that 50 browsers look on: `python -m bench.looking_on`.

`newsletter run` sends an approved issue to a sink, pages and worker in one process as most have it; once with nobody
looking, once with 50 connections to the page that tells by itself how far it is. In turn, five times each; what is held
against each other is copies a second, from the moment when the readers were fixed to the last outcome. The clients are
plain connections that read what comes, in this process; real browsers would be on other machines.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench import leaving
from bench.speed.bench import fast
from bench.speed.installation import AUTHOR, Installation, prepare
from bench.speed.instruments import url

READERS, BROWSERS, ROUNDS = 40_000, 50, 5
AIM = 0.95


@dataclass
class Seen:
    """What came to those who looked on: events, and pieces of the page among them."""

    pieces: int = 0
    ends: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, line: bytes) -> None:
        if line.startswith((b"event: piece", b"event: end")):
            with self.lock:
                self.pieces += line.startswith(b"event: piece")
                self.ends += line.startswith(b"event: end")


@contextmanager
def looking(port: int, path: str, cookie: str, number: int) -> Iterator[Seen]:
    """So many connections that read until the server ends them, each opened anew as a browser would."""
    over, seen = threading.Event(), Seen()

    def look() -> None:
        while not over.is_set():
            line = HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                line.request("GET", path, headers={"Cookie": cookie, "Accept": "text/event-stream"})
                answer = line.getresponse()
                assert answer.status == 200, answer.status
                while not over.is_set() and (told := answer.readline()):
                    seen.note(told)
            except OSError:
                pass
            finally:
                line.close()
            over.wait(1)

    threads = [threading.Thread(target=look, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join(10)


def once(here: Installation, transport: str, browsers: int) -> tuple[float, Seen]:
    """Copies a second of one send, with so many who look on."""
    database = here.fresh(READERS)
    environment = leaving.environment(database) | {"NEWSLETTER_TRANSPORT_URL": transport}
    link = here.command("staff", "link", AUTHOR, environment=environment).done()
    where = next(word for word in link.split() if "/console/enter/" in word)
    with leaving.served(here, database, "run", environment) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        line.request("POST", urlsplit(where).path, headers={"Content-Length": "0", "Host": "127.0.0.1"})
        cookie = (line.getresponse().headers["Set-Cookie"] or "").partition(";")[0]
        line.close()
        live = f"/console/issues/{here.issue}/send/live"
        here.command("issue", "send", here.issue, "--no-wait", "--by", AUTHOR, environment=environment).done()
        with looking(port, live, cookie, browsers) as seen:
            ends_at = time.monotonic() + 300
            while not (found := _ended(database)):
                assert time.monotonic() < ends_at, "it does not come to its end"
                time.sleep(0.5)
            time.sleep(2)
    candidates, seconds = found
    return candidates / seconds, seen


def _ended(database: Path) -> tuple[int, float] | None:
    with sqlite3.connect(database, timeout=30) as found:
        row = found.execute("SELECT candidates, frozen_at, finished_at FROM mailings WHERE state = 'sent'").fetchone()
    if row is None:
        return None
    began, ended = (datetime.fromisoformat(text) for text in row[1:])
    return row[0], (ended - began).total_seconds()


def main() -> None:
    """Print both sides, round by round, and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--browsers", type=int, default=BROWSERS)
    asked = parser.parse_args()
    folder = Path("var/bench/looking-on")
    shutil.rmtree(folder, ignore_errors=True)
    here = prepare(folder)
    ratios, rounds = [], []
    with fast() as sink:
        transport = url(sink.port)
        for number in range(asked.rounds):
            sides = {}
            for browsers in (0, asked.browsers) if number % 2 == 0 else (asked.browsers, 0):
                sides[browsers], seen = once(here, transport, browsers)
                if browsers:
                    assert seen.pieces >= browsers, f"{seen.pieces} pieces came to {browsers} who looked on"
                    told = seen.pieces
            ratios.append(sides[asked.browsers] / sides[0])
            rounds.append({"alone": sides[0], "looked_on": sides[asked.browsers], "pieces": told})
            print(
                f"alone {sides[0]:7,.0f}/s   {asked.browsers} look on {sides[asked.browsers]:7,.0f}/s   "
                f"ratio {ratios[-1]:.3f}   {told:,} pieces of a page told"
            )
    middle = statistics.median(ratios)
    print(f"Median ratio {middle:.3f} (aim: at least {AIM}). Load of the machine: {os.getloadavg()[0]:.1f}")
    Path("var/bench/looking-on.json").write_text(
        json.dumps({"rounds": rounds, "median": middle, "load": os.getloadavg()}, indent=2) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
