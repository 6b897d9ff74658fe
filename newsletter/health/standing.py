"""The whole of it: how everything stands, and the few acts that a page has for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import pacing
from newsletter.delivery.transports import open_transport
from newsletter.errors import NotFound
from newsletter.fetch import Names
from newsletter.health import domain, place, seen, services, working
from newsletter.health.domain import Record, State
from newsletter.health.lines import Fix, Group, Line, Report, Stands
from newsletter.health.runs import Runs
from newsletter.health.trying import look_at_certificate, try_service
from newsletter.issues import lists
from newsletter.issues.model import Profile
from newsletter.preflight.facts.asking import domain_of
from newsletter.preflight.looking import store
from newsletter.preflight.looking.asking import ask_name
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log

_AT_ONCE = 8  # questions to the name servers
_SERIOUS = {State.MISSING, State.WRONG}


@dataclass(frozen=True, slots=True)
class Sender:
    """A list with its sender."""

    slug: str
    name: str
    profile: Profile


class Health:
    """Asked by the page, and told by whatever does the jobs (`runs`)."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self.runs = Runs(database, clock)

    def report(self) -> Report:
        """How everything stands, by what is stored; nothing is asked of a network."""
        now = self._clock()
        with self._database.reading() as session:
            known = seen.seen(session)
            leaves = bool(domain.route(self._settings).host)
            return Report((
                services.group(session, self._settings, known, now),
                *self._domains(session),
                working.group(session, now),
                place.group(session, self._database, self._settings, known, now, mail_leaves=leaves),
            ))  # fmt: skip

    def senders(self, session: Session) -> tuple[Sender, ...]:
        """Every list that has one and is not closed."""
        speak = lists.speaking(session)
        faces = (one for one in subscribers.lists(session) if one.id in speak and not one.archived)
        return tuple(Sender(one.slug, one.name, lists.profile(session, one.id)) for one in faces)

    def records(self, session: Session, sender: Sender) -> tuple[Record, ...]:
        """The records of a sender's domain, as they were looked up last."""
        known = store.names(session, domain.questions(sender.profile, self._settings))
        return domain.records(sender.profile, self._settings, known)

    def try_service(self, name: str, actor: Actor) -> seen.Seen:
        """Whether a mail service lets us in; nothing is sent. What it said is kept."""
        actor.permit("transports")
        self._require_known(name)
        found = try_service(name, self._settings.transport(name), self._clock)
        with self._database.transaction() as session:
            seen.keep(session, seen.service(name), found)
        return found

    def reopen(self, name: str, actor: Actor) -> int:
        """Use a mail service again that is held, or has asked us to wait; its line in the activity log."""
        actor.permit("transports")
        self._require_known(name)
        with self._database.transaction() as session:
            now = self._clock()
            rate = open_transport(name, self._settings.transport(name)).limits.rate
            pacing.seed(session, name, rate, now)
            before = pacing.pace(session, name)
            done = pacing.reopen(session, name, now, although_postponed=True)
            return log(session, actor, "transports", now, transport=name, opened=done, because=before.paused_because)

    def look(self, actor: Actor, names: Names | None = None) -> None:
        """Ask the DNS about every sender's domain, and our own address for its certificate; the answers are kept."""
        actor.permit("look")
        with self._database.reading() as session:
            profiles = [one.profile for one in self.senders(session)]
        asked = {one for profile in profiles for one in domain.questions(profile, self._settings)}
        by = names or Names()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names") as pool:
            answers = list(pool.map(lambda one: ask_name(by, one[0], one[1], self._clock), sorted(asked)))
        base = self._settings.base_url
        public = base.startswith("https://") and not self._settings.base_is_loopback
        certificate = look_at_certificate(base, self._clock) if public else None
        with self._database.transaction() as session:
            for answer in answers:
                store.keep(session, answer)
            if certificate is not None:
                seen.keep(session, seen.CERTIFICATE, certificate)

    def _require_known(self, name: str) -> None:
        if name not in services.names(self._settings):
            raise NotFound("There is no mail service of that name.")

    def _domains(self, session: Session) -> Iterator[Group]:
        told: set[str] = set()
        for sender in self.senders(session):
            at = domain_of(sender.profile.from_address)
            if at in told:
                continue
            told.add(at)
            found = self.records(session, sender)
            looked = Fix("Look now", "/look", "look")
            lines = tuple(_line(one) for one in found)
            first, *rest = lines
            first = Line(first.name, first.stands, first.said, first.to_do, first.command, first.at, (looked,))
            yield Group(f"The domain {at}", (first, *rest), sender.slug)


def _line(one: Record) -> Line:
    """A record as a line. One without which mail is refused is a must."""
    there = f" There stands: {'; '.join(one.found)[:300]}" if one.found and one.state is not State.RIGHT else ""
    if one.state is State.RIGHT:
        return Line(one.title, Stands.GOOD, one.purpose, at=one.at)
    said = f"{one.purpose} {domain.IN_WORDS[one.state]}{there}"
    stands = Stands.MUST if one.needed and one.state in _SERIOUS else Stands.LOOK
    to_do = one.right if one.state is State.THEIRS else "The letter to your IT firm says what must stand there."
    return Line(one.title, stands, said, to_do if one.state is not State.UNKNOWN else "Look now.", at=one.at)
