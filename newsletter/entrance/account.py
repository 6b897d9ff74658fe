"""What somebody keeps here to come in, and where they are signed in: their own to change."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.entrance import letters
from newsletter.entrance.posting import Post
from newsletter.errors import BadInput, IllegalMove
from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.settings import Settings
from newsletter.staff import authenticators, challenges, deputies, known, members, passkeys, passwords, people, sessions
from newsletter.staff.authority import may
from newsletter.staff.deputies import Deputy
from newsletter.staff.passkeys import Passkey
from newsletter.staff.people import Actor, Person
from newsletter.staff.sessions import Seat, Signed
from subscribers import Links

_NO_PLACE = "Passkeys need an address with a name and https. Set BASE_URL to one."


@dataclass(frozen=True, slots=True)
class Ways:
    """Somebody's own: whether there is a password, their passkeys, where they are signed in."""

    password: bool
    passkeys: tuple[Passkey, ...]
    sessions: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Holidays:
    """Who is asked for sign-off while they are away, as long as that lasts; and who could be."""

    deputy: Deputy | None
    able: tuple[Person, ...]


class Account:
    """Every change is logged, and one to the ways in is told to its owner by mail. Whatever takes one of them away
    signs out everywhere else.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, links: Links) -> None:
        self._base_url = settings.base_url
        self._zone = settings.zone
        self._database = database
        self._clock = clock
        self._post = Post(settings, links)
        self._place = authenticators.place(settings.base_url)

    def ways(self, seat: Seat) -> Ways:
        with self._database.reading() as session:
            now, id_ = self._clock(), seat.person.id
            kept = members.password_of(session, seat.person.email)[1]
            return Ways(kept is not None, passkeys.of(session, id_), sessions.open_of(session, id_, now))

    def rename(self, name: str, seat: Seat, actor: Actor) -> int:
        """The line of the log, here and below."""
        with self._database.transaction() as session:
            before = members.rename(session, seat.person.id, name)
            return people.log(
                session, actor, "account", self._clock(), did="name", before={"name": before},
                after={"name": " ".join(name.split())},
            )  # fmt: skip

    # -- somebody else, while they are away --------------------------------------------------------------------------

    def holidays(self, seat: Seat) -> Holidays:
        """None can be named by those who do not sign off."""
        with self._database.reading() as session:
            able = [one for one in people.everybody(session) if may("approve", one.role) and one.id != seat.person.id]
            return Holidays(deputies.on(session, self._today).get(seat.person.id), tuple(able))

    def name_deputy(self, deputy_id: int, until: date, seat: Seat, actor: Actor) -> int:
        """Requests for sign-off go to them as well, until the end of that day. It gives them no power."""
        actor.require("approve")
        with self._database.transaction() as session:
            now = self._clock()
            named = deputies.name(session, seat.person, deputy_id, until, self._today, now)
            name = named.person.name or named.person.email
            return people.log(
                session, actor, "account", now, did="deputy named", name=name, until=f"{until.day} {until:%B}"
            )

    def end_deputy(self, seat: Seat, actor: Actor) -> int:
        """Nobody is asked in their place any more."""
        with self._database.transaction() as session:
            if not deputies.end(session, seat.person.id):
                raise IllegalMove("There is no deputy of yours.")
            return people.log(session, actor, "account", self._clock(), did="deputy ended")

    @property
    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    # -- a password --------------------------------------------------------------------------------------------------

    def set_password(self, password: str, again: str, seat: Seat, actor: Actor) -> int:
        if password != again:
            raise BadInput("You typed two different passwords. Nothing was changed.")
        passwords.require_good(password, seat.person.email, seat.person.name)
        kept, part = passwords.hashed(password), self._told("Your password was set.")
        with self._database.transaction() as session:
            now = self._clock()
            had_one = members.set_password(session, seat.person.id, kept)
            if had_one:
                sessions.revoke(session, seat.person.id, now, but=seat.session_id)
            return self._done(session, seat, actor, now, part, did="password changed" if had_one else "password set")

    def remove_password(self, seat: Seat, actor: Actor) -> int:
        part = self._told("Your password was removed.")
        with self._database.transaction() as session:
            now = self._clock()
            if not members.set_password(session, seat.person.id, None):
                raise IllegalMove("You have no password.")
            sessions.revoke(session, seat.person.id, now, but=seat.session_id)
            return self._done(session, seat, actor, now, part, did="password removed")

    # -- passkeys ----------------------------------------------------------------------------------------------------

    def challenge(self, seat: Seat) -> str:
        """What a browser is told to make a passkey, as JSON."""
        if self._place is None:
            raise BadInput(_NO_PLACE)
        with self._database.transaction() as session:
            content = challenges.make(session, seat.person.id, self._clock())
            known = passkeys.credentials(session, seat.person.id)
        handle = f"staff-{seat.person.id}".encode()
        return authenticators.asked_to_make(self._place, content, handle, seat.person.email, seat.person.name, known)

    def add_passkey(self, name: str, answer: str, seat: Seat, actor: Actor) -> int:
        with self._database.transaction() as session:
            taken = challenges.take(session, answer, self._clock())
        if self._place is None:
            raise BadInput(_NO_PLACE)
        if taken is None or taken.staff_id != seat.person.id:
            raise BadInput("That took too long, or was sent twice. Nothing was added; try again.")
        fresh = authenticators.made(self._place, taken.content, answer)
        part = self._told("A passkey was added.")
        with self._database.transaction() as session:
            now = self._clock()
            made = passkeys.add(session, seat.person.id, name, fresh, now)
            return self._done(session, seat, actor, now, part, did="passkey added", name=made.name)

    def remove_passkey(self, passkey_id: int, seat: Seat, actor: Actor) -> int:
        part = self._told("A passkey was removed.")
        with self._database.transaction() as session:
            now = self._clock()
            gone = passkeys.remove(session, seat.person.id, passkey_id)
            sessions.revoke(session, seat.person.id, now, but=seat.session_id)
            return self._done(session, seat, actor, now, part, did="passkey removed", name=gone.name)

    # -- sessions ----------------------------------------------------------------------------------------------------

    def end_session(self, session_id: int, seat: Seat, actor: Actor) -> int:
        """Sign out of one other browser."""
        with self._database.transaction() as session:
            now = self._clock()
            if not sessions.revoke(session, seat.person.id, now, only=session_id):
                raise IllegalMove("You are signed out there already.")
            return people.log(session, actor, "account", now, did="session ended")

    def end_others(self, seat: Seat, actor: Actor) -> int:
        """Sign out everywhere else."""
        with self._database.transaction() as session:
            now = self._clock()
            ended = sessions.revoke(session, seat.person.id, now, but=seat.session_id)
            known.forget(session, seat.person.id)
            return people.log(session, actor, "account", now, did="other sessions ended", number=ended)

    def _told(self, what: str) -> Rendered:
        return staff.render(letters.changed(what, self._base_url))

    def _done(
        self, session: Session, seat: Seat, actor: Actor, now: datetime, part: Rendered, did: str, **more: str
    ) -> int:
        self._post.queue(session, notices.ACCOUNT, seat.person, part, now)
        return people.log(session, actor, "account", now, None, did=did, **more)
