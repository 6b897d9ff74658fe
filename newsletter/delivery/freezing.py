"""Freezing: who gets a mailing, one row each, in short transactions that a kill may come between."""

from collections import Counter
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.database import Transactions
from newsletter.delivery.tables import DeliveryRow, MailingRow

CHUNK = 1_000  # people a transaction: about 20 ms on SQLite


def freeze(database: Transactions, mailing_id: int, now: datetime) -> None:
    """Build the list of candidates from where it stands to its end; then the mailing may be claimed from."""
    while True:
        with database.transaction() as session:
            if not _freeze_chunk(session, mailing_id, now):
                return


def _freeze_chunk(session: Session, mailing_id: int, now: datetime) -> bool:
    # The row is locked, so that two senders freezing at once take turns and neither builds a part twice.
    mailing = session.scalars(select(MailingRow).where(MailingRow.id == mailing_id).with_for_update()).one()
    if mailing.state != "freezing":
        return False
    people = subscribers.mailability(mailing.list_id, now).subquery()
    rows = session.execute(
        select(people.c.subscriber_id, people.c.reason)
        .where(people.c.subscriber_id > mailing.frozen_up_to)
        .order_by(people.c.subscriber_id)
        .limit(CHUNK)
    ).all()
    if not rows:
        mailing.state, mailing.frozen_at = "sending", now
        return False
    mailable = [row.subscriber_id for row in rows if row.reason is None]
    if mailable:
        session.execute(
            insert(DeliveryRow),
            [{"mailing_id": mailing_id, "subscriber_id": who, "state": "waiting", "attempts": 0} for who in mailable],
        )
    left_out = Counter(mailing.left_out) + Counter(row.reason for row in rows if row.reason is not None)
    mailing.left_out = dict(left_out)
    mailing.candidates += len(mailable)
    mailing.frozen_up_to = rows[-1].subscriber_id
    return True
