"""Which readers must get a list's issues."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

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
