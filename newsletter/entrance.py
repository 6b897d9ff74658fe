"""The way into the console: a mailed link for one use, and the sessions that it opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.errors import Refusal
from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.rendering.staff import StaffLetter
from newsletter.settings import Settings
from newsletter.staff import people, sessions, throttling, ways_in
from newsletter.staff.people import Actor, Person
from newsletter.staff.sessions import Seat
from newsletter.staff.throttling import Limit
from newsletter.staff.ways_in import Purpose, WayIn
from subscribers import Links
from subscribers import Purpose as LinkPurpose

_HOUR = timedelta(hours=1)
ASKS_OF_ONE = Limit(5, _HOUR)
ASKS_FROM_ONE = Limit(20, _HOUR)
ENTRIES_FROM_ONE = Limit(30, _HOUR)


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has just been signed in, and the value of their cookie."""

    person: Person
    cookie: str


class Entrance:
    """Opens its own short transactions. `network`: the address that a browser asks from."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, links: Links) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._links = links

    # -- a link ------------------------------------------------------------------------------------------------------

    def ask(self, email: str, network: str) -> bool:
        """Mail a link to that address, if somebody of that address works here; nobody is told which.

        False: too many have been asked for from there.
        """
        part, now = staff.render(_SIGN_IN), self._clock()
        with self._database.transaction() as session:
            allowed = throttling.allow(session, "ask", f"from {network}", ASKS_FROM_ONE, now)
            person = _person(session, email) if allowed else None
            if person and throttling.allow(session, "ask", f"of {person.id}", ASKS_OF_ONE, now):
                self._mail(session, person, Purpose.SIGN_IN, part, now)
        return allowed

    def link(self, email: str, actor: Actor) -> tuple[str, datetime]:
        """A link for somebody who works here, to be handed over by whoever runs this machine; until when it works."""
        with self._database.transaction() as session:
            now, person = self._clock(), people.find(session, email)
            id_ = ways_in.make(session, person, Purpose.SIGN_IN, now, actor.staff_id)
            people.log(session, actor, "staff", now, link_for=person.email)
        return self._url(id_), now + ways_in.LASTS[Purpose.SIGN_IN]

    def invite(self, person: Person, actor: Actor) -> tuple[str, bool]:
        """A link for somebody who was added: its address, and whether it is also on its way by mail."""
        now = self._clock()
        inviter = (actor.person.name or actor.person.email) if actor.person else ""
        part = staff.render(_invitation(inviter))
        with self._database.transaction() as session:
            ways_in.drop(session, person.id, now)
            id_ = ways_in.make(session, person, Purpose.INVITATION, now, actor.staff_id)
            mailed = self._queue(session, person, id_, part, now)
            people.log(session, actor, "staff", now, invited=person.email, role=person.role)
        return self._url(id_), mailed

    def look(self, token: str) -> WayIn | None:
        """What a link is; looking uses nothing up. None: it is not ours, or not whole."""
        link = self._links.read(token)
        if link is None or link.purpose is not LinkPurpose.ENTRANCE:
            return None
        with self._database.reading() as session:
            return ways_in.look(session, link.id, self._clock())

    def enter(self, token: str, agent: str, network: str) -> Entered | None:
        """Use the link up and sign its owner in; None where it opens nothing (any more)."""
        link = self._links.read(token)
        if link is None or link.purpose is not LinkPurpose.ENTRANCE:
            return None
        with self._database.transaction() as session:
            now = self._clock()
            person = ways_in.use(session, link.id, now)
            return self._entered(session, person, "link", agent, network, now) if person else None

    # -- a session ---------------------------------------------------------------------------------------------------

    def seat(self, cookie: str) -> Seat | None:
        """Who holds that cookie. That it is used is noted every few minutes."""
        now = self._clock()
        with self._database.reading() as session:
            seat = sessions.find(session, cookie, now)
        if seat and now - seat.seen_at >= sessions.SEEN_EVERY:
            with self._database.transaction() as session:
                sessions.seen(session, seat.session_id, now)
        return seat

    def leave(self, seat: Seat, actor: Actor) -> None:
        """Sign out of this session."""
        with self._database.transaction() as session:
            now = self._clock()
            sessions.revoke(session, seat.person.id, now, only=seat.session_id)
            people.log(session, actor, "sign-out", now)

    def _entered(self, session: Session, person: Person, way: str, agent: str, network: str, now: datetime) -> Entered:
        cookie = sessions.begin(session, person, way, agent, network, now)
        people.log(session, Actor(person, "console"), "sign-in", now, way=way)
        return Entered(person, cookie)

    def _mail(self, session: Session, person: Person, purpose: Purpose, part: Rendered, now: datetime) -> None:
        self._queue(session, person, ways_in.make(session, person, purpose, now), part, now)

    def _queue(self, session: Session, person: Person, link_id: int, part: Rendered, now: datetime) -> bool:
        """By the first list's sender; False where there is no list or no mail service yet."""
        first = next(iter(subscribers.lists(session)), None)
        if first is None or not self._settings.transport_url:
            return False
        notices.add(
            session, notices.SIGN_IN, person.email, part, now, list_id=first.id, staff_id=person.id,
            link=(LinkPurpose.ENTRANCE, link_id),
        )  # fmt: skip
        return True

    def _url(self, link_id: int) -> str:
        path = notices.PATHS[LinkPurpose.ENTRANCE]
        return f"{self._settings.base_url}{path}{self._links.token(LinkPurpose.ENTRANCE, link_id)}"


def _person(session: Session, email: str) -> Person | None:
    try:
        return people.find(session, email)
    except Refusal:
        return None


_SIGN_IN = StaffLetter(
    "Your link to sign in",
    "Sign in to the newsletter",
    (
        "Somebody, most likely you, asked for a link to sign in with this address.",
        "The link works once, for half an hour. It leads to a page with one button; opening it does nothing yet.",
    ),
    button="Sign in",
)


def _invitation(inviter: str) -> StaffLetter:
    who = inviter or "Somebody you work with"
    return StaffLetter(
        f"{who} asks you to work on the newsletter",
        "You are asked to work on the newsletter",
        (
            f"{who} has added you to those who work on it. There is no password to think of.",
            "The link works once, for seven days. It leads to a page with one button; opening it does nothing yet.",
        ),
        button="Come in",
    )
