"""Writing new subscriptions and suppressions, one or many at once: a few statements, however many people."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import repeat
from typing import NamedTuple, cast

from sqlalchemy import Table, and_, func, or_, select, update
from sqlalchemy.orm import Session

from subscribers import bulk
from subscribers.model import Consent, SubscriptionState
from subscribers.rules import NOBODY, Arrival, Standing
from subscribers.tables import ConsentEventRow, SubscriberRow, SubscriptionRow, SuppressionRow

# Tables, not mapped classes: the ORM's share of a bulk insert is larger than the database's.
_SUBSCRIBERS = cast("Table", SubscriberRow.__table__)
_SUBSCRIPTIONS = cast("Table", SubscriptionRow.__table__)
_EVENTS = cast("Table", ConsentEventRow.__table__)
_SUPPRESSIONS = cast("Table", SuppressionRow.__table__)

_EVENT = {
    SubscriptionState.PENDING: "request",
    SubscriptionState.CONFIRMED: "confirmation",
    SubscriptionState.UNSUBSCRIBED: "withdrawal",
}


def standings(session: Session, list_id: int, hashes: Collection[str]) -> dict[str, Standing]:
    """What the book knows of the addresses, as seen from the list; those it knows nothing of are not in the answer."""
    suppressed = _suppressed(session, list_id, hashes)
    known = session.execute(
        select(
            SubscriberRow.id, SubscriberRow.address, SubscriberRow.address_hash, SubscriberRow.language,
            SubscriptionRow.state,
        )
        .outerjoin(
            SubscriptionRow, and_(SubscriptionRow.subscriber_id == SubscriberRow.id, SubscriptionRow.list_id == list_id)
        )
        .where(bulk.among(session, SubscriberRow.address_hash, hashes))
    )  # fmt: skip
    found = {key: NOBODY._replace(suppressed=reason) for key, reason in suppressed.items()}
    for row in known:
        found[row.address_hash] = Standing(
            row.id, row.address, row.language, row.state, suppressed.get(row.address_hash)
        )
    return found


def _suppressed(session: Session, list_id: int, hashes: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(SuppressionRow.address_hash, func.min(SuppressionRow.reason))
        .where(
            bulk.among(session, SuppressionRow.address_hash, hashes),
            SuppressionRow.lifted_at.is_(None),
            or_(SuppressionRow.list_id.is_(None), SuppressionRow.list_id == list_id),
        )
        .group_by(SuppressionRow.address_hash)
    )
    return {key: reason for key, reason in rows}  # noqa: C416 (rows are no pairs to mypy)


class Newcomer(NamedTuple):
    """Somebody that `rules.is_new` said yes to, with the consent that counts and whether it can be shown."""

    arrival: Arrival
    standing: Standing
    consent: Consent
    proof: str = "shown"


def add_subscriptions(
    session: Session,
    list_id: int,
    state: SubscriptionState,
    consent: Consent,
    now: datetime,
    newcomers: Sequence[tuple[Arrival, Standing]],
) -> None:
    """Write the subscriptions that `rules.is_new` said yes to, each with its consent event."""
    add_many(session, list_id, state, now, [Newcomer(arrival, standing, consent) for arrival, standing in newcomers])


def add_many(
    session: Session, list_id: int, state: SubscriptionState, now: datetime, newcomers: Sequence[Newcomer]
) -> None:
    """The same, each with a consent of his own. Each address may stand in it once."""
    if not newcomers:
        return
    ids = _add_people(session, now, newcomers)
    there = [id_ for id_, one in zip(ids, newcomers, strict=True) if one.standing.state is not None]
    if there:
        session.execute(
            update(_SUBSCRIPTIONS)
            .where(_SUBSCRIPTIONS.c.list_id == list_id, _SUBSCRIPTIONS.c.subscriber_id.in_(there))
            .values(state=state.value, changed_at=now)
        )
    new = [(id_, one) for id_, one in zip(ids, newcomers, strict=True) if one.standing.state is None]
    is_confirmed = state is SubscriptionState.CONFIRMED
    bulk.insert(session, _SUBSCRIPTIONS, {
        "subscriber_id": [id_ for id_, _ in new],
        "list_id": repeat(list_id),
        "state": repeat(state.value),
        "since": [one.consent.at.date() if is_confirmed and one.proof == "shown" else None for _, one in new],
        "source": [one.consent.source for _, one in new],
        "proof": [one.proof for _, one in new],
        "created_at": repeat(now),
        "changed_at": repeat(now),
    })  # fmt: skip
    _add_events(session, list_id, state, now, ids, newcomers)


def _add_events(
    session: Session, list_id: int, state: SubscriptionState, now: datetime, ids: Sequence[int],
    newcomers: Sequence[Newcomer],
) -> None:  # fmt: skip
    consents, is_gone = [one.consent for one in newcomers], state is SubscriptionState.UNSUBSCRIBED
    bulk.insert(session, _EVENTS, {
        "subscriber_id": ids,
        "list_id": repeat(list_id),
        "kind": [_EVENT[state] if consent.batch_id is None or is_gone else "import" for consent in consents],
        "at": [consent.at for consent in consents],
        "recorded_at": repeat(now),
        "source": [consent.source for consent in consents],
        "detail": [consent.detail for consent in consents],
        "wording_id": [one.consent.wording_id if one.proof == "shown" else None for one in newcomers],
        "language": [one.standing.language or one.arrival.language for one in newcomers],
        "address": [one.standing.address or one.arrival.address for one in newcomers],
        "address_hash": [one.arrival.hash for one in newcomers],
        "ip_hash": [consent.network for consent in consents],
        "token_id": [consent.token_id for consent in consents],
        "batch_id": [consent.batch_id for consent in consents],
    })  # fmt: skip


def _add_people(session: Session, now: datetime, newcomers: Sequence[Newcomer]) -> list[int]:
    """The ids of the newcomers, in their order; those nobody knew yet are written first."""
    unknown = [one.arrival for one in newcomers if one.standing.subscriber_id is None]
    fresh = bulk.next_ids(session, _SUBSCRIBERS, len(unknown))
    bulk.insert(session, _SUBSCRIBERS, {
        "id": fresh,
        "address": [one.address for one in unknown],
        "address_hash": [one.hash for one in unknown],
        "name": [one.name for one in unknown],
        "language": [one.language for one in unknown],
        "created_at": repeat(now),
    })  # fmt: skip
    ids = iter(fresh)
    return [next(ids) if one.standing.subscriber_id is None else one.standing.subscriber_id for one in newcomers]


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
    bulk.insert(session, _SUPPRESSIONS, {
        "address_hash": hashes,
        "reason": repeat(reason),
        "source": repeat(source),
        "detail": repeat(detail),
        "created_at": repeat(now),
        "lifted_because": repeat(""),
    })  # fmt: skip
