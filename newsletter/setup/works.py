"""What goes on by itself while a person waits: looking at the website, collecting, making the draft."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import subscribers
from newsletter import fetch
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput, NotFound, Refusal
from newsletter.fetch import Web
from newsletter.issues import rhythms
from newsletter.publications import collecting, pasted, picturing, sourcing
from newsletter.publications.adding import AlreadyHere
from newsletter.publications.discovering import discover
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.sources.pasting import read_link
from newsletter.publications.tables import PublicationRow
from newsletter.settings import Settings
from newsletter.setup import making, services, store, theming, zones
from newsletter.setup.model import Found, Standing, Step, found_of
from newsletter.setup.progress import Progress, Watched
from newsletter.staff import people
from newsletter.staff.people import Actor

MOST_PICTURES = 60  # fetched for the first draft
_TOLD = 8  # problems that are kept to be shown


@dataclass(frozen=True, slots=True)
class Hands:
    """What the pipeline does for us: keeps a publication of which the link was pasted, and knows what is ours."""

    paste: Callable[[Publication, Sequence[str], Actor], int]
    own_hosts: Callable[[Session], frozenset[str]]


class Works:
    """A work for each step that needs nobody; killed in the middle and done again, it comes to the same."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, hands: Hands) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._hands = hands

    def look(self, progress: Progress) -> None:
        """Ask the website what it tells, and make a theme of its look."""
        standing = self._standing()
        with fetch.web(self._settings) as inner:
            web = Watched(inner, progress)
            found = found_of(discover(web, standing.website))
            mark, unused = theming.logo(web, [one for one in (found.logo, *found.icons) if one])
        progress("Your colours")
        colours = [own for own, _ in found.colours]
        made = theming.make(self._settings.folder, found.name, colours, mark)
        zone, because = zones.zone(found.timezone, found.url, found.postal)
        found = replace(
            found, theme=made.name, has_logo=made.has_logo, uses_logo=made.has_logo,
            looks=(*made.said, *_logo_said(made.has_logo, unused)), timezone=zone or found.timezone,
            timezone_because=because, mail_service=services.recognised(standing.email),
        )  # fmt: skip
        progress.go_on()
        self._keep(found)

    def collect(self, progress: Progress) -> None:
        """Take in what the chosen places and links tell, and make the list that will tell of it."""
        standing = self._standing()
        who, answers = self._who(standing.email), standing.answers
        slugs = [str(one) for one in answers.get("sources", ())]
        problems: list[str] = []
        if slugs:
            problems += self._visit(slugs, who, progress)
        if links := [str(one) for one in answers.get("links", ())]:
            problems += self._paste(links, who, standing.email, progress)
        progress.go_on()
        with self._database.transaction() as session:
            making.make_list(session, standing.found, standing.email, self._clock())
            store.answer(session, {"problems": problems[:_TOLD]}, self._clock())
            store.move(session, Step.MONTHS, self._clock(), only_from=Step.COLLECTING)

    def make(self, progress: Progress) -> None:
        """Fetch the pictures of those months, and collect the draft."""
        standing, now = self._standing(), self._clock()
        first = date.fromisoformat(str(standing.answers["first"]))
        today = now.astimezone(self._settings.zone).date()
        with self._database.reading() as session:
            wanted = picturing.of_publications(session, _within(session, first, today))[:MOST_PICTURES]
        with fetch.web(self._settings) as web:
            picturing.take(
                self._database, web, wanted, now,
                progress=lambda done, total: progress("The pictures", done, total),
            )  # fmt: skip
        progress.go_on()
        with self._database.reading() as session:
            rhythms.load_holidays(session, today)
        with self._database.transaction() as session:
            face = next(iter(subscribers.lists(session)), None)
            if face is None:
                raise NotFound("There is no list that an issue could be for.")
            who = self._who(standing.email, session)
            slug = making.make_issue(session, face.slug, first, today, now, self._settings.zone, who.staff_id)
            people.log(session, who, "assemble", now, first=first.isoformat())
            store.answer(session, {"issue": slug}, now)
            store.move(session, Step.DRAFT, now, only_from=Step.MAKING)

    def _visit(self, slugs: Sequence[str], who: Actor, progress: Progress) -> list[str]:
        with self._database.reading() as session:
            chosen = [sourcing.find(session, slug) for slug in slugs]
            own = self._hands.own_hosts(session)
        with fetch.web(self._settings) as inner:
            done = [
                collecting.collect(
                    self._database, Watched(inner, progress), one, self._clock, own_hosts=own,
                    progress=lambda _slug, number, total: progress("What you published", number, total or 0),
                )
                for one in chosen
            ]  # fmt: skip
        with self._database.transaction() as session:
            counts = {one.source: one.counts for one in done if one.is_news}
            people.log(session, who, "collect", self._clock(), sources=counts)
        return [f"{one.name}: {one.trouble}" for one in done if one.trouble]

    def _paste(self, links: Sequence[str], who: Actor, email: str, progress: Progress) -> list[str]:
        problems: list[str] = []
        with self._database.reading() as session:
            known = [kind.slug for kind in kinds(session)]
            ours = self._hands.own_hosts(session) | {email.rpartition("@")[2].lower()}
        with fetch.web(self._settings) as inner:
            for number, link in enumerate(links):
                progress(link, number, len(links))
                if problem := self._pasted(inner, link, ours, known, who):
                    problems.append(problem)
        return problems

    def _pasted(self, web: Web, link: str, ours: frozenset[str], known: Sequence[str], who: Actor) -> str:
        try:
            entry = read_link(web, link)
            publication, _ = pasted.filled_in(entry, {}, ours, known)
            self._hands.paste(publication, entry.flags, who)
        except AlreadyHere:
            return ""
        except BadInput as refusal:
            return f"{link[:100]}: {refusal}"
        except Refusal as refusal:
            return str(refusal)
        return ""

    def _keep(self, found: Found) -> None:
        with self._database.transaction() as session:
            now = self._clock()
            if store.move(session, Step.PUBLISH, now, only_from=Step.LOOKING):
                store.keep(session, found, now)

    def _standing(self) -> Standing:
        with self._database.reading() as session:
            return store.required(session, self._clock())

    def _who(self, email: str, session: Session | None = None) -> Actor:
        if session is not None:
            return Actor(people.find(session, email), "console")
        with self._database.reading() as reading:
            return Actor(people.find(reading, email), "console")


def _within(session: Session, first: date, today: date) -> list[int]:
    """What an issue of these days may tell of."""
    ahead = or_(PublicationRow.deadline_on > today, PublicationRow.starts_on > today)
    inside = PublicationRow.published_on.between(first, today)
    newest = select(PublicationRow.id).where(or_(inside, ahead)).order_by(PublicationRow.published_on.desc())
    return list(session.scalars(newest.limit(MOST_PICTURES * 3)))


def _logo_said(has_logo: bool, unused: Sequence[str]) -> tuple[str, ...]:
    if not unused:
        return ()
    why = next((one for one in unused if one.startswith("The logo")), "Your website’s logo could not be fetched.")
    instead = "We took your website's icon instead." if has_logo else "Your name stands in its place."
    return (f"{why} {instead}",)
