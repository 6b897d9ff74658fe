"""A person's own page: name, language, lists, a pause, another address. Whoever holds the link reads the mailbox."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import leaving, rules
from subscribers.model import Consent
from subscribers.returning import Path, Reason, Return, may_return
from subscribers.suppressing import against, lift, suppress
from subscribers.tables import ConfirmationRow, SubscriberRow, SubscriptionRow


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person's own page is made of. `waiting_address`: a new one that is to be confirmed."""

    id: int
    address: str
    name: str
    language: str
    waiting_address: str
    since: date | None
    source: str
    subscriptions: tuple[leaving.Subscription, ...]


def profile(session: Session, subscriber_id: int, now: datetime) -> Profile | None:
    """The person; None for who is erased or was never there."""
    row = session.get(SubscriberRow, subscriber_id)
    if row is None or row.address is None:
        return None
    first = session.execute(
        select(SubscriptionRow.since, SubscriptionRow.source)
        .where(SubscriptionRow.subscriber_id == row.id, SubscriptionRow.since.is_not(None))
        .order_by(SubscriptionRow.since, SubscriptionRow.id)
        .limit(1)
    ).one_or_none()
    return Profile(
        row.id, row.address, row.name, row.language, _waiting_address(session, row.id, now),
        first.since if first else None, first.source if first else "", leaving.subscriptions_of(session, row.id),
    )  # fmt: skip


def _waiting_address(session: Session, subscriber_id: int, now: datetime) -> str:
    row = session.scalar(
        select(ConfirmationRow)
        .where(
            ConfirmationRow.subscriber_id == subscriber_id, ConfirmationRow.purpose == "address",
            ConfirmationRow.used_at.is_(None), ConfirmationRow.voided_at.is_(None),
        )
        .order_by(ConfirmationRow.id.desc())
        .limit(1)
    )  # fmt: skip
    expired = row is not None and row.expires_at is not None and row.expires_at <= now
    return "" if row is None or expired else row.new_address or ""


def describe(session: Session, subscriber_id: int, name: str, language: str, consent: Consent, now: datetime) -> bool:
    """Name and language as the person wants them; whether anything changed. AddressError for what cannot be kept."""
    name, language = rules.checked_name(name), rules.checked_language(language)
    row = _locked(session, subscriber_id)
    if row is None:
        return False
    changed = [
        what for what, new, old in (("name", name, row.name), ("language", language, row.language)) if new != old
    ]
    if not changed:
        return False
    row.name, row.language = name, language
    # The event outlives the person's erasure: it says that the name changed, not to what.
    said = ["name" if what == "name" else f"language {language or 'none'}" for what in changed]
    _change(session, subscriber_id, None, ", ".join(said), consent, now)
    return True


def join(session: Session, subscriber_id: int, list_id: int, consent: Consent, now: datetime) -> bool:
    """Onto one more list, confirmed at once: the page's link was mailed to this address. Whether anything changed."""
    row = _locked(session, subscriber_id)
    if row is None:
        return False
    reasons = against(session, row.address_hash, list_id)
    if may_return(reasons, Path.LINK) is not Return.NOW:
        return False
    held = session.scalar(
        select(SubscriptionRow)
        .where(SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.list_id == list_id)
        .with_for_update()
    )
    if held is not None and held.state == "confirmed" and not reasons:
        return False
    lift(session, row.address_hash, list_id, reasons, "came back by a link mailed to this address", now)
    if held is None:
        held = SubscriptionRow(subscriber_id=subscriber_id, list_id=list_id, created_at=now)
        session.add(held)
    held.state, held.since, held.source, held.proof = "confirmed", consent.at.date(), consent.source, "shown"
    held.left_because, held.paused_until, held.changed_at = "", None, now
    session.flush()
    leaving.record(session, subscriber_id, list_id, "confirmation", consent, now)
    return True


def pause(session: Session, subscription_id: int, until: datetime | None, consent: Consent, now: datetime) -> bool:
    """No issue before `until` (None: the pause ends); the subscription stands. Whether anything changed."""
    row = session.scalar(select(SubscriptionRow).where(SubscriptionRow.id == subscription_id).with_for_update())
    if row is None or row.state == "unsubscribed" or _same_pause(row.paused_until, until, now):
        return False
    row.paused_until, row.changed_at = until, now
    said = f"paused until {until.date().isoformat()}" if until else "pause ended"
    _change(session, row.subscriber_id, row.list_id, said, consent, now)
    return True


def _same_pause(old: datetime | None, new: datetime | None, now: datetime) -> bool:
    """A pause that is over is none."""
    return (old if old and old > now else None) == new


def choose(
    session: Session,
    subscriber_id: int,
    wanted: Collection[int],
    offered: Collection[int],
    consent: Consent,
    now: datetime,
) -> None:
    """The lists that the person ticked out of those that were offered: on the one, off the others. A list that was not
    offered stays as it is. `consent` carries the words beside the ticks; a withdrawal needs none.
    """
    held = {one.list_id: one for one in leaving.subscriptions_of(session, subscriber_id)}
    plain = Consent(consent.source, consent.at, network=consent.network)
    for list_id in sorted(offered):
        if list_id in wanted:
            if list_id not in held or held[list_id].state != "confirmed":
                join(session, subscriber_id, list_id, consent, now)
        elif list_id in held:
            leaving.leave(session, held[list_id].id, plain, now)


def change_address(
    session: Session, subscriber_id: int, arrival: rules.Arrival, consent: Consent, now: datetime
) -> int | None:
    """From now on at another address, which was confirmed there; the id of the person who has it, None for who is gone.

    The old address is forgotten as an erased one is: only its owner brings it back, by the form. Where the new one
    has a person of its own, the subscriptions move to that person.
    """
    row = _locked(session, subscriber_id)
    if row is None:
        return None
    if arrival.hash == row.address_hash:
        row.address = arrival.address
        return row.id
    there = session.scalar(select(SubscriberRow).where(SubscriberRow.address_hash == arrival.hash).with_for_update())
    lift(session, arrival.hash, None, tuple(Reason), "confirmed at this address", now)
    if there is not None:
        return _move(session, row, there, arrival, consent, now)
    suppress(session, row.address_hash, Reason.ERASED, consent.source, now, "the reader moved to another address")
    row.address, row.address_hash = arrival.address, arrival.hash
    session.flush()
    _change(session, row.id, None, "address", consent, now)
    return row.id


def _move(
    session: Session, row: SubscriberRow, there: SubscriberRow, arrival: rules.Arrival, consent: Consent, now: datetime
) -> int:
    there.address, there.erased_at = arrival.address, None
    there.name, there.language = there.name or row.name, there.language or row.language
    session.flush()
    for held in leaving.subscriptions_of(session, row.id):
        if held.state != "unsubscribed":
            leaving.leave(session, held.id, Consent(consent.source, consent.at, detail="moved to another address"), now)
        if held.state == "confirmed":
            join(session, there.id, held.list_id, consent, now)
    return there.id


def _locked(session: Session, subscriber_id: int) -> SubscriberRow | None:
    """The person, who stays as he is until the transaction ends; None for who is erased."""
    row = session.scalar(
        select(SubscriberRow)
        .where(SubscriberRow.id == subscriber_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return row if row is not None and row.address is not None else None


def _change(
    session: Session, subscriber_id: int, list_id: int | None, what: str, consent: Consent, now: datetime
) -> None:
    said = replace(consent, detail="; ".join(filter(None, (what, consent.detail))))
    leaving.record(session, subscriber_id, list_id, "change", said, now)
