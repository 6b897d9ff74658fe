"""Freezing: who gets a mailing, one row each, in short transactions that a kill may come between.

One that is sent calmly begins with the team, so that their deliveries have the smallest ids.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Subquery, func, insert, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.database import Transactions
from newsletter.delivery import audiences
from newsletter.delivery.tables import DeliveryRow, MailingRow

CHUNK = 1_000  # people a transaction: about 20 ms on SQLite


def freeze(database: Transactions, mailing_id: int, now: datetime, team: Collection[str] = ()) -> None:
    """Build the list of candidates from where it stands to its end; then the mailing may be claimed from.

    `team`: the keyed hashes of the addresses that get the first copies, where it is sent calmly.
    """
    while True:
        with database.transaction() as session:
            if not _freeze_chunk(session, mailing_id, now, team):
                return


def _freeze_chunk(session: Session, mailing_id: int, now: datetime, team: Collection[str] = ()) -> bool:
    # The row is locked, so that two senders freezing at once take turns and neither builds a part twice.
    mailing = session.scalars(select(MailingRow).where(MailingRow.id == mailing_id).with_for_update()).one()
    if mailing.state != "freezing":
        return False
    people = audiences.people(mailing, now).subquery()
    if mailing.readers_from is not None and mailing.first_up_to is None:
        _freeze_team(session, mailing, people, team)
        return True
    query = select(people.c.subscriber_id, people.c.reason).where(people.c.subscriber_id > mailing.frozen_up_to)
    if mailing.first_up_to:
        first = select(DeliveryRow.subscriber_id).where(
            DeliveryRow.mailing_id == mailing.id, DeliveryRow.id <= mailing.first_up_to
        )
        query = query.where(people.c.subscriber_id.not_in(first))
    rows = session.execute(query.order_by(people.c.subscriber_id).limit(CHUNK)).all()
    if not rows:
        _open(mailing, now)
        return False
    _add(session, mailing, [row.subscriber_id for row in rows if row.reason is None])
    left_out = Counter(mailing.left_out) + Counter(row.reason for row in rows if row.reason is not None)
    mailing.left_out = dict(left_out)
    mailing.frozen_up_to = rows[-1].subscriber_id
    return True


def _freeze_team(session: Session, mailing: MailingRow, people: Subquery, team: Collection[str]) -> None:
    """Those of the team who are on the list and may be mailed. Who may not is counted among the others, in his turn."""
    query = select(people.c.subscriber_id).where(
        people.c.subscriber_id.in_(subscribers.ids_of(sorted(team))), people.c.reason.is_(None)
    )
    _add(session, mailing, list(session.scalars(query.order_by(people.c.subscriber_id))))
    last = session.scalar(select(func.max(DeliveryRow.id)).where(DeliveryRow.mailing_id == mailing.id))
    mailing.first_up_to = last or 0


def _add(session: Session, mailing: MailingRow, whom: list[int]) -> None:
    if whom:
        session.execute(
            insert(DeliveryRow),
            [{"mailing_id": mailing.id, "subscriber_id": who, "state": "waiting", "attempts": 0} for who in whom],
        )
        mailing.candidates += len(whom)


def _open(mailing: MailingRow, now: datetime) -> None:
    mailing.state, mailing.frozen_at = "sending", now
    if mailing.readers_from is not None:
        mailing.readers_from = now + (mailing.readers_from - mailing.created_at)
