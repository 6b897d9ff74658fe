"""The spine: the route of an issue, a short method a step: open a transaction, call one verb, log one line."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import fetch, preflight
from newsletter.approval import asks, deciding, remarks, reviewing, snapshots
from newsletter.approval.differences import differences
from newsletter.approval.gate import Gate
from newsletter.approval.model import Decided, Snapshot, Yes
from newsletter.approval.versions import Version, Versions
from newsletter.clock import Clock
from newsletter.configuring.keys import Keys
from newsletter.configuring.lists import ListSettings
from newsletter.configuring.rhythms import Rhythms
from newsletter.configuring.services import Services
from newsletter.database import Database
from newsletter.delivery import (
    asking,
    audiences,
    copying,
    mailings,
    notices,
    pacing,
    picturing,
    planning,
    practising,
    views,
    web_notes,
    web_previews,
)
from newsletter.delivery.belonging import Belonging
from newsletter.delivery.freezing import freeze
from newsletter.delivery.model import Outcome
from newsletter.delivery.releasing import conclude, release
from newsletter.delivery.sending import Sender, Tally
from newsletter.delivery.transports import is_remote, open_transport
from newsletter.delivery.workers import recover
from newsletter.entrance import Account, Entrance, Proving, Team
from newsletter.errors import BadInput, IllegalMove, RenderError
from newsletter.guests import views as guests
from newsletter.guests.model import Wish
from newsletter.guests.page import Guests
from newsletter.guests.requests import Requests
from newsletter.health.standing import Health
from newsletter.issues import assembling, correcting, fields, lists, moves, presence, rhythms
from newsletter.issues.editor import Edited, Editor
from newsletter.issues.model import RELEASED, State
from newsletter.issues.views import IssueSummary, find
from newsletter.publications import adding, collecting, pasted, sourcing
from newsletter.publications import picturing as picturing_publications
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.sources.pasting import read_link
from newsletter.publications.tending import Sources
from newsletter.readers.bringing import Bringing
from newsletter.readers.changing import Changing
from newsletter.readers.joining import Joining
from newsletter.readers.key_readers import KeyReaders
from newsletter.readers.tending import Tending
from newsletter.rendering.dkim import signer
from newsletter.rendering.page import Pointed, Rendered
from newsletter.rhythm.context import SYSTEM, Context
from newsletter.rhythm.due_work import DueWork
from newsletter.rhythm.letters.saying import When
from newsletter.settings import Settings
from newsletter.setup.conducting import Setup
from newsletter.setup.works import Hands
from newsletter.staff import known, members, sessions, throttling
from newsletter.staff.people import Actor, Person, everybody, log
from newsletter.staff.throttling import Limit
from subscribers import AddressBook, Links

MOST_TESTED = 20  # addresses at once
# What was stopped can still go to the rest, under a yes that counts: that one can be taken back.
_OUT = RELEASED - {State.STOPPED}
MOST_REMARKS = Limit(30, timedelta(hours=1))
ONCE = Limit(1, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to, what somebody should look at before it is printed, and why it is of its kind."""

    publication: Publication
    flags: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class PastedInto:
    """What a pasted link led to. `edited`: None where it has no day, and so waits in the tray."""

    publication_id: int
    title: str
    edited: Edited | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What handing in led to: the version, and the yes that it already has where nothing changed since."""

    version: Snapshot
    yes: Yes | None
    activity_id: int = 0


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a `send` did in this process, and where the mailing stands after it. `tally` is None with nothing to do."""

    status: views.MailingStatus
    tally: Tally | None


@dataclass(frozen=True, slots=True)
class Tested:
    """How many language versions went to each address, and the line of the log that says so."""

    copies: int
    activity_id: int


@dataclass(frozen=True, slots=True)
class Checked:
    """An issue with its findings, and how far the last look at the network came. `version`: None where none can be."""

    version: Version | None
    findings: tuple[preflight.Finding, ...]
    looking: preflight.Looking


