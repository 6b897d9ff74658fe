"""Writes a new issue: its sections, items, wordings, coverage, and the subject and preview line proposed for it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, zip_longest

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues import periods
from newsletter.issues.choosing import Choice, Chosen
from newsletter.issues.collecting import Family, Window
from newsletter.issues.gathering import Gathered, picture_row
from newsletter.issues.model import BlockKind, CoverageState, IssueKind, Profile, Role, State
from newsletter.issues.periods import Period
from newsletter.issues.proposing import Contents, in_order, preview, subject
from newsletter.issues.shaping import Shape
from newsletter.issues.shortening import anchor
from newsletter.issues.tables import (
    BlockRow,
    CoverageRow,
    IssueRow,
    IssueSectionRow,
    IssueWordingRow,
    ItemRow,
)
from newsletter.issues.wording import first_title, first_wordings
from newsletter.publications import changes
from newsletter.publications.model import Layout

MOST_PICTURES = 6

_TAKEN = frozenset({"contents", "lead", "more", "top"})  # names that the mail's own places may have


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a new issue starts with."""

    slug: str
    profile: Profile
    period: Period
    own: Window
    sections: tuple[Shape, ...]
    gathered: Gathered
    choice: Choice
    note_owner: int | None = None  # who owes the director's note, as the last one
    note_due: date | None = None


def write_issue(session: Session, plan: Plan, now: datetime) -> int:
    """Write all of it; the issue's id."""
    issue = _issue(session, plan, now)
    sections = _sections(session, plan, issue.id)
    _items(session, plan, issue.id, sections)
    _coverage(session, plan, issue.id, now)
    _owed(session, plan, issue.id)
    for language in _languages(plan):
        contents, name = _contents(plan, language), periods.name(plan.period, language)
        session.add(
            IssueWordingRow(
                issue_id=issue.id,
                language=language,
                subject=subject(contents, language, name),
                preheader=preview(contents, language, issue.ordinal, name),
            )
        )
    session.flush()
    return issue.id


def _issue(session: Session, plan: Plan, now: datetime) -> IssueRow:
    of_list = (IssueRow.list_id == plan.profile.list_id, IssueRow.kind == IssueKind.REGULAR.value)
    issue = IssueRow(
        list_id=plan.profile.list_id,
        slug=plan.slug,
        name=periods.name(plan.period, plan.profile.default_language),
        ordinal=(session.scalar(select(func.max(IssueRow.ordinal)).where(*of_list)) or 0) + 1,
        kind=IssueKind.REGULAR.value,
        period=plan.period.label,
        collects_from=plan.own.first,
        collects_until=plan.own.last,
        state=State.DRAFT.value,
        created_at=now,
        updated_at=now,
    )
    session.add(issue)
    session.flush()
    return issue


def _sections(session: Session, plan: Plan, issue_id: int) -> dict[str, int]:
    rows = [
        IssueSectionRow(
            issue_id=issue_id,
            slug=section.slug,
            position=section.position,
            titles=dict(section.titles),
            kinds=list(section.kinds),
            cap=section.cap,
            layout=section.layout,
        )
        for section in plan.sections
    ]
    session.add_all(rows)
    session.flush()
    return {row.slug: row.id for row in rows}


def _items(session: Session, plan: Plan, issue_id: int, sections: dict[str, int]) -> None:
    taken = {*_TAKEN, *sections}
    bared, seen = _without_picture(plan), changes.latest(session)
    rows: list[tuple[ItemRow, Family]] = []
    for chosen in plan.choice.items:
        family = plan.gathered.families[chosen.candidate.id]
        pictured = None if chosen.candidate.id in bared else picture_row(family, plan.gathered.rows)
        row = ItemRow(
            issue_id=issue_id,
            section_id=sections[chosen.section],
            publication_id=chosen.candidate.id,
            role=chosen.role.value,
            position=chosen.position,
            anchor=anchor(_title(plan, chosen.candidate.id), f"item-{chosen.candidate.id}", taken),
            media_sha256=pictured.media_sha256 if pictured else None,
            image_credit=pictured.image_credit if pictured else "",
            seen_change=seen,
        )
        rows.append((row, family))
    session.add_all(row for row, _ in rows)
    session.flush()
    for row, family in rows:
        members = [plan.gathered.rows[one.id] for one in family.members]
        labels = plan.gathered.kinds[members[0].kind].labels.values()
        session.add_all(first_wordings(row.id, members, labels, plan.profile))


