"""Keeps what the network answered, and how far a look has come."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.database import Row
from newsletter.errors import BadInput
from newsletter.preflight.facts.model import LinkAnswer, NameAnswer
from newsletter.preflight.tables import LookedLinkRow, LookedNameRow, LookRow


def answers(session: Session, urls: Iterable[str]) -> Mapping[str, LinkAnswer]:
    """What these addresses answered last; those that were never asked are left out."""
    rows = session.scalars(select(LookedLinkRow).where(LookedLinkRow.key.in_([_key(url) for url in urls])))
    return {
        row.url: LinkAnswer(
            row.url, row.looked_at, row.status, row.led_to, row.trouble, row.opened_by, row.opened_at
        )
        for row in rows
    }  # fmt: skip


def names(session: Session, questions: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], NameAnswer]:
    """What the DNS told of these names and kinds; what was never asked is left out."""
    wanted = set(questions)
    rows = session.scalars(select(LookedNameRow).where(LookedNameRow.name.in_({name for name, _ in wanted})))
    return {
        (row.name, row.kind): NameAnswer(row.name, row.kind, row.looked_at, row.outcome, tuple(row.records))
        for row in rows
        if (row.name, row.kind) in wanted
    }


def keep(session: Session, answer: LinkAnswer | NameAnswer) -> None:
    """Write an answer over the one before."""
    if isinstance(answer, LinkAnswer):
        key = {"key": _key(answer.url)}
        other = LookedLinkRow.key == key["key"], LookedLinkRow.status != answer.status
        session.execute(update(LookedLinkRow).where(*other).values(opened_by="", opened_at=None))
        about = {"url": answer.url, "status": answer.status, "led_to": answer.led_to, "trouble": answer.trouble}
        _put(session, LookedLinkRow, key, about | {"looked_at": answer.at})
    else:
        about = {"outcome": answer.outcome, "records": list(answer.records), "looked_at": answer.at}
        _put(session, LookedNameRow, {"name": answer.name, "kind": answer.kind}, about)


def opened(session: Session, url: str, name: str, now: datetime) -> None:
    """Note that somebody has opened an address in a browser; it holds until the address answers otherwise."""
    row = session.get(LookedLinkRow, _key(url))
    if row is None:
        raise BadInput("Nobody has looked at that link yet. Look at the links first.")
    row.opened_by, row.opened_at = name, now


def begin(session: Session, issue_id: int, total: int, now: datetime) -> None:
    """A look begins: so many are to be asked."""
    values = {"begun_at": now, "moved_at": now, "ended_at": None, "done": 0, "total": total}
    _put(session, LookRow, {"issue_id": issue_id}, values)


def move(session: Session, issue_id: int, done: int, now: datetime) -> None:
    session.execute(update(LookRow).where(LookRow.issue_id == issue_id).values(done=done, moved_at=now))


def end(session: Session, issue_id: int, now: datetime) -> None:
    session.execute(update(LookRow).where(LookRow.issue_id == issue_id).values(moved_at=now, ended_at=now))


def last(session: Session, issue_id: int) -> LookRow | None:
    return session.get(LookRow, issue_id)


def _put(session: Session, table: type[Row], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert, or write over what is there: two processes may look at the same."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    written = insert(table).values(**key, **values)
    session.execute(written.on_conflict_do_update(index_elements=list(key), set_=values))


def _key(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
