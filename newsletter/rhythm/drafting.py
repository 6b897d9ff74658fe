"""The draft's day: collect, assemble, and tell those who write what there is and what only they can do."""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery import picturing
from newsletter.errors import BadInput, Refusal
from newsletter.issues import assembling, drafts, lists, periods, rhythms
from newsletter.issues.gathering import undated
from newsletter.issues.model import CoverageState, Draft, IssueKind, Role, State
from newsletter.issues.rhythm import Dates
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import Covered, IssueSummary, coverage, find
from newsletter.media.tables import MediaRow
from newsletter.preflight import Finding, musts, unrendered
from newsletter.rendering.staff import Row, Shown
from newsletter.rhythm import standing
from newsletter.rhythm.context import SYSTEM, Context, writers
from newsletter.rhythm.letters import drafts as letters
from newsletter.rhythm.reminding import name_of
from newsletter.rhythm.rows import first_period
from newsletter.rhythm.steps import NO_RHYTHM, Due
from newsletter.staff.people import log

_OPEN = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
_WAITS = {CoverageState.HELD: "saved for next time", CoverageState.OFFERED: "new, and waits for a decision"}


def draft(context: Context, row: Due) -> str:
    """Make the draft of the row's period, where nobody has made it, and tell of it."""
    with context.database.reading() as session:
        dates = rhythms.dates_of(session, row.list_id, row.period, context.settings.zone)
        issue = standing.issue_of(session, row.list_id, row.period)
    if dates is None:
        return context.pass_by(row, NO_RHYTHM)
    if issue is not None and issue.state not in _OPEN:
        return context.pass_by(row, f"{issue.slug} was made by hand.")
    context.collect()
    try:
        issue_id = _assemble(context, row, dates.cut_off, known=issue is not None)
    except BadInput as error:
        return _tell_nothing(context, row, str(error), error.problems)
    return _tell(context, row, issue_id, dates)


def _assemble(context: Context, row: Due, cut_off: date, *, known: bool) -> int:
    """Again it only offers what is new, so that a kill between this and the letter does no harm."""
    now = context.clock()
    with context.database.transaction() as session:
        slug = lists.profile(session, row.list_id).slug
        today = now.astimezone(context.settings.zone).date()
        days = (None, None) if known else (_since(session, row, context.settings.zone), cut_off)
        done = assembling.assemble(session, slug, row.period, now, today, *days, zone=context.settings.zone)
        if done.created:
            log(session, SYSTEM, "assemble", now, done.issue_id, created=True, offered=done.offered)
    return done.issue_id


def _since(session: Session, row: Due, zone: tzinfo) -> date | None:
    """The first day to collect where issues were left out since the list has its rhythm; None where none was."""
    own = periods.parse(row.period)
    earlier = (
        IssueRow.list_id == row.list_id,
        IssueRow.kind == IssueKind.REGULAR.value,
        IssueRow.collects_from < own.first,
    )
    until = session.scalar(select(func.max(IssueRow.collects_until)).where(*earlier))
    begins = first_period(session, row.list_id, zone).first
    since = max(until + timedelta(days=1), begins) if until else begins
    return since if since < own.first else None


def _tell_nothing(context: Context, row: Due, why: str, problems: tuple[str, ...]) -> str:
    with context.database.reading() as session:
        failing = standing.failing(session, context.clock())
    letter = letters.no_draft(name_of(row.period), why, problems, failing, context.when)
    return context.tell(row, writers, letter, f"No draft: {why}")


def _tell(context: Context, row: Due, issue_id: int, dates: Dates) -> str:
    picturing.picture(context.database, issue_id, context.settings.folder, context.clock)
    found = _findings(context, issue_id)
    with context.database.reading() as session:
        issue, covered = find(session, issue_id), coverage(session, issue_id)
        made = letters.Drafted(
            standing=standing.of(session, context.gate, issue),
            dates=dates,
            picture=_picture(session, issue, context.settings.base_url),
            inside=_items(drafts.load(session, issue_id)),
            waiting=_waiting(covered),
            declined=sum(one.state is CoverageState.DECLINED for one in covered),
            undated=undated(session),
            todo=[Row(one.message, one.place) for one in found],
            failing=standing.failing(session, context.clock()),
        )
    letter = letters.draft(made, context.when)
    return context.tell(row, writers, letter, f"{issue.slug} was made, with {len(made.inside)} items.")


def _findings(context: Context, issue_id: int) -> list[Finding]:
    """What must be mended; a version that cannot be rendered is such a thing."""
    try:
        version = context.versions.make(context.database, issue_id, context.clock())
    except Refusal as error:
        return [unrendered(error)]
    return list(musts(context.check(version)))


def _picture(session: Session, issue: IssueSummary, base_url: str) -> Shown | None:
    found = session.execute(
        select(MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height)
        .join(IssueRow, IssueRow.picture == MediaRow.sha256)
        .where(IssueRow.id == issue.id)
    ).first()
    if found is None:
        return None
    sha256, extension, width, height = found
    return Shown(f"{base_url}/media/{sha256}.{extension}", width, height, f"The cover of {issue.name}")


def _items(draft_: Draft) -> list[Row]:
    """The titles in their order in the mail, the first of each section with the section above it."""
    language = draft_.profile.default_language
    rows = []
    for section in draft_.sections:
        label = _in(section.titles, language)
        for item in section.items:
            note = {Role.LEAD: "the lead", Role.MORE: "in one line"}.get(item.role, "")
            rows.append(Row(item.wording(language, language).title, note, label=label))
            label = ""
    return rows


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")


def _waiting(covered: tuple[Covered, ...]) -> list[Row]:
    return [Row(one.title, one.reason or _WAITS[one.state]) for one in covered if one.state in _WAITS]
