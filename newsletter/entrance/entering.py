"""Coming in, by a mailed link, a password or a passkey, and the sessions that it opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.entrance import letters
from newsletter.entrance.browsers import Browser, Entered
from newsletter.entrance.posting import Post
from newsletter.errors import Refusal
from newsletter.rendering import staff
from newsletter.settings import Settings
from newsletter.staff import (
    agents,
    authenticators,
    challenges,
    members,
    passkeys,
    passwords,
    people,
    sessions,
    throttling,
    ways_in,
)
from newsletter.staff.people import Actor, Person
from newsletter.staff.sessions import Seat
from newsletter.staff.throttling import Limit
from newsletter.staff.ways_in import Purpose, WayIn
from subscribers import Links

_HOUR = timedelta(hours=1)
ASKS_OF_ONE = Limit(5, _HOUR)
ASKS_FROM_ONE = Limit(20, _HOUR)
PASSWORDS_OF_ONE = Limit(10, _HOUR)
PASSWORDS_FROM_ONE = Limit(30, _HOUR)
CHALLENGES_FROM_ONE = Limit(120, _HOUR)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What there is to compare a typed password with. `allowed`: it may be tried at all."""

    allowed: bool
    person: Person | None = None
    kept: str | None = None


class Entrance:
    """Opens its own short transactions. `network`: the address that a browser asks from."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, links: Links) -> None:
        self._base_url = settings.base_url
        self._database = database
        self._clock = clock
        self._post = Post(settings, links)
        self.place = authenticators.place(settings.base_url)  # None: browsers make no passkeys for it

    # -- a link ------------------------------------------------------------------------------------------------------

    def ask(self, email: str, network: str, onward: str = "") -> bool:
        """Mail a link to that address, if somebody of that address works here; nobody is told which.

        False: too many have been asked for from there.
        """
        part, now = staff.render(letters.SIGN_IN), self._clock()
        with self._database.transaction() as session:
            allowed = throttling.allow(session, "ask", f"from {network}", ASKS_FROM_ONE, now)
            person = _person(session, email) if allowed else None
            if person and throttling.allow(session, "ask", f"of {person.id}", ASKS_OF_ONE, now):
                id_ = ways_in.make(session, person, Purpose.SIGN_IN, now, onward=onward)
                self._post.queue(session, notices.SIGN_IN, person, part, now, id_)
        return allowed

    def link(self, email: str, actor: Actor, onward: str = "") -> tuple[str, datetime]:
        """A link for somebody who works here, to be handed over by whoever runs this machine; until when it works.
        `onward`: the page that it leads to in the end.
        """
        with self._database.transaction() as session:
            now, person = self._clock(), people.find(session, email)
            id_ = ways_in.make(session, person, Purpose.SIGN_IN, now, actor.staff_id, onward)
            people.log(session, actor, "staff", now, link_for=person.email)
        return self._post.url(id_), now + ways_in.LASTS[Purpose.SIGN_IN]

    def invite(self, person: Person, actor: Actor) -> tuple[str, bool]:
        """A link for somebody who was added: its address, and whether it is also on its way by mail."""
        now = self._clock()
        inviter = (actor.person.name or actor.person.email) if actor.person else ""
        part = staff.render(letters.invitation(inviter))
        with self._database.transaction() as session:
            ways_in.drop(session, person.id, now)
            id_ = ways_in.make(session, person, Purpose.INVITATION, now, actor.staff_id)
            mailed = self._post.queue(session, notices.SIGN_IN, person, part, now, id_)
            people.log(session, actor, "staff", now, invited=person.email, role=person.role)
        return self._post.url(id_), mailed

    def look(self, token: str) -> WayIn | None:
        """What a link is; looking uses nothing up. None: it is not ours, or not whole."""
        id_ = self._post.link_id(token)
        if id_ is None:
            return None
        with self._database.reading() as session:
            return ways_in.look(session, id_, self._clock())

    def enter(self, token: str, browser: Browser) -> Entered | None:
        """Use the link up and sign its owner in; None where it opens nothing (any more)."""
        id_ = self._post.link_id(token)
        if id_ is None:
            return None

        def owner(session: Session, now: datetime) -> tuple[Person, str] | None:
            way = ways_in.use(session, id_, now)
            return (way.person, way.onward) if way else None

        return self._entered("link", browser, owner)

    # -- a password --------------------------------------------------------------------------------------------------

    def with_password(self, email: str, password: str, browser: Browser) -> Entered | None:
        """Sign in who has that address and that password. None for all that it can fail by, after the same time."""
        typed = self._typed(email, browser.network)
        fits = passwords.fits(password, typed.kept if typed.allowed else None)
        if not fits or typed.person is None or typed.kept is None:
            return None
        anew = passwords.hashed(password) if passwords.is_outdated(typed.kept) else None
        known, kept = typed.person, typed.kept

        def owner(session: Session, _: datetime) -> tuple[Person, str] | None:
            person, present = members.password_of(session, known.email)
            if person is None or present != kept:  # changed in the meantime
                return None
            if anew:
                members.set_password(session, person.id, anew)
            return person, ""

        return self._entered("password", browser, owner)

    def _typed(self, email: str, network: str) -> _Typed:
        """Tries are counted by the typed address, whether anybody has it or not."""
        with self._database.transaction() as session:
            now = self._clock()
            try:
                address = people.address(email)
            except Refusal:
                address = ""
            from_there = throttling.allow(session, "password", f"from {network}", PASSWORDS_FROM_ONE, now)
            of_them = throttling.allow(session, "password", f"of {address}", PASSWORDS_OF_ONE, now)
            person, kept = members.password_of(session, address)
        return _Typed(from_there and of_them, person, kept)

    # -- a passkey ---------------------------------------------------------------------------------------------------

    def challenge(self, network: str) -> str | None:
        """What a browser is told to sign in by a passkey, as JSON; None where there are none, or too many were asked
        for from there.
        """
        if self.place is None:
            return None
        with self._database.transaction() as session:
            now = self._clock()
            if not throttling.allow(session, "challenge", f"from {network}", CHALLENGES_FROM_ONE, now):
                return None
            content = challenges.make(session, None, now)
        return authenticators.asked_to_sign(self.place, content)

    def with_passkey(self, answer: str, browser: Browser) -> Entered | None:
        """Sign in whose passkey has signed; None for all that it can fail by. The challenge is used up either way."""
        place = self.place
        with self._database.transaction() as session:
            taken = challenges.take(session, answer, self._clock())
        if place is None or taken is None:
            return None

        def owner(session: Session, now: datetime) -> tuple[Person, str] | None:
            person = passkeys.owner(session, place, taken, answer, now)
            return (person, "") if person else None

        return self._entered("passkey", browser, owner)

    # -- a session ---------------------------------------------------------------------------------------------------

    def seat(self, cookie: str) -> Seat | None:
        """Who holds that cookie. That it is used is noted every few minutes."""
        now = self._clock()
        with self._database.reading() as session:
            seat = sessions.find(session, cookie, now)
        if seat and now - seat.seen_at >= sessions.SEEN_EVERY:
            with self._database.transaction() as session:
                seat = sessions.seen(session, seat, now)
        return seat

    def leave(self, seat: Seat, actor: Actor) -> None:
        """Sign out of this session."""
        with self._database.transaction() as session:
            now = self._clock()
            sessions.revoke(session, seat.person.id, now, only=seat.session_id)
            people.log(session, actor, "sign-out", now)

    def _entered(
        self, way: str, browser: Browser, owner: Callable[[Session, datetime], tuple[Person, str] | None]
    ) -> Entered | None:
        """A new session for whoever `owner` finds, in place of the one that this browser had. Its owner is told where
        the browser is not one of theirs.
        """
        mark = browser.mark if sessions.is_mark(browser.mark) else sessions.new_mark()
        part = staff.render(letters.new_browser(agents.said(browser.agent), self._base_url))
        with self._database.transaction() as session:
            now = self._clock()
            found = owner(session, now)
            if found is None:
                return None
            person, onward = found
            if not sessions.is_known(session, person.id, mark):
                self._post.queue(session, notices.ACCOUNT, person, part, now)
            sessions.end(session, browser.cookie, now)
            cookie = sessions.begin(session, person, way, browser.agent, browser.network, now, mark)
            people.log(session, Actor(person, "console"), "sign-in", now, way=way)
        return Entered(person, cookie, mark, onward)


def _person(session: Session, email: str) -> Person | None:
    try:
        return people.find(session, email)
    except Refusal:
        return None
