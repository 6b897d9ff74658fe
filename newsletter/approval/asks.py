"""Who is asked for sign-off, each by a link of their own to a page of their own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.approval.tables import ReviewAskRow, ReviewRow
from newsletter.staff import people
from newsletter.staff.people import Person
from newsletter.staff.tables import StaffRow


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody who is asked, about which issue. `person`: None where they work here no more."""

    id: int
    issue_id: int
    person: Person | None
    deputy_for: str


def add(session: Session, review_id: int, staff_id: int, now: datetime, deputy_for: int | None = None) -> int:
    """Its id, which the link names."""
    row = ReviewAskRow(review_id=review_id, staff_id=staff_id, deputy_for=deputy_for, asked_at=now)
    session.add(row)
    session.flush()
    return row.id


def look(session: Session, ask_id: int) -> Ask | None:
    """That one."""
    row = session.get(ReviewAskRow, ask_id)
    if row is None:
        return None
    away = session.get(StaffRow, row.deputy_for) if row.deputy_for else None
    issue_id = session.get_one(ReviewRow, row.review_id).issue_id
    return Ask(row.id, issue_id, people.by_id(session, row.staff_id), (away.name or away.email) if away else "")


def asked(session: Session, review_id: int) -> tuple[int, ...]:
    """Those who are asked."""
    query = select(ReviewAskRow.staff_id).where(ReviewAskRow.review_id == review_id).order_by(ReviewAskRow.id)
    return tuple(session.scalars(query))
