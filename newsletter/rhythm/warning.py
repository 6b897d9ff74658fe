"""The last days: whether the date is at risk, and on the eve whether it will go."""

from newsletter.delivery import audiences, planning
from newsletter.issues.views import find
from newsletter.rhythm import standing
from newsletter.rhythm.context import Context
from newsletter.rhythm.letters import eves as letters
from newsletter.rhythm.reminding import look, name_of, slug_of
from newsletter.rhythm.standing import Standing
from newsletter.rhythm.steps import NO_RHYTHM, Due
from newsletter.staff.people import everybody


def risk(context: Context, row: Due) -> str:
    """Two working days before: an alarm where it is not ready."""
    dates, found = look(context, row)
    if dates is None:
        return context.pass_by(row, NO_RHYTHM)
    if found is not None and found.is_going:
        return context.pass_by(row, f"{found.issue.slug} has gone.")
    with context.database.reading() as session:
        failing = standing.failing(session, context.clock())
    parts = letters.missing(found, failing, context.when, planned=_is_planned(found))
    if not parts:
        return context.pass_by(row, "All is well.")
    letter = letters.risk(name_of(row.period), slug_of(context, row.list_id), dates, parts, context.when)
    return context.tell(row, everybody, letter, "The date is at risk.")


def eve(context: Context, row: Due) -> str:
    """A working day before, where nobody has planned it: it will not go out by itself."""
    dates, found = look(context, row)
    if dates is None:
        return context.pass_by(row, NO_RHYTHM)
    if found is not None and (found.is_going or _is_planned(found)):
        return context.pass_by(row, f"{found.issue.slug} is planned, or has gone.")
    parts = letters.missing(found, (), context.when, planned=False)
    letter = letters.not_planned(name_of(row.period), slug_of(context, row.list_id), dates, parts, context.when)
    return context.tell(row, everybody, letter, "It is not planned.")


def planned_eve(context: Context, row: Due) -> str:
    """A day before a planned time: all is ready, or what is missing."""
    assert row.issue_id is not None
    with context.database.reading() as session:
        found = standing.of(session, context.gate, find(session, row.issue_id))
        by = standing.called(session, row.staff_id)
        readers = audiences.readers(session, row.issue_id, row.list_id, context.clock())
        why = standing.may_not_send(session, row.staff_id)
    at = found.issue.planned_at or row.due_at + planning.EVE_BEFORE
    if found.yes and not why:
        musts = context.look_again(row.issue_id)
        letter = letters.ready(found, at, by, readers, context.when, calm=row.calm, found=musts)
        return context.tell(row, everybody, letter, "All is ready.")
    parts = letters.missing(found, (), context.when, planned=True)
    letter = letters.not_ready(found, at, why, parts, context.when)
    return context.tell(row, everybody, letter, "It is not ready.")


def _is_planned(found: Standing | None) -> bool:
    return found is not None and found.issue.planned_at is not None
