"""The tables of the address book, and the one MetaData that the whole database shares.

Foreign keys cross the border to `newsletter` by table name; imports never do.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment: aware and in UTC on both sides; SQLite, which knows no zones, keeps it naive in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its time zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class Row(DeclarativeBase):
    """Base of the tables on this side of the border."""

    metadata = metadata
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant,
        dict[str, Any]: Json,
        list[str]: Json,
        list[int]: Json,
        bytes: LargeBinary,
    }


class ListRow(Row):
    """What one subscribes to: its public face. Archived, never deleted."""

    __tablename__ = "lists"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class SubscriberRow(Row):
    """A person. The address stands here and nowhere else; erasing nulls it and leaves the keyed hash.

    Ids are never used twice (links carry them for ever), hence AUTOINCREMENT on SQLite.
    """

    __tablename__ = "subscribers"
    __table_args__ = (
        Index(
            "ix_subscribers_erased",
            "id",
            sqlite_where=text("address IS NULL"),
            postgresql_where=text("address IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    address: Mapped[str | None] = mapped_column(String(254))
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class SubscriptionRow(Row):
    """Subscriber x list. `since` and `source` are the consent that counts, for the mail's footer. `proof`: whether it
    can be shown, or came in without ("we don't know"). `left_because`: what the person said, if anything.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "list_id"),
        Index(None, "list_id", "state", "changed_at"),
        Index(
            "ix_subscriptions_paused",
            "list_id",
            "paused_until",
            sqlite_where=text("paused_until IS NOT NULL"),
            postgresql_where=text("paused_until IS NOT NULL"),
        ),
        Index(None, "list_id", "state", "subscriber_id"),
        CheckConstraint("state IN ('pending', 'confirmed', 'unsubscribed')", name="state"),
        CheckConstraint("proof IN ('shown', 'unknown')", name="proof"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    state: Mapped[str] = mapped_column(String(16))
    paused_until: Mapped[datetime | None]
    since: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(16))
    proof: Mapped[str] = mapped_column(String(8), default="shown", server_default="shown")
    left_because: Mapped[str] = mapped_column(String(16), default="", server_default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class WordingRow(Row):
    """The exact words somebody agreed to, archived by content hash; never changed."""

    __tablename__ = "wordings"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class ImportBatchRow(Row):
    """One imported file: which, when, by whom, with what it claimed about consent."""

    __tablename__ = "import_batches"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    file_sha256: Mapped[str] = mapped_column(String(64))
    imported_as: Mapped[str] = mapped_column(String(16))
    imported_by: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class ConsentEventRow(Row):
    """Append-only proof: what was asked, agreed, changed or withdrawn, when, where, on which words.

    The one permitted update nulls `address` on erasure; a trigger refuses all others and every deletion.
    """

    __tablename__ = "consent_events"
    __table_args__ = (
        Index(None, "subscriber_id", "list_id"),
        Index(None, "list_id", "recorded_at"),
        CheckConstraint(
            "kind IN ('request', 'confirmation', 'change', 'withdrawal', 'import', 'erasure')", name="kind"
        ),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    language: Mapped[str] = mapped_column(String(16), default="")
    address: Mapped[str | None] = mapped_column(String(254))
    address_hash: Mapped[str] = mapped_column(String(64))
    ip_hash: Mapped[str | None] = mapped_column(String(64))
    token_id: Mapped[str | None] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))


class SuppressionRow(Row):
    """Never mail this address (keyed hash), on one list or, with no list, on any. Lifted, never deleted."""

    __tablename__ = "suppressions"
    __table_args__ = (
        Index(None, "address_hash"),
        Index(
            "uq_suppressions_everywhere",
            "address_hash",
            "reason",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND list_id IS NULL"),
            postgresql_where=text("lifted_at IS NULL AND list_id IS NULL"),
        ),
        Index(
            "uq_suppressions_on_list",
            "address_hash",
            "list_id",
            "reason",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND list_id IS NOT NULL"),
            postgresql_where=text("lifted_at IS NULL AND list_id IS NOT NULL"),
        ),
        CheckConstraint(
            "reason IN ('hard_bounce', 'soft_bounce', 'complaint', 'blocked', 'erased', 'staff')", name="reason"
        ),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    reason: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str] = mapped_column(String(300), default="")


class SignUpRow(Row):
    """The form's inbox: written before the page answers, worked on after it, and what the limits count. Short-lived:
    the address is nulled as soon as it is worked on, the row purged when no limit looks so far back.

    `address_hash` is of the folded address (case, +tag and Gmail's dots aside), `network` of the /32 or /64.
    """

    __tablename__ = "sign_ups"
    __table_args__ = (
        Index(None, "address_hash", "at"),
        Index(None, "network", "at"),
        Index(None, "domain", "at"),
        Index(None, "at"),
        Index(
            "ix_sign_ups_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("state IN ('waiting', 'mailed', 'limited', 'silent')", name="state"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(String(254))
    address_hash: Mapped[str] = mapped_column(String(64))
    domain: Mapped[str] = mapped_column(String(253))
    network: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    list_ids: Mapped[list[int]]
    source: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    checked: Mapped[bool] = mapped_column(default=False)
    handled_at: Mapped[datetime | None]


class RenewalRow(Row):
    """One wave of "still interested?" to people whose consent nobody can show."""

    __tablename__ = "renewals"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), index=True)
    asked: Mapped[int]
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(254), default="")
    stopped_because: Mapped[str] = mapped_column(String(300), default="")


class ConfirmationRow(Row):
    """A question that one mail asks, and one click on its page answers: to subscribe, to change the address, to stay.

    It holds what becomes the `request` event once it is answered, so that nothing of a person who never answers is
    kept. The token is made when the mail leaves, and stored as its SHA-256. `new_address`: where it is asked, and what
    the person's address becomes; else it is asked at the address that he has. `declined_at`: it was not him.
    """

    __tablename__ = "confirmations"
    __table_args__ = (
        Index(None, "subscriber_id"),
        Index(
            "ix_confirmations_subscribing",
            "sent_at",
            sqlite_where=text("purpose = 'subscribe'"),
            postgresql_where=text("purpose = 'subscribe'"),
        ),
        CheckConstraint("purpose IN ('subscribe', 'invite', 'address', 'renew')", name="purpose"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    list_ids: Mapped[list[int]]
    new_address: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(16), default="")
    source: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    network: Mapped[str | None] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    renewal_id: Mapped[int | None] = mapped_column(ForeignKey("renewals.id"))
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
