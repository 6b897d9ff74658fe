"""Reads what assembling decides on: the list's other issues, the publications with a date, and both as candidates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.choosing import as_of
from newsletter.issues.collecting import Family, Found, Sibling, Window, collected, families, used_in
from newsletter.issues.model import CoverageState, IssueKind, Profile
from newsletter.issues.periods import Period, following
from newsletter.issues.scoring import Candidate
from newsletter.issues.tables import CoverageRow, IssueRow
from newsletter.media.tables import MediaRow
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Kind
from newsletter.publications.tables import PublicationRow

LEAD_WIDTH = 552  # pixels, as the mail shows it
LEAD_SHAPES = (1.2, 2.4)  # width to height


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything an issue may be made from. `families` and `candidates` name each thing to tell by its main id."""

    rows: Mapping[int, PublicationRow]
    kinds: Mapping[str, Kind]
    families: Mapping[int, Family]
    candidates: tuple[Candidate, ...]
    as_of: date


def gather(
    session: Session, profile: Profile, period: Period, own: Window, others: Sequence[Sibling], today: date
) -> Gathered:
    """The candidates of an issue that collects those days."""
    day = as_of(own.last, following(period).last, today)
    rows = _dated(session, own.last)
    found = collected([_found(row) for row in rows.values()], own, others, day)
    grouped = {family.main.id: family for family in families(found, profile.languages, profile.default_language)}
    known = {kind.slug: kind for kind in kinds(session)}
    used = used_in(others)
    good = _good_pictures(session)
    candidates = tuple(_candidate(family, rows, known, used, own, good) for family in grouped.values())
    return Gathered(rows, known, grouped, candidates, day)


def siblings(session: Session, list_id: int, but: int | None = None) -> tuple[Sibling, ...]:
    """The other regular issues of the list, with what became of each publication in them."""
    issues = session.scalars(
        select(IssueRow).where(IssueRow.list_id == list_id, IssueRow.kind == IssueKind.REGULAR.value)
    ).all()
    states: dict[int, dict[int, CoverageState]] = {issue.id: {} for issue in issues if issue.id != but}
    for row in session.scalars(select(CoverageRow).where(CoverageRow.issue_id.in_(list(states)))):
        states[row.issue_id][row.publication_id] = CoverageState(row.state)
    return tuple(
        Sibling(issue.slug, issue.period, Window(issue.collects_from, issue.collects_until), states[issue.id])
        for issue in issues
        if issue.id in states
    )


def undated(session: Session) -> int:
    """How many publications wait for a date."""
    waiting = select(func.count()).where(PublicationRow.published_on.is_(None), PublicationRow.gone_at.is_(None))
    return session.scalar(waiting) or 0


def picture_row(family: Family, rows: Mapping[int, PublicationRow]) -> PublicationRow | None:
    """The member whose picture is shown."""
    return next((rows[one.id] for one in family.members if rows[one.id].media_sha256), None)


def _good_pictures(session: Session) -> frozenset[str]:
    """Those as wide as the lead's place, and of its shape: neither a poster nor a ribbon."""
    ratio = MediaRow.width * 1.0 / MediaRow.height
    query = select(MediaRow.sha256).where(MediaRow.width >= LEAD_WIDTH, ratio.between(*LEAD_SHAPES))
    return frozenset(session.scalars(query))


def _dated(session: Session, until: date) -> dict[int, PublicationRow]:
    query = select(PublicationRow).where(PublicationRow.published_on <= until).order_by(PublicationRow.id)
    return {row.id: row for row in session.scalars(query)}


def _found(row: PublicationRow) -> Found:
    assert row.published_on is not None
    ahead = row.deadline_on or row.starts_on
    return Found(row.id, row.kind, row.language, row.published_on, ahead, row.translation_of)


def _candidate(
    family: Family,
    rows: Mapping[int, PublicationRow],
    known: Mapping[str, Kind],
    used: Mapping[int, str],
    own: Window,
    good: Collection[str],
) -> Candidate:
    main = rows[family.main.id]
    pictured = picture_row(family, rows)
    same = [main.translation_of or main.id, *(one.id for one in family.members)]
    picture = (pictured.media_sha256 or "") if pictured else ""
    return Candidate(
        id=main.id,
        kind=main.kind,
        title=main.title,
        published_on=family.main.published_on,
        languages=tuple(one.language for one in family.members),
        home_section=known[main.kind].home_section,
        picture=picture,
        good_picture=picture in good,
        summarised=bool(main.summary),
        shared=bool(main.original_source),
        ahead_on=family.main.ahead_on,
        closes=main.deadline_on is not None,
        used_in=next((used[one] for one in same if one in used), ""),
        in_period=own.holds(family.main.published_on),
        gone=main.gone_at is not None,
    )
