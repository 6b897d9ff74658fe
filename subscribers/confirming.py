"""Answering a question: one click on its page, however often, with the two events that prove it; or "not me"."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import asking, leaving, preferring
from subscribers.asking import JOINS, Question
from subscribers.book import AddressBook
from subscribers.model import Consent
from subscribers.returning import Path, Reason, Return, may_return, path_of
from subscribers.suppressing import against, lift, suppress, suppressions
from subscribers.tables import ConfirmationRow, ConsentEventRow, ListRow, SubscriberRow, SubscriptionRow


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question as it stands. `address`: where it was asked. `newly`: this click has answered it."""

    id: int
    purpose: Question
    subscriber_id: int
    address: str
    list_ids: tuple[int, ...]
    language: str
    expired: bool
    answered: bool
    newly: bool = False


def look(session: Session, token: str, now: datetime) -> Confirmation | None:
    """The question of a token, unchanged; None for what we did not make, or of somebody who is erased."""
    row = asking.find(session, token)
    return None if row is None else _seen(session, row, now)


def of_way_out(session: Session, confirmation_id: int, now: datetime) -> tuple[Confirmation, bool] | None:
    """The question that a mail's way out names, unchanged, and whether it was declined; None where it is no more."""
    row = session.get(ConfirmationRow, confirmation_id)
    found = None if row is None else _seen(session, row, now)
    return None if row is None or found is None else (found, row.declined_at is not None)


def confirm(session: Session, book: AddressBook, token: str, network: str | None, now: datetime) -> Confirmation | None:
    """Answer it with yes. Answered already: as it was. Expired or void: nothing changes. None as in `look`."""
    row = asking.find(session, token, lock=True)
    found = None if row is None else _seen(session, row, now)
    if row is None or found is None or found.expired or found.answered:
        return found
    person = session.scalars(select(SubscriberRow).where(SubscriberRow.id == row.subscriber_id).with_for_update()).one()
    clicked = Consent("page", now, row.wording_id, row.batch_id, network=network, token_id=row.token_sha256)
    match found.purpose:
        case Question.ADDRESS:
            _move(session, book, row, person, clicked, now)
        case Question.RENEW:
            _renew(session, row, person, clicked, now)
        case _:
            _join(session, row, person, clicked, now)
    row.used_at = now
    session.flush()
    seen = _seen(session, row, now)
    return None if seen is None else replace(seen, newly=True)