def _owed(session: Session, plan: Plan, issue_id: int) -> None:
    """The director's note, where somebody wrote one for the last issue because he was asked."""
    if plan.note_owner is not None:
        note = BlockRow(issue_id=issue_id, position=1, kind=BlockKind.DIRECTOR.value)
        note.owner_id, note.due_on = plan.note_owner, plan.note_due
        session.add(note)
        session.flush()


def _without_picture(plan: Plan) -> frozenset[int]:
    """The cards beyond the pictures that one mail carries; the lead's comes first, then each section's in turn."""
    cards = {section.slug for section in plan.sections if section.layout not in (Layout.LINE, Layout.DATE)}
    pictured = [chosen for chosen in plan.choice.items if chosen.section in cards and _is_card(plan, chosen)]
    lead = [chosen for chosen in pictured if chosen.role is Role.LEAD]
    queues = [[one for one in pictured if one.section == section.slug and one not in lead] for section in plan.sections]
    turns = (one for turn in zip_longest(*queues) for one in turn if one is not None)
    return frozenset(one.candidate.id for one in islice((*lead, *turns), MOST_PICTURES, None))


def _is_card(plan: Plan, chosen: Chosen) -> bool:
    candidate = chosen.candidate
    sober = plan.gathered.kinds[candidate.kind].layout is Layout.SOBER
    return bool(candidate.picture) and chosen.role is not Role.MORE and not sober


def _coverage(session: Session, plan: Plan, issue_id: int, now: datetime) -> None:
    """A row for every publication that was looked at, a translation like the one it belongs to."""
    decided = [(chosen.candidate.id, CoverageState.USED, "") for chosen in plan.choice.items]
    decided += [(passed.candidate.id, passed.state, passed.reason) for passed in plan.choice.passed]
    for main, state, reason in decided:
        for one in plan.gathered.families[main].members:
            because = reason if one.id == main or reason else "in the mail as a translation"
            session.add(
                CoverageRow(issue_id=issue_id, publication_id=one.id, state=state.value, reason=because, decided_at=now)
            )


def _languages(plan: Plan) -> tuple[str, ...]:
    """The list's first language, and those of its others in which at least half of the full items are worded."""
    full = [chosen.candidate for chosen in plan.choice.items if chosen.role is not Role.MORE]
    worded = Counter(language for candidate in full for language in candidate.languages)
    default = plan.profile.default_language
    return (
        default,
        *(one for one in plan.profile.languages if one != default and 2 * worded[one] >= len(full) > 0),
    )


def _contents(plan: Plan, language: str) -> Contents:
    items = plan.choice.items
    sections: dict[str, list[str]] = {}
    lead = None
    for chosen in items:
        title = _title_in(plan, chosen, language)
        if title and chosen.role is not Role.MORE and not chosen.candidate.dated:
            sections.setdefault(chosen.section, []).append(title)
            lead = title if chosen.role is Role.LEAD else lead
    ahead = [chosen.candidate for chosen in items if chosen.candidate.dated]
    return Contents(
        titles=in_order(tuple(sections.items()), lead),
        calls=sum(candidate.closes for candidate in ahead),
        events=sum(not candidate.closes for candidate in ahead),
        reads=len(items) - len(ahead),
    )


def _title_in(plan: Plan, chosen: Chosen, language: str) -> str:
    members = plan.gathered.families[chosen.candidate.id].members
    return next((_title(plan, one.id) for one in members if one.language == language), "")


def _title(plan: Plan, publication_id: int) -> str:
    row = plan.gathered.rows[publication_id]
    return first_title(row, plan.gathered.kinds[row.kind].labels.values(), plan.profile)
