"""Dated notes above the web version of an issue that is out: what was wrong in the mail, said to who reads it later.

The version that was approved stays as it is below them. A note is taken away and put back, never changed or deleted.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery import archive
from newsletter.delivery.tables import WebNoteRow
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues import fields
from newsletter.issues.views import IssueSummary

MOST_LETTERS = 1000
MOST_NOTES = 10  # that are shown above one issue


@dataclass(frozen=True, slots=True)
class WebNote:
    """A note. `removed_at`: since when nobody sees it any more."""

    id: int
    text: str
    at: datetime
    staff_id: int | None
    removed_at: datetime | None


def notes(session: Session, issue_id: int) -> tuple[WebNote, ...]:
    """All notes of an issue, those that were taken away too, the oldest first."""
    rows = session.scalars(select(WebNoteRow).where(WebNoteRow.issue_id == issue_id).order_by(WebNoteRow.id))
    return tuple(_note(row) for row in rows)


def shown(session: Session, issue_id: int) -> tuple[WebNote, ...]:
    """Those that everybody sees."""
    return tuple(one for one in notes(session, issue_id) if one.removed_at is None)


def add(session: Session, issue: IssueSummary, text: str, staff_id: int | None, now: datetime) -> WebNote:
    """Set a note above the issue's web version. BadInput for a text that is none or too long."""
    clean = fields.lines("note", text)
    if not clean.strip():
        raise BadInput("Write what was wrong, and what is right.")
    if len(clean) > MOST_LETTERS:
        raise BadInput(f"The note has {len(clean):,} letters; at most {MOST_LETTERS:,} are shown. Make it shorter.")
    require_page(session, issue)
    _require_room(session, issue)
    row = WebNoteRow(issue_id=issue.id, text=clean, at=now, staff_id=staff_id)
    session.add(row)
    session.flush()
    return _note(row)


def remove(session: Session, issue: IssueSummary, note_id: int, now: datetime) -> WebNote:
    """Take it away; what was taken away before stays so."""
    row = _row(session, issue, note_id)
    row.removed_at = row.removed_at or now
    row.changed_at = now
    session.flush()
    return _note(row)


def restore(session: Session, issue: IssueSummary, note_id: int, now: datetime) -> WebNote:
    """Put it back, with the day that it had."""
    row = _row(session, issue, note_id)
    if row.removed_at is not None:
        _require_room(session, issue)
        row.removed_at, row.changed_at = None, now
        session.flush()
    return _note(row)


def require_page(session: Session, issue: IssueSummary) -> None:
    """Refuse where nobody can read the issue on the web: not yet, or never."""
    if archive.find(session, issue.slug) is None:
        if issue.public_at is None:
            raise IllegalMove(f"{issue.name} is not out yet, so there is nothing to correct. Change the draft itself.")
        raise IllegalMove(f"{issue.name} has no web version: its list has none, by its settings.")


def _require_room(session: Session, issue: IssueSummary) -> None:
    shown_now = (WebNoteRow.issue_id == issue.id, WebNoteRow.removed_at.is_(None))
    if (session.scalar(select(func.count()).where(*shown_now)) or 0) >= MOST_NOTES:
        raise IllegalMove(f"{MOST_NOTES} notes stand above {issue.name} already. Take one away first.")


def _row(session: Session, issue: IssueSummary, note_id: int) -> WebNoteRow:
    row = session.get(WebNoteRow, note_id)
    if row is None or row.issue_id != issue.id:
        raise NotFound(f"There is no such note above {issue.name}.")
    return row


def _note(row: WebNoteRow) -> WebNote:
    return WebNote(row.id, row.text, row.at, row.staff_id, row.removed_at)
