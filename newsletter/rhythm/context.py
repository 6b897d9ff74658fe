"""What the steps work with: the pipeline's parts, and how a letter reaches those who work here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter import calendar
from newsletter.approval.gate import Gate
from newsletter.approval.versions import Version, Versions
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import notices
from newsletter.issues import lists
from newsletter.issues.model import Profile
from newsletter.preflight import Finding
from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.rendering.staff import Letterhead, StaffLetter
from newsletter.rhythm.letters.saying import When
from newsletter.rhythm.steps import Due
from newsletter.settings import Settings
from newsletter.staff.authority import Role, may
from newsletter.staff.people import Actor, Person, everybody
from subscribers import Purpose

SYSTEM = Actor(None, "system")

Link = tuple[Purpose, int]


class Done(Exception):
    """Somebody else has done it, or it was moved: nothing of this transaction may stay."""


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every step. `collect`: whatever the sources tell; `check`: what preflight says of a version;
    `look_again`: what must be told of an issue that was signed off, with links looked at within a day.
    """

    settings: Settings
    database: Database
    clock: Clock
    gate: Gate
    versions: Versions
    collect: Callable[[], object]
    check: Callable[[Version], tuple[Finding, ...]]
    look_again: Callable[[int], tuple[Finding, ...]]

    @property
    def when(self) -> When:
        """Now, as it is said here."""
        return When(self.clock(), self.settings.zone)

    def take(self, session: Session, row: Due, outcome: str) -> None:
        """Mark the row done, in this transaction; Done where it is not ours to do any more."""
        if not calendar.take(session, row.id, row.due_at, self.clock(), outcome):
            raise Done

    def pass_by(self, row: Due, outcome: str) -> str:
        """Mark the row done where there is nothing to tell; the outcome."""
        with self.database.transaction() as session:
            self.take(session, row, outcome)
        return outcome

    def write(self, list_id: int, letter: StaffLetter) -> Rendered:
        """The finished letter of a list; outside of any writing transaction."""
        with self.database.reading() as session:
            profile = lists.profile(session, list_id)
        return staff.render(letter, Letterhead(profile.name, replies_to(profile)))

    def queue(
        self, session: Session, row: Due, people: Iterable[Person], part: Rendered, link: Link | None = None
    ) -> None:
        """Leave the letter to be handed over to each of them. `link`: where its button leads."""
        for person in people:
            notices.add(
                session, notices.DUE + row.step, person.email, part, self.clock(), list_id=row.list_id,
                issue_id=row.issue_id, staff_id=person.id, link=link,
            )  # fmt: skip

    def tell(
        self, row: Due, whom: Callable[[Session], Iterable[Person]], letter: StaffLetter, outcome: str,
        link: Link | None = None,
    ) -> str:  # fmt: skip
        """Mark the row done, and leave the letter for them: both or neither; the outcome."""
        part = self.write(row.list_id, letter)
        with self.database.transaction() as session:
            self.take(session, row, outcome)
            self.queue(session, row, whom(session), part, link)
        return outcome


def replies_to(profile: Profile) -> str:
    """Where an answer to a letter of the list goes."""
    return profile.reply_to or profile.from_address


def writers(session: Session) -> tuple[Person, ...]:
    """Those who write issues; everybody where nobody's role says so."""
    found = tuple(person for person in everybody(session) if person.role is Role.AUTHOR)
    return found or everybody(session)


def approvers(session: Session, but: int | None = None) -> tuple[Person, ...]:
    """Those who may sign off, but for the one who asks."""
    return tuple(person for person in everybody(session) if may("approve", person.role) and person.id != but)


def keepers(session: Session) -> tuple[Person, ...]:
    """Those who look after the system; everybody where nobody's role says so."""
    found = tuple(person for person in everybody(session) if person.role is Role.ADMIN)
    return found or everybody(session)
