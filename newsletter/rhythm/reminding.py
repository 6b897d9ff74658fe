"""Reminders: what should be in it, who owes what, hand it in, say yes, a source that tells nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.guests.views import of_block
from newsletter.issues import lists, periods, rhythms
from newsletter.issues.rhythm import Dates
from newsletter.issues.views import find
from newsletter.publications.tables import SourceRow
from newsletter.rhythm import standing
from newsletter.rhythm.context import Context, approvers, keepers, writers
from newsletter.rhythm.letters import drafts, reminders
from newsletter.rhythm.standing import Failing, Standing
from newsletter.rhythm.steps import NO_RHYTHM, Due, Step
from newsletter.staff.people import Person, everybody
from newsletter.staff.tables import StaffRow
from subscribers import Purpose


def name_of(period: str) -> str:
    """What the issue of a period is called in letters."""
    return periods.name(periods.parse(period), "en")


def slug_of(context: Context, list_id: int) -> str:
    """The list's name in commands."""
    with context.database.reading() as session:
        return lists.profile(session, list_id).slug


def look(context: Context, row: Due) -> tuple[Dates | None, Standing | None]:
    """The dates of the row's period, and where its issue stands; None where there is none."""
    with context.database.reading() as session:
        dates = rhythms.dates_of(session, row.list_id, row.period, context.settings.zone)
        issue = standing.issue_of(session, row.list_id, row.period)
        return dates, standing.of(session, context.gate, issue) if issue else None


def call(context: Context, row: Due) -> str:
    """Ask everybody what should be in it."""
    dates, _ = look(context, row)
    if dates is None:
        return context.pass_by(row, NO_RHYTHM)
    if dates.draft <= context.clock():
        return context.pass_by(row, "The day of the draft has come.")
    letter = drafts.call(name_of(row.period), dates, context.when)
    return context.tell(row, everybody, letter, "Everybody was asked.")


def review(context: Context, row: Due) -> str:
    """Ask those who write to hand it in."""
    dates, found = look(context, row)
    if dates is None:
        return context.pass_by(row, NO_RHYTHM)
    if found is None:
        return context.pass_by(row, "There is no issue to hand in.")
    if found.is_going or found.yes or found.awaits:
        return context.pass_by(row, f"{found.issue.slug} is handed in.")
    letter = reminders.review(found, dates, context.when)
    return context.tell(row, writers, letter, "Those who write were reminded.")


def unanswered(context: Context, row: Due) -> str:
    """Remind those who may sign off."""
    assert row.issue_id is not None
    with context.database.reading() as session:
        found = standing.of(session, context.gate, find(session, row.issue_id))
        dates = rhythms.dates_of(session, row.list_id, found.issue.period, context.settings.zone)
        asked_by = session.get(StaffRow, found.awaits[0]) if found.awaits else None
    if found.awaits is None or asked_by is None:
        return context.pass_by(row, "It was answered.")
    send = found.issue.planned_at or (dates.send if dates else None)
    letter = reminders.unanswered(found, asked_by.name or asked_by.email, found.awaits[1], send, context.when)
    return context.tell(
        row, lambda session: approvers(session, asked_by.id), letter, "Those who may say yes were asked."
    )


def owed(context: Context, row: Due) -> str:
    """Remind whoever owes a block."""
    assert row.issue_id is not None
    _, block_id, *_ = row.about.split("/")
    with context.database.reading() as session:
        found = standing.of(session, context.gate, find(session, row.issue_id))
        request = of_block(session, int(block_id))
    block = next((one for one in found.owed if str(one.id) == block_id), None)
    if block is None:
        return context.pass_by(row, "It is written.")
    if request is not None and row.step is Step.ASKED:
        return context.pass_by(row, "Whoever has asked wrote the letter.")
    page = (Purpose.GUEST, request) if request is not None else None
    letter = reminders.owed(found.issue.name, found.issue.slug, block, context.when, has_page=page is not None)

    def owner(session: Session) -> list[Person]:
        return [person for person in everybody(session) if person.id == block.owner_id]

    return context.tell(row, owner, letter, f"{block.owner} was reminded.", page)


def source(context: Context, row: Due) -> str:
    """Say that nothing comes from a source any more."""
    _, source_id = row.about.split("/")
    with context.database.reading() as session:
        found = session.scalar(select(SourceRow).where(SourceRow.id == int(source_id)))
    if found is None or found.failing_since is None or found.paused_at is not None:
        return context.pass_by(row, "It tells something again.")
    letter = reminders.source_fails(Failing.of(found), context.when)
    return context.tell(row, keepers, letter, f"{found.slug} fails.")
