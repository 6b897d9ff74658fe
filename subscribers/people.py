"""Showing a person: what stands, and how it came to be. All that the book knows, for who asks what is known of him."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.addresses import address_hash, parse
from subscribers.model import Person
from subscribers.tables import (
    ConfirmationRow,
    ConsentEventRow,
    ImportBatchRow,
    ListRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
    WordingRow,
)


def show(session: Session, text: str, suppression_key: str) -> Person | None:
    """Everything known about an address."""
    address = parse(text)
    key = address_hash(address, suppression_key)
    person = session.scalar(select(SubscriberRow).where(SubscriberRow.address_hash == key))
    if person is None:
        stops = _suppressions(session, key)
        return Person(0, address, "", "", (), (), stops) if stops else None
    return _person(session, person)


def known(session: Session, subscriber_id: int) -> Person | None:
    """Everything known about the person of that id, also of one who was erased."""
    person = session.get(SubscriberRow, subscriber_id)
    return _person(session, person) if person else None


def _person(session: Session, person: SubscriberRow) -> Person:
    return Person(
        person.id, person.address or "", person.name, person.language,
        _subscriptions(session, person.id), _events(session, person.id),
        _suppressions(session, person.address_hash), _questions(session, person.id),
        person.created_at, person.erased_at,
    )  # fmt: skip


def _suppressions(session: Session, key: str) -> tuple[dict[str, object], ...]:
    rows = session.execute(
        select(SuppressionRow, ListRow.slug)
        .outerjoin(ListRow, ListRow.id == SuppressionRow.list_id)
        .where(SuppressionRow.address_hash == key)
        .order_by(SuppressionRow.id)
    )
    return tuple(
        {"reason": s.reason, "source": s.source, "since": s.created_at, "lifted": s.lifted_at, "list": slug,
         "detail": s.detail, "lifted_because": s.lifted_because}
        for s, slug in rows
    )  # fmt: skip


def _subscriptions(session: Session, person_id: int) -> tuple[dict[str, object], ...]:
    rows = session.execute(
        select(SubscriptionRow, ListRow.slug, ListRow.name)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
        .where(SubscriptionRow.subscriber_id == person_id)
        .order_by(ListRow.slug)
    )
    return tuple(
        {"list": slug, "state": r.state, "since": r.since, "source": r.source, "paused_until": r.paused_until,
         "name": name, "proof": r.proof, "left_because": r.left_because, "id": r.id, "list_id": r.list_id}
        for r, slug, name in rows
    )  # fmt: skip


def _events(session: Session, person_id: int) -> tuple[dict[str, object], ...]:
    rows = session.execute(
        select(ConsentEventRow, ListRow.slug, ListRow.name, WordingRow.text, ImportBatchRow.imported_by)
        .outerjoin(ListRow, ListRow.id == ConsentEventRow.list_id)
        .outerjoin(ImportBatchRow, ImportBatchRow.id == ConsentEventRow.batch_id)
        .outerjoin(WordingRow, WordingRow.id == ConsentEventRow.wording_id)
        .where(ConsentEventRow.subscriber_id == person_id)
        .order_by(ConsentEventRow.id)
    )
    return tuple(
        {"kind": e.kind, "list": slug, "at": e.at, "source": e.source, "detail": e.detail, "wording": words,
         "recorded_at": e.recorded_at, "language": e.language, "address": e.address, "network": e.ip_hash,
         "list_name": name, "imported_by": by}
        for e, slug, name, words, by in rows
    )  # fmt: skip


def _questions(session: Session, person_id: int) -> tuple[dict[str, object], ...]:
    slugs = {row.id: row.slug for row in session.execute(select(ListRow.id, ListRow.slug))}
    rows = session.scalars(
        select(ConfirmationRow).where(ConfirmationRow.subscriber_id == person_id).order_by(ConfirmationRow.id)
    )
    return tuple(
        {"purpose": row.purpose, "lists": [slugs[one] for one in row.list_ids], "asked": row.requested_at,
         "source": row.source, "detail": row.detail, "new_address": row.new_address, "mailed": row.sent_at,
         "answered": row.used_at, "declined": row.declined_at, "void": row.voided_at}
        for row in rows
    )  # fmt: skip


def addresses(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The addresses of these subscribers as they stand now; the erased are not among them."""
    rows = session.execute(
        select(SubscriberRow.id, SubscriberRow.address).where(
            SubscriberRow.id.in_(ids), SubscriberRow.address.is_not(None)
        )
    )
    return {row.id: str(row.address) for row in rows}
