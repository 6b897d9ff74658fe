"""Deputies: who is asked for sign-off beside somebody who is away. It gives nobody a power that they have not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.staff import people
from newsletter.staff.authority import may, require
from newsletter.staff.people import Person
from newsletter.staff.tables import DeputyRow

LONGEST = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Whose deputy, who it is, and the last day."""

    staff_id: int
    person: Person
    until: date


def name(session: Session, away: Person, deputy_id: int, until: date, today: date, now: datetime) -> Deputy:
    """From now on, in the place of any deputy before."""
    deputy = people.by_id(session, deputy_id)
    require("approve", away.role, away.email)
    if deputy is None:
        raise NotFound("There is nobody of that number here any more.")
    if deputy.id == away.id or not may("approve", deputy.role):
        raise BadInput("A deputy is somebody else who signs off too. Choose one of those in the list.")
    if not today <= until <= today + LONGEST:
        raise BadInput(f"Give a last day between today and {today + LONGEST:%d %B %Y}.")
    end(session, away.id)
    session.add(DeputyRow(staff_id=away.id, deputy_id=deputy.id, until=until, named_at=now))
    session.flush()
    return Deputy(away.id, deputy, until)


def end(session: Session, staff_id: int) -> bool:
    """Whether there was one."""
    gone = session.execute(delete(DeputyRow).where(DeputyRow.staff_id == staff_id).returning(DeputyRow.staff_id))
    return gone.first() is not None


def on(session: Session, day: date) -> dict[int, Deputy]:
    """Who has one on that day, by the id of who is away; only those who may sign off now."""
    rows = session.scalars(select(DeputyRow).where(DeputyRow.until >= day)).all()
    working = {one.id: one for one in people.everybody(session) if may("approve", one.role)}
    return {
        row.staff_id: Deputy(row.staff_id, working[row.deputy_id], row.until)
        for row in rows
        if row.deputy_id in working and row.staff_id in working
    }
