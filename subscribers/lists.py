"""Lists: what one subscribes to, seen from outside."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.tables import ListRow


@dataclass(frozen=True, slots=True)
class ListFace:
    """A list's public face."""

    id: int
    slug: str
    name: str
    description: str
    languages: tuple[str, ...]
    archived: bool


def add_list(
    session: Session, slug: str, name: str, languages: tuple[str, ...], now: datetime, description: str = ""
) -> int:
    """Add a list; its id. The slug must be free (IntegrityError otherwise)."""
    row = ListRow(slug=slug, name=name, description=description, languages=list(languages), created_at=now)
    session.add(row)
    session.flush()
    return row.id


def change_list(session: Session, list_id: int, name: str, description: str, languages: tuple[str, ...]) -> None:
    """Change a list's public face; its slug stays, as it stands in addresses."""
    row = session.get_one(ListRow, list_id)
    row.name, row.description, row.languages = name, description, list(languages)
    session.flush()


def find_list(session: Session, slug: str) -> ListFace | None:
    """The list of that slug, archived or not."""
    row = session.scalar(select(ListRow).where(ListRow.slug == slug))
    return _face(row) if row else None


def lists(session: Session) -> tuple[ListFace, ...]:
    """All lists by slug."""
    return tuple(_face(row) for row in session.scalars(select(ListRow).order_by(ListRow.slug)))


def _face(row: ListRow) -> ListFace:
    return ListFace(row.id, row.slug, row.name, row.description, tuple(row.languages), row.archived_at is not None)
