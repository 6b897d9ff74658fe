"""How many of a list may be mailed, and how many not for which reason: as `mailability` says it, without asking it of
everybody. Only those are asked of whom more is known than how they stand with the list: few, of any number.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, or_, select, union
from sqlalchemy.orm import Session

from subscribers.mailability import mailability
from subscribers.tables import ListRow, SubscriberRow, SubscriptionRow, SuppressionRow

_STANDING = {"confirmed": None, "pending": "pending", "unsubscribed": "unsubscribed"}


def tally(session: Session, list_id: int, now: datetime) -> dict[str | None, int]:
    """How many by reason; None: those who may be mailed at `now`."""
    states = Counter(dict(session.execute(
        select(SubscriptionRow.state, func.count())
        .where(SubscriptionRow.list_id == list_id)
        .group_by(SubscriptionRow.state)
    ).tuples().all()))  # fmt: skip
    if session.scalar(select(ListRow.archived_at).where(ListRow.id == list_id)) is not None:
        return {"archived": states.total()} if states else {}
    found: Counter[str | None] = Counter({_STANDING[state]: number for state, number in states.items()})
    for state, reason, number in _special(session, list_id, now):
        found[_STANDING[state]] -= number
        found[reason] += number
    return {reason: number for reason, number in found.items() if number}


def _special(session: Session, list_id: int, now: datetime) -> list[tuple[str, str | None, int]]:
    """Who is paused, erased, or not to be mailed: how they stand with the list, why not, and how many."""
    here = or_(SuppressionRow.list_id.is_(None), SuppressionRow.list_id == list_id)
    whom = union(
        select(SubscriberRow.id)
        .join(SuppressionRow, SuppressionRow.address_hash == SubscriberRow.address_hash)
        .where(SuppressionRow.lifted_at.is_(None), here),
        select(SubscriptionRow.subscriber_id).where(
            SubscriptionRow.list_id == list_id, SubscriptionRow.paused_until.is_not(None),
            SubscriptionRow.paused_until > now,
        ),
        select(SubscriberRow.id).where(SubscriberRow.address.is_(None)),
    ).subquery()  # fmt: skip
    # By ids, and the list as a sum: SQLite, which keeps no figures of its tables, would else read the whole list.
    ids = select(SubscriptionRow.id).where(
        SubscriptionRow.subscriber_id.in_(select(whom.c.id)), SubscriptionRow.list_id + 0 == list_id
    )
    asked = mailability(list_id, now).where(SubscriptionRow.id.in_(ids)).add_columns(SubscriptionRow.state)
    people = asked.subquery()
    rows = session.execute(
        select(people.c.state, people.c.reason, func.count()).group_by(people.c.state, people.c.reason)
    )
    return [(state, reason, number) for state, reason, number in rows]
