"""Asking by mail: a confirmation for each question, its token made when the mail leaves, found again by its hash."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from subscribers import limits
from subscribers.book import AddressBook
from subscribers.model import Consent
from subscribers.returning import Path, Reason, Return, may_return, path_of
from subscribers.rules import Arrival
from subscribers.suppressing import against, suppressions
from subscribers.tables import (
    ConfirmationRow,
    ConsentEventRow,
    ListRow,
    SignUpRow,
    SubscriberRow,
    SubscriptionRow,
)


class Question(StrEnum):
    """What a confirmation mail asks."""

    SUBSCRIBE = "subscribe"
    INVITE = "invite"
    ADDRESS = "address"
    RENEW = "renew"


LASTS = {
    Question.SUBSCRIBE: timedelta(days=3),
    Question.ADDRESS: timedelta(days=3),
    Question.INVITE: timedelta(days=7),
    Question.RENEW: timedelta(days=7),
}
_TOKEN_BYTES = 24  # 192 bits at random
_LONGEST_TOKEN = 100
JOINS = frozenset({Question.SUBSCRIBE, Question.INVITE})


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom a question goes at its turn: the address joined at that moment."""

    subscriber_id: int
    address: str
    purpose: Question
    list_ids: tuple[int, ...]
    subscription_id: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was written down, as its mail needs it."""

    purpose: Question
    subscriber_id: int
    list_ids: tuple[int, ...]


def asked(session: Session, confirmation_id: int) -> Asked:
    """The question of that id."""
    row = session.get_one(ConfirmationRow, confirmation_id)
    return Asked(Question(row.purpose), row.subscriber_id, tuple(row.list_ids))


def may_ask(state: str | None, reasons: Collection[Reason], path: Path, *, paused: bool = False) -> bool:
    """Whether a mail that asks to subscribe to a list makes sense and may be sent, by what stands."""
    if state == "confirmed" and not reasons and not paused:
        return False
    return may_return(reasons, path) in {Return.NOW, Return.MAIL}


def lists_to_ask(
    session: Session, address_hash: str, list_ids: Sequence[int], path: Path, now: datetime
) -> tuple[int, ...]:
    """Those of the lists that a mail to this address may ask about; archived ones are not."""
    standing = session.execute(
        select(ListRow.id, SubscriptionRow.state, SubscriptionRow.paused_until)
        .select_from(ListRow)
        .outerjoin(SubscriberRow, SubscriberRow.address_hash == address_hash)
        .outerjoin(
            SubscriptionRow,
            (SubscriptionRow.subscriber_id == SubscriberRow.id) & (SubscriptionRow.list_id == ListRow.id),
        )
        .where(ListRow.id.in_(list_ids), ListRow.archived_at.is_(None))
    ).all()
    asked = {
        row.id
        for row in standing
        if may_ask(
            row.state, against(session, address_hash, row.id), path,
            paused=row.paused_until is not None and row.paused_until > now,
        )
    }  # fmt: skip
    return tuple(one for one in dict.fromkeys(list_ids) if one in asked)


def ask_to_join(
    session: Session, arrival: Arrival, list_ids: Sequence[int], consent: Consent, now: datetime,
    purpose: Question = Question.SUBSCRIBE,
) -> int | None:  # fmt: skip
    """A question to subscribe, with the person and the pending subscriptions behind it; None: nothing to be asked.

    `consent`: what was sent in, and how; it becomes the request's event once it is answered.
    """
    asked = lists_to_ask(session, arrival.hash, list_ids, path_of(consent.source), now)
    if not asked:
        return None
    person = _person(session, arrival, now)
    _add_pending(session, person, asked, consent.source, now)
    # An erased person's address goes back into the book when he confirms, not before.
    where = arrival.address if person.address is None else None
    return ask(session, purpose, person.id, asked, consent, arrival.language, now, new_address=where)


def invite(session: Session, list_id: int, arrival: Arrival, consent: Consent, now: datetime) -> int | None:
    """Ask somebody whose consent is on paper, or was told to us: a confirmation, or None where nothing may be asked."""
    return ask_to_join(session, arrival, [list_id], consent, now, Question.INVITE)


def renew(
    session: Session, subscriber_id: int, list_id: int, consent: Consent, now: datetime, renewal_id: int | None = None
) -> int | None:
    """Ask a subscriber whose consent nobody can show whether he is still interested. No answer changes nothing."""
    held = session.execute(
        select(SubscriptionRow.state, SubscriberRow.language, SubscriberRow.address_hash)
        .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
        .where(
            SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.list_id == list_id,
            SubscriptionRow.state == "confirmed", SubscriberRow.address.is_not(None),
        )
    ).one_or_none()  # fmt: skip
    if held is None or against(session, held.address_hash, list_id):
        return None
    return ask(session, Question.RENEW, subscriber_id, [list_id], consent, held.language, now, renewal_id=renewal_id)


def change_address(
    session: Session, book: AddressBook, subscriber_id: int, text: str, consent: Consent, now: datetime
) -> int | None:
    """Ask at a new address whether it is to take the place of the person's old one; None: no mail may go there now.

    Whoever calls says the same in either case. AddressError for what is no address. Whether somebody else has that
    address is not looked at before the answer. The limits of the form count for it too.
    """
    arrival = book.arrival(text)
    person = session.get(SubscriberRow, subscriber_id)
    if person is None or person.address is None or person.address == arrival.address:
        return None
    if may_return(suppressions(session, arrival.hash, None), Path.FORM) not in {Return.NOW, Return.MAIL}:
        return None
    if not allowed(session, book, arrival.address, consent, person.language, now):
        return None
    lists = session.scalars(
        select(SubscriptionRow.list_id)
        .where(SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.state == "confirmed")
        .order_by(SubscriptionRow.list_id)
    ).all()
    if not lists:
        return None
    return ask(
        session, Question.ADDRESS, subscriber_id, lists, consent, person.language, now, new_address=arrival.address
    )


def last_to_join(session: Session, subscriber_id: int, list_id: int) -> int | None:
    """The last question to this person to subscribe to that list, while it is kept."""
    rows = session.execute(
        select(ConfirmationRow.id, ConfirmationRow.list_ids)
        .where(ConfirmationRow.subscriber_id == subscriber_id, ConfirmationRow.purpose.in_(JOINS))
        .order_by(ConfirmationRow.id.desc())
    )
    return next((row.id for row in rows if list_id in row.list_ids), None)


def said_no(session: Session, subscriber_id: int, list_id: int) -> bool:
    """Whether this person has declined to join that list, and has not signed up for it anew since."""
    rows = session.execute(
        select(
            ConfirmationRow.purpose, ConfirmationRow.list_ids, ConfirmationRow.requested_at, ConfirmationRow.declined_at
        ).where(ConfirmationRow.subscriber_id == subscriber_id, ConfirmationRow.purpose.in_(JOINS))
    )
    about = [row for row in rows if list_id in row.list_ids]
    declined = max((row.declined_at for row in about if row.declined_at is not None), default=None)
    return declined is not None and not any(
        row.requested_at > declined for row in about if row.purpose == Question.SUBSCRIBE
    )


def ask_again(
    session: Session, book: AddressBook, confirmation_id: int, network: str | None, now: datetime
) -> int | None:
    """Ask the same once more, within the limits of the form: for a question that nobody can answer any more."""
    row = session.get_one(ConfirmationRow, confirmation_id)
    person = session.get_one(SubscriberRow, row.subscriber_id)
    address, purpose = row.new_address or person.address, Question(row.purpose)
    if address is None:
        return None
    consent = Consent(row.source, now, row.wording_id, row.batch_id, row.detail, network)
    if purpose is Question.ADDRESS:
        return change_address(session, book, person.id, address, consent, now)
    if not allowed(session, book, address, consent, row.language, now):
        return None
    if purpose is Question.RENEW:
        return renew(session, person.id, row.list_ids[0], consent, now, row.renewal_id)
    arrival = book.arrival(address, person.name, row.language)
    return ask_to_join(session, arrival, row.list_ids, consent, now, purpose)


def allowed(session: Session, book: AddressBook, address: str, consent: Consent, language: str, now: datetime) -> bool:
    """Whether the limits let a mail go to this address, asked for through a link of ours; if so, it is counted."""
    post = limits.post(book, address, consent.network)
    if limits.judge(limits.count(session, now, post), checked=True) is not limits.Answer.TAKEN:
        return False
    session.add(
        SignUpRow(
            at=now, state="mailed", address_hash=post.address_hash, domain=post.domain, network=post.network,
            language=language, list_ids=[], source=consent.source, checked=True, handled_at=now,
        )
    )  # fmt: skip
    return True


def ask(
    session: Session, purpose: Question, subscriber_id: int, list_ids: Sequence[int], consent: Consent, language: str,
    now: datetime, *, new_address: str | None = None, renewal_id: int | None = None,
) -> int:  # fmt: skip
    """Write down a question; its id. An older one about the same is void."""
    void(session, subscriber_id, now, purpose, list_ids)
    row = ConfirmationRow(
        purpose=purpose, subscriber_id=subscriber_id, list_ids=list(list_ids), new_address=new_address,
        language=language, source=consent.source, detail=consent.detail, wording_id=consent.wording_id,
        network=consent.network, batch_id=consent.batch_id, renewal_id=renewal_id, requested_at=consent.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def void(
    session: Session, subscriber_id: int, now: datetime, purpose: Question | None = None, list_ids: Collection[int] = ()
) -> None:
    """Open questions to this person are void: all, or those of a purpose about any of these lists."""
    wanted = select(ConfirmationRow.id, ConfirmationRow.list_ids).where(
        ConfirmationRow.subscriber_id == subscriber_id, ConfirmationRow.used_at.is_(None),
        ConfirmationRow.voided_at.is_(None),
    )  # fmt: skip
    if purpose is not None:
        wanted = wanted.where(ConfirmationRow.purpose == purpose)
    ids = [row.id for row in session.execute(wanted) if not list_ids or set(row.list_ids) & set(list_ids)]
    if ids:
        session.execute(update(ConfirmationRow).where(ConfirmationRow.id.in_(ids)).values(voided_at=now))


def addressee(session: Session, confirmation_id: int | None, now: datetime) -> Addressee | str:
    """To whom a question goes now, or in a word why it is not asked any more."""
    row = session.get(ConfirmationRow, confirmation_id, populate_existing=True) if confirmation_id else None
    if row is None or row.declined_at is not None:
        return "withdrawn"
    if row.used_at is not None:
        return "answered"
    if row.voided_at is not None:
        return "void"
    person = session.get_one(SubscriberRow, row.subscriber_id, populate_existing=True)
    address = row.new_address or person.address
    if address is None:
        return "erased"
    return _still_wanted(session, row, person, address, now)


def _still_wanted(
    session: Session, row: ConfirmationRow, person: SubscriberRow, address: str, now: datetime
) -> Addressee | str:
    purpose = Question(row.purpose)
    subscription = session.scalar(
        select(SubscriptionRow.id).where(
            SubscriptionRow.subscriber_id == person.id, SubscriptionRow.list_id == row.list_ids[0]
        )
    )
    if purpose in JOINS:
        asked = lists_to_ask(session, person.address_hash, row.list_ids, path_of(row.source), now)
        reasons = [one for list_id in row.list_ids for one in against(session, person.address_hash, list_id)]
        if not asked:
            return str(reasons[0]) if reasons else "confirmed"
    elif purpose is Question.RENEW and (reasons := list(against(session, person.address_hash, row.list_ids[0]))):
        return str(reasons[0])
    return Addressee(person.id, address, purpose, tuple(row.list_ids), subscription)


def mint(session: Session, confirmation_id: int, now: datetime) -> str:
    """A new token for a question that is being mailed, good from now on; an earlier one is good no more."""
    row = session.get_one(ConfirmationRow, confirmation_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row.token_sha256, row.sent_at, row.expires_at = _sha256(token), now, now + LASTS[Question(row.purpose)]
    session.flush()
    return token


def find(session: Session, token: str, *, lock: bool = False) -> ConfirmationRow | None:
    """The question of a token; None for what we did not make."""
    if not token.isascii() or len(token) > _LONGEST_TOKEN:
        return None
    digest = _sha256(token)
    wanted = select(ConfirmationRow).where(ConfirmationRow.token_sha256 == digest)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    return row if row is not None and hmac.compare_digest(row.token_sha256 or "", digest) else None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(session: Session, arrival: Arrival, now: datetime) -> SubscriberRow:
    row = session.scalar(select(SubscriberRow).where(SubscriberRow.address_hash == arrival.hash).with_for_update())
    if row is None:
        row = SubscriberRow(
            address=arrival.address, address_hash=arrival.hash, name=arrival.name, language=arrival.language,
            created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
    elif row.address is not None and not _is_proven(session, row.id):
        # Nobody has confirmed anything as this person: the last form counts.
        row.name, row.language = arrival.name or row.name, arrival.language or row.language
    return row


def _is_proven(session: Session, subscriber_id: int) -> bool:
    return session.scalar(
        select(ConsentEventRow.id).where(ConsentEventRow.subscriber_id == subscriber_id).limit(1)
    ) is not None or session.scalar(
        select(SubscriptionRow.id)
        .where(SubscriptionRow.subscriber_id == subscriber_id, SubscriptionRow.state != "pending")
        .limit(1)
    ) is not None  # fmt: skip


def _add_pending(session: Session, person: SubscriberRow, list_ids: Sequence[int], source: str, now: datetime) -> None:
    known = set(session.scalars(select(SubscriptionRow.list_id).where(SubscriptionRow.subscriber_id == person.id)))
    session.add_all(
        SubscriptionRow(
            subscriber_id=person.id, list_id=one, state="pending", source=source, created_at=now, changed_at=now
        )
        for one in list_ids
        if one not in known
    )
    session.flush()
