"""Leads through the first ten minutes: takes an answer, keeps it, and does what follows from it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.approval.versions import Versions
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput, Misconfigured, NotFound
from newsletter.fetch import Names
from newsletter.issues import fields, lists, views
from newsletter.issues.model import Profile
from newsletter.preflight.looking import store as looked
from newsletter.preflight.looking.asking import ask_name
from newsletter.publications import adding, importing, sourcing
from newsletter.publications.kinds import kinds as known_kinds
from newsletter.publications.sources.model import Definition
from newsletter.rendering import holes
from newsletter.rendering.page import Rendered
from newsletter.settings import Settings
from newsletter.setup import kinds as grouping
from newsletter.setup import making, months, samples, services, settings_file, store, theming, trust, zones
from newsletter.setup.bringing import Bringing
from newsletter.setup.model import Standing, Step, following
from newsletter.setup.progress import ByItself
from newsletter.setup.works import Hands, Works
from newsletter.staff import people
from newsletter.staff.authority import Role
from newsletter.staff.people import Actor, log

MOST_LINKS = 20


class Setup:
    """The setting up of one installation. `on_change` is told when a setting was written that is read at the
    start; from then on this one `is_outdated`.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, versions: Versions, hands: Hands) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._versions = versions
        self._hands = hands
        work = Works(settings, database, clock, hands)
        self.by_itself = ByItself(
            database, clock, {Step.LOOKING: work.look, Step.COLLECTING: work.collect, Step.MAKING: work.make}
        )
        self.readers = Bringing(settings, database, clock)
        self.is_outdated = False
        self.on_change: Callable[[], None] = lambda: None

    # -- how far it is -----------------------------------------------------------------------------------------------

    def standing(self) -> Standing | None:
        """How far it has come; None where it was never begun."""
        with self._database.reading() as session:
            return store.read(session, self._clock())

    def required(self) -> Standing:
        """The same; NotFound where it was never begun."""
        with self._database.reading() as session:
            return store.required(session, self._clock())

    @property
    def today(self) -> date:
        """The day where the organisation is."""
        return self._clock().astimezone(self._settings.zone).date()

    # -- the first two answers, from the terminal --------------------------------------------------------------------

    def begin(self, website: str, email: str) -> None:
        """Keep both, and let the person look after the system. Begun before, nothing is changed."""
        address = fields.address(email, "e-mail address")
        with self._database.transaction() as session:
            now = self._clock()
            if store.read(session, now) is not None:
                return
            who = address.lower()
            if not any(person.email == who for person in people.everybody(session)):
                person = people.add(session, address, Role.ADMIN.value, now)
                log(session, Actor(person, "cli"), "set-up", now, begun=website)
            store.begin(session, website.strip()[:2000], who, now)

    # -- in the browser ----------------------------------------------------------------------------------------------

    def look_at(self, actor: Actor, website: str) -> None:
        """Another website than the first."""
        actor.require("set-up")
        if not website.strip():
            raise BadInput("Type your website's address, like www.example.org; or go on without one below.")
        with self._database.transaction() as session:
            store.look_at(session, website.strip()[:2000], self._clock())
            log(session, actor, "set-up", self._clock(), website=website.strip()[:2000])
        self.by_itself.start()

    def again(self, actor: Actor) -> None:
        """Try once more what has failed."""
        actor.require("set-up")
        with self._database.transaction() as session:
            store.move(session, store.required(session, self._clock()).step, self._clock())
        self.by_itself.start()

    def publish(
        self, actor: Actor, chosen: Sequence[int], by_kind: Mapping[str, str], by_number: Mapping[int, str]
    ) -> None:
        """Keep these places as sources, with what was said of kinds, and begin to collect."""
        actor.require("set-up")
        with self._database.transaction() as session:
            now = self._clock()
            places = store.required(session, now).found.places
            ticked = [place for number, place in enumerate(places) if number in chosen]
            if not ticked:
                raise BadInput("Tick at least one place, or go on without a website below.")
            known = [kind.slug for kind in known_kinds(session)]
            rules = grouping.rules(places, by_kind, by_number, known)
            slugs = [_kept(session, place.name, place.definition, rules[place.url], now) for place in ticked]
            store.answer(session, {"sources": slugs}, now)
            log(session, actor, "sources", now, added=slugs)
            store.move(session, Step.COLLECTING, now)
        self.by_itself.start()

    def about(self, actor: Actor, *, name: str, colour: str, with_logo: bool) -> None:
        """What was read on the website about the organisation, as a person says it."""
        actor.require("set-up")
        found = self.required().found
        fresh = theming.changed(self._settings.folder, found, name=name, colour=colour, with_logo=with_logo)
        with self._database.transaction() as session:
            store.keep(session, fresh, self._clock())

    def links(self, actor: Actor, text: str) -> None:
        """Begin from links, one a line."""
        actor.require("set-up")
        given = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if not given:
            raise BadInput("Paste a link or more, each on a line of its own.")
        wrong = tuple(one[:200] for one in given if not one.startswith(("http://", "https://")))
        if wrong:
            raise BadInput("A link begins with https://. These do not; nothing was taken.", wrong[:5])
        if len(given) > MOST_LINKS:
            raise BadInput(f"These are {len(given)} links; {MOST_LINKS} are enough to begin with.")
        with self._database.transaction() as session:
            now = self._clock()
            store.answer(session, {"links": given}, now)
            store.move(session, Step.COLLECTING, now)
        self.by_itself.start()

    def table(self, actor: Actor, name: str, content: bytes) -> None:
        """Begin from a CSV or JSON file of publications."""
        actor.require("set-up")
        with self._database.reading() as session:
            known = [kind.slug for kind in known_kinds(session)]
        batch = importing.read_content(name, content, known)
        if not batch.entries:
            raise BadInput(f"{name[:80]} holds no publication.")
        with self._database.transaction() as session:
            now = self._clock()
            importing.land(session, batch, now)
            log(session, actor, "import", now, file=name[:200])
            store.move(session, Step.COLLECTING, now)
        self.by_itself.start()

    def sample(self, actor: Actor) -> None:
        """Begin from an issue that asks for texts."""
        actor.require("set-up")
        with self._database.transaction() as session:
            now = self._clock()
            for publication in samples.publications(store.required(session, now).found.url, self.today):
                try:
                    adding.add(session, publication, now, samples.SOURCE)
                except adding.AlreadyHere:
                    continue
            store.move(session, Step.COLLECTING, now)
        self.by_itself.start()

    def enough(self, actor: Actor) -> None:
        """Go on with what is here; the rest comes in later by itself."""
        actor.require("set-up")
        with self._database.transaction() as session:
            now = self._clock()
            found = store.required(session, now)
            if found.step is Step.COLLECTING:
                making.make_list(session, found.found, found.email, now)
                store.move(session, Step.MONTHS, now)

    # -- the draft ---------------------------------------------------------------------------------------------------

    def spans(self) -> tuple[months.Span, ...]:
        """Which months can be collected, and one of them proposed."""
        with self._database.reading() as session:
            face = next(iter(subscribers.lists(session)), None)
            return months.spans(session, face.id, self.today) if face else ()

    def give_days(self, actor: Actor, days: Mapping[int, str]) -> None:
        """The days of publications that have none."""
        actor.require("set-up")
        with self._database.transaction() as session:
            now = self._clock()
            for id_, text in days.items():
                if text.strip():
                    adding.give_day(session, id_, _day(text), now)

    def make(self, actor: Actor, month: str) -> None:
        """Collect the draft since that month, like 2024-04."""
        actor.require("set-up")
        first = months.first_day(month, self.today)
        with self._database.transaction() as session:
            now = self._clock()
            store.answer(session, {"first": first.isoformat()}, now)
            store.move(session, Step.MAKING, now)
        self.by_itself.start()

    def preview(self, language: str = "") -> Rendered:
        """The draft as it looks now, with what is missing drawn as holes."""
        with self._database.reading() as session:
            issue = views.find(session, str(self.required().answers.get("issue", "")))
        return self._versions.preview(self._database, issue.id, language, self._clock(), holes.open_)

    # -- who speaks, by what, with whom ------------------------------------------------------------------------------

    def profile(self) -> tuple[Profile, bool]:
        """The list's sender as it stands, and whether a person has confirmed it."""
        with self._database.reading() as session:
            face = _list(session)
            return lists.profile(session, face.id), lists.has_confirmed_address(session, face.id)

    def sender(self, actor: Actor, *, name: str, address: str, reply_to: str, postal: str) -> None:
        """Who signs, who reads the answers, and the postal address, confirmed."""
        actor.require("set-up")
        with self._database.transaction() as session:
            face, now = _list(session), self._clock()
            lists.set_sender(
                session, face.id, from_name=name, from_address=address, reply_to=reply_to, postal_address=postal
            )
            log(session, actor, "lists", now, list=face.slug, sender=address, postal=postal)
        self.go_on(actor, Step.SENDER)

    def mail(self, actor: Actor, slug: str, given: Mapping[str, str], *, untried: bool = False) -> None:
        """Send by this mail service from now on; signing in is tried first, unless it is to be taken `untried`."""
        actor.require("set-up")
        settings_file.require_settable("transport_url")
        url = services.transport_url(services.find(slug), given)
        if not untried:
            services.try_out(url)
        settings_file.put(self._settings.file, "transport_url", url)
        with self._database.transaction() as session:
            now = self._clock()
            store.answer(session, {"mail": slug}, now)
            log(session, actor, "transports", now, service=slug)
        self._changed()

    def trust(self) -> tuple[tuple[trust.Record, ...], str]:
        """What the sender's domain says, as it was looked at last; and the letter that asks for it."""
        with self._database.reading() as session:
            profile = lists.profile(session, _list(session).id)
            service = str(store.required(session, self._clock()).answers.get("mail", ""))
            found = trust.records(session, profile, service)
        return found, trust.letter(found, profile, services.named(service))

    def look_at_domain(self, actor: Actor, names: Names | None = None) -> None:
        """Ask the DNS what the sender's domain says now."""
        actor.require("set-up")
        with self._database.reading() as session:
            profile = lists.profile(session, _list(session).id)
            service = str(store.required(session, self._clock()).answers.get("mail", ""))
        asked = names or Names()
        for name, kind in trust.questions(profile, service):
            answer = ask_name(asked, name, kind, self._clock)
            with self._database.transaction() as session:
                looked.keep(session, answer)

    def go_on(self, actor: Actor, after: Step, **answers: str) -> None:
        """On to what comes after that step, if it has not gone further already."""
        actor.require("set-up")
        with self._database.transaction() as session:
            now = self._clock()
            store.required(session, now)
            if answers:
                store.answer(session, answers, now)
            store.move(session, following(after), now, only_from=after)

    # -- starting and ending -----------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Go on with whatever was under way when the process before ended."""
        self.by_itself.start()

    def _changed(self) -> None:
        self.is_outdated = True
        self.on_change()

    def close(self) -> None:
        """End what goes on by itself; it is taken up again at the next start."""
        self.by_itself.close()

    def set_zone(self, actor: Actor, zone: str, *, asked: bool) -> None:
        """Where the organisation's clocks stand. `asked`: a person says so; what is only proposed gives way."""
        actor.require("set-up")
        if not zone or zone == self._settings.timezone:
            return
        if zone not in zones.known() and zone != "UTC":
            raise BadInput(f"{zone[:60]!r} is no time zone; choose one like Europe/Brussels.")
        try:
            settings_file.put(self._settings.file, "timezone", zone)
        except Misconfigured:
            if asked:
                raise
            return
        self._changed()


def _kept(session: Session, name: str, definition: Definition, rules: Sequence[str], now: datetime) -> str:
    """The source's short name; one that is here already gets the rules."""
    defined = sourcing.define(
        definition.kind.value, definition.url, language=definition.language, options=definition.options
    )
    here = next((one for one in sourcing.sources(session) if one.definition.url == defined.url), None)
    if here is not None and here.definition.options == defined.options:
        return sourcing.set_rules(session, here.slug, rules).slug
    source = sourcing.add(session, defined, now, name=name, rules=rules)
    sourcing.claim(session, source, now)  # we visit it ourselves, at once
    return source.slug


def _list(session: Session) -> subscribers.ListFace:
    face = next(iter(subscribers.lists(session)), None)
    if face is None:
        raise NotFound("There is no list yet. First say where you publish.")
    return face


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"“{text.strip()[:40]}” is no day; write it like 2024-06-30.") from None