class Pipeline:
    """publications -> issues -> rendering -> preflight -> approval -> delivery."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.book = AddressBook(settings.suppression_key)
        self.links = Links(settings.secret_keys)
        self.versions = Versions(settings.base_url, settings.folder)
        self.gate = Gate(self.versions)
        self.editor = Editor(settings, database, clock)
        self.checking = preflight.Checking(
            settings, database, clock, mail_leaves=lambda: self.mail_leaves, asked=_asked_of_guests
        )
        self.belonging = Belonging(database, settings.instance_file, clock)
        self.rhythm = DueWork(
            Context(
                settings,
                database,
                clock,
                self.gate,
                self.versions,
                partial(self.collect, (), SYSTEM),
                self.check,
                self.look_again,
            ),
            self.belonging,
        )
        self.joining = Joining(settings, database, clock, self.book, self.links)
        self.changing = Changing(settings, database, clock, self.book, self.links)
        self.key_readers = KeyReaders(database, clock, self.book)
        self.bringing = Bringing(settings, database, clock, self.book)
        self.tending = Tending(database, clock, self.book)
        self.entrance = Entrance(settings, database, clock, self.links)
        self.team = Team(database, clock, self.entrance)
        self.proving = Proving(database, clock, self.links)
        self.account = Account(settings, database, clock, self.links)
        self.setup = Setup(settings, database, clock, self.versions, Hands(self.paste, self.own_hosts))
        self.lists = ListSettings(settings.folder, database, clock, self.gate)
        self.rhythms = Rhythms(database, clock, settings.zone)
        self.keys = Keys(database, clock)
        self.services = Services(settings, database, clock)
        self.sources = Sources(settings, database, clock, self.own_hosts)
        self.guests = Guests(settings, database, clock, self.links, self.versions)
        self._requests = Requests(settings, database, clock)
        self.health = Health(settings, database, clock)

    # -- publications: what the organisation published -----------------------------------------------------------

    def collect(
        self, slugs: Sequence[str], actor: Actor, *, dry_run: bool = False, progress: collecting.Progress | None = None
    ) -> tuple[collecting.Collected, ...]:
        """Visit these sources, without any all that are not paused. One that fails costs no other."""
        actor.permit("collect")
        with self.database.reading() as session:
            chosen = [sourcing.find(session, slug) for slug in slugs]
            chosen = chosen or [one for one in sourcing.sources(session) if one.paused_at is None]
        done = self._visit(chosen, dry_run=dry_run, progress=progress)
        if not dry_run:
            with self.database.transaction() as session:
                found = {one.source: one.counts for one in done if one.is_news}
                log(session, actor, "collect", self.clock(), sources=found)
        return done

    def collect_due(self) -> tuple[collecting.Collected, ...]:
        """Visit the sources whose time has come, and that nobody else is visiting."""
        with self.database.reading() as session:
            due = sourcing.due(session, self.clock())
        return self._visit(due, claim=True) if due else ()

    def _visit(
        self, chosen: Sequence[sourcing.Source], *, claim: bool = False, dry_run: bool = False,
        progress: collecting.Progress | None = None,
    ) -> tuple[collecting.Collected, ...]:  # fmt: skip
        with self.database.reading() as session:
            own = self.own_hosts(session)
        with fetch.web(self.settings) as web:
            visited = (one for one in chosen if not claim or self._claimed(one))
            return tuple(
                collecting.collect(
                    self.database, web, one, self.clock, own_hosts=own, dry_run=dry_run, progress=progress
                )
                for one in visited
            )

    def _claimed(self, source: sourcing.Source) -> bool:
        with self.database.transaction() as session:
            return sourcing.claim(session, source, self.clock())

    def own_hosts(self, session: Session) -> frozenset[str]:
        """The organisation's own, by its sources and its lists: what leads elsewhere was published by others."""
        return sourcing.own_hosts(session) | lists.hosts(session)

    def paste(self, publication: Publication, flags: Sequence[str], actor: Actor) -> int:
        """Add what was filled in from a pasted link, and take its picture; its id."""
        actor.permit("import")
        with self.database.transaction() as session:
            now = self.clock()
            id_ = adding.add(session, publication, now, pasted.SOURCE, flags)
            log(session, actor, "import", now, publication=id_, pasted=publication.url)
        self.take_pictures([id_])
        return id_

    def read_link(self, url: str, said: Mapping[str, str] | None = None) -> Linked:
        """What a link leads to, filled in from its own page; `said`, by column, goes before what the page says."""
        with fetch.web(self.settings) as web:
            entry = read_link(web, url)
        with self.database.reading() as session:
            known, own = [row.slug for row in kinds(session)], self.own_hosts(session)
        found, because = pasted.filled_in(entry, said or {}, own, known)
        return Linked(found, tuple(str(flag) for flag in entry.flags), because)

    def paste_into(
        self, key: str, url: str, actor: Actor, *, section: str | None = None, said: Mapping[str, str] | None = None,
        base: int | None = None,
    ) -> PastedInto:  # fmt: skip
        """Add what a link leads to, or find it where it is here already, and put it into the issue. Without a day it
        waits in the tray instead.
        """
        actor.permit("choose")
        linked = self.read_link(url, said)
        try:
            id_ = self.paste(linked.publication, linked.flags, actor)
        except adding.AlreadyHere as here:
            id_ = here.publication_id
        with self.database.reading() as session:
            day = adding.day_of(session, id_)
        edited = self.editor.use(key, actor, [id_], section=section, base=base) if day else None
        return PastedInto(id_, linked.publication.title, edited)

    def give_day(self, publication: int, day: date | None, actor: Actor) -> str:
        """Give a publication its day, or with None take it away again; its title."""
        actor.permit("import")
        with self.database.transaction() as session:
            now = self.clock()
            before = adding.day_of(session, publication)
            title = adding.give_day(session, publication, day, now)
            log(
                session, actor, "import", now, publication=publication, title=title,
                published_on=day.isoformat() if day else "", before_day=before.isoformat() if before else "",
            )  # fmt: skip
        return title

    def take_pictures(self, publications: Sequence[int]) -> picturing_publications.Pictured:
        """Take the pictures that these publications name on the web; what cannot be had is told, and costs no other."""
        with self.database.reading() as session:
            wanted = picturing_publications.of_publications(session, publications)
        with fetch.web(self.settings) as web:
            return picturing_publications.take(self.database, web, wanted, self.clock())

    # -- issues: what it says -----------------------------------------------------------------------------------

    def assemble(
        self, list_slug: str, period: str, actor: Actor, since: date | None = None, until: date | None = None
    ) -> assembling.Assembled:
        """Collect a period into a draft; a second time only offers what is new."""
        actor.permit("assemble")
        now = self.clock()
        today = now.astimezone(self.settings.zone).date()
        with self.database.reading() as session:
            rhythms.load_holidays(session, today)
        with self.database.transaction() as session:
            done = assembling.assemble(
                session, list_slug, period, now, today, since, until, zone=self.settings.zone, by=actor.staff_id
            )
            log(session, actor, "assemble", now, done.issue_id, created=done.created, offered=done.offered)
        return done

    def edit(
        self, key: str, actor: Actor, subject: str | None, preview: str | None, language: str | None = None
    ) -> Edited:
        """Set subject or preview line."""
        return self.editor.word_issue(key, actor, subject=subject, preview=preview, language=language)

    def present(self, key: str, actor: Actor, place: str = "") -> None:
        """Note that somebody is at work in the issue, and where."""
        actor.permit("edit")
        if actor.staff_id is not None:
            with self.database.transaction() as session:
                presence.note(session, find(session, key).id, actor.staff_id, place, self.clock())

    def left(self, key: str, actor: Actor) -> None:
        """Note that somebody has closed the issue's page."""
        actor.permit("edit")
        if actor.staff_id is not None:
            with self.database.transaction() as session:
                presence.leave(session, find(session, key).id, actor.staff_id)

    def choose(self, key: str, actor: Actor, verb: str, publications: Sequence[int], reason: str) -> Edited:
        """Put publications into the issue (`use`), save them for next time (`hold`) or leave them out (`decline`)."""
        match verb:
            case "use":
                return self.editor.use(key, actor, publications)
            case "hold":
                return self.editor.hold(key, actor, publications, reason=reason)
            case "decline":
                return self.editor.decline(key, actor, publications, reason=reason)
        raise BadInput(f"{verb!r} is none of use, hold, decline.")

    # -- guests: what those are asked who never log in -----------------------------------------------------------

    def ask_guest(self, key: str, wish: Wish, actor: Actor) -> int:
        """Ask somebody for one act, and mail a link to the page for it; the request's id."""
        planning.require_reachable(self.settings)
        return self._requests.ask(key, wish, actor)

    def remind_guest(
        self, request_id: int, actor: Actor, *, due_on: date | None = None, message: str | None = None
    ) -> None:
        """Mail the link once more; with another day where one is given."""
        planning.require_reachable(self.settings)
        self._requests.remind(request_id, actor, due_on, message)

    def revoke_guest(self, request_id: int, actor: Actor) -> None:
        """Ask no more; what was answered stays where it is."""
        self._requests.revoke(request_id, actor)

    def go_without(self, request_id: int, actor: Actor) -> None:
        """Make the issue without what was asked for; a note that is owed is owed no more."""
        self._requests.go_without(request_id, actor)

    def restore_guest(self, request_id: int, actor: Actor) -> None:
        """Ask again after all, by the same link: what undoes `revoke_guest` and `go_without`."""
        self._requests.restore(request_id, actor)

    def count_as_said(self, request_id: int, actor: Actor, given: Mapping[str, str]) -> int:
        """Write down the answer that a guest has given by phone; its line in the activity log."""
        return self._requests.count_as_said(request_id, actor, given)

    # -- rendering and preflight: how it looks, whether it may go ------------------------------------------------

    def version(self, key: str) -> Version:
        """The issue rendered as it stands."""
        with self.database.reading() as session:
            issue = find(session, key)
        return self.versions.make(self.database, issue.id, self.clock())

    def preview(self, key: str, language: str) -> Rendered:
        """One language version as it stands."""
        with self.database.reading() as session:
            issue = find(session, key)
        return self.versions.preview(self.database, issue.id, language, self.clock())

    def point(self, key: str, language: str, revision: int | None = None) -> Pointed:
        """The same for those who work on it: each word says from which place of the draft it comes. With a revision, as
        it was then.
        """
        with self.database.reading() as session:
            issue = find(session, key)
        return self.versions.point(self.database, issue.id, language, self.clock(), revision)

    def check(self, version: Version) -> tuple[preflight.Finding, ...]:
        """All findings, the gravest first. Asks no network: what was looked at before counts."""
        return self.checking.check(version)

    def checked(self, key: str) -> Checked:
        """The findings for a page; an issue that cannot be rendered has one."""
        with self.database.reading() as session:
            issue = find(session, key)
        looking = self.checking.lookout.looking(issue.id)
        try:
            version = self.version(key)
        except RenderError as error:
            return Checked(None, (preflight.unrendered(error),), looking)
        return Checked(version, self.check(version), looking)

    def look(self, key: str, *, again: bool = False, progress: preflight.Progress | None = None) -> preflight.Looking:
        """Ask what the issue's addresses answer, and what the DNS tells of its sender, where that was not done within a
        day; with `again` in any case.
        """
        return self.checking.look(self.version(key), again=again, progress=progress)

    def start_looking(self, key: str, *, again: bool = False) -> bool:
        """The same in a thread of its own; False where somebody looks already."""
        version = self.version(key)
        return self.checking.lookout.start(version.draft.issue_id, lambda: self.checking.look(version, again=again))

    def looking(self, key: str) -> preflight.Looking:
        """How far the last look has come."""
        with self.database.reading() as session:
            issue = find(session, key)
        return self.checking.lookout.looking(issue.id)

    def opened(self, key: str, url: str, actor: Actor) -> int:
        """Somebody has opened a link that programs are not let see; its line in the activity log."""
        person = actor.require("edit")
        with self.database.transaction() as session:
            issue, now = find(session, key), self.clock()
            self.checking.lookout.opened(session, url, person.name or person.email, now)
            return log(session, actor, "opened", now, issue.id, url=url)

    def look_again(self, key: str | int, progress: preflight.Progress | None = None) -> tuple[preflight.Finding, ...]:
        """Before a release that a yes covers: ask anew what is older than a day, and tell what must be mended now. It
        stops nothing.
        """
        with self.database.reading() as session:
            issue = find(session, key)
            may_go = self.mail_leaves and issue.state not in RELEASED and self.gate.look(session, issue.id)[0]
        if not may_go:
            return ()
        version = self.versions.make(self.database, issue.id, self.clock())
        self.checking.look(version, progress=progress, longest=preflight.BEFORE_A_SEND)
        return preflight.musts(self.check(version))

    @property
    def mail_leaves(self) -> bool:
        """Whether the mail service is elsewhere."""
        url = self.settings.transport_url
        return bool(url) and is_remote(url)

    def test(self, key: str, address: str, actor: Actor) -> int:
        """Queue a test copy of every language version to one address; how many."""
        return self.test_all(key, (address,), actor).copies

    def test_all(self, key: str, addresses: Sequence[str], actor: Actor, language: str = "") -> Tested:
        """Queue test copies to several addresses: to all of them or, where one cannot be, to none."""
        actor.permit("test")
        to = tuple(dict.fromkeys(fields.address(address, "address") for address in addresses))
        if not to or len(to) > MOST_TESTED:
            raise BadInput(f"A test copy goes to at least one address and at most {MOST_TESTED}; given are {len(to)}.")
        planning.require_mail_service(self.settings)
        planning.require_reachable(self.settings)
        version = self.version(key)
        if language and language not in version.parts:
            raise BadInput(
                f"There is no language version {language[:20]!r} of {version.draft.name}; there are: "
                f"{', '.join(version.parts)}."
            )
        parts = [part for name, part in version.parts.items() if language in {"", name}]
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            for one in to:
                for part in parts:
                    notices.add(session, notices.TEST_COPY, one, part, now, list_id=issue.list_id, issue_id=issue.id)
            languages = [part.language for part in parts]
            line = log(session, actor, "test", now, issue.id, to=", ".join(to), languages=languages)
        return Tested(len(parts), line)

    # -- approval: who said yes, to exactly what -----------------------------------------------------------------

    def submit(self, key: str, actor: Actor, comment: str = "", whom: Collection[int] | None = None) -> Submitted:
        """Hand in the issue as it stands; refused while a check says that something must be mended. `whom`: the ids of
        those who are asked; None for all who may sign off.
        """
        person, version, now = actor.require("submit"), self.version(key), self.clock()
        if musts := preflight.musts(self.check(version)):
            raise BadInput(
                "Not handed in: something must be mended first.", tuple(f"{f.place}: {f.message}" for f in musts)
            )
        with self.database.transaction() as session:
            issue = find(session, key, lock=True)
            lists.require_confirmed_address(session, issue.list_id)
            kept = snapshots.keep(
                session, issue.id, version.parts, version.envelope, version.basis_facts, person.id, now
            )
            review = deciding.open_review(session, kept, person.id, now, comment)
            yes, before = deciding.counting(session, issue.id, version.basis), deciding.last_yes(session, issue.id)
            moves.move(session, issue.id, State.IN_REVIEW, now)
            if yes:
                planning.approved(session, issue.id, issue.planned_at, now)
            else:
                since = differences(before.basis_facts, version.basis_facts) if before else None
                today, parts = now.astimezone(self.settings.zone).date(), tuple(version.parts.values())
                request = asking.Request(review, kept, parts, person, comment, since, self.settings.base_url, whom)
                asking.ask(session, issue, request, today, now)
            activity = log(session, actor, "submit", now, issue.id, version=kept.number, fingerprint=kept.fingerprint)
        return Submitted(kept, yes, activity)

    def withdraw(self, key: str, actor: Actor) -> int:
        """Take it back into the draft; its line in the activity log."""
        actor.require("withdraw")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            moves.move(session, issue.id, State.DRAFT, now)
            deciding.withdraw(session, issue.id, now)
            planning.cancel(session, issue.id)
            return log(session, actor, "withdraw", now, issue.id)

    def approve(self, key: str, actor: Actor, comment: str = "", override: str = "", fingerprint: str = "") -> Snapshot:
        """Say yes to exactly what was handed in. `fingerprint`: of what was read; another one meanwhile is refused."""
        person = actor.require("approve")
        override = override.strip()
        if override:
            actor.require("override")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            review = deciding.required_review(session, issue.id)
            deciding.require_read(session, review, fingerprint)
            done = deciding.approve(
                session, review, self.gate.basis(session, issue.id), person.id, now, comment, override
            )
            late = planning.missed(session, issue, now)
            if issue.state not in {State.APPROVED, State.PLANNED}:
                planning.approved(session, issue.id, issue.planned_at, now)
            self._tell_decided(session, issue, done, person, comment, now, to=review.requested_by, late=late)
            log(session, actor, "approve", now, issue.id, fingerprint=done.version.fingerprint, override=override)
        return done.version

    def request_changes(self, key: str, actor: Actor, comment: str, fingerprint: str = "") -> int:
        """Ask for a change; an earlier yes to the same version stops counting. Its line in the activity log."""
        person = actor.require("request-changes")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            review = deciding.required_review(session, issue.id)
            deciding.require_read(session, review, fingerprint)
            done = deciding.request_changes(session, review, person.id, now, comment)
            moves.move(session, issue.id, State.CHANGES_REQUESTED, now)
            planning.cancel(session, issue.id)
            self._tell_decided(session, issue, done, person, comment, now, to=review.requested_by, yes=False)
            return log(session, actor, "request-changes", now, issue.id, comment=comment)

    def _tell_decided(
        self, session: Session, issue: IssueSummary, done: Decided, person: Person, comment: str, now: datetime, *,
        to: int, yes: bool = True, late: datetime | None = None,
    ) -> None:  # fmt: skip
        """The one who decided, with the way to say that it was somebody else; whoever asked; who looks after it."""
        passed = When(now, self.settings.zone).said(late) if late else ""
        said = (issue.name, done.version.number, asking.called(person), comment)
        asking.tell_decider(session, issue, reviewing.own_decision(*said, yes=yes, late=passed), person, done.id, now)
        asking.tell(session, issue, reviewing.decided(*said, yes=yes, late=passed), {to}, now, but=person.id)

    def remark(self, key: str, actor: Actor, text: str, place: str = "") -> int:
        """Say something about the issue, or one item of it by its anchor, without deciding; its line in the log."""
        person = actor.require("remark")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            if not throttling.allow(session, "remark", f"of {person.id}", MOST_REMARKS, now):
                raise IllegalMove("That was too much within an hour. Wait a while, or telephone.")
            facts = self.versions.basis_facts(session, issue.id)
            titles, review = remarks.places(facts), deciding.latest_review(session, issue.id)
            if review:
                titles = remarks.places(snapshots.snapshot(session, review.snapshot_id).basis_facts) | titles
            if place and place not in titles:
                raise BadInput("That item is not in this mail. Open the page anew, and choose again.")
            remarks.add(session, issue.id, person.id, place, text, now)
            whom = {review.requested_by, *asks.asked(session, review.id)} if review else set()
            whom = whom or {one.id for one in asking.could_be_asked(session, person.id)}
            page = asking.address(self.settings.base_url, issue.slug)
            letter = reviewing.remark(issue.name, asking.called(person), titles.get(place, ""), text.strip(), page)
            asking.tell_remark(session, issue, letter, whom, person, now)
            return log(session, actor, "remark", now, issue.id, text=text.strip()[:200])

    def not_me(self, decision_id: int, via: str) -> bool:
        """The one in whose name it was says that it was somebody else: a yes counts no more, whoever looks after the
        system is alarmed, and every browser must prove itself anew. False where that was said already.
        """
        with self.database.transaction() as session:
            made, now = deciding.decision(session, decision_id), self.clock()
            if made is None or not throttling.allow(session, "not-me", str(decision_id), ONCE, now):
                return False
            issue = find(session, made.issue_id, lock=True)
            person = members.of_id(session, made.staff_id)
            released = issue.state in _OUT
            taken_back = made.yes and not released and deciding.revoke(session, decision_id, now)
            signed_off = issue.state in {State.APPROVED, State.PLANNED}
            counts = bool(taken_back and signed_off and self.gate.look(session, issue.id)[0])
            if taken_back and signed_off and not counts:
                moves.move(session, issue.id, State.IN_REVIEW, now)
                planning.cancel(session, issue.id)
            known.forget(session, person.id)
            sessions.revoke(session, person.id, now)
            review = deciding.latest_review(session, issue.id)
            letter = reviewing.not_me(
                issue.name, asking.called(person), taken_back=taken_back, released=made.yes and released, counts=counts
            )
            asking.tell(session, issue, letter, {person.id} | ({review.requested_by} if review else set()), now)
            log(session, Actor(person, via), "not-me", now, issue.id, version=made.number)
        return True

    def take_back(self, key: str, actor: Actor) -> int:
        """A yes is taken back, and the plan with it; its line in the log. Not once the first copy may leave."""
        person = actor.require("approve")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            if issue.state in _OUT:
                raise IllegalMove(f"It is too late to take a yes back: {issue.name} is {moves.IN_WORDS[issue.state]}.")
            deciding.take_back(session, issue.id, person.id, now)
            if issue.state in {State.APPROVED, State.PLANNED}:
                moves.move(session, issue.id, State.IN_REVIEW, now)
                planning.cancel(session, issue.id)
            review = deciding.current_review(session, issue.id)
            letter = reviewing.taken_back(issue.name, person.name or person.email)
            asking.tell(session, issue, letter, {person.id} | ({review.requested_by} if review else set()), now)
            return log(session, actor, "take-back", now, issue.id)

    # -- delivery: to each confirmed reader, once ----------------------------------------------------------------

    def plan(self, key: str, at: datetime, actor: Actor, *, calm: bool = False) -> int:
        """Set the time at which readers get it by itself, in this person's name; `calm`: the team gets it before. It is
        no part of what is approved. Its line in the activity log.
        """
        person = actor.require("plan")
        self.belonging.require()
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            if at <= now:
                raise BadInput(f"{at.isoformat()} has passed. Nothing is planned; give a time ahead.")
            self.gate.require(session, issue)
            if issue.state is not State.PLANNED:
                moves.move(session, issue.id, State.PLANNED, now)
            how = lists.calm(session, issue.list_id) if calm else None
            planning.plan(session, issue.list_id, issue.id, at, now, person.id, calm=how)
            return log(session, actor, "plan", now, issue.id, at=at.isoformat(), calm=calm)

    def cancel_plan(self, key: str, actor: Actor) -> int:
        """Forget the time at which it would go out by itself; the yes stands. Its line in the activity log."""
        actor.require("plan")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            if issue.state is not State.PLANNED or issue.planned_at is None:
                raise IllegalMove(f"{issue.name} is not planned; there is no plan to cancel.")
            planned = planning.planned(session, issue.id)
            planning.set_aside(session, issue.id, now)
            return log(
                session, actor, "cancel-plan", now, issue.id, at=issue.planned_at.isoformat(),
                calm=bool(planned and planned[1]),
            )  # fmt: skip

    def send(
        self,
        key: str,
        actor: Actor,
        *,
        wait: bool = True,
        now_although_planned: bool = False,
        calm: bool = False,
        transport: str = "",
        stop: threading.Event | None = None,
        progress: Callable[[Tally, int], None] | None = None,
    ) -> SendResult:
        """Release the issue, or go on with it after a crash; hand over until nothing is due now. After a stop and a new
        sign-off, to the rest. `calm`: to the team first, to the readers later and spread over a time. `transport`: this
        one takes over what no other has taken.
        """
        actor.require("send")
        self.belonging.require()
        # What is wrong with the mail service is said before anything.
        open_transport(transport or "default", self.settings.transport(transport or "default"))
        issue, mailing_id = self._begin(key, actor, transport, although_planned=now_although_planned, calm=calm)
        if mailing_id is None:
            return SendResult(self._status(issue.id), None)
        tally = None
        if wait:
            self._reopen(mailing_id, issue.id, actor)
            tally = self.work_on(mailing_id, stop, progress)
        else:
            self._freeze(mailing_id)
        return SendResult(self._status(issue.id), tally)

    def start(self, key: str, actor: Actor, *, calm: bool = False) -> None:
        """Release the issue now, also one that is planned for later, and leave all else to a worker."""
        actor.require("send")
        self.belonging.require()
        planning.require_mail_service(self.settings)
        open_transport("default", self.settings.transport("default"))
        self._begin(key, actor, "", although_planned=True, calm=calm)

    def work_on(
        self,
        mailing_id: int,
        stop: threading.Event | None = None,
        progress: Callable[[Tally, int], None] | None = None,
    ) -> Tally:
        """What is due now of a mailing that was released: its readers fixed, copies handed over, its end written."""
        self.belonging.require()
        with self.database.reading() as session:
            issue_id, name = mailings.route(session, mailing_id)
        transport = open_transport(name, self.settings.transport(name))
        picturing.picture(self.database, issue_id, self.settings.folder, self.clock)
        self._freeze(mailing_id)
        self.belonging.advance()
        sender = Sender.of(
            self.database, transport, self.settings, self.links, mailing_id, self.clock, stop,
            self.belonging.advancing(progress),
        )  # fmt: skip
        tally = sender.run()
        conclude(self.database, issue_id, mailing_id, self.clock)
        self.belonging.advance()
        return tally

    def deliver_notices(self, stop: threading.Event | None = None) -> list[Outcome]:
        """Hand over the notices that are due. RouteDown when the mail service cannot be reached."""
        self.belonging.require()
        transport = open_transport("default", self.settings.transport("default"))

        def sender_of(session: Session, list_id: int) -> notices.Sender:
            profile = lists.profile(session, list_id)
            return notices.Sender(
                profile.from_name, profile.from_address, self.settings.base_url, self.settings.base_is_loopback,
                profile.reply_to, profile.return_path,
            )  # fmt: skip

        settings = self.settings
        by = signer(settings.dkim_domain, settings.dkim_selector, settings.dkim_private_key, self.clock)
        self.belonging.advance()
        return notices.deliver(self.database, transport, self.links, sender_of, self.clock, stop, by)

    def _freeze(self, mailing_id: int) -> None:
        with self.database.reading() as session:
            team = [self.book.hash(person.email) for person in everybody(session)]
        freeze(self.database, mailing_id, self.clock(), team)

    def _reopen(self, mailing_id: int, issue_id: int, actor: Actor) -> None:
        """A person who sends wants a mail service tried again that was held for refusing us."""
        with self.database.transaction() as session:
            name, now = mailings.route(session, mailing_id)[1], self.clock()
            if pacing.reopen(session, name, now):
                log(session, actor, "send", now, issue_id, mailing=mailing_id, opened=name)

    def _begin(
        self, key: str, actor: Actor, transport: str, *, although_planned: bool, calm: bool
    ) -> tuple[IssueSummary, int | None]:
        try:
            return self._release(key, actor, transport, although_planned=although_planned, calm=calm)
        except IntegrityError:
            # Another sender has released it at this very moment; go on with what it made.
            return self._release(key, actor, transport, although_planned=although_planned, calm=calm)

    def _release(
        self, key: str, actor: Actor, transport: str, *, although_planned: bool, calm: bool
    ) -> tuple[IssueSummary, int | None]:
        with self.database.transaction() as session:
            recover(session)
            issue, now, person = find(session, key, lock=True), self.clock(), actor.require("send")
            mailing_id, is_new = release(
                session, issue, self.gate, self.settings, person.id, now, although_planned=although_planned,
                transport=transport,
            )  # fmt: skip
            if mailing_id is not None and calm:
                mailings.calmly(session, mailing_id, lists.calm(session, issue.list_id), is_new=is_new)
            if is_new:
                log(session, actor, "send", now, issue.id, mailing=mailing_id, calm=calm)
            elif mailing_id is not None and transport:
                log(session, actor, "send", now, issue.id, mailing=mailing_id, transport=transport)
        return issue, mailing_id

    def pause(self, key: str, actor: Actor) -> int:
        """Nothing more is handed over until it is resumed. Its line in the activity log."""
        return self._control(key, actor, "pause", State.PAUSED)

    def resume(self, key: str, actor: Actor) -> int:
        """Go on exactly where it stood; `send` hands over. Its line in the activity log."""
        return self._control(key, actor, "resume", State.SENDING)

    def stop(self, key: str, actor: Actor) -> int:
        """End it for good: who has no copy gets none. Its line in the activity log."""
        return self._control(key, actor, "stop", State.STOPPED)

    def _control(self, key: str, actor: Actor, verb: str, to: State) -> int:
        actor.require(verb)
        if to is State.SENDING:
            self.belonging.require()
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            going = mailings.unfinished(session, issue.id)
            if going is None:
                raise IllegalMove(f"{issue.name} is not being sent; there is nothing to {verb}.")
            moves.move(session, issue.id, to, now)
            mailings.control(session, going.id, verb, now)
            return log(session, actor, verb, now, issue.id, mailing=going.id)

    def resolve(self, key: str, actor: Actor, how: str, addresses: Sequence[str] = ()) -> int:
        """Settle copies without an answer: `leave`, or `send_again` (to all, or to those named). How many."""
        person = actor.require("resolve")
        hashes = self._hashes(addresses)
        with self.database.transaction() as session:
            recover(session)
            issue, now = find(session, key, lock=True), self.clock()
            if how == "send_again":
                last = mailings.required_to_repeat(session, issue)
                settled = mailings.resolve(session, last.id, hashes, how, person.id, now)
                self._goes_on(session, issue, now, settled)
            else:
                rounds = views.rounds_of(session, mailings.required(session, issue))
                settled = sum(mailings.resolve(session, one.id, hashes, how, person.id, now) for one in rounds)
            log(session, actor, "resolve", now, issue.id, how=how, settled=settled)
        return settled

    # -- after a mistake ------------------------------------------------------------------------------------------

    def retry(
        self, key: str, actor: Actor, addresses: Sequence[str] = (), *, deferred: bool = True, rejected: bool = True
    ) -> tuple[int, int]:
        """Copies that were put off are due now; refused ones wait again, but for those whose readers' mailboxes refuse,
        unless they are named. How many of each.
        """
        person, hashes = actor.require("retry"), self._hashes(addresses)
        with self.database.transaction() as session:
            recover(session)
            issue, now = find(session, key, lock=True), self.clock()
            last = mailings.required_to_repeat(session, issue)
            due = mailings.hurry(session, last.id, hashes, now) if deferred else 0
            again = mailings.retry(session, last.id, hashes, person.id, now) if rejected else 0
            self._goes_on(session, issue, now, again)
            log(session, actor, "retry", now, issue.id, mailing=last.id, deferred=due, rejected=again)
        return due, again

    def copy(self, key: str, address: str, actor: Actor) -> int:
        """Queue one more copy of what was sent, to one of its readers; the notice's id."""
        person, to = actor.require("copy"), fields.address(address, "reader's address")
        planning.require_reachable(self.settings)
        with self.database.transaction() as session:
            recover(session)
            issue, now = find(session, key, lock=True), self.clock()
            notice = copying.copy(session, issue.id, self.book.hash(to), person.id, now)
            log(session, actor, "copy", now, issue.id, notice=notice.id, subscriber=notice.subscriber_id)
        return notice.id

    def correct(
        self, key: str, actor: Actor, subject: str | None = None, *, with_uncertain: bool = False
    ) -> correcting.Correction:
        """Begin a short correction, to exactly those who have the issue; it is signed off and sent like any issue."""
        actor.require("correct")
        with self.database.transaction() as session:
            recover(session)
            issue, now = find(session, key, lock=True), self.clock()
            audiences.require_reached(session, issue, with_uncertain=with_uncertain)
            made = correcting.correct(
                session, issue.id, now, subject=subject, with_uncertain=with_uncertain, by=actor.staff_id
            )
            log(session, actor, "correct", now, made.issue_id, corrects=issue.slug, with_uncertain=with_uncertain)
        return made

    def preview_link(self, key: str, actor: Actor, days: int) -> int:
        """Make a link to the web version for somebody outside; the one before ends. Its line in the activity log."""
        actor.permit("test")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            made = web_previews.make(session, issue, days, actor.staff_id, now)
            return log(session, actor, "preview-link", now, issue.id, until=made.ends_at.isoformat())

    def end_preview_link(self, key: str, actor: Actor) -> int:
        """The link works no more; its line in the activity log."""
        actor.permit("test")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            web_previews.revoke(session, issue, now)
            return log(session, actor, "end-preview-link", now, issue.id)

    def amend_web(self, key: str, actor: Actor, note: str) -> int:
        """Set a dated note above the web version of an issue that is out; its line in the activity log."""
        person = actor.require("correct")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            set_ = web_notes.add(session, issue, note, person.id, now)
            return log(session, actor, "amend-web", now, issue.id, issue=issue.slug, note=set_.id, text=set_.text)

    def remove_web_note(self, key: str, note_id: int, actor: Actor) -> int:
        """Take a note away from the web version; its line in the activity log."""
        actor.require("correct")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            gone = web_notes.remove(session, issue, note_id, now)
            return log(session, actor, "remove-web-note", now, issue.id, issue=issue.slug, note=gone.id, text=gone.text)

    def restore_web_note(self, key: str, note_id: int, actor: Actor) -> int:
        """Put it back, with the day that it had; its line in the activity log."""
        actor.require("correct")
        with self.database.transaction() as session:
            issue, now = find(session, key, lock=True), self.clock()
            back = web_notes.restore(session, issue, note_id, now)
            return log(session, actor, "restore-web-note", now, issue.id, issue=issue.slug, note=back.id)

    def practise(
        self,
        key: str,
        actor: Actor,
        stop: threading.Event | None = None,
        progress: Callable[[Tally, int], None] | None = None,
        sampled: Callable[[practising.Sample], None] | None = None,
    ) -> practising.Practice:
        """Build every message for the real list and hand it to nobody. `sampled` is given one in each language."""
        actor.permit("practice")
        version = self.version(key)
        with self.database.transaction() as session:
            issue = find(session, key)
            log(session, actor, "practice", self.clock(), issue.id)
        return practising.practise(
            self.database, self.settings, self.links, issue, version, self.clock, stop, progress, sampled
        )

    def tidy(self) -> None:
        """What the worker does every hour: delete what nobody needs any more."""
        self.joining.tidy()
        self.bringing.tidy()

    def _hashes(self, addresses: Sequence[str]) -> list[str]:
        return [self.book.hash(fields.address(address, "reader's address")) for address in addresses]

    def _goes_on(self, session: Session, issue: IssueSummary, now: datetime, number: int) -> None:
        """An issue at its end is open again when somebody waits again."""
        if number and issue.state in {State.SENT, State.STOPPED}:
            moves.move(session, issue.id, State.SENDING, now)

    def _status(self, issue_id: int) -> views.MailingStatus:
        with self.database.reading() as session:
            found = views.status(session, issue_id)
        assert found is not None
        return found


def _asked_of_guests(session: Session, issue_id: int) -> tuple[preflight.Awaited, ...]:
    return tuple(preflight.Awaited(0, one.what, one.name, one.due_on) for one in guests.unanswered(session, issue_id))
