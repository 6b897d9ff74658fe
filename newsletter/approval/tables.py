"""Snapshots (the stored rendering that will go out), and the decisions that name their fingerprint."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class SnapshotRow(Row):
    """Version `number` of an issue. `envelope` is what a reader is affected by beside the parts; `basis_facts`
    what it was made from, kept so that a difference can be told in words."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("issue_id", "number"), Index(None, "issue_id", "fingerprint"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    number: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(64))
    basis_facts: Mapped[dict[str, Any]]
    envelope: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class SnapshotPartRow(Row):
    """One language version, as bytes: mail HTML and text with their slots by name, and the web version."""

    __tablename__ = "snapshot_parts"
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)
    html: Mapped[bytes]
    text: Mapped[bytes]
    web: Mapped[bytes]


class ReviewRow(Row):
    """A request for sign-off of one snapshot; ended by a decision, a withdrawal, or the next request."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "issue_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    requested_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")


class DecisionRow(Row):
    """Somebody's word on a review, naming the fingerprint. A yes may be taken back until the first copy leaves."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(None, "issue_id", "fingerprint"),
        CheckConstraint("kind IN ('approve', 'request_changes')", name="kind"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    kind: Mapped[str] = mapped_column(String(16))
    fingerprint: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]
    comment: Mapped[str] = mapped_column(Text, default="")
    override_reason: Mapped[str] = mapped_column(Text, default="")
    revoked_at: Mapped[datetime | None]


class ReviewAskRow(Row):
    """Somebody who is asked for sign-off; the link to their own page names the id, which is never given twice.
    `deputy_for`: whose deputy they are asked as.
    """

    __tablename__ = "review_asks"
    __table_args__ = (UniqueConstraint("review_id", "staff_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    deputy_for: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]


class RemarkRow(Row):
    """Something said about an issue without deciding. `place`: the anchor of an item; "": the whole."""

    __tablename__ = "remarks"
    __table_args__ = (Index(None, "issue_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
