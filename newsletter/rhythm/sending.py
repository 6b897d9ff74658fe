"""A planned issue at its time: released in the planner's name, or not sent, with the reason; and what became of it."""

from sqlalchemy.orm import Session

from newsletter.delivery import audiences, mailings, planning, views
from newsletter.delivery.releasing import release
from newsletter.delivery.transports import open_transport
from newsletter.errors import IllegalMove, NotApproved, Refusal
from newsletter.issues import lists
from newsletter.issues.views import IssueSummary, find
from newsletter.preflight import Finding
from newsletter.rhythm import standing
from newsletter.rhythm.context import SYSTEM, Context
from newsletter.rhythm.letters import sends as letters
from newsletter.rhythm.steps import Due
from newsletter.staff.people import Actor, Person, everybody, log


def send(context: Context, row: Due) -> str:
    """Release it; a worker hands it over. What is not right is told, and never tried again by itself."""
    assert row.issue_id is not None
    try:
        _require_in_time(context, row)
        open_transport("default", context.settings.transport("default"))
        return _release(context, row, context.look_again(row.issue_id))
    except Refusal as error:
        return _do_not(context, row, str(error), error.changes if isinstance(error, NotApproved) else ())


def _require_in_time(context: Context, row: Due) -> None:
    if context.clock() - row.due_at > planning.LATEST:
        raise IllegalMove(
            "Nothing ran here at that time, and more than six hours have passed. Whether it should still go, and when,"
            " is for you to say."
        )


def _release(context: Context, row: Due, found: tuple[Finding, ...]) -> str:
    with context.database.reading() as session:
        issue = find(session, row.issue_id or 0)
        readers = audiences.readers(session, issue.id, row.list_id, context.clock())
        by = standing.called(session, row.staff_id)
    letter = letters.started(issue.name, issue.slug, readers, context.when, by=by, calm=row.calm, found=found)
    part = context.write(row.list_id, letter)
    with context.database.transaction() as session:
        # Issue, then calendar: the order in which whoever plans anew locks them.
        issue, now = find(session, issue.id, lock=True), context.clock()
        context.take(session, row, "It has started.")
        if mailings.unfinished(session, issue.id) is not None:
            return "It is being sent already."
        planner = _planner(session, row)
        _release_now(context, session, issue, row, planner.require("send"))
        context.queue(session, row, everybody(session), part)
        log(session, planner, "send", now, issue.id, planned=row.due_at.isoformat(), calm=row.calm)
    return f"{issue.slug} has started."


def _release_now(context: Context, session: Session, issue: IssueSummary, row: Due, person: Person) -> None:
    now = context.clock()
    # The readers' time lies ahead where the team has it first; this row is due.
    mailing_id, is_new = release(session, issue, context.gate, context.settings, person.id, now, although_planned=True)
    if mailing_id is None:
        raise IllegalMove(f"{issue.name} is {issue.state.value}; there is nothing to send.")
    if row.calm:
        mailings.calmly(session, mailing_id, lists.calm(session, issue.list_id), is_new=is_new)


def _planner(session: Session, row: Due) -> Actor:
    why = standing.may_not_send(session, row.staff_id)
    if why:
        raise IllegalMove(why)
    person = next(one for one in everybody(session) if one.id == row.staff_id)
    return Actor(person, "system")


def _do_not(context: Context, row: Due, why: str, changes: tuple[str, ...]) -> str:
    with context.database.reading() as session:
        issue = find(session, row.issue_id or 0)
    letter = letters.not_sent(issue.name, issue.slug, issue.planned_at or row.due_at, why, changes, context.when)
    part, now = context.write(row.list_id, letter), context.clock()
    with context.database.transaction() as session:
        find(session, issue.id, lock=True)
        context.take(session, row, f"Not sent: {why}")
        planning.set_aside(session, issue.id, now)
        context.queue(session, row, everybody(session), part)
        log(session, SYSTEM, "send", now, issue.id, planned=row.due_at.isoformat(), not_sent=why)
    return f"{issue.slug} was not sent: {why}"


def out(context: Context, row: Due) -> str | None:
    """Tell the sum once a mailing is at its end, or nothing is left of it but what is tried again; None before that."""
    assert row.issue_id is not None
    with context.database.reading() as session:
        issue = find(session, row.issue_id)
        latest = mailings.latest(session, row.issue_id)
        status = views.status(session, row.issue_id)
    if latest is None or status is None or row.about != f"mailing/{latest.id}" or status.state == "stopped":
        return context.pass_by(row, "It was stopped, or went out anew.")
    if status.state != "sent" and (latest.frozen_at is None or status.waiting or status.in_hand):
        return None
    letter = letters.out(issue.name, issue.slug, status)
    return context.tell(row, everybody, letter, f"Out: {status.accepted:,} of {status.candidates:,}.")
