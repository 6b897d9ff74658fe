"""Gathered writes: one commit for many, each wholly or not at all, and nobody waits for ever."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.gathering import MOST, Gathering
from newsletter.staff import people
from newsletter.staff.tables import StaffRow
from tests.conftest import NOW


def _adds(n: int) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        people.add(session, f"person{n}@example.org", "author", NOW)

    return work


def _at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


def _people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(StaffRow)) or 0


def test_what_waits_meanwhile_is_written_in_one_commit(database: Database) -> None:
    gathering, commits, first = Gathering(database), [], threading.Event()

    def holds_up(session: Session) -> None:
        first.set()
        assert all_wait.wait(10)

    all_wait = threading.Event()
    event.listen(database.engine, "commit", commits.append)
    holder = threading.Thread(target=gathering.run, args=(holds_up,))
    holder.start()
    assert first.wait(10)
    threads = [threading.Thread(target=gathering.run, args=(_adds(n),)) for n in range(MOST)]
    for thread in threads:
        thread.start()
    while len(gathering._waiting) < MOST:
        threading.Event().wait(0.001)
    all_wait.set()
    for thread in (holder, *threads):
        thread.join(30)
    assert _people(database) == MOST
    assert len(commits) == 1  # the one that held them up wrote nothing


def test_one_that_fails_costs_the_others_nothing(database: Database) -> None:
    gathering, raised = Gathering(database), []

    def fails(session: Session) -> None:
        people.add(session, "half@example.org", "author", NOW)
        raise ValueError("not this one")

    def failing() -> None:
        with pytest.raises(ValueError, match="not this one"):
            gathering.run(fails)
        raised.append(True)

    _at_once([*(lambda n=n: gathering.run(_adds(n)) for n in range(20)), failing])
    assert raised
    assert _people(database) == 20


def test_more_than_fit_into_one_commit_are_all_written(database: Database) -> None:
    gathering = Gathering(database)
    _at_once([lambda n=n: gathering.run(_adds(n)) for n in range(MOST * 2 + 5)])
    assert _people(database) == MOST * 2 + 5