def decline(
    session: Session, book: AddressBook, confirmation_id: int, network: str | None, now: datetime, *,
    block: bool = False,
) -> Confirmation | None:  # fmt: skip
    """It was not me: the question is withdrawn; with `block` its address is never written to again.

    Where it was answered, the subscriptions that it brought end: it is the way out of that mail. None: it is no more.
    """
    row = session.scalar(
        select(ConfirmationRow)
        .where(ConfirmationRow.id == confirmation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    person = session.get_one(SubscriberRow, row.subscriber_id)
    if Question(row.purpose) is not Question.ADDRESS:
        consent = Consent("link", now, network=network, token_id=row.token_sha256)
        for held in _subscriptions(session, person.id, row.list_ids):
            if held.state != "pending" and row.used_at is not None:
                leaving.leave(session, held.id, consent, now)
    if row.used_at is None:
        row.declined_at = row.declined_at or now
        row.voided_at = row.voided_at or now
        if Question(row.purpose) in JOINS:
            for purpose in JOINS:
                asking.void(session, person.id, now, purpose)
    seen = _seen(session, row, now)
    if block and seen is not None:
        suppress(session, book.hash(seen.address), Reason.BLOCKED, "link", now)
    session.flush()
    return seen


def _seen(session: Session, row: ConfirmationRow, now: datetime) -> Confirmation | None:
    person = session.get_one(SubscriberRow, row.subscriber_id)
    address = row.new_address or person.address
    if address is None:
        return None
    purpose = Question(row.purpose)
    held = {one.list_id for one in _subscriptions(session, person.id, row.list_ids) if one.state == "confirmed"}
    list_ids = tuple(row.list_ids)
    over = row.expires_at is None or row.expires_at <= now or row.voided_at is not None
    answered = row.used_at is not None
    if purpose in JOINS:
        # Answered, but left since: to be asked anew. Over, but everything stands: a newer mail was answered.
        answered = bool(held) if answered else over and held >= set(list_ids) and row.declined_at is None
        list_ids = tuple(one for one in list_ids if one in held) if answered else list_ids
        over = over or row.used_at is not None
    return Confirmation(row.id, purpose, person.id, address, list_ids, row.language, over and not answered, answered)


def _subscriptions(session: Session, subscriber_id: int, list_ids: Collection[int]) -> Sequence[SubscriptionRow]:
    return session.scalars(
        select(SubscriptionRow)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
        .where(SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.list_id.in_(list_ids))
        .order_by(SubscriptionRow.list_id)
        .execution_options(populate_existing=True)
    ).all()


def _join(session: Session, row: ConfirmationRow, person: SubscriberRow, clicked: Consent, now: datetime) -> None:
    path = path_of(row.source)
    is_new = not _is_subscribed(session, person.id)
    rows = {one.list_id: one for one in _subscriptions(session, person.id, row.list_ids)}
    for list_id in row.list_ids:
        reasons = against(session, person.address_hash, list_id)
        if list_id not in rows or may_return(reasons, path) not in {Return.NOW, Return.MAIL}:
            continue
        because = f"confirmed by a mail that asked (confirmation {row.id})"
        lift(session, person.address_hash, list_id, reasons, because, now)
        held = rows[list_id]
        held.state, held.since, held.source, held.proof = "confirmed", now.date(), row.source, "shown"
        held.paused_until, held.left_because, held.changed_at = None, "", now
    if any(one.state == "confirmed" for one in rows.values()):
        _return_address(row, person)
    if is_new and row.language:
        person.language = row.language
    session.flush()
    for list_id in row.list_ids:
        if list_id in rows and rows[list_id].state == "confirmed" and rows[list_id].changed_at == now:
            _record(session, row, person, list_id, clicked, now)


def _return_address(row: ConfirmationRow, person: SubscriberRow) -> None:
    """An erased person who has confirmed is in the book again."""
    if person.address is None and row.new_address is not None:
        person.address, person.erased_at = row.new_address, None
    row.new_address = None


def _renew(session: Session, row: ConfirmationRow, person: SubscriberRow, clicked: Consent, now: datetime) -> None:
    for held in _subscriptions(session, person.id, row.list_ids):
        if held.state == "confirmed":
            held.proof, held.since, held.changed_at = "shown", held.since or now.date(), now
            _record(session, row, person, held.list_id, clicked, now)


def _move(
    session: Session, book: AddressBook, row: ConfirmationRow, person: SubscriberRow, clicked: Consent, now: datetime
) -> None:
    """The address moves in its one place, unless it may not be written to."""
    if row.new_address is None:
        return
    arrival = book.arrival(row.new_address)
    if may_return(suppressions(session, arrival.hash, None), Path.FORM) not in {Return.NOW, Return.MAIL}:
        return
    there = preferring.change_address(session, person.id, arrival, replace(clicked, wording_id=None), now)
    if there is None:
        return
    # They were asked at the old one.
    asking.void(session, person.id, now)
    row.subscriber_id, row.new_address = there, None
    session.flush()


def _is_subscribed(session: Session, subscriber_id: int) -> bool:
    wanted = (SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.state == "confirmed")
    return session.scalar(select(SubscriptionRow.id).where(*wanted).limit(1)) is not None


def _record(
    session: Session, row: ConfirmationRow, person: SubscriberRow, list_id: int, clicked: Consent, now: datetime
) -> None:
    """The two events of a double opt-in: what was asked for, when and how, and the click that confirms it."""
    asked = Consent(
        row.source, row.requested_at, row.wording_id, row.batch_id, row.detail, row.network, row.token_sha256
    )
    _event(session, row, person, list_id, "request", asked, now)
    _event(session, row, person, list_id, "confirmation", clicked, now)


def _event(
    session: Session, row: ConfirmationRow, person: SubscriberRow, list_id: int | None, kind: str, consent: Consent,
    now: datetime,
) -> None:  # fmt: skip
    session.add(
        ConsentEventRow(
            subscriber_id=person.id, list_id=list_id, kind=kind, at=consent.at, recorded_at=now,
            source=consent.source, detail=consent.detail, wording_id=consent.wording_id, language=row.language,
            address=person.address, address_hash=person.address_hash, ip_hash=consent.network,
            token_id=consent.token_id, batch_id=consent.batch_id,
        )
    )  # fmt: skip
