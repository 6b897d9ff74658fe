"""Staff, and the append-only activity log."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class StaffRow(Row):
    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("role IN ('author', 'approver', 'admin')", name="role"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class ActivityRow(Row):
    """Who did what to which issue, from where. Rows are added, never changed."""

    __tablename__ = "activity"
    __table_args__ = (Index(None, "issue_id", "at"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    via: Mapped[str] = mapped_column(String(16))
    os_user: Mapped[str] = mapped_column(String(100), default="")
    verb: Mapped[str] = mapped_column(String(40))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    detail: Mapped[dict[str, Any]]
