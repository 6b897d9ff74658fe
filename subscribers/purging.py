"""Deleting what nobody needs any more: unanswered questions with all they brought, and what the limits have counted.

Nothing of somebody who never answered stands in the append-only events, so nothing of him is left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Delete, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from subscribers.tables import ConfirmationRow, ConsentEventRow, SignUpRow, SubscriberRow, SubscriptionRow

UNANSWERED = timedelta(days=14)
DECLINED = timedelta(days=1)  # meanwhile "never again" can still be said
ANSWERED = timedelta(days=30)
POSTS = timedelta(hours=48)
REFUSED_POSTS = timedelta(hours=2)  # counted by the hour

CHUNK = 500


def over(session: Session, now: datetime, after: int = 0) -> tuple[int, ...]:
    """The next questions, by id, that nobody needs any more. Whatever names them goes first."""
    wanted = (
        select(ConfirmationRow.id)
        .where(
            ConfirmationRow.id > after,
            or_(
                ConfirmationRow.declined_at <= now - DECLINED,
                ConfirmationRow.requested_at <= now - ANSWERED,
                and_(
                    ConfirmationRow.used_at.is_(None),
                    ConfirmationRow.purpose != "renew",
                    ConfirmationRow.requested_at <= now - UNANSWERED,
                ),
            ),
        )
        .order_by(ConfirmationRow.id)
        .limit(CHUNK)
    )
    return tuple(session.scalars(wanted))


def delete_questions(session: Session, ids: Sequence[int]) -> int:
    """Delete these questions, and the pending subscriptions and the people that nothing else holds; how many people."""
    people = list(session.scalars(select(ConfirmationRow.subscriber_id).where(ConfirmationRow.id.in_(ids)).distinct()))
    _run(session, delete(ConfirmationRow).where(ConfirmationRow.id.in_(ids)))
    return forget(session, people)


def forget(session: Session, subscriber_ids: Sequence[int]) -> int:
    """Delete the pending subscriptions of these people that no event and no question holds, and then those of the
    people who have nothing left; how many people.
    """
    asked = select(ConfirmationRow.id).where(ConfirmationRow.subscriber_id == SubscriptionRow.subscriber_id)
    told = select(ConsentEventRow.id).where(
        ConsentEventRow.subscriber_id == SubscriptionRow.subscriber_id,
        ConsentEventRow.list_id == SubscriptionRow.list_id,
    )
    _run(session, delete(SubscriptionRow).where(
        SubscriptionRow.subscriber_id.in_(subscriber_ids), SubscriptionRow.state == "pending",
        ~asked.exists(), ~told.exists(),
    ))  # fmt: skip
    return _run(session, delete(SubscriberRow).where(
        SubscriberRow.id.in_(subscriber_ids), SubscriberRow.erased_at.is_(None),
        *(~_rows(table).exists() for table in (SubscriptionRow, ConfirmationRow, ConsentEventRow)),
    ))  # fmt: skip


def delete_posts(session: Session, now: datetime) -> int:
    """Delete what no limit counts any more; how many."""
    old = or_(
        SignUpRow.at <= now - POSTS,
        and_(SignUpRow.at <= now - REFUSED_POSTS, SignUpRow.state == "limited"),
    )
    return _run(session, delete(SignUpRow).where(old))


def _rows(table: type[SubscriptionRow] | type[ConfirmationRow] | type[ConsentEventRow]) -> Select[tuple[int]]:
    return select(table.id).where(table.subscriber_id == SubscriberRow.id)


def _run(session: Session, statement: Delete) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return done.rowcount
