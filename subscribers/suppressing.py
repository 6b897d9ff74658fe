"""What stands against mailing an address: asked, and lifted with a reason; never deleted."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from subscribers.returning import Reason
from subscribers.tables import SubscriberRow, SubscriptionRow, SuppressionRow


def against(session: Session, address_hash: str, list_id: int) -> tuple[Reason, ...]:
    """All that stands against mailing this address on this list: `returning.may_return` takes it as it is."""
    found = list(suppressions(session, address_hash, list_id))
    person = session.execute(
        select(SubscriberRow.erased_at, SubscriptionRow.state)
        .outerjoin(
            SubscriptionRow,
            (SubscriptionRow.subscriber_id == SubscriberRow.id) & (SubscriptionRow.list_id == list_id),
        )
        .where(SubscriberRow.address_hash == address_hash)
    ).one_or_none()
    if person is not None and person.erased_at is not None:
        found.append(Reason.ERASED)
    if person is not None and person.state == "unsubscribed":
        found.append(Reason.UNSUBSCRIBED)
    return tuple(dict.fromkeys(found))


def suppressions(session: Session, address_hash: str, list_id: int | None) -> tuple[Reason, ...]:
    """The suppressions that count on this list (with no list: on any)."""
    return _standing(session, address_hash, _counts_on(list_id))


def anywhere(session: Session, address_hash: str) -> tuple[Reason, ...]:
    """The suppressions of the address that stand, on all lists or on any one."""
    return _standing(session, address_hash)


def _standing(session: Session, address_hash: str, *where: ColumnElement[bool]) -> tuple[Reason, ...]:
    rows = session.scalars(
        select(SuppressionRow.reason)
        .where(SuppressionRow.address_hash == address_hash, SuppressionRow.lifted_at.is_(None), *where)
        .order_by(SuppressionRow.id)
    )
    return tuple(dict.fromkeys(Reason(reason) for reason in rows))


def suppress(session: Session, address_hash: str, reason: Reason, source: str, now: datetime, detail: str = "") -> bool:
    """Never mail this address again, on any list; whether that is new."""
    if reason in suppressions(session, address_hash, None):
        return False
    session.add(
        SuppressionRow(address_hash=address_hash, reason=reason.value, source=source, detail=detail, created_at=now)
    )
    session.flush()
    return True


def lift(
    session: Session, address_hash: str, list_id: int | None, reasons: Collection[Reason], because: str, now: datetime
) -> int:
    """Lift these suppressions of the address, those of this list and those of all lists; how many.

    Whether that may be is the caller's question to `returning`.
    """
    return _lift(session, address_hash, reasons, because, now, _counts_on(list_id))


def lift_anywhere(session: Session, address_hash: str, reasons: Collection[Reason], because: str, now: datetime) -> int:
    """Lift these suppressions of the address on every list; how many."""
    return _lift(session, address_hash, reasons, because, now)


def _lift(
    session: Session, address_hash: str, reasons: Collection[Reason], because: str, now: datetime,
    *where: ColumnElement[bool],
) -> int:  # fmt: skip
    done = session.execute(
        update(SuppressionRow)
        .where(
            SuppressionRow.address_hash == address_hash, SuppressionRow.reason.in_([one.value for one in reasons]),
            SuppressionRow.lifted_at.is_(None), *where,
        )
        .values(lifted_at=now, lifted_because=because[:_BECAUSE_LENGTH])
        .returning(SuppressionRow.id)
    ).all()  # fmt: skip
    return len(done)


_BECAUSE_LENGTH = 300


def _counts_on(list_id: int | None) -> ColumnElement[bool]:
    everywhere = SuppressionRow.list_id.is_(None)
    return everywhere if list_id is None else or_(everywhere, SuppressionRow.list_id == list_id)
