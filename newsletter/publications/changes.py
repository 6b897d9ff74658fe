"""What a source changed about a publication: the columns that differ, and how people read that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.publications.checking import COLUMNS
from newsletter.publications.model import Publication
from newsletter.publications.tables import ChangeRow, PublicationRow

CHANGED, GONE, BACK = "changed", "gone", "back"
_KEEPS_ITS_DAY = "published_on"
_WORDS = {
    "published_on": "day", "url": "address", "image": "picture", "image_alt": "picture's description",
    "image_credit": "picture's credit", "original_source": "original source", "deadline_on": "deadline",
    "starts_on": "start", "ends_on": "end", "who_for": "for whom", "date_is": "day is", "media": "picture's content",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One column that differs, in words; "" where there was nothing."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was noticed. `what`: changed, gone or back."""

    publication_id: int
    title: str
    source: str
    at: datetime
    what: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def lines(self) -> tuple[str, ...]:
        """The difference, a line a column."""
        return tuple(
            f"{_WORDS.get(name, name)}: {_shown(self.before.get(name))} -> {_shown(self.after.get(name))}"
            for name in self.after
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The same as the fields of a page."""
        return tuple(
            Part(_WORDS.get(name, name), str(self.before.get(name) or ""), str(self.after.get(name) or ""))
            for name in self.after
        )


def difference(row: PublicationRow, fresh: Publication) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that differ, before and after. A day that the source does not tell is none that it changed."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in COLUMNS:
        old, new = getattr(row, name), getattr(fresh, name)
        if old != new and not (name == _KEEPS_ITS_DAY and new is None):
            before[name], after[name] = plain(old), plain(new)
    return before, after


def note(
    session: Session, publication_id: int, now: datetime, what: str, before: Any = None, after: Any = None
) -> None:
    """Keep what was noticed."""
    session.add(ChangeRow(publication_id=publication_id, at=now, what=what, before=before or {}, after=after or {}))


@dataclass(frozen=True, slots=True)
class News:
    """How many publications were taken in, and how many known ones their sources changed."""

    new: int
    changed: int


def news(session: Session, after: datetime) -> News:
    """What happened after a moment."""
    new = select(func.count()).where(PublicationRow.created_at > after)
    changed = select(func.count(ChangeRow.publication_id.distinct())).where(ChangeRow.at > after)
    return News(session.scalar(new) or 0, session.scalar(changed) or 0)


def changes(session: Session, publication_id: int | None = None, most: int = 100) -> tuple[Change, ...]:
    """The latest first; of one publication, or of all."""
    query = (
        select(ChangeRow, PublicationRow.title, PublicationRow.source)
        .join(PublicationRow, PublicationRow.id == ChangeRow.publication_id)
        .order_by(ChangeRow.at.desc(), ChangeRow.id.desc())
        .limit(most)
    )
    if publication_id is not None:
        query = query.where(ChangeRow.publication_id == publication_id)
    return tuple(
        Change(row.publication_id, title, source, row.at, row.what, row.before, row.after)
        for row, title, source in session.execute(query)
    )


def latest(session: Session) -> int:
    """The number of the last change that was noticed; 0 where there was none."""
    return session.scalar(select(func.max(ChangeRow.id))) or 0


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    return value if value is None or isinstance(value, str) else value.isoformat()


def _shown(value: Any) -> str:
    if value in {None, ""}:
        return "nothing"
    text = str(value)
    return f'"{text[:119]}…"' if len(text) > 120 else f'"{text}"'
