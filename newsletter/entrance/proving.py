"""Whether somebody at a page that a mail leads to is the one it was mailed to: a known browser, or a mailed code."""

from dataclasses import dataclass
from datetime import timedelta

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.entrance import letters
from newsletter.entrance.browsers import Browser
from newsletter.rendering import staff
from newsletter.staff import codes, known, sessions, throttling
from newsletter.staff.codes import Typed
from newsletter.staff.people import Person
from newsletter.staff.throttling import Limit
from subscribers import Links, Purpose

_HOUR = timedelta(hours=1)
CODES_OF_ONE = Limit(8, _HOUR)
CODES_OF_ONE_A_DAY = Limit(20, timedelta(days=1))
CODES_FROM_ONE = Limit(16, _HOUR)


@dataclass(frozen=True, slots=True)
class Proved:
    """What typed digits led to; `mark`: what the browser is to be known by from now on, where they were right."""

    typed: Typed
    mark: str = ""


class Proving:
    """Opens its own short transactions. It signs nobody in."""

    def __init__(self, database: Database, clock: Clock, links: Links) -> None:
        self._database = database
        self._clock = clock
        self._links = links

    def knows(self, person: Person, mark: str, of_console: str) -> bool:
        """Whether this browser is one of theirs. `mark`: what a code gave it; `of_console`: what the console did."""
        with self._database.reading() as session:
            now = self._clock()
            return known.is_known(session, person.id, mark, now) or known.is_signed_in(
                session, person.id, of_console, now
            )

    def ask(self, person: Person, network: str, list_id: int) -> int | None:
        """Mail them a code; its id. None where too many were asked for."""
        with self._database.transaction() as session:
            now = self._clock()
            from_there = throttling.allow(session, "code", f"from {network}", CODES_FROM_ONE, now)
            of_one = f"of {person.id}"
            if (
                not from_there
                or not throttling.allow(session, "code", of_one, CODES_OF_ONE, now)
                or not throttling.allow(session, "code-day", of_one, CODES_OF_ONE_A_DAY, now)
            ):
                return None
            id_ = codes.make(session, person.id, now)
            notices.add(
                session, notices.CODE, person.email, staff.render(letters.CODE), now, list_id=list_id,
                staff_id=person.id, link=(Purpose.CODE, id_),
            )  # fmt: skip
        return id_

    def prove(self, person: Person, code_id: int, typed: str, browser: Browser) -> Proved:
        """Try digits; where they are right, the browser is known from now on."""
        with self._database.transaction() as session:
            now = self._clock()
            found = codes.use(session, self._links, code_id, person.id, typed, now)
            if found is not Typed.RIGHT:
                return Proved(found)
            mark = browser.mark if sessions.is_mark(browser.mark) else sessions.new_mark()
            known.remember(session, person.id, mark, browser.agent, now)
            return Proved(found, mark)
