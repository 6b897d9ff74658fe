"""Who is at work in an issue right now, and where in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.issues import contents, history, places
from newsletter.issues.tables import PresenceRow
from newsletter.staff.tables import StaffRow

NOW = timedelta(seconds=60)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else who is there. `words`: what they are editing; "" where they only look."""

    staff_id: int
    name: str
    place: str
    words: str
    at: datetime


def note(session: Session, issue_id: int, staff_id: int, place: str, now: datetime) -> None:
    """Somebody is there, at that place, or nowhere in particular."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    there = {"place": place[:_LONGEST], "at": now}
    session.execute(
        insert(PresenceRow)
        .values(issue_id=issue_id, staff_id=staff_id, **there)
        .on_conflict_do_update(index_elements=["issue_id", "staff_id"], set_=there)
    )


def leave(session: Session, issue_id: int, staff_id: int) -> None:
    """Somebody has closed the page."""
    row = session.get(PresenceRow, (issue_id, staff_id))
    if row is not None:
        session.delete(row)


def others(session: Session, issue_id: int, staff_id: int | None, now: datetime) -> tuple[Present, ...]:
    """Those who were seen in the last minute, but for this person."""
    rows = session.execute(
        select(PresenceRow, StaffRow)
        .join(StaffRow, StaffRow.id == PresenceRow.staff_id)
        .where(PresenceRow.issue_id == issue_id, PresenceRow.at > now - NOW)
        .order_by(StaffRow.name, StaffRow.email)
    ).all()
    there = [(row, person) for row, person in rows if row.staff_id != staff_id]
    if not there:
        return ()
    known = contents.mail(session, issue_id)
    titles = history.titles_of(session, [row.place for row, _ in there if _is_place(row.place, known)])
    return tuple(
        Present(
            person.id, person.name or person.email, row.place,
            places.in_words(row.place, titles, known) if _is_place(row.place, known) else "", row.at,
        )
        for row, person in there
    )  # fmt: skip


def _is_place(place: str, known: places.Contents) -> bool:
    """What a browser says is only believed where there is such a place."""
    return place in known or any(places.holds(place, name) for name in known if place)
