"""The do-not-mail list, read: what stands against mailing whom, a page at a time. Of an address that nobody here has,
only the keyed hash is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from subscribers.finding import PAGE, holds
from subscribers.tables import ListRow, SubscriberRow, SuppressionRow

_ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Barred:
    """One entry that stands. `address` is None where only its hash is known; `list_name`: "" for all lists."""

    id: int
    subscriber_id: int | None
    address: str | None
    reason: str
    detail: str
    source: str
    since: datetime
    list_name: str


@dataclass(frozen=True, slots=True)
class Sums:
    """How many addresses are on the list; `erased`: those that are there for having been erased only."""

    addresses: int
    erased: int


def counts(session: Session) -> Sums:
    """The addresses on the list, each once."""
    stands = select(func.count(SuppressionRow.address_hash.distinct())).where(SuppressionRow.lifted_at.is_(None))
    others = session.scalar(stands.where(SuppressionRow.reason != _ERASED)) or 0
    return Sums(others, (session.scalar(stands) or 0) - others)


def page(
    session: Session, text: str = "", address_hash: str = "", *, reason: str = "", before: int | None = None
) -> tuple[tuple[Barred, ...], int | None]:
    """Those that stand, the latest first, but for the erased; and what the next page is asked with.

    `text`: a part of an address that is known here; `address_hash`: of the whole, known here or not.
    """
    wanted = _entries()
    if text:
        found = holds(session, SubscriberRow.address, text)
        wanted = wanted.where(or_(found, SuppressionRow.address_hash == address_hash) if address_hash else found)
    if reason:
        wanted = wanted.where(SuppressionRow.reason == reason)
    if before is not None:
        wanted = wanted.where(SuppressionRow.id < before)
    rows = session.execute(wanted.order_by(SuppressionRow.id.desc()).limit(PAGE + 1)).all()
    return _barred(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None


def everybody(session: Session, after: int = 0) -> tuple[Barred, ...]:
    """The next thousand of those whose address is known, by id: for a file."""
    wanted = _entries().where(SuppressionRow.id > after, SubscriberRow.address.is_not(None))
    return _barred(session.execute(wanted.order_by(SuppressionRow.id).limit(1000)).all())


def _entries() -> Select[Any]:
    return (
        select(
            SuppressionRow.id, SubscriberRow.id.label("subscriber_id"), SubscriberRow.address, SuppressionRow.reason,
            SuppressionRow.detail, SuppressionRow.source, SuppressionRow.created_at.label("since"), ListRow.name,
        )
        .outerjoin(SubscriberRow, SubscriberRow.address_hash == SuppressionRow.address_hash)
        .outerjoin(ListRow, ListRow.id == SuppressionRow.list_id)
        .where(SuppressionRow.lifted_at.is_(None), SuppressionRow.reason != _ERASED)
    )  # fmt: skip


def _barred(rows: Sequence[Row[Any]]) -> tuple[Barred, ...]:
    return tuple(
        Barred(one.id, one.subscriber_id, one.address, one.reason, one.detail, one.source, one.since, one.name or "")
        for one in rows
    )
