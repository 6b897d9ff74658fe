"""One more copy of what was sent, to one reader: a notice with all that an issue's mail has, and its own Message-ID.

The ledger of the mailing is not touched. Whether the reader may be mailed is asked again when the copy's turn comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Subquery, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval import snapshots
from newsletter.delivery import mailings, reasons
from newsletter.delivery.claiming import Claimed
from newsletter.delivery.compiling import static_headers
from newsletter.delivery.letters import Addresser
from newsletter.delivery.model import Letter
from newsletter.delivery.tables import DeliveryRow, MailingRow, NoticeRow
from newsletter.delivery.turns import exclude
from newsletter.errors import IllegalMove, NotApproved
from newsletter.rendering.dkim import Signer
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.slots import dump, load
from subscribers import Links, Purpose

COPY = "copy"

_COMES_YET = frozenset({"waiting", "claimed", "handing"})


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy is made of at its turn: the reader as the address book has him now, and the approved envelope."""

    reader: Claimed
    sealed: Mapping[str, Any]


def copy(session: Session, issue_id: int, address_hash: str, staff_id: int, now: datetime) -> NoticeRow:
    """Queue one more copy for the reader of that address; IllegalMove says why he gets none."""
    mailing, delivery = _last(session, issue_id, address_hash)
    if delivery.state in _COMES_YET:
        raise IllegalMove("That reader's own copy has not had its turn yet; wait for it.")
    if delivery.state == "deferred":
        raise IllegalMove("That reader's own copy is being retried; hurry it with: newsletter issue retry")
    if delivery.excluded == "stopped":
        raise IllegalMove("That reader has nothing because it was stopped. Mend it, and send it to the rest.")
    _require_approved(session, mailing)
    person = _person(session, mailing.list_id, delivery.subscriber_id, now)
    if isinstance(person, str):
        raise IllegalMove(f"That reader may not be mailed: {reasons.why_not(person)}.")
    sealed, parts, _ = mailings.sealed(session, mailing.id)
    # A delivery of no number: only the language that his copy would be in is asked for.
    language = Addresser.language_of(person.language, parts, sealed)
    part = parts[language]
    row = NoticeRow(
        kind=COPY, staff_id=staff_id, subscriber_id=delivery.subscriber_id, mailing_id=mailing.id, issue_id=issue_id,
        list_id=mailing.list_id, language=language, subject=part.subject, html=dump(part.html),
        text_body=dump(part.text), state="waiting", attempts=0, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def at_its_turn(session: Session, notice: NoticeRow, now: datetime) -> Copy | str:
    """The copy, or why the reader may not be mailed any more; that is written down."""
    assert notice.mailing_id is not None
    assert notice.subscriber_id is not None
    mailing = session.get_one(MailingRow, notice.mailing_id)
    person = _person(session, mailing.list_id, notice.subscriber_id, now)
    if isinstance(person, str):
        exclude(session, notice, person, now)
        return person
    reader = Claimed(
        notice.id, notice.subscriber_id, person.subscription_id, str(person.address), person.name, notice.language,
        person.since, person.source,
    )  # fmt: skip
    return Copy(reader, snapshots.snapshot(session, mailing.snapshot_id).envelope)


def compiled(notice: NoticeRow, sealed: Mapping[str, Any], signer: Signer | None) -> Compiled:
    """The stored part in the reader's language, with all the issue's headers."""
    headers = static_headers(notice.subject, notice.language, sealed)
    html = load(notice.html) if notice.html else ()
    part = Part(notice.language, notice.subject, html, load(notice.text_body), headers)
    return Compiled({notice.language: part}, signer)


def letter(copy: Copy, links: Links, base_url: str, now: datetime, *, loopback: bool) -> Letter:
    """Addressed as any copy of the issue is, with the reader's own links."""
    addresser = Addresser(
        links, base_url, copy.sealed, (copy.reader.language,), loopback=loopback,
        message=Purpose.NOTICE, bounce=Purpose.NOTICE,
    )  # fmt: skip
    return addresser.letter(copy.reader, now)


def _last(session: Session, issue_id: int, address_hash: str) -> tuple[MailingRow, DeliveryRow]:
    found = session.execute(
        select(MailingRow, DeliveryRow)
        .join(DeliveryRow, DeliveryRow.mailing_id == MailingRow.id)
        .where(
            MailingRow.issue_id == issue_id, MailingRow.kind == "live",
            DeliveryRow.subscriber_id.in_(subscribers.ids_of([address_hash])),
        )
        .order_by(DeliveryRow.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if found is None:
        raise IllegalMove("That address is not among the readers to whom this issue was sent.")
    return found[0], found[1]


def _require_approved(session: Session, mailing: MailingRow) -> None:
    stored = snapshots.snapshot(session, mailing.snapshot_id)
    if mailing.decision_id is None or not snapshots.is_intact(session, stored):
        raise NotApproved("The stored version is not what was approved: its bytes have changed. Nothing was sent.")


def _person(session: Session, list_id: int, subscriber_id: int, now: datetime) -> Row[Any] | str:
    """The reader, or why he may not be mailed now."""
    people: Subquery = subscribers.mailability(list_id, now).subquery()
    found = session.execute(select(people).where(people.c.subscriber_id == subscriber_id)).one_or_none()
    if found is None:
        return "unsubscribed"
    return found if found.reason is None else str(found.reason)
