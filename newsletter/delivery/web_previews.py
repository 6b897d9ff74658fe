"""Links by which somebody outside may look at an issue's web version before it is public: signed, with an end, one at a
time. A new one ends the one before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.delivery.tables import WebPreviewRow
from newsletter.errors import BadInput, IllegalMove
from newsletter.issues.model import RELEASED
from newsletter.issues.views import IssueSummary

DAYS = (3, 14, 30)  # how long one may work


@dataclass(frozen=True, slots=True)
class Preview:
    """A link that works."""

    id: int
    issue_id: int
    made_at: datetime
    ends_at: datetime


def make(session: Session, issue: IssueSummary, days: int, staff_id: int | None, now: datetime) -> Preview:
    """A new link; the one before works no more."""
    if days not in DAYS:
        raise BadInput(f"A link works for {', '.join(map(str, DAYS[:-1]))} or {DAYS[-1]} days.")
    if issue.state in RELEASED:
        raise IllegalMove(f"{issue.name} is out. Whoever wants to read it uses its public address.")
    revoke(session, issue, now)
    row = WebPreviewRow(issue_id=issue.id, made_by=staff_id, made_at=now, ends_at=now + timedelta(days=days))
    session.add(row)
    session.flush()
    return _preview(row)


def revoke(session: Session, issue: IssueSummary, now: datetime) -> bool:
    """No link of this issue works any more; whether one did."""
    working = (WebPreviewRow.issue_id == issue.id, WebPreviewRow.revoked_at.is_(None), WebPreviewRow.ends_at > now)
    ended = session.execute(update(WebPreviewRow).where(*working).values(revoked_at=now).returning(WebPreviewRow.id))
    return bool(ended.all())


def current(session: Session, issue_id: int, now: datetime) -> Preview | None:
    """The link that works, where there is one."""
    working = (WebPreviewRow.issue_id == issue_id, WebPreviewRow.revoked_at.is_(None), WebPreviewRow.ends_at > now)
    row = session.scalar(select(WebPreviewRow).where(*working).order_by(WebPreviewRow.id.desc()).limit(1))
    return _preview(row) if row is not None else None


def find(session: Session, preview_id: int, now: datetime) -> Preview | None:
    """The link of that number, while it works."""
    row = session.get(WebPreviewRow, preview_id)
    if row is None or row.revoked_at is not None or row.ends_at <= now:
        return None
    return _preview(row)


def _preview(row: WebPreviewRow) -> Preview:
    return Preview(row.id, row.issue_id, row.made_at, row.ends_at)
