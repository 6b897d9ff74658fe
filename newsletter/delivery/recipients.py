"""Who got an issue, reader by reader: searched, a page at a time; the refused by domain; all of them for a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.outcomes import counted, last_fault
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow

PAGE = 50
_BATCH = 2000

# The states that a page can be narrowed down to.
STATES: Mapping[str, tuple[str, ...]] = {
    "accepted": ("accepted",), "rejected": ("rejected",), "deferred": ("deferred",), "uncertain": ("uncertain",),
    "waiting": ("waiting", "claimed", "handing"), "excluded": ("excluded",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipient:
    """A reader, where the last copy stands, what was said of it last, and since when it is tried."""

    subscriber_id: int
    address: str | None
    name: str
    language: str
    domain: str | None
    state: str
    excluded: str | None
    fault: str
    code: int | None
    enhanced: str | None
    text: str
    changed_at: datetime | None
    first_tried_at: datetime | None


def page(
    session: Session, rounds: Sequence[MailingRow], *, text: str = "", state: str = "", after: int = 0
) -> tuple[tuple[Recipient, ...], int | None]:
    """The next of those in whose address or name the text stands, and whose copy stands so; and what to ask for the
    page after it, None at the end.
    """
    if not rounds:
        return (), None
    conditions, wanted = [counted(rounds), DeliveryRow.subscriber_id > after], text.strip()
    if state in STATES:
        conditions.append(DeliveryRow.state.in_(STATES[state]))
    found = _recipients(session, PAGE + 1, *conditions, containing=wanted)
    return tuple(found[:PAGE]), found[PAGE - 1].subscriber_id if len(found) > PAGE else None


def of(session: Session, rounds: Sequence[MailingRow], ids: Sequence[int]) -> dict[int, Recipient]:
    """By reader; who is not among them was not sent anything."""
    found = _recipients(session, None, counted(rounds), DeliveryRow.subscriber_id.in_(ids))
    return {one.subscriber_id: one for one in found}


def refused_domains(session: Session, rounds: Sequence[MailingRow], most: int) -> tuple[tuple[str, int], ...]:
    """Where most readers were refused: domain and number, the largest first."""
    people = subscribers.everybody(session).subquery()
    rows = session.execute(
        select(people.c.domain, func.count())
        .join(DeliveryRow, DeliveryRow.subscriber_id == people.c.subscriber_id)
        .where(counted(rounds), DeliveryRow.state == "rejected", people.c.domain.is_not(None))
        .group_by(people.c.domain)
        .order_by(func.count().desc(), people.c.domain)
        .limit(most)
    )
    return tuple((domain, number) for domain, number in rows.tuples() if domain is not None)


def refused(
    session: Session, rounds: Sequence[MailingRow], domains: Sequence[str] | None, most: int | None = None
) -> tuple[Recipient, ...]:
    """Those who were refused at these domains, or at all."""
    conditions = (counted(rounds), DeliveryRow.state == "rejected")
    return tuple(_recipients(session, most, *conditions, domains=domains))


def everyone(
    open_reading: Callable[[], AbstractContextManager[Session]], rounds: Sequence[MailingRow]
) -> Iterator[Recipient]:
    """All of them; each batch is a transaction of its own, so that a long file holds nobody up."""
    after = 0
    while True:
        with open_reading() as session:
            found = _recipients(session, _BATCH, counted(rounds), DeliveryRow.subscriber_id > after)
        if not found:
            return
        after = found[-1].subscriber_id
        yield from found


def _recipients(
    session: Session, most: int | None, *conditions: ColumnElement[bool], containing: str = "",
    domains: Sequence[str] | None = None,
) -> list[Recipient]:  # fmt: skip
    """By the reader's number: so an index gives them in their order, and the first page ends at its last line."""
    row, people = DeliveryRow, subscribers.everybody(session).subquery()
    first = select(func.min(AttemptRow.at)).where(AttemptRow.delivery_id == row.id).correlate(row).scalar_subquery()
    query: Select[tuple[object, ...]] = (
        select(
            row.subscriber_id, people.c.address, people.c.name, people.c.language, people.c.domain, row.state,
            row.excluded, func.coalesce(last_fault(), ""), row.code, row.enhanced, func.coalesce(row.text, ""),
            row.changed_at, first,
        )
        .join(people, people.c.subscriber_id == row.subscriber_id)
        .where(*conditions)
        .order_by(row.subscriber_id)
        .limit(most)
    )  # fmt: skip
    if containing:
        stands = (one.icontains(containing, autoescape=True) for one in (people.c.address, people.c.name))
        query = query.where(or_(*stands))
    if domains is not None:
        query = query.where(people.c.domain.in_(domains))
    return [Recipient(*one) for one in session.execute(query).tuples()]  # type: ignore[arg-type]
