"""Notices to readers carry no address: at its turn each is joined with what the address book says, or left out."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.delivery.tables import NoticeRow


def exclude(session: Session, notice: NoticeRow, why: str, now: datetime) -> None:
    """It is not handed over, and why is written down; unless it is no longer ours."""
    session.execute(
        update(NoticeRow)
        .where(NoticeRow.id == notice.id, NoticeRow.state == "claimed", NoticeRow.worker_id == notice.worker_id)
        .values(state="excluded", text=why, worker_id=None, due_at=None, changed_at=now),
        execution_options={"synchronize_session": False},
    )
