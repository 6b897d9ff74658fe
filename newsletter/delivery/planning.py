"""When an issue may go: its planned time, and whether what it leads to can be reached at all."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.calendar import CalendarRow
from newsletter.delivery.tables import MailingRow
from newsletter.errors import BadInput, IllegalMove, Misconfigured
from newsletter.issues import lists, moves
from newsletter.issues.model import RELEASED, Calm, State
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary
from newsletter.settings import Settings

SEND = "send"
EVE = "planned_eve"  # a day before: whether it will go
EVE_BEFORE = timedelta(days=1)
LATEST = timedelta(hours=6)  # what is later than this is not sent without asking


def plan(
    session: Session,
    list_id: int,
    issue_id: int,
    at: datetime,
    now: datetime,
    staff_id: int | None = None,
    *,
    calm: Calm | None = None,
) -> None:
    """Write the time into issue and calendar, in whose name it goes, and how; a new time replaces the old one. `at` is
    the readers' time: with `calm` it is released so much before that the team has it first.
    """
    cancel(session, issue_id)
    session.execute(update(IssueRow).where(IssueRow.id == issue_id).values(planned_at=at))
    due = {SEND: released_at(at, now, calm)}
    if at - EVE_BEFORE > now:
        due[EVE] = at - EVE_BEFORE
    session.add_all(
        CalendarRow(list_id=list_id, issue_id=issue_id, step=step, due_at=when, staff_id=staff_id, calm=bool(calm))
        for step, when in due.items()
    )


def released_at(at: datetime, now: datetime, calm: Calm | None) -> datetime:
    """When what readers get at `at` begins; at once where less time is left than the team has it before them."""
    return max(at - timedelta(minutes=calm.wait), now) if calm else at


def planned(session: Session, issue_id: int) -> tuple[datetime, bool, int | None] | None:
    """When the plan of an issue begins, whether the team has it first, and in whose name; None where there is none."""
    row = session.execute(
        select(CalendarRow.due_at, CalendarRow.calm, CalendarRow.staff_id).where(
            CalendarRow.issue_id == issue_id, CalendarRow.step == SEND, CalendarRow.done_at.is_(None)
        )
    ).first()
    return (row.due_at, row.calm, row.staff_id) if row else None


def cancel(session: Session, issue_id: int) -> None:
    """Forget the time; the yes stands."""
    session.execute(update(IssueRow).where(IssueRow.id == issue_id).values(planned_at=None))
    session.execute(
        delete(CalendarRow).where(
            CalendarRow.issue_id == issue_id, CalendarRow.step.in_((SEND, EVE)), CalendarRow.done_at.is_(None)
        )
    )


def set_aside(session: Session, issue_id: int, now: datetime) -> None:
    """Forget the time of an issue that is planned; it stays signed off as far as it is."""
    state = session.scalar(select(IssueRow.state).where(IssueRow.id == issue_id))
    if state == State.PLANNED:
        moves.move(session, issue_id, State.APPROVED, now)
    cancel(session, issue_id)


def set_all_aside(session: Session, now: datetime) -> tuple[str, ...]:
    """Forget every planned time; the issues' short names."""
    # Locked one by one and in one order, as everybody locks them.
    query = select(IssueRow).where(IssueRow.planned_at.is_not(None)).order_by(IssueRow.id).with_for_update()
    rows = session.scalars(query).all()
    for row in rows:
        set_aside(session, row.id, now)
    return tuple(row.slug for row in rows)


def approved(session: Session, issue_id: int, at: datetime | None, now: datetime) -> None:
    """A yes was said: a plan that lies ahead stands again; one whose time has passed is forgotten, so that a late yes
    never starts a send.
    """
    moves.move(session, issue_id, State.APPROVED, now)
    if at is not None and at > now:
        moves.move(session, issue_id, State.PLANNED, now)
    else:
        _pass_by(session, issue_id, now)
        cancel(session, issue_id)


def missed(session: Session, issue: IssueSummary, now: datetime) -> datetime | None:
    """The planned time that has passed without anything being sent; None where none has, or another one is set."""
    if issue.planned_at is not None:
        # One that is planned still starts by itself, where a yes counts.
        is_over = issue.planned_at <= now and issue.state not in RELEASED | {State.PLANNED}
        return issue.planned_at if is_over else None
    sent = select(MailingRow.id).where(MailingRow.issue_id == issue.id, MailingRow.kind == "live").limit(1)
    if issue.state in RELEASED or session.scalar(sent) is not None:
        return None
    row = session.execute(
        select(CalendarRow.due_at, CalendarRow.calm)
        .where(CalendarRow.issue_id == issue.id, CalendarRow.step == SEND, CalendarRow.done_at.is_not(None))
        .order_by(CalendarRow.due_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    began: datetime = row.due_at
    at = began + timedelta(minutes=lists.calm(session, issue.list_id).wait) if row.calm else began
    return at if at <= now else None


def _pass_by(session: Session, issue_id: int, now: datetime) -> None:
    """What was planned for a time that has passed is done with, and kept: somebody will ask what became of it."""
    session.execute(
        update(CalendarRow)
        .where(
            CalendarRow.issue_id == issue_id, CalendarRow.step == SEND, CalendarRow.done_at.is_(None),
            CalendarRow.due_at <= now,
        )
        .values(done_at=now, outcome="Not sent: its time passed before somebody said yes.")
    )  # fmt: skip


def require_due(at: datetime | None, slug: str, now: datetime, *, anyway: bool) -> None:
    """Refuse to send before the planned time, unless told so."""
    if at is not None and now < at and not anyway:
        raise IllegalMove(
            f"It is planned for {at:%A %d %B %Y, %H:%M} UTC. To send it now all the same: "
            f"newsletter issue send {slug} --now"
        )


def require_mail_service(settings: Settings) -> None:
    """Something must be there that takes mails."""
    if not settings.transport_url:
        raise BadInput(
            "There is no mail service yet, so no mail can leave. Whoever looks after the system gives it one: "
            "TRANSPORT_URL in newsletter.toml, like smtp://user:password@mail.example.org:587, then a new start."
        )


def require_reachable(settings: Settings) -> None:
    """The way out must work: BASE_URL is https, or this machine's own address while trying things out."""
    if settings.base_url.startswith("http://") and not settings.base_is_loopback:
        raise Misconfigured(
            f"BASE_URL is {settings.base_url}; unsubscribe links need https (RFC 8058). Nothing was sent."
        )
