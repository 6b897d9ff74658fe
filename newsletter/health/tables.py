"""When each job last did its work, and what was seen of the network when somebody last looked."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row


class JobRunRow(Row):
    """A job. `ran_at`: when it last came to its end; `failed_at`, `trouble`: when it last failed, and why."""

    __tablename__ = "job_runs"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(Text, default="", server_default="")


class SeenRow(Row):
    """What somebody had looked at, by its name ("mail default"), and how it was. `until`: how long it holds."""

    __tablename__ = "health_seen"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]
    good: Mapped[bool]
    said: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None]
