"""Pictures by content hash. The bytes live in the database: one thing to back up, every worker sees them."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row


class MediaRow(Row):
    __tablename__ = "media"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    extension: Mapped[str] = mapped_column(String(8))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
