"""What the database knows about an issue's publications, pictures and owed texts, and on which day it goes out."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues import owed, periods, rhythms
from newsletter.issues.choosing import as_of
from newsletter.issues.model import Block, CoverageState, Draft
from newsletter.issues.tables import CoverageRow, IssueRow
from newsletter.media.tables import MediaRow
from newsletter.preflight.facts.model import Awaited, Changed, Earlier, SendDay
from newsletter.publications.changes import CHANGED
from newsletter.publications.tables import ChangeRow


def send_day(session: Session, draft: Draft, now: datetime, zone: tzinfo) -> SendDay:
    """The planned day, else the one that the list's rhythm says, else the earliest that can be."""
    issue = session.get_one(IssueRow, draft.issue_id)
    today = now.astimezone(zone).date()
    if issue.planned_at is not None:
        return SendDay(now, issue.planned_at.astimezone(zone).date(), planned=True)
    dates = rhythms.dates_of(session, issue.list_id, issue.period, zone)
    if dates is not None and dates.send >= now:
        return SendDay(now, dates.send.astimezone(zone).date(), planned=True)
    return SendDay(now, as_of(issue.collects_until, _next_end(issue.period), today))


def _next_end(label: str) -> date:
    return periods.following(periods.parse(label)).last


def weights(session: Session, draft: Draft) -> Mapping[str, int]:
    """The bytes of each stored picture."""
    wanted = {item.picture.sha256 for item in draft.items if item.picture}
    wanted |= {block.picture.sha256 for block in _blocks(draft) if block.picture}
    query = select(MediaRow.sha256, func.length(MediaRow.content)).where(MediaRow.sha256.in_(wanted))
    return dict(session.execute(query).tuples().all())


def earlier(session: Session, draft: Draft) -> tuple[Earlier, ...]:
    """The issues of the same list, made before, that used one of the publications."""
    rows = session.execute(
        select(CoverageRow.publication_id, IssueRow.name)
        .join(IssueRow, IssueRow.id == CoverageRow.issue_id)
        .where(
            IssueRow.list_id == draft.profile.list_id,
            IssueRow.kind == draft.kind.value,
            IssueRow.ordinal < draft.ordinal,
            CoverageRow.state == CoverageState.USED.value,
            CoverageRow.publication_id.in_(_publications(draft)),
        )
        .order_by(IssueRow.ordinal)
    )
    return tuple(Earlier(publication, name) for publication, name in rows)


def changed(session: Session, draft: Draft) -> tuple[Changed, ...]:
    """What the website changed since the issue was made, the last change of each publication."""
    since = select(IssueRow.created_at).where(IssueRow.id == draft.issue_id).scalar_subquery()
    rows = session.scalars(
        select(ChangeRow)
        .where(ChangeRow.publication_id.in_(_publications(draft)), ChangeRow.what == CHANGED, ChangeRow.at > since)
        .order_by(ChangeRow.at, ChangeRow.id)
    )
    last = {row.publication_id: Changed(row.publication_id, row.at, tuple(row.after)) for row in rows}
    return tuple(last.values())


def awaited(session: Session, draft: Draft) -> tuple[Awaited, ...]:
    """The texts that somebody was asked for and has not given."""
    return tuple(Awaited(one.id, one.words, one.owner, one.due_on) for one in owed.owed(session, draft.issue_id))


def _publications(draft: Draft) -> set[int]:
    return {item.source.publication_id for item in draft.items}


def _blocks(draft: Draft) -> Iterator[Block]:
    yield from draft.opening
    for section in draft.sections:
        yield from section.blocks
