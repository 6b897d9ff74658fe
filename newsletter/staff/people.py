"""Adding and finding staff, and writing down who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput, NotFound
from newsletter.staff.authority import Role, require
from newsletter.staff.tables import ActivityRow, StaffRow


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here."""

    id: int
    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where: `via` is cli, console, api or system."""

    person: Person | None
    via: str
    os_user: str = ""

    @property
    def staff_id(self) -> int | None:
        """For rows that name a person; None for the system itself."""
        return self.person.id if self.person else None

    def permit(self, verb: str) -> None:
        """For acts that need no name: the named person's role decides, the machine's own user may."""
        if self.person is not None:
            require(verb, self.person.role, self.person.email)

    def require(self, verb: str) -> Person:
        """This person, if their role covers `verb`; NotAllowed otherwise."""
        if self.person is None:
            raise BadInput(f"'{verb}' needs to know who does it: --by EMAIL.")
        require(verb, self.person.role, self.person.email)
        return self.person


def add(session: Session, email: str, role: str, now: datetime, name: str = "") -> Person:
    """Add somebody. BadInput for a wrong address or role, or one who is there already."""
    at = address(email)
    if role not in set(Role):
        raise BadInput(f"'{role}' is not a role; use {', '.join(Role)}.")
    if session.scalar(select(StaffRow.id).where(StaffRow.email == at)) is not None:
        raise BadInput(f"{at} is staff already.")
    row = StaffRow(email=at, name=name, role=role, created_at=now)
    session.add(row)
    session.flush()
    return of_row(row)


def find(session: Session, email: str) -> Person:
    """The person of that address; NotFound says how to add them."""
    row = session.scalar(select(StaffRow).where(StaffRow.email == address(email), StaffRow.disabled_at.is_(None)))
    if row is None:
        raise NotFound(f"{email} is not staff. Add them: newsletter staff add {email} --role author")
    return of_row(row)


def by_id(session: Session, staff_id: int) -> Person | None:
    """The person of that id, if they work here."""
    row = session.get(StaffRow, staff_id)
    return of_row(row) if row is not None and row.disabled_at is None else None


def everybody(session: Session) -> tuple[Person, ...]:
    """All who are active, by address."""
    rows = session.scalars(select(StaffRow).where(StaffRow.disabled_at.is_(None)).order_by(StaffRow.email))
    return tuple(of_row(row) for row in rows)


def log(session: Session, actor: Actor, verb: str, now: datetime, issue_id: int | None = None, **detail: Any) -> int:
    """Add a line to the activity log; its id."""
    row = ActivityRow(
        at=now, staff_id=actor.staff_id, via=actor.via, os_user=actor.os_user, verb=verb, issue_id=issue_id,
        detail=detail,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def address(email: str) -> str:
    """As it is kept; BadInput for what is none."""
    try:
        return subscribers.parse(email).lower()
    except subscribers.AddressError as error:
        raise BadInput(f"{email}: {error}.") from None


def of_row(row: StaffRow) -> Person:
    """The same without what only its own modules use."""
    return Person(row.id, row.email, row.name, Role(row.role))
