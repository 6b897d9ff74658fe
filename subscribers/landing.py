"""Writing new subscriptions and suppressions, one or many at once: a few statements, however many people."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from subscribers.model import Consent, SubscriptionState
from subscribers.rules import Arrival, Standing
from subscribers.tables import ConsentEventRow, SubscriberRow, SubscriptionRow, SuppressionRow

# Tables, not mapped classes: the ORM's share of a bulk insert is larger than the database's.
_SUBSCRIBERS = cast("Table", SubscriberRow.__table__)
_SUBSCRIPTIONS = cast("Table", SubscriptionRow.__table__)
_EVENTS = cast("Table", ConsentEventRow.__table__)

_EVENT = {
    SubscriptionState.PENDING: "request",
    SubscriptionState.CONFIRMED: "confirmation",
    SubscriptionState.UNSUBSCRIBED: "withdrawal",
}


def standings(session: Session, list_id: int, hashes: Collection[str]) -> dict[str, Standing]:
    """What the book knows of each address, as seen from the list; every hash asked for is in the answer."""
    suppressed = _suppressed(session, list_id, hashes)
    known = session.execute(
        select(
            SubscriberRow.id, SubscriberRow.address, SubscriberRow.address_hash, SubscriberRow.language,
            SubscriptionRow.state,
        )
        .outerjoin(
            SubscriptionRow, and_(SubscriptionRow.subscriber_id == SubscriberRow.id, SubscriptionRow.list_id == list_id)
        )
        .where(SubscriberRow.address_hash.in_(hashes))
    )  # fmt: skip
    found = {key: Standing(suppressed=suppressed.get(key)) for key in hashes}
    for row in known:
        found[row.address_hash] = Standing(
            row.id, row.address, row.language, row.state, suppressed.get(row.address_hash)
        )
    return found


def _suppressed(session: Session, list_id: int, hashes: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(SuppressionRow.address_hash, func.min(SuppressionRow.reason))
        .where(
            SuppressionRow.address_hash.in_(hashes),
            SuppressionRow.lifted_at.is_(None),
            or_(SuppressionRow.list_id.is_(None), SuppressionRow.list_id == list_id),
        )
        .group_by(SuppressionRow.address_hash)
    )
    return {key: reason for key, reason in rows}  # noqa: C416 (rows are no pairs to mypy)


def add_subscriptions(
    session: Session,
    list_id: int,
    state: SubscriptionState,
    consent: Consent,
    now: datetime,
    newcomers: Sequence[tuple[Arrival, Standing]],
) -> None:
    """Write the subscriptions that `rules.is_new` said yes to, each with its consent event."""
    if not newcomers:
        return
    people = _add_people(session, now, newcomers)
    since = consent.at.date() if state is SubscriptionState.CONFIRMED else None
    fresh = [person for person in people.values() if person.state is None]
    if fresh:
        session.execute(
            insert(_SUBSCRIPTIONS),
            [
                {"subscriber_id": person.subscriber_id, "list_id": list_id, "state": state.value,
                 "source": consent.source, "since": since, "created_at": now, "changed_at": now}
                for person in fresh
            ],
        )  # fmt: skip
    session.execute(
        update(_SUBSCRIPTIONS)
        .where(
            _SUBSCRIPTIONS.c.list_id == list_id,
            _SUBSCRIPTIONS.c.subscriber_id.in_([p.subscriber_id for p in people.values() if p.state is not None]),
        )
        .values(state=state.value, changed_at=now)
    )
    kind = _EVENT[state] if consent.batch_id is None else "import"
    session.execute(
        insert(_EVENTS),
        [event(person, key, list_id, kind, consent, now) for key, person in people.items()],
    )


def _add_people(session: Session, now: datetime, newcomers: Sequence[tuple[Arrival, Standing]]) -> dict[str, Standing]:
    """The people behind the newcomers, by hash; those nobody knew yet are written first."""
    unknown = [arrival for arrival, standing in newcomers if standing.subscriber_id is None]
    ids: dict[str, int] = {}
    if unknown:
        written = session.execute(
            insert(_SUBSCRIBERS).returning(_SUBSCRIBERS.c.address_hash, _SUBSCRIBERS.c.id),
            [
                {"address": a.address, "address_hash": a.hash, "name": a.name, "language": a.language,
                 "created_at": now}
                for a in unknown
            ],
        )  # fmt: skip
        ids.update((row.address_hash, row.id) for row in written)
    return {
        arrival.hash: Standing(ids[arrival.hash], arrival.address, arrival.language)
        if standing.subscriber_id is None
        else standing
        for arrival, standing in newcomers
    }


def event(
    person: Standing, address_hash: str, list_id: int | None, kind: str, consent: Consent, now: datetime
) -> dict[str, object]:
    """The columns of a consent event about a person."""
    return {
        "subscriber_id": person.subscriber_id, "list_id": list_id, "kind": kind, "at": consent.at,
        "recorded_at": now, "source": consent.source, "detail": consent.detail, "wording_id": consent.wording_id,
        "language": person.language, "address": person.address, "address_hash": address_hash,
        "ip_hash": consent.network, "token_id": consent.token_id, "batch_id": consent.batch_id,
    }  # fmt: skip


def standing_everywhere(session: Session, hashes: Collection[str], reason: str) -> set[str]:
    """Those of the hashes that are suppressed on every list for this reason."""
    return set(
        session.scalars(
            select(SuppressionRow.address_hash).where(
                SuppressionRow.address_hash.in_(hashes), SuppressionRow.reason == reason,
                SuppressionRow.list_id.is_(None), SuppressionRow.lifted_at.is_(None),
            )
        )
    )  # fmt: skip


def add_suppressions(
    session: Session, hashes: Collection[str], reason: str, source: str, now: datetime, detail: str
) -> None:
    """Write suppressions on every list; none of them may stand already."""
    if hashes:
        session.execute(
            insert(SuppressionRow),
            [
                {"address_hash": key, "reason": reason, "source": source, "detail": detail, "created_at": now}
                for key in hashes
            ],
        )
