"""The letters of sign-off on their way: to those who are asked, and to those whom a decision or a remark concerns."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from newsletter.approval import asks, reviewing
from newsletter.approval.differences import Difference
from newsletter.approval.model import Snapshot
from newsletter.approval.reviewing import Standin
from newsletter.delivery import notices
from newsletter.errors import BadInput
from newsletter.issues.views import IssueSummary
from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.rendering.staff import StaffLetter
from newsletter.rendering.words import own_name
from newsletter.staff import deputies
from newsletter.staff.authority import Role
from newsletter.staff.people import Person, everybody
from subscribers import Purpose


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, by whom. `parts`: the language versions of what was handed in, the list's own first; `whom`: the
    ids of those who are asked, None for all who may sign off; `base_url`: where the console is.
    """

    review_id: int
    version: Snapshot
    parts: Sequence[Rendered]
    by: Person
    comment: str
    since: Sequence[Difference] | None
    base_url: str
    whom: Collection[int] | None = None


def ask(session: Session, issue: IssueSummary, what: Request, today: date, now: datetime) -> int:
    """Queue the requests, each with a link to a page of its reader's own; how many."""
    away = deputies.on(session, today)
    for person, deputy_for in _asked(session, what, away):
        standins = _standins(person, deputy_for, away, what)
        letter = reviewing.request(
            issue.name, issue.slug, what.version, called(what.by), what.comment, what.since, standins,
            address(what.base_url, issue.slug),
        )  # fmt: skip
        names = [own_name(one.language) for one in what.parts[1:]]
        part = staff.above(letter, what.parts[0], reviewing.others(names))
        id_ = asks.add(session, what.review_id, person.id, now, deputy_for.id if deputy_for else None)
        notices.add(
            session, notices.REVIEW_REQUEST, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
            staff_id=person.id, link=(Purpose.REVIEW, id_), reply_to=what.by.email,
        )  # fmt: skip
    return len(asks.asked(session, what.review_id))


def could_be_asked(session: Session, by: int) -> tuple[Person, ...]:
    """All who may sign off, but for the one who asks."""
    return tuple(one for one in everybody(session) if reviewing.may_sign_off(one) and one.id != by)


def tell(
    session: Session, issue: IssueSummary, letter: StaffLetter, whom: Iterable[int], now: datetime,
    but: int | None = None,
) -> None:  # fmt: skip
    """To these people, and to whoever looks after the system; not to `but`."""
    part, wanted = staff.render(letter), set(whom)
    for person in everybody(session):
        if (person.id in wanted or person.role is Role.ADMIN) and person.id != but:
            notices.add(
                session, notices.DECIDED, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
                staff_id=person.id,
            )  # fmt: skip


def tell_decider(
    session: Session, issue: IssueSummary, letter: StaffLetter, who: Person, decision_id: int, now: datetime
) -> None:
    """With the way to say that it was somebody else."""
    notices.add(
        session, notices.DECIDED, who.email, staff.render(letter), now, list_id=issue.list_id, issue_id=issue.id,
        staff_id=who.id, link=(Purpose.DECISION, decision_id),
    )  # fmt: skip


def tell_remark(
    session: Session, issue: IssueSummary, letter: StaffLetter, whom: Collection[int], by: Person, now: datetime
) -> None:
    """To these people; an answer reaches the one who said it."""
    part = staff.render(letter)
    for person in everybody(session):
        if person.id in whom and person.id != by.id:
            notices.add(
                session, notices.REMARK, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
                staff_id=person.id, reply_to=by.email,
            )  # fmt: skip


def page(slug: str) -> str:
    """Where an issue is signed off."""
    return f"/console/issues/{slug}/sign-off"


def address(base_url: str, slug: str) -> str:
    """Of the same by way of the door: for a mail, whose links programs open as well."""
    return f"{base_url}/console/sign-in?next={quote(page(slug), safe='')}"


def called(person: Person) -> str:
    """As colleagues know them."""
    return person.name or person.email


def _asked(session: Session, what: Request, away: dict[int, deputies.Deputy]) -> list[tuple[Person, Person | None]]:
    """Those who are asked, then deputies who are not asked themselves, with the one whose deputy they are."""
    able = could_be_asked(session, what.by.id)
    asked = [one for one in able if what.whom is None or one.id in what.whom]
    if what.whom is not None and not asked:
        raise BadInput("Nobody is chosen who could say yes. Tick at least one of those who sign off.")
    found: dict[int, tuple[Person, Person | None]] = {one.id: (one, None) for one in asked}
    for one in asked:
        deputy = away.get(one.id)
        if deputy is not None and deputy.person.id != what.by.id:
            found.setdefault(deputy.person.id, (deputy.person, one))
    return list(found.values())


def _standins(
    person: Person, deputy_for: Person | None, away: dict[int, deputies.Deputy], what: Request
) -> list[Standin]:
    found = []
    if deputy_for is not None:
        found.append(Standin(called(deputy_for), _day(away[deputy_for.id].until), you=False))
    own = away.get(person.id)
    if own is not None and own.person.id != what.by.id:
        found.append(Standin(called(own.person), _day(own.until), you=True))
    return found


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
