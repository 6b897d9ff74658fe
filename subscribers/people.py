"""Showing a person: what stands, and how it came to be."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.addresses import address_hash, parse
from subscribers.model import Person
from subscribers.tables import ConsentEventRow, ListRow, SubscriberRow, SubscriptionRow, SuppressionRow, WordingRow


def show(session: Session, text: str, suppression_key: str) -> Person | None:
    """Everything known about an address."""
    address = parse(text)
    key = address_hash(address, suppression_key)
    person = session.scalar(select(SubscriberRow).where(SubscriberRow.address_hash == key))
    stops = _suppressions(session, key)
    if person is None:
        return Person(0, address, "", "", (), (), stops) if stops else None
    return Person(
        person.id, person.address or "", person.name, person.language,
        _subscriptions(session, person.id), _events(session, person.id), stops,
    )  # fmt: skip


def _suppressions(session: Session, key: str) -> tuple[dict[str, object], ...]:
    rows = session.scalars(select(SuppressionRow).where(SuppressionRow.address_hash == key).order_by(SuppressionRow.id))
    return tuple({"reason": s.reason, "source": s.source, "since": s.created_at, "lifted": s.lifted_at} for s in rows)


def _subscriptions(session: Session, person_id: int) -> tuple[dict[str, object], ...]:
    rows = session.execute(
        select(ListRow.slug, SubscriptionRow.state, SubscriptionRow.since, SubscriptionRow.source,
               SubscriptionRow.paused_until)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
        .where(SubscriptionRow.subscriber_id == person_id)
        .order_by(ListRow.slug)
    )  # fmt: skip
    return tuple(
        {"list": r.slug, "state": r.state, "since": r.since, "source": r.source, "paused_until": r.paused_until}
        for r in rows
    )


def _events(session: Session, person_id: int) -> tuple[dict[str, object], ...]:
    rows = session.execute(
        select(ConsentEventRow, ListRow.slug, WordingRow.text)
        .outerjoin(ListRow, ListRow.id == ConsentEventRow.list_id)
        .outerjoin(WordingRow, WordingRow.id == ConsentEventRow.wording_id)
        .where(ConsentEventRow.subscriber_id == person_id)
        .order_by(ConsentEventRow.id)
    )
    return tuple(
        {"kind": e.kind, "list": slug, "at": e.at, "source": e.source, "detail": e.detail, "wording": words}
        for e, slug, words in rows
    )


def addresses(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The addresses of these subscribers as they stand now; the erased are not among them."""
    rows = session.execute(
        select(SubscriberRow.id, SubscriberRow.address).where(
            SubscriberRow.id.in_(ids), SubscriberRow.address.is_not(None)
        )
    )
    return {row.id: str(row.address) for row in rows}
