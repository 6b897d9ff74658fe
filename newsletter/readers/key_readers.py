"""Key readers: those who must get a list's issues. Put on by address, one or many at once; before a send and after."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput, NotFound
from newsletter.readers.tables import KeyReaderRow
from newsletter.staff.people import Actor, log
from subscribers import AddressBook, AddressError, ListFace

MOST = 500  # lines, or addresses, at once
_ADDRESS = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")
_BREAKS = re.compile(r"\r\n|\r|\n")
_SHOWN = 80  # characters of a line that cannot be read


@dataclass(frozen=True, slots=True)
class KeyReader:
    """One of them, as the book has them now. `why_not`: why no mail would go to them, "" where one would."""

    id: int
    address: str
    name: str
    why_not: str


class KeyReaders:
    """Each verb is one short transaction, and one line of the log; it names people by number, never by address."""

    def __init__(self, database: Database, clock: Clock, book: AddressBook) -> None:
        self._database, self._clock, self._book = database, clock, book

    def add(self, list_slug: str, text: str, actor: Actor) -> int:
        """Put on whoever is named, a line each; the line of the log. All or none: BadInput names every line that is
        wrong.
        """
        actor.permit("key-readers")
        with self._database.transaction() as session:
            list_, now = _list(session, list_slug), self._clock()
            ids = self._read(session, list_, text, now)
            return self._put_on(session, list_, ids, actor, now)

    def put_back(self, list_slug: str, subscriber_id: int, actor: Actor) -> int:
        """What undoes `remove`; the line of the log."""
        actor.permit("key-readers")
        with self._database.transaction() as session:
            list_, now = _list(session, list_slug), self._clock()
            _, why_not = _standings(session, list_.id, [subscriber_id], now).get(subscriber_id, ("", "unsubscribed"))
            if why_not in _GONE:
                raise NotFound("This reader is not on the list any more.")
            return self._put_on(session, list_, [subscriber_id], actor, now)

    def remove(self, list_slug: str, subscriber_id: int, actor: Actor) -> int:
        """Take one off; they stay on the list like everybody else. The line of the log."""
        actor.permit("key-readers")
        with self._database.transaction() as session:
            list_ = _list(session, list_slug)
            row = session.get(KeyReaderRow, (list_.id, subscriber_id))
            if row is None:
                raise NotFound("This reader is no key reader of that list.")
            session.delete(row)
            return log(session, actor, "key-readers", self._clock(), list=list_.slug, removed=subscriber_id)

    def _put_on(self, session: Session, list_: ListFace, ids: Sequence[int], actor: Actor, now: datetime) -> int:
        known = set(session.scalars(select(KeyReaderRow.subscriber_id).where(KeyReaderRow.list_id == list_.id)))
        new = [one for one in dict.fromkeys(ids) if one not in known]
        session.add_all(
            KeyReaderRow(list_id=list_.id, subscriber_id=one, added_by=actor.staff_id, added_at=now) for one in new
        )
        session.flush()
        return log(session, actor, "key-readers", now, list=list_.slug, added=new)

    def _read(self, session: Session, list_: ListFace, text: str, now: datetime) -> list[int]:
        lines = [(number, line.strip()) for number, line in enumerate(_BREAKS.split(text), 1) if line.strip()]
        if not lines:
            raise BadInput("There is no address in it. Write one on each line.")
        _few(len(lines), "lines")
        problems: list[str] = []
        typed: dict[str, tuple[int, str]] = {}
        for number, line in lines:
            for one in _ADDRESS.findall(line) or [line]:
                try:
                    address = subscribers.parse(one)
                except AddressError as error:
                    problems.append(f"Line {number}, “{_short(one)}”: {error}.")
                else:
                    typed.setdefault(self._book.hash(address), (number, address))
        _few(len(typed), "addresses")
        found = self._on_list(session, list_, list(typed), now)
        for key, (number, address) in typed.items():
            if why := found.get(key, (0, f"is not on the list {list_.name}"))[1]:
                problems.append(f"Line {number}, {address}: this reader {why}.")
        if problems:
            raise BadInput("Nobody was added. Mend these lines, or take them out:", tuple(problems))
        return [found[key][0] for key in typed]

    def _on_list(
        self, session: Session, list_: ListFace, hashes: Sequence[str], now: datetime
    ) -> dict[str, tuple[int, str]]:
        """By the address's hash: who it is, and why they cannot be one."""
        everybody = subscribers.mailability(list_.id, now)
        wanted = everybody.selected_columns.subscriber_id.in_(subscribers.ids_of(hashes))
        return {
            self._book.hash(row.address): (row.subscriber_id, "has left the list" if row.reason in _GONE else "")
            for row in session.execute(everybody.where(wanted))
            if row.address is not None
        }


_GONE = frozenset({"unsubscribed", "erased"})


def of_list(session: Session, list_id: int, now: datetime) -> tuple[KeyReader, ...]:
    """The key readers of a list, by name or address. `why_not` is one of the reasons of `subscribers.mailability`, or
    "unsubscribed" for whoever is not on the list any more.
    """
    ids = session.scalars(select(KeyReaderRow.subscriber_id).where(KeyReaderRow.list_id == list_id)).all()
    known, addresses = _standings(session, list_id, ids, now), subscribers.addresses(session, ids)
    found = [KeyReader(one, addresses.get(one, ""), *known.get(one, ("", "unsubscribed"))) for one in ids]
    return tuple(sorted(found, key=lambda one: ((one.name or one.address).casefold(), one.id)))


def forget(session: Session, subscriber_id: int) -> None:
    """Of somebody who is erased nothing says any more that they were one."""
    session.execute(
        delete(KeyReaderRow).where(KeyReaderRow.subscriber_id == subscriber_id),
        execution_options={"synchronize_session": False},
    )


def _standings(session: Session, list_id: int, ids: Sequence[int], now: datetime) -> Mapping[int, tuple[str, str]]:
    """Name, and why no mail would go to them, of those who are on the list."""
    everybody = subscribers.mailability(list_id, now)
    rows = session.execute(everybody.where(everybody.selected_columns.subscriber_id.in_(ids)))
    return {row.subscriber_id: (row.name, row.reason or "") for row in rows}


def _list(session: Session, slug: str) -> ListFace:
    found = subscribers.find_list(session, slug)
    if found is None:
        raise NotFound("There is no such list.")
    return found


def _few(number: int, what: str) -> None:
    if number > MOST:
        raise BadInput(f"These are {number:,} {what}; at most {MOST} are taken at once. Nobody was added.")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
