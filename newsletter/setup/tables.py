"""How far setting up has come: one row, so that whoever is killed goes on where it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row


class SetupRow(Row):
    """The one row. `found`: what the website told; `answers`: what a person said to it. `said`, `done`, `total`: what
    is looked at just now. `holder`: who looks or collects, alive until `alive_until`.
    """

    __tablename__ = "setup"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    website: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    step: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]]
    found: Mapped[dict[str, Any]]
    said: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(Text, default="")
    holder: Mapped[str] = mapped_column(String(120), default="")
    alive_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
