"""What became of an issue's copies, group by group: by the minute, by domain, by reason; each reader counted once, by
where the last copy stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

import subscribers
from newsletter.delivery.model import Fault
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow, ResolutionRow
from newsletter.staff.people import by_id

FAILED = ("rejected", "deferred", "uncertain")


@dataclass(frozen=True, slots=True)
class OfDomain:
    """What became of the copies to one domain; `domain` is None for those whose address is erased."""

    domain: str | None
    readers: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Failed:
    """So many copies that stand so, for the same reason, in the same words of the other side."""

    state: str
    fault: str
    code: int | None
    enhanced: str | None
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Left:
    """Copies without an answer that somebody has decided to leave."""

    number: int
    by: str
    at: datetime


def counted(rounds: Sequence[MailingRow]) -> ColumnElement[bool]:
    """The last copy of each reader in these rounds of an issue: what a stop dropped counts where it went out after."""
    if len(rounds) == 1:
        return DeliveryRow.mailing_id == rounds[0].id
    later, ids = aliased(DeliveryRow), [one.id for one in rounds]
    again = (
        select(later.id)
        .where(
            later.mailing_id.in_(ids),
            later.mailing_id > DeliveryRow.mailing_id,
            later.subscriber_id == DeliveryRow.subscriber_id,
        )
        .exists()
    )
    stopped = and_(DeliveryRow.state == "excluded", DeliveryRow.excluded == "stopped")
    return DeliveryRow.mailing_id.in_(ids) & ~(stopped & again)


def by_minute(session: Session, rounds: Sequence[MailingRow]) -> tuple[tuple[datetime, int], ...]:
    """How many were handed over in which minute, the first first."""
    at = DeliveryRow.changed_at
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    minute = func.substr(at, 1, 16) if is_sqlite else func.date_trunc("minute", at)
    rows = session.execute(
        select(minute, func.count())
        .where(counted(rounds), DeliveryRow.state == "accepted", at.is_not(None))
        .group_by(minute)
        .order_by(minute)
    )
    return tuple((_moment(when), number) for when, number in rows)


def _moment(minute: str | datetime) -> datetime:
    at = datetime.fromisoformat(minute) if isinstance(minute, str) else minute
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def by_domain(session: Session, rounds: Sequence[MailingRow], most: int = 10) -> tuple[OfDomain, ...]:
    """The domains with most readers, the largest first."""
    people = subscribers.everybody(session).subquery()

    def of(state: str) -> ColumnElement[int]:
        return func.sum(case((DeliveryRow.state == state, 1), else_=0))

    rows = session.execute(
        select(people.c.domain, func.count().label("readers"), of("accepted"), of("rejected"))
        .join(people, people.c.subscriber_id == DeliveryRow.subscriber_id)
        .where(counted(rounds))
        .group_by(people.c.domain)
        .order_by(func.count().desc(), people.c.domain)
        .limit(most)
    )
    return tuple(OfDomain(*row) for row in rows.tuples())


def failed(session: Session, rounds: Sequence[MailingRow]) -> tuple[Failed, ...]:
    """What did not get through, or may not have, with what was said of it last."""
    row, fault = DeliveryRow, func.coalesce(last_fault(), "")
    rows = session.execute(
        select(row.state, fault, row.code, row.enhanced, func.coalesce(row.text, ""), func.count())
        .where(counted(rounds), row.state.in_(FAILED))
        .group_by(row.state, fault, row.code, row.enhanced, row.text)
    )
    return tuple(Failed(*one) for one in rows.tuples())


def last_fault() -> ColumnElement[str]:
    """Whose fault the last answer to a copy was."""
    tries = select(AttemptRow.fault).where(AttemptRow.delivery_id == DeliveryRow.id).order_by(AttemptRow.id.desc())
    return tries.limit(1).correlate(DeliveryRow).scalar_subquery()


def left_alone(session: Session, rounds: Sequence[MailingRow]) -> Left | None:
    """Those without an answer that were left, and who decided it last; None where nobody has."""
    rows = session.execute(
        select(func.count(ResolutionRow.delivery_id.distinct()), func.max(ResolutionRow.id))
        .join(DeliveryRow, DeliveryRow.id == ResolutionRow.delivery_id)
        .where(counted(rounds), DeliveryRow.state == "uncertain", ResolutionRow.how == "leave")
    ).one()
    if not rows[0]:
        return None
    last = session.get_one(ResolutionRow, rows[1])
    person = by_id(session, last.staff_id)
    return Left(rows[0], (person.name or person.email) if person else "a colleague", last.at)


def repeatable(session: Session, last: MailingRow) -> tuple[int, int, int]:
    """How many copies of the last round may be sent again: without an answer, refused by no fault of the reader's
    mailbox, put off.
    """
    ours = (DeliveryRow.mailing_id == last.id,)
    blameless = func.coalesce(last_fault(), "") != Fault.READER.value
    return (
        _count(session, *ours, DeliveryRow.state == "uncertain"),
        _count(session, *ours, DeliveryRow.state == "rejected", blameless),
        _count(session, *ours, DeliveryRow.state == "deferred"),
    )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(DeliveryRow).where(*conditions)) or 0
