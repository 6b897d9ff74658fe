"""Publications, their kinds, the sources they come from, and what these have changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class KindRow(Row):
    """Editable: label per language, layout of its items, the section it belongs to."""

    __tablename__ = "kinds"
    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    labels: Mapped[dict[str, str]]
    layout: Mapped[str] = mapped_column(String(16))
    home_section: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]


class PublicationRow(Row):
    """As its source gives it. `content_hash` tells when the source changed it; without a date it waits in the tray.

    `url_key` and `title_key`: SHA-256 of address and title in the form in which they are compared; "" where that is not
    written yet. `flags`: what somebody should look at before it is printed.
    """

    __tablename__ = "publications"
    __table_args__ = (
        Index(None, "published_on"),
        Index(None, "url_key"),
        Index(None, "title_key"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    external_id: Mapped[str] = mapped_column(String(500), unique=True)
    source: Mapped[str] = mapped_column(String(80), default="manual")
    kind: Mapped[str] = mapped_column(ForeignKey("kinds.slug"))
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    published_on: Mapped[date | None]
    date_is: Mapped[str] = mapped_column(String(16), default="known")
    image: Mapped[str] = mapped_column(Text, default="")
    image_alt: Mapped[str] = mapped_column(Text, default="")
    image_credit: Mapped[str] = mapped_column(Text, default="")
    crop_x: Mapped[float] = mapped_column(default=0.5)
    crop_y: Mapped[float] = mapped_column(default=0.5)
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    outlet: Mapped[str] = mapped_column(String(200), default="")
    original_source: Mapped[str] = mapped_column(String(200), default="")
    deadline_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    who_for: Mapped[str] = mapped_column(String(300), default="")
    content_hash: Mapped[str] = mapped_column(String(64))
    url_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    title_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    translation_of: Mapped[int | None] = mapped_column(ForeignKey("publications.id"))
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SourceRow(Row):
    """A source as somebody set it up, and how its visits went. `memory` is its reader's; `last` counts the last visit's
    new, changed, unchanged and refused ones. `next_at`: when it is visited by itself (None: never yet).
    """

    __tablename__ = "sources"
    __table_args__ = (CheckConstraint("kind IN ('feed', 'json_feed', 'wordpress', 'file', 'page')", name="kind"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16), default="")
    options: Mapped[dict[str, Any]]
    rules: Mapped[list[str]]
    memory: Mapped[dict[str, Any]]
    last: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    collected_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(Text, default="")


class SightingRow(Row):
    """A publication as one source tells it: of several that tell the same one, each has its own row."""

    __tablename__ = "sightings"
    __table_args__ = (UniqueConstraint("source_id", "external_id"), Index(None, "publication_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    external_id: Mapped[str] = mapped_column(String(500))
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]


class ChangeRow(Row):
    """What a source changed about a publication after it was taken in: the fields that differ, before and after."""

    __tablename__ = "publication_changes"
    __table_args__ = (
        Index(None, "publication_id", "at"),
        CheckConstraint("what IN ('changed', 'gone', 'back')", name="what"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(8))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
