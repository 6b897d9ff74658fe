"""What guests were asked for, and what they have answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class GuestRequestRow(Row):
    """One person, one act, one page. Its link names the id: it is never given twice, and rows are never deleted.

    `block_id` is no foreign key: a block may be taken out and put back, of that kind and in that section. `saved`: what
    was typed and not handed in. `said_by`: who of the staff has written down an answer that was given by phone. `told`:
    letters about it to the one who asks. `posts` since `posts_from`: how often the page was posted to, for the limit.
    """

    __tablename__ = "guest_requests"
    __table_args__ = (
        Index(None, "issue_id"),
        CheckConstraint("act IN ('note', 'suggest', 'clear', 'translate')", name="act"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    act: Mapped[str] = mapped_column(String(12))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publications.id"))
    block_id: Mapped[int | None] = mapped_column(Id)
    block_kind: Mapped[str] = mapped_column(String(16), default="")
    section: Mapped[str] = mapped_column(String(40), default="")  # "": before the lead
    language: Mapped[str] = mapped_column(String(16))
    speaks: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    due_on: Mapped[date]
    opened_at: Mapped[datetime | None]
    saved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answered_at: Mapped[datetime | None]
    said_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    mailed_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    went_without: Mapped[bool] = mapped_column(default=False)
    posts: Mapped[int] = mapped_column(default=0)
    posts_from: Mapped[datetime | None]
