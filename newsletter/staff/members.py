"""Who works here as the team's page shows them, and the changes to it: role, access, name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotFound
from newsletter.staff import people, sessions, ways_in
from newsletter.staff.authority import Role
from newsletter.staff.people import Actor, Person
from newsletter.staff.tables import PasskeyRow, StaffRow, StaffSessionRow

_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team. `seen_at`: None, they never came; `invited_until`: an invitation still works."""

    person: Person
    since: datetime
    gone_at: datetime | None
    seen_at: datetime | None
    invited_until: datetime | None
    password: bool
    passkeys: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed about somebody, with their role before it."""

    person: Person
    before: Role


def everybody(session: Session, now: datetime) -> tuple[Member, ...]:
    """Those who have access first, by name; then those who had it."""
    seen = dict(
        session.execute(
            select(StaffSessionRow.staff_id, func.max(StaffSessionRow.seen_at)).group_by(StaffSessionRow.staff_id)
        )
        .tuples()
        .all()
    )
    keys = dict(session.execute(select(PasskeyRow.staff_id, func.count()).group_by(PasskeyRow.staff_id)).tuples().all())
    invited = ways_in.open_invitations(session, now)
    found = [
        Member(
            people.of_row(row), row.created_at, row.disabled_at, seen.get(row.id), invited.get(row.id),
            row.password_hash is not None, keys.get(row.id, 0),
        )
        for row in session.scalars(select(StaffRow))
    ]  # fmt: skip
    return tuple(sorted(found, key=_order))


def whoever(session: Session, email: str) -> Person:
    """The person of that address, whether they have access or not; NotFound where nobody ever had it."""
    row = session.scalar(select(StaffRow).where(StaffRow.email == people.address(email)))
    if row is None:
        raise NotFound(f"{email} is not staff and never was.")
    return people.of_row(row)


def of_id(session: Session, staff_id: int) -> Person:
    """The person of that number, whether they have access or not."""
    return people.of_row(session.get_one(StaffRow, staff_id))


def password_of(session: Session, email: str) -> tuple[Person | None, str | None]:
    """Who has access by that address, and what is kept of their password."""
    row = session.scalar(select(StaffRow).where(StaffRow.email == email, StaffRow.disabled_at.is_(None)))
    return (people.of_row(row), row.password_hash) if row else (None, None)


def set_password(session: Session, staff_id: int, kept: str | None) -> bool:
    """Whether there was one before."""
    row = _present(session, staff_id)
    before, row.password_hash = row.password_hash, kept
    session.flush()
    return before is not None


def rename(session: Session, staff_id: int, name: str) -> str:
    """What they were called before."""
    wanted = " ".join(name.split())
    if len(wanted) > _NAME_LENGTH or not wanted.isprintable():
        raise BadInput(f"A name has at most {_NAME_LENGTH} characters, all of which can be seen.")
    row = _present(session, staff_id)
    before, row.name = row.name, wanted
    session.flush()
    return before


def change_role(session: Session, staff_id: int, role: str, actor: Actor) -> Changed:
    """From now on they may do what that role may. Their own is for somebody else to change."""
    if role not in set(Role):
        raise BadInput(f"'{role}' is not a role; use {', '.join(Role)}.")
    row = _present(session, staff_id)
    before = people.of_row(row)
    if row.role == role:
        raise IllegalMove(f"{before.name or before.email} has this role already.")
    _not_oneself(staff_id, actor, "role")
    if before.role is Role.ADMIN:
        _not_the_last(session, before)
    row.role = role
    session.flush()
    return Changed(people.of_row(row), before.role)


def take_away(session: Session, staff_id: int, actor: Actor, now: datetime) -> Person:
    """They have no access any more: their sessions and links end at once."""
    row = _present(session, staff_id)
    person = people.of_row(row)
    _not_oneself(staff_id, actor, "access")
    if person.role is Role.ADMIN:
        _not_the_last(session, person)
    row.disabled_at = now
    session.flush()
    sessions.revoke(session, staff_id, now)
    ways_in.drop(session, staff_id, now)
    return person


def let_in(session: Session, staff_id: int) -> Person:
    """They have access again, in the role that they had; what was ended stays so."""
    row = session.get(StaffRow, staff_id)
    if row is None:
        raise NotFound("There is nobody of that number here.")
    person = people.of_row(row)
    if row.disabled_at is None:
        raise IllegalMove(f"{person.name or person.email} has access.")
    row.disabled_at = None
    session.flush()
    return person


def _present(session: Session, staff_id: int) -> StaffRow:
    row = session.get(StaffRow, staff_id)
    if row is None or row.disabled_at is not None:
        raise NotFound("There is nobody of that number here any more.")
    return row


def _not_oneself(staff_id: int, actor: Actor, what: str) -> None:
    if actor.staff_id == staff_id:
        raise NotAllowed(f"Your own {what} is for somebody else to change, who looks after the system too.")


def _not_the_last(session: Session, person: Person) -> None:
    """All of them are locked: of two who take each other's role at once, the second finds one left."""
    admins = session.scalars(
        select(StaffRow.id)
        .where(StaffRow.role == Role.ADMIN.value, StaffRow.disabled_at.is_(None))
        .order_by(StaffRow.id)
        .with_for_update()
    ).all()
    if set(admins) <= {person.id}:
        raise IllegalMove(
            f"{person.name or person.email} is the last who looks after the system. Give somebody else that role first."
        )


def _order(member: Member) -> tuple[bool, str]:
    return member.gone_at is not None, (member.person.name or member.person.email).casefold()
