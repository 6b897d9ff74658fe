"""What pages and commands read of issues."""

from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import NotFound
from newsletter.issues.gathering import undated
from newsletter.issues.model import CoverageState, IssueKind, State
from newsletter.issues.tables import BlockRow, BlockWordingRow, CoverageRow, IssueRow, IssueWordingRow
from newsletter.media.tables import MediaRow
from newsletter.publications.tables import PublicationRow


@dataclass(frozen=True, slots=True)
class IssueSummary:
    """An issue as lists and headings show it."""

    id: int
    slug: str
    name: str
    list_id: int
    list_slug: str
    ordinal: int
    kind: IssueKind
    period: str
    collects_from: date
    collects_until: date
    state: State
    revision: int
    planned_at: datetime | None
    public_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Covered:
    """A publication and what became of it in an issue."""

    publication_id: int
    kind: str
    title: str
    published_on: date | None
    state: CoverageState
    reason: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of all that was found for an issue: found = used + held + declined + offered. `undated`: what waits
    in the tray for a date today, and belongs to no period yet.
    """

    found: int
    used: int
    held: int
    declined: int
    offered: int
    undated: int


def find(session: Session, id_or_slug: int | str, *, lock: bool = False) -> IssueSummary:
    """The issue of that id or slug; NotFound names slugs that are close. With `lock` it stays as it is until the
    transaction ends: of two who act on it at once, the second sees what the first did.
    """
    wanted = str(id_or_slug).strip()
    by_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    query = select(IssueRow).where(IssueRow.id == int(wanted) if by_id else IssueRow.slug == wanted)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if row is None:
        raise NotFound(f"There is no issue {wanted[:120]!r}{_near(session, wanted)}")
    return _summary(row, _slugs(session))


def issues(session: Session, list_id: int | None = None) -> tuple[IssueSummary, ...]:
    """All issues, or those of a list; the newest period first."""
    query = select(IssueRow).order_by(IssueRow.collects_until.desc(), IssueRow.id.desc())
    if list_id is not None:
        query = query.where(IssueRow.list_id == list_id)
    slugs = _slugs(session)
    return tuple(_summary(row, slugs) for row in session.scalars(query))


def coverage(session: Session, issue_id: int) -> tuple[Covered, ...]:
    """The balance of an issue, by date: every publication it looked at, once, with what became of it."""
    rows = session.execute(
        select(CoverageRow, PublicationRow)
        .join(PublicationRow, PublicationRow.id == CoverageRow.publication_id)
        .where(CoverageRow.issue_id == issue_id)
        .order_by(PublicationRow.published_on, PublicationRow.id)
    )
    return tuple(
        Covered(one.id, one.kind, one.title, one.published_on, CoverageState(row.state), row.reason)
        for row, one in rows
    )


def balance(session: Session, issue_id: int) -> Balance:
    """The sum of an issue's coverage."""
    query = select(CoverageRow.state, func.count()).where(CoverageRow.issue_id == issue_id).group_by(CoverageRow.state)
    counts: dict[str, int] = dict(session.execute(query).tuples().all())
    states = {state.value: counts.get(state.value, 0) for state in CoverageState}
    return Balance(found=sum(states.values()), **states, undated=undated(session))


def offered(session: Session, issue_id: int) -> int:
    """How many publications wait for a decision."""
    query = select(func.count()).where(
        CoverageRow.issue_id == issue_id, CoverageRow.state == CoverageState.OFFERED.value
    )
    return session.scalar(query) or 0


def has_subjects(session: Session, issue_id: int) -> bool:
    """Whether every language version has its subject and its preview line."""
    query = select(IssueWordingRow.subject, IssueWordingRow.preheader).where(IssueWordingRow.issue_id == issue_id)
    rows = session.execute(query).all()
    return bool(rows) and all(subject.strip() and preview.strip() for subject, preview in rows)


def pictures(session: Session) -> dict[int, str]:
    """The pictures that stand for issues, where there is one: the file's name among the pictures, by issue."""
    query = select(IssueRow.id, MediaRow.sha256, MediaRow.extension).join(MediaRow, MediaRow.sha256 == IssueRow.picture)
    return {id_: f"{sha256}.{extension}" for id_, sha256, extension in session.execute(query)}


def _near(session: Session, wanted: str) -> str:
    slugs = session.scalars(select(IssueRow.slug).order_by(IssueRow.id.desc())).all()
    if not slugs:
        return "; there is none yet. Collect one with `newsletter issue assemble`."
    close = get_close_matches(wanted.lower(), slugs, n=3)
    return f"; did you mean {' or '.join(close)}?" if close else f"; the newest is {slugs[0]}."


def _slugs(session: Session) -> dict[int, str]:
    return {face.id: face.slug for face in subscribers.lists(session)}


def _summary(row: IssueRow, slugs: dict[int, str]) -> IssueSummary:
    return IssueSummary(
        id=row.id,
        slug=row.slug,
        name=row.name,
        list_id=row.list_id,
        list_slug=slugs[row.list_id],
        ordinal=row.ordinal,
        kind=IssueKind(row.kind),
        period=row.period,
        collects_from=row.collects_from,
        collects_until=row.collects_until,
        state=State(row.state),
        revision=row.revision,
        planned_at=row.planned_at,
        public_at=row.public_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def blocks(session: Session, issue_id: int) -> tuple[tuple[int, str, str], ...]:
    """The blocks of an issue in their order: id, kind, and their words in one line, whichever language comes first."""
    rows = session.execute(
        select(BlockRow.id, BlockRow.kind, BlockWordingRow.fields)
        .join(BlockWordingRow, BlockWordingRow.block_id == BlockRow.id)
        .where(BlockRow.issue_id == issue_id)
        .order_by(BlockRow.position, BlockRow.id, BlockWordingRow.language)
    )
    found: dict[int, tuple[int, str, str]] = {}
    for id_, kind, fields in rows:
        found.setdefault(id_, (id_, kind, " ".join(str(value) for value in fields.values())))
    return tuple(found.values())
