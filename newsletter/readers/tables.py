"""Which readers must get a list's issues; files of readers that people bring, and how far each has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

import subscribers
from newsletter.database import Row


class KeyReaderRow(Row):
    """A reader who must get what goes out to a list. Whoever is erased, or purged unconfirmed, is none any more."""

    __tablename__ = "key_readers"
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True, index=True, autoincrement=False
    )
    added_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]


class BroughtRow(Row):
    """One file. `look`: what the look at it found; `decided`: what is to become of those without proof; `taken`: what
    became of it. Its lines are on disk until they are taken in, for a week at most. `alive_at`: when somebody last
    worked on it.
    """

    __tablename__ = "brought_readers"
    __table_args__ = (
        CheckConstraint("state IN ('looking', 'looked', 'taking', 'done', 'failed', 'dropped')", name="state"),
    )
    id: Mapped[int] = mapped_column(subscribers.Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    brought_as: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    look: Mapped[dict[str, Any]]
    decided: Mapped[dict[str, Any]]
    taken: Mapped[dict[str, Any]]
    trouble: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    alive_at: Mapped[datetime]
