"""Review requests: a notice to everybody who may say yes, but for the one who asks."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.approval import reviewing
from newsletter.approval.model import Snapshot
from newsletter.delivery import notices
from newsletter.issues.views import IssueSummary
from newsletter.staff.people import Person, everybody


def ask(session: Session, issue: IssueSummary, version: Snapshot, asked_by: Person, comment: str, now: datetime) -> int:
    """Queue the requests; how many."""
    asked = [person for person in everybody(session) if reviewing.may_sign_off(person) and person.id != asked_by.id]
    part = reviewing.request(issue.name, issue.slug, version, asked_by.email, comment)
    for person in asked:
        notices.add(
            session, notices.REVIEW_REQUEST, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
            staff_id=person.id,
        )  # fmt: skip
    return len(asked)
