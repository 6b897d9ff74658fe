"""The alarm when a sign-up form is abused: a plain letter to everybody who looks after the system, once a day."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.delivery import notices
from newsletter.delivery.tables import NoticeRow
from newsletter.rendering import plain
from newsletter.staff.authority import Role
from newsletter.staff.people import everybody
from subscribers import limits

ALARM = "sign_up_alarm"
AGAIN_AFTER = timedelta(hours=24)

_WHY = {
    limits.Narrow.TOTAL: f"More than {limits.MAILS.number} sign-ups came in within an hour.",
    limits.Narrow.DOMAIN: f"More than {limits.MAILS_PER_DOMAIN.number} sign-ups for addresses of one domain came in"
    " within an hour.",
    limits.Narrow.ANSWERS: f"Of the last {limits.LAST_MAILS} people who were asked to confirm, fewer than"
    f" {limits.TOO_FEW} did. Somebody may be entering the addresses of strangers.",
}
_WHAT = (
    "The form now asks for the answer to a small sum, and only who gives it gets a confirmation mail: at most"
    f" {limits.CHECKED_MAILS.number} an hour. To everybody else the page says what it always says, and nothing is sent."
    " When the numbers are as usual again, this ends by itself."
)


def is_due(session: Session, now: datetime) -> bool:
    """Whether there was no alarm within the last day."""
    recent = (NoticeRow.kind == ALARM, NoticeRow.created_at > now - AGAIN_AFTER)
    return session.scalar(select(NoticeRow.id).where(*recent).limit(1)) is None


def alarm(session: Session, why: limits.Narrow, list_id: int, now: datetime) -> int:
    """Queue the alarm; to how many."""
    lines = [_WHY[why], _WHAT, "Nobody is on a list who has not confirmed.", "This letter comes at most once a day."]
    part = plain.letter("Many false sign-ups: the form asks a question now", lines)
    admins = [person for person in everybody(session) if person.role is Role.ADMIN]
    for person in admins:
        notices.add(session, ALARM, person.email, part, now, list_id=list_id, staff_id=person.id)
    return len(admins)
