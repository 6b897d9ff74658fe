"""Erasing a person: the address and the name go from every place of the book; a keyed hash and dated facts stay.

docs/consent.md says what is left, and why.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from subscribers import leaving
from subscribers.model import Consent
from subscribers.returning import Reason
from subscribers.suppressing import suppress
from subscribers.tables import ConfirmationRow, ConsentEventRow, SignUpRow, SubscriberRow


def erase(session: Session, subscriber_id: int, consent: Consent, now: datetime) -> frozenset[str] | None:
    """Forget this person; the addresses that stood in the book, for those who keep some elsewhere. None: nobody is
    there to be forgotten. He is off every list at once; a send that is running sees it at its next claim.
    """
    row = session.scalar(
        select(SubscriberRow)
        .where(SubscriberRow.id == subscriber_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    known = _addresses(session, subscriber_id)
    if row.erased_at is not None and not known:
        return None
    row.address, row.name, row.language, row.erased_at = None, "", "", row.erased_at or now
    session.flush()
    for held in leaving.subscriptions_of(session, subscriber_id):
        leaving.leave(session, held.id, consent, now)
    suppress(session, row.address_hash, Reason.ERASED, consent.source, now)
    _forget_questions(session, subscriber_id, now)
    _forget_posts(session, known, now)
    # The one update that the trigger of the append-only events lets through.
    session.execute(
        update(ConsentEventRow)
        .where(ConsentEventRow.subscriber_id == subscriber_id, ConsentEventRow.address.is_not(None))
        .values(address=None),
        execution_options={"synchronize_session": False},
    )
    leaving.record(session, subscriber_id, None, "erasure", consent, now)
    session.flush()
    return known


def _addresses(session: Session, subscriber_id: int) -> frozenset[str]:
    """As he has it, as he had it, and as he may have it one day."""
    columns = (
        (SubscriberRow.address, SubscriberRow.id),
        (ConsentEventRow.address, ConsentEventRow.subscriber_id),
        (ConfirmationRow.new_address, ConfirmationRow.subscriber_id),
    )
    return frozenset(
        address
        for column, owner in columns
        for address in session.scalars(select(column).where(owner == subscriber_id, column.is_not(None)).distinct())
        if address is not None
    )


def _forget_questions(session: Session, subscriber_id: int, now: datetime) -> None:
    own = ConfirmationRow.subscriber_id == subscriber_id
    done = {"synchronize_session": False}
    session.execute(update(ConfirmationRow).where(own).values(new_address=None, network=None), execution_options=done)
    still_open = (own, ConfirmationRow.used_at.is_(None), ConfirmationRow.voided_at.is_(None))
    session.execute(update(ConfirmationRow).where(*still_open).values(voided_at=now), execution_options=done)


def _forget_posts(session: Session, known: frozenset[str], now: datetime) -> None:
    if not known:
        return
    typed = func.lower(SignUpRow.address).in_([address.lower() for address in known])
    session.execute(
        update(SignUpRow)
        .where(SignUpRow.address.is_not(None), typed)
        .values(state="silent", address=None, name="", handled_at=now),
        execution_options={"synchronize_session": False},
    )
