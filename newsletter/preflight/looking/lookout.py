"""Looks at all that an issue leads to: several sites at once, each one request after the other, kept as they come."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.fetch import Names, Web
from newsletter.preflight.facts.model import Facts, LinkAnswer, NameAnswer
from newsletter.preflight.looking import store
from newsletter.preflight.looking.asking import ask_link, ask_name
from newsletter.publications.addresses import host_of

FRESH = timedelta(days=1)  # so long an answer holds
AT_ONCE = 8  # sites
LONGEST = 120.0  # seconds of one look; what is left then was not looked at
_STILL = timedelta(seconds=30)  # without an answer for so long, a look has ended by accident

Progress = Callable[[int, int], None]
Answer = LinkAnswer | NameAnswer
_Errand = Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Looking:
    """How far the last look at an issue has come. `at`: when it last ended; None where it never did."""

    done: int = 0
    total: int = 0
    running: bool = False
    at: datetime | None = None


class Lookout:
    """Asks the network for an issue, and keeps the answers. `web` opens the guarded way out."""

    def __init__(
        self, database: Transactions, clock: Clock, web: Callable[[], AbstractContextManager[Web]], names: Names,
        longest: float = LONGEST,
    ) -> None:  # fmt: skip
        self._database, self._clock = database, clock
        self._web, self._names, self._longest = web, names, longest
        self._threads: dict[int, threading.Thread] = {}
        self._lock = threading.Lock()

    def look(
        self, facts: Facts, *, again: bool = False, progress: Progress | None = None, longest: float | None = None
    ) -> Looking:
        """Ask what has no answer of the last day (`again`: everything), and return when all is asked or time is up."""
        ends = time.monotonic() + (self._longest if longest is None else longest)
        issue_id = facts.draft.issue_id
        with self._web() as web:
            errands = self._errands(facts, web, again=again)
            total = sum(len(row) for row in errands)
            with self._database.transaction() as session:
                store.begin(session, issue_id, total, self._clock())
            if progress:
                progress(0, total)
            for done, answer in enumerate(_asked(errands, ends), 1):
                self._keep(issue_id, answer, done)
                if progress:
                    progress(done, total)
        with self._database.transaction() as session:
            store.end(session, issue_id, self._clock())
        return self.looking(issue_id)

    def start(self, issue_id: int, work: Callable[[], object]) -> bool:
        """Do `work`, which looks, in a thread of its own; False where a look is running already."""
        with self._lock:
            thread = self._threads.get(issue_id)
            if (thread and thread.is_alive()) or self.looking(issue_id).running:
                return False
            with self._database.transaction() as session:
                store.begin(session, issue_id, 0, self._clock())
            self._threads[issue_id] = threading.Thread(target=work, name=f"look-{issue_id}", daemon=True)
            self._threads[issue_id].start()
        return True

    def wait(self, seconds: float) -> None:
        """Until looks in threads have ended."""
        for thread in list(self._threads.values()):
            thread.join(seconds)

    def looking(self, issue_id: int) -> Looking:
        """How far the last look has come."""
        with self._database.reading() as session:
            row = store.last(session, issue_id)
        if row is None:
            return Looking()
        running = row.ended_at is None and self._clock() - row.moved_at < _STILL
        return Looking(row.done, row.total, running, row.ended_at)

    def opened(self, session: Session, url: str, name: str, now: datetime) -> None:
        """Somebody has opened an address that answered us that it is not there."""
        store.opened(session, url, name, now)

    def _keep(self, issue_id: int, answer: Answer, done: int) -> None:
        with self._database.transaction() as session:
            store.keep(session, answer)
            store.move(session, issue_id, done, self._clock())

    def _errands(self, facts: Facts, web: Web, *, again: bool) -> list[list[_Errand]]:
        """What is to be asked: a row for each site, which is asked one thing after the other."""
        limit = self._clock() - FRESH
        rows: dict[str, list[_Errand]] = {}
        for url in facts.urls:
            if again or is_old(facts.answers.get(url), limit):
                rows.setdefault(host_of(url), []).append(partial(ask_link, web, url, self._clock))
        questions = [one for one in facts.questions if again or is_old(facts.names.get(one), limit)]
        for name, kind in questions:
            rows[f"{name} {kind}"] = [partial(ask_name, self._names, name, kind, self._clock)]
        return list(rows.values())


def _asked(rows: Sequence[list[_Errand]], ends: float) -> Iterator[Answer]:
    """The answers as they come; none after the time is up."""
    come: SimpleQueue[Answer | Exception] = SimpleQueue()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look")
    try:
        for row in rows:
            pool.submit(_run, row, ends, come)
        for _ in range(sum(len(row) for row in rows)):
            answer = come.get(timeout=max(0.0, ends - time.monotonic()))
            if isinstance(answer, Exception):
                raise answer
            yield answer
    except Empty:
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _run(row: Iterable[_Errand], ends: float, come: "SimpleQueue[Answer | Exception]") -> None:
    """One after the other, while there is time; a mistake of ours is raised where the answers are awaited."""
    try:
        for errand in row:
            if time.monotonic() < ends:
                come.put(errand())
    except Exception as error:  # noqa: BLE001 -- carried to the thread that waits
        come.put(error)


def is_old(answer: Answer | None, limit: datetime) -> bool:
    """Whether it must be asked (again): there is no answer, none since `limit`, or nobody had answered."""
    if answer is None or answer.at < limit:
        return True
    return answer.outcome == "failed" if isinstance(answer, NameAnswer) else not answer.status
