"""The letters of sign-off on their way: to everybody who may say yes, and to those whom a decision concerns."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.approval import reviewing
from newsletter.approval.differences import Difference
from newsletter.approval.model import Snapshot
from newsletter.delivery import notices
from newsletter.issues.views import IssueSummary
from newsletter.rendering import staff
from newsletter.rendering.staff import StaffLetter
from newsletter.staff import ways_in
from newsletter.staff.authority import Role
from newsletter.staff.people import Person, everybody
from newsletter.staff.ways_in import Purpose as Way
from subscribers import Purpose


def ask(
    session: Session, issue: IssueSummary, version: Snapshot, asked_by: Person, comment: str, now: datetime,
    since: Sequence[Difference] | None = None,
) -> int:  # fmt: skip
    """Queue the requests, each with a way in of its own that leads to the sign-off; how many."""
    asked = [person for person in everybody(session) if reviewing.may_sign_off(person) and person.id != asked_by.id]
    name = asked_by.name or asked_by.email
    part = staff.render(reviewing.request(issue.name, issue.slug, version, name, comment, since))
    for person in asked:
        way = ways_in.make(session, person, Way.REVIEW, now, asked_by.id, page(issue.slug))
        notices.add(
            session, notices.REVIEW_REQUEST, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
            staff_id=person.id, link=(Purpose.ENTRANCE, way),
        )  # fmt: skip
    return len(asked)


def tell(session: Session, issue: IssueSummary, letter: StaffLetter, whom: Iterable[int], now: datetime) -> None:
    """To these people, and to whoever looks after the system."""
    part, wanted = staff.render(letter), set(whom)
    for person in everybody(session):
        if person.id in wanted or person.role is Role.ADMIN:
            notices.add(
                session, notices.DECIDED, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
                staff_id=person.id,
            )  # fmt: skip


def page(slug: str) -> str:
    """Where an issue is signed off."""
    return f"/console/issues/{slug}/sign-off"
