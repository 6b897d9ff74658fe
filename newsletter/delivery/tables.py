"""The ledger: mailings, deliveries, handovers, workers, attempts, and notices beside them.

`candidates = waiting + accepted + deferred + rejected + uncertain + excluded` holds after every commit, where
claimed counts as waiting, and handing as waiting while its worker lives, as uncertain after.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from newsletter.database import Row
from subscribers import Id

_STATES = "'waiting', 'claimed', 'handing', 'accepted', 'deferred', 'rejected', 'uncertain', 'excluded'"


class WorkerRow(Row):
    """A process that hands over. Its lease (`alive_until`, database time) covers all its claims and intents.

    `host` names machine and boot, `started` the process's start, so that a pid given anew is not taken for it.
    """

    __tablename__ = "workers"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    started: Mapped[str] = mapped_column(String(40))
    registered_at: Mapped[datetime]
    alive_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MailingRow(Row):
    """The frozen recipients of one snapshot, released under one decision. One unfinished live one per issue.

    Calm sending: the deliveries up to `first_up_to` are the team's, and go first; the others from `readers_from` on,
    over `spread_seconds` (0: as fast as it goes), the next one due at `next_at`. `watched_from`: the refusals that may
    pause it are counted from here.
    """

    __tablename__ = "mailings"
    __table_args__ = (
        Index(
            "uq_mailings_unfinished_live",
            "issue_id",
            unique=True,
            sqlite_where=text("kind = 'live' AND finished_at IS NULL"),
            postgresql_where=text("kind = 'live' AND finished_at IS NULL"),
        ),
        CheckConstraint("kind IN ('live', 'rehearsal')", name="kind"),
        CheckConstraint("state IN ('freezing', 'sending', 'paused', 'stopped', 'sent')", name="state"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    audience: Mapped[dict[str, Any]]
    frozen_up_to: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None]
    candidates: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[dict[str, Any]]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    paused_because: Mapped[str] = mapped_column(Text, default="")
    transport: Mapped[str] = mapped_column(String(80), default="default", server_default="default")
    first_up_to: Mapped[int | None] = mapped_column(Id)
    readers_from: Mapped[datetime | None]
    spread_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime | None]
    watched_from: Mapped[datetime | None]


class TransportRow(Row):
    """How fast one way to hand over may be used, by everybody together; whether it may be used at all.

    `next_at`: when the next letter is due under `rate`. `day`: the UTC day that `handed_today` counts. `seen_rate`: how
    many letters a second it took last time.
    """

    __tablename__ = "transports"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    rate: Mapped[float | None]
    daily_cap: Mapped[int | None]
    next_at: Mapped[datetime | None]
    day: Mapped[date | None]
    handed_today: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    paused_because: Mapped[str] = mapped_column(Text, default="")
    seen_rate: Mapped[float | None]
    changed_at: Mapped[datetime]


class HandoverRow(Row):
    """One group given to one lane: a pipelining group, an HTTP batch, or a run of plain messages. The intent."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("key"), Index(None, "worker_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailings.id"))
    transport: Mapped[str] = mapped_column(String(80))
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    key: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Fenced:
    """The columns that claim, intent and outcome work on; the same for deliveries and notices."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    code: Mapped[int | None]
    enhanced: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime | None]

    @declared_attr
    def worker_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(ForeignKey("workers.id"))

    @declared_attr
    def handover_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(ForeignKey("handovers.id"))


class DeliveryRow(Fenced, Row):
    """One reader in one mailing. The address is joined at the claim and stored nowhere here."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("mailing_id", "subscriber_id"),
        Index(None, "mailing_id", "state", "id"),
        Index(
            "ix_deliveries_held",
            "worker_id",
            sqlite_where=text("state IN ('claimed', 'handing')"),
            postgresql_where=text("state IN ('claimed', 'handing')"),
        ),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        {"sqlite_autoincrement": True},
    )
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailings.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    excluded: Mapped[str | None] = mapped_column(String(20))


class NoticeRow(Fenced, Row):
    """Every other mail: test copies, review requests, confirmations, reminders. Same lanes, same fence."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(None, "state", "due_at"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        {"sqlite_autoincrement": True},
    )
    kind: Mapped[str] = mapped_column(String(24))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscribers.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    language: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Text)
    html: Mapped[bytes | None]
    text_body: Mapped[bytes]
    created_at: Mapped[datetime]
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailings.id"))
    confirmation_id: Mapped[int | None] = mapped_column(ForeignKey("confirmations.id"), index=True)
    # Where its button leads, a signed link: the token is made at its turn, and stands nowhere.
    link_purpose: Mapped[int | None]
    link_id: Mapped[int | None]
    reply_to: Mapped[str] = mapped_column(String(254), default="", server_default="")  # "": by the kind's own rule


class AttemptRow(Row):
    """What a transport said, kept only where it was not a yes."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "delivery_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(12))
    fault: Mapped[str] = mapped_column(String(8))
    code: Mapped[int | None]
    enhanced: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")


class ResolutionRow(Row):
    """A person settled uncertain ones: left as they are, or sent again with the same Message-ID."""

    __tablename__ = "resolutions"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    how: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class WebNoteRow(Row):
    """A dated note above the web version of an issue. `changed_at`: when it was last taken away or put back."""

    __tablename__ = "web_notes"
    __table_args__ = (Index(None, "issue_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]


class WebPreviewRow(Row):
    """A link to an issue's web version before it is public. Its token names the id: it is never given twice."""

    __tablename__ = "web_previews"
    __table_args__ = (Index(None, "issue_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
