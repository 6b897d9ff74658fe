"""Publications and their kinds."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
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
    """As its source gives it. `content_hash` tells when the source changed it; without a date it waits in the tray."""

    __tablename__ = "publications"
    __table_args__ = (Index(None, "published_on"), {"sqlite_autoincrement": True})
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
    translation_of: Mapped[int | None] = mapped_column(ForeignKey("publications.id"))
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
