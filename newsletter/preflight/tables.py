"""What the network answered when it was last asked, and how far a look has come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row


class LookedLinkRow(Row):
    """An address and what it answered. `status`: 0 where there was no answer; `trouble` says why. `opened_by`, the name
    of somebody who has opened a page in a browser that is not there for programs, goes with the answer.
    """

    __tablename__ = "looked_links"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the address
    url: Mapped[str] = mapped_column(Text)
    looked_at: Mapped[datetime]
    status: Mapped[int]
    led_to: Mapped[str] = mapped_column(Text)  # where redirects ended
    trouble: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    opened_at: Mapped[datetime | None]


class LookedNameRow(Row):
    """A name in the DNS and the records that it had."""

    __tablename__ = "looked_names"
    __table_args__ = (CheckConstraint("outcome IN ('found', 'none', 'failed')", name="outcome"),)
    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    looked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(8))
    records: Mapped[list[str]]


class LookRow(Row):
    """The last look at an issue's addresses and names. `moved_at`: when the last answer came."""

    __tablename__ = "looks"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    begun_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    done: Mapped[int]
    total: Mapped[int]
