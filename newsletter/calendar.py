"""Due work as rows, each done once: by whoever first writes `done_at`, in the transaction that has its effects."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsletter.database import Row
from subscribers import Id


class CalendarRow(Row):
    """One step that falls due. `key` names what is due once and for all ("quarterly/2024-Q2/draft"); None where it may
    fall due again (a plan). `staff_id`: in whose name. `outcome`: what came of it, in words.
    """

    __tablename__ = "calendar"
    __table_args__ = (Index(None, "done_at", "due_at"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    period: Mapped[str] = mapped_column(String(16), default="", server_default="")
    step: Mapped[str] = mapped_column(String(24))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    due_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    calm: Mapped[bool] = mapped_column(default=False, server_default=false())
    done_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")


def due(session: Session, now: datetime) -> list[CalendarRow]:
    """What is due and not done, the oldest first."""
    query = select(CalendarRow).where(CalendarRow.done_at.is_(None), CalendarRow.due_at <= now)
    return list(session.scalars(query.order_by(CalendarRow.due_at, CalendarRow.id)))


def take(session: Session, row_id: int, due_at: datetime, now: datetime, outcome: str = "") -> bool:
    """Mark it done in this transaction, with what is done beside it. False where somebody else has done it, or it was
    moved to another time meanwhile.
    """
    taken = session.execute(
        update(CalendarRow)
        .where(CalendarRow.id == row_id, CalendarRow.done_at.is_(None), CalendarRow.due_at == due_at)
        .values(done_at=now, outcome=outcome)
        .returning(CalendarRow.id)
    ).first()
    return taken is not None
