"""Staff, and the append-only activity log."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
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


class ApiKeyRow(Row):
    """A key for programs. The key itself is shown once and stored as its SHA-256; `prefix` tells which one it is."""

    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotentRow(Row):
    """The answer that a request with an Idempotency-Key was given, to be given again. Kept for a day."""

    __tablename__ = "idempotent_requests"
    __table_args__ = (UniqueConstraint("api_key_id", "key"), Index(None, "created_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime]
