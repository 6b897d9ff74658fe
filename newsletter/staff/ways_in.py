"""One-use links into the console: made when asked for, used by a press on a page, never by looking at one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.staff import people
from newsletter.staff.people import Person
from newsletter.staff.tables import StaffLinkRow, StaffRow


class Purpose(StrEnum):
    """Why somebody was given a link."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    REVIEW = "review"  # it comes with the request to sign an issue off


LASTS = {
    Purpose.SIGN_IN: timedelta(minutes=30),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.REVIEW: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class WayIn:
    """A link as it stands: whose it is, and whether it still opens anything."""

    id: int
    person: Person
    purpose: Purpose
    invited_by: str
    expires_at: datetime
    used: bool
    expired: bool
    onward: str = ""

    @property
    def opens(self) -> bool:
        """Whether a press on its page signs its owner in."""
        return not self.used and not self.expired


def make(
    session: Session, person: Person, purpose: Purpose, now: datetime, by: int | None = None, onward: str = ""
) -> int:
    """A new link; its id, which the token names. `onward`: the page that it leads to in the end."""
    row = StaffLinkRow(
        staff_id=person.id, purpose=purpose.value, created_at=now, created_by=by, expires_at=now + LASTS[purpose],
        onward=onward[:500] or None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def look(session: Session, link_id: int, now: datetime) -> WayIn | None:
    """The link; None where its owner works here no more. Changes nothing."""
    row = session.get(StaffLinkRow, link_id)
    person = people.by_id(session, row.staff_id) if row else None
    if row is None or person is None:
        return None
    inviter = session.get(StaffRow, row.created_by) if row.created_by else None
    return WayIn(
        row.id, person, Purpose(row.purpose), (inviter.name or inviter.email) if inviter else "", row.expires_at,
        used=row.used_at is not None, expired=row.expires_at <= now, onward=row.onward or "",
    )  # fmt: skip


def use(session: Session, link_id: int, now: datetime) -> WayIn | None:
    """Use the link up; what it was, or None where it opens nothing (any more). Of two at once, one gets in."""
    found = look(session, link_id, now)
    if found is None or not found.opens:
        return None
    taken = session.execute(
        update(StaffLinkRow)
        .where(StaffLinkRow.id == link_id, StaffLinkRow.used_at.is_(None))
        .values(used_at=now)
        .returning(StaffLinkRow.id)
    )
    return found if taken.first() else None


def open_invitations(session: Session, now: datetime) -> dict[int, datetime]:
    """Until when an invitation works that was not used yet, by the id of who is invited."""
    rows = session.execute(
        select(StaffLinkRow.staff_id, StaffLinkRow.expires_at).where(
            StaffLinkRow.purpose == Purpose.INVITATION.value, StaffLinkRow.used_at.is_(None),
            StaffLinkRow.expires_at > now,
        )
    )  # fmt: skip
    return {row.staff_id: row.expires_at for row in rows}


def drop(session: Session, staff_id: int, now: datetime) -> None:
    """No link of this person opens anything any more."""
    session.execute(
        update(StaffLinkRow)
        .where(StaffLinkRow.staff_id == staff_id, StaffLinkRow.used_at.is_(None))
        .values(used_at=now)
    )
