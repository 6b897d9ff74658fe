"""Due work as rows, claimed by conditional UPDATE; what plans write and the scheduler reads."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class CalendarRow(Row):
    """One step of one list (and issue) that falls due; `worker_id` while somebody does it, `done_at` after."""

    __tablename__ = "calendar"
    __table_args__ = (Index(None, "done_at", "due_at"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    step: Mapped[str] = mapped_column(String(24))
    due_at: Mapped[datetime]
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    done_at: Mapped[datetime | None]
