"""Who works here: asking somebody in, what each may do, and taking access away."""

from dataclasses import dataclass

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.entrance.entering import Entrance
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.staff import members, people, sessions
from newsletter.staff.members import Member
from newsletter.staff.people import Actor, Person


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was asked in: their link, and whether it is also on its way by mail."""

    person: Person
    url: str
    mailed: bool


class Team:
    """Every change needs the authority `staff`, and is logged with what was before."""

    def __init__(self, database: Database, clock: Clock, entrance: Entrance) -> None:
        self._database = database
        self._clock = clock
        self._entrance = entrance

    def everybody(self) -> tuple[Member, ...]:
        """Those who have access first, then those who had it."""
        with self._database.reading() as session:
            return members.everybody(session, self._clock())

    def invite(self, email: str, name: str, role: str, actor: Actor) -> Invited:
        """Add somebody, and send them a link."""
        actor.permit("staff")
        with self._database.transaction() as session:
            now = self._clock()
            gone = _gone(members.everybody(session, now), email)
            if gone:
                raise BadInput(f"{gone.email} worked here before. Let them back in: they are in the list below.")
            person = people.add(session, email, role, now)
            members.rename(session, person.id, name)
            people.log(session, actor, "staff", now, added=person.email, role=person.role)
        return self._invited(person, actor)

    def invite_again(self, staff_id: int, actor: Actor) -> Invited:
        """A new link for somebody who never came; earlier ones open nothing any more."""
        actor.permit("staff")
        with self._database.reading() as session:
            found = [one for one in members.everybody(session, self._clock()) if one.person.id == staff_id]
        if not found or found[0].gone_at is not None:
            raise NotFound("There is nobody of that number here any more.")
        if found[0].seen_at is not None:
            raise IllegalMove("They have been here: they ask for a link themselves, on the page to sign in.")
        return self._invited(found[0].person, actor)

    def change_role(self, staff_id: int, role: str, actor: Actor) -> int:
        """What somebody may do from now on; the line of the log."""
        actor.permit("staff")
        with self._database.transaction() as session:
            done = members.change_role(session, staff_id, role, actor)
            return people.log(
                session, actor, "staff", self._clock(), whom=done.person.email, id=staff_id,
                before={"role": done.before}, after={"role": done.person.role},
            )  # fmt: skip

    def take_away(self, staff_id: int, actor: Actor) -> int:
        """Somebody's access, at once; the line of the log."""
        actor.permit("staff")
        with self._database.transaction() as session:
            now = self._clock()
            person = members.take_away(session, staff_id, actor, now)
            return people.log(
                session, actor, "staff", now, whom=person.email, id=staff_id, role=person.role,
                before={"access": True}, after={"access": False},
            )  # fmt: skip

    def let_in(self, staff_id: int, actor: Actor) -> int:
        """Give it back; the line of the log."""
        actor.permit("staff")
        with self._database.transaction() as session:
            person = members.let_in(session, staff_id)
            return people.log(
                session, actor, "staff", self._clock(), whom=person.email, id=staff_id, role=person.role,
                before={"access": False}, after={"access": True},
            )  # fmt: skip

    def sign_out(self, email: str, actor: Actor) -> int:
        """End all sessions of somebody, as when a laptop is lost; how many."""
        actor.permit("staff")
        with self._database.transaction() as session:
            now, person = self._clock(), members.whoever(session, email)
            ended = sessions.revoke(session, person.id, now)
            people.log(session, actor, "staff", now, whom=person.email, sessions_ended=ended)
        return ended

    def sessions_of(self, email: str) -> tuple[sessions.Signed, ...]:
        """Where somebody is signed in."""
        with self._database.reading() as session:
            return sessions.open_of(session, members.whoever(session, email).id, self._clock())

    def id_of(self, email: str) -> int:
        """Somebody's number, whether they have access or not."""
        with self._database.reading() as session:
            return members.whoever(session, email).id

    def _invited(self, person: Person, actor: Actor) -> Invited:
        url, mailed = self._entrance.invite(person, actor)
        return Invited(person, url, mailed)


def _gone(everybody: tuple[Member, ...], email: str) -> Person | None:
    address = people.address(email)
    return next((one.person for one in everybody if one.person.email == address and one.gone_at), None)
