"""A guard over bad rates, and over what is not ours: it may pause a mailing, and never does more; a person looks, and
resumes or stops.
"""

from datetime import datetime
from math import ceil

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from newsletter.delivery import mailings, notices
from newsletter.delivery.model import DeliveryState, Fault, MailingState, Verdict
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow
from newsletter.issues import moves
from newsletter.issues.model import State
from newsletter.issues.tables import IssueRow
from newsletter.rendering import plain
from newsletter.rendering.page import Rendered
from newsletter.staff.authority import Role
from newsletter.staff.people import everybody

FLOOR = 5  # fewer refusals say nothing
MOST_HARD = 0.02  # of those tried: readers whose mailbox does not exist
MOST_BLOCKED = 0.05  # of those tried: refusals of us, for what we send or who we are


def alarm(session: Session, mailing_id: int) -> str:
    """Why the mailing should be paused, in a sentence; "" while all is well. Counted since it was last resumed."""
    since = session.scalars(select(MailingRow.watched_from).where(MailingRow.id == mailing_id)).one()
    hard = _refused(session, mailing_id, since, _HARD)
    blocked = _refused(session, mailing_id, since, _BLOCKED)
    if max(hard, blocked) < FLOOR:
        return ""
    enough = ceil(max(hard / MOST_HARD, blocked / MOST_BLOCKED))  # with so many tried all is well
    tried = max(_tried(session, mailing_id, since, enough), hard, blocked)
    for number, most, what in (
        (blocked, MOST_BLOCKED, "copies were refused because of us (reputation, signature, content)"),
        (hard, MOST_HARD, "readers' mailboxes do not exist"),
    ):
        if number >= FLOOR and number > most * tried:
            said = _last_words(session, mailing_id)
            return f"{number:,} of {tried:,} {what}; more than {most:.0%} is a sign of trouble. The last answer: {said}"
    return ""


def any_going(session: Session) -> bool:
    """Whether anything is being sent, or about to be."""
    going = (MailingRow.kind == "live", MailingRow.state.in_(_GOING))
    return session.scalar(select(MailingRow.id).where(*going).limit(1)) is not None


def pause_all(session: Session, why: str, now: datetime) -> tuple[str, ...]:
    """Pause whatever is being sent, or about to be; the short names of all issues that are paused then."""
    going = select(MailingRow.id).where(MailingRow.kind == "live", MailingRow.state.in_(_GOING))
    for mailing_id in session.scalars(going.order_by(MailingRow.id)).all():
        pause(session, mailing_id, why, now)
    paused = (
        select(IssueRow.slug)
        .join(MailingRow, MailingRow.issue_id == IssueRow.id)
        .where(MailingRow.kind == "live", MailingRow.state == MailingState.PAUSED.value)
    )
    return tuple(session.scalars(paused.order_by(MailingRow.id)))


def pause(session: Session, mailing_id: int, why: str, now: datetime) -> bool:
    """Pause it and tell whoever released it, and the administrators; False when somebody was faster."""
    mailing = session.get_one(MailingRow, mailing_id)
    # Issue, then mailing, as everybody locks them.
    issue = session.scalars(select(IssueRow).where(IssueRow.id == mailing.issue_id).with_for_update()).one()
    session.refresh(mailing)
    if mailing.state not in _GOING:
        return False
    mailings.pause(session, mailing_id, why, _GOING)
    if mailing.kind == "live":
        moves.move(session, issue.id, State.PAUSED, now)
        part = _told(issue.name, issue.slug, why)
        for person in everybody(session):
            if person.id == mailing.released_by or person.role == Role.ADMIN:
                notices.add(session, notices.PAUSED, person.email, part, now, list_id=issue.list_id, issue_id=issue.id,
                            staff_id=person.id)  # fmt: skip
    return True


_GOING = (MailingState.FREEZING.value, MailingState.SENDING.value)
_HARD = and_(AttemptRow.fault == Fault.READER.value, AttemptRow.verdict == Verdict.REJECTED.value)
# Greylisting distrusts whoever is new, and ends by itself.
_BLOCKED = and_(AttemptRow.fault == Fault.SENDER.value, AttemptRow.text.not_ilike("%gr_ylist%"))
_NOT_TAKEN = (DeliveryState.REJECTED.value, DeliveryState.DEFERRED.value)
_TRIED = (DeliveryState.ACCEPTED.value, *_NOT_TAKEN)


def _refused(session: Session, mailing_id: int, since: datetime | None, what: ColumnElement[bool]) -> int:
    """How many copies stand refused or put off so. By the copies' states, which an index leads to: few, of many."""
    query = (
        select(func.count(DeliveryRow.id.distinct()))
        .join(AttemptRow, AttemptRow.delivery_id == DeliveryRow.id)
        .where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state.in_(_NOT_TAKEN), what)
    )
    if since is not None:
        query = query.where(AttemptRow.at >= since)
    return session.scalar(query) or 0


def _tried(session: Session, mailing_id: int, since: datetime | None, enough: int) -> int:
    """How many copies have got an answer, as far as it matters: no more than `enough` in each state are looked at, the
    last ones, so that half a million of them cost no more than the refusals do.
    """
    tried = 0
    for state in _TRIED:
        last = (
            select(DeliveryRow.id if since is None else DeliveryRow.changed_at)  # of ids the index knows all
            .where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == state)
            .order_by(DeliveryRow.id.desc())
            .limit(enough)
            .subquery()
        )
        query = select(func.count()).select_from(last)
        if since is not None:
            query = query.where(last.c.changed_at >= since)
        tried += session.scalar(query) or 0
    return tried


def _last_words(session: Session, mailing_id: int) -> str:
    last = session.execute(
        select(AttemptRow.code, AttemptRow.text)
        .join(DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id)
        .where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state.in_(_NOT_TAKEN),
               AttemptRow.fault.in_((Fault.READER.value, Fault.SENDER.value)))
        .order_by(AttemptRow.id.desc())
        .limit(1)
    ).one()  # fmt: skip
    return f"{last.code or ''} {last.text}".strip()[:300]


def _told(name: str, slug: str, why: str) -> Rendered:
    lines = [
        f"Sending {name} was paused: nothing more goes out until somebody decides.",
        why,
        "Look at what was said, and decide whether it goes on:",
        f"    newsletter issue report {slug}",
        f"    newsletter issue resume {slug} --by YOUR-ADDRESS",
        f"    newsletter issue stop {slug} --by YOUR-ADDRESS",
    ]
    return plain.letter(f"Paused: {name}", lines)
