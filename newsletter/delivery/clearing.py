"""Clearing away the notices of questions that nobody needs any more, so that the questions can be deleted."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.delivery.tables import AttemptRow, NoticeRow

_IN_HAND = ("claimed", "handing")


def in_hand(session: Session, confirmation_ids: Sequence[int]) -> frozenset[int]:
    """Those of the questions whose mail is being handed over at this moment."""
    rows = session.scalars(
        select(NoticeRow.confirmation_id).where(
            NoticeRow.confirmation_id.in_(confirmation_ids), NoticeRow.state.in_(_IN_HAND)
        )
    )
    return frozenset(one for one in rows if one is not None)


def clear(session: Session, confirmation_ids: Sequence[int]) -> None:
    """Delete their notices, with what mail servers said about them."""
    ids = select(NoticeRow.id).where(NoticeRow.confirmation_id.in_(confirmation_ids))
    options = {"synchronize_session": False}
    session.execute(delete(AttemptRow).where(AttemptRow.notice_id.in_(ids)), execution_options=options)
    session.execute(delete(NoticeRow).where(NoticeRow.confirmation_id.in_(confirmation_ids)), execution_options=options)
