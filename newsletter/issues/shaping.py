"""The shape that a new issue starts with: that of the list's last issue, where there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.model import BlockKind, IssueKind
from newsletter.issues.tables import BlockRow, IssueRow, IssueSectionRow, ListSectionRow
from newsletter.staff.tables import StaffRow


@dataclass(frozen=True, slots=True)
class Shape:
    """A section as a new issue gets it."""

    slug: str
    position: int
    titles: Mapping[str, str]
    kinds: Sequence[str]
    cap: int
    layout: str


def shapes(session: Session, list_id: int, before: date) -> tuple[Shape, ...]:
    """The list's sections, with the headings, room and order that they have in the last issue that began before that
    day. What the list has since been given stands at the end; what somebody has since said in its settings holds.
    """
    own = select(ListSectionRow).where(ListSectionRow.list_id == list_id)
    rows = session.scalars(own.order_by(ListSectionRow.position, ListSectionRow.id)).all()
    last = _last(session, list_id, before)
    begun = session.get_one(IssueRow, last).created_at if last is not None else None
    said = {row.slug for row in rows if row.set_at and begun and row.set_at > begun}
    known: dict[str, IssueSectionRow] = {}
    if last is not None:
        there = select(IssueSectionRow).where(IssueSectionRow.issue_id == last)
        known = {row.slug: row for row in session.scalars(there.order_by(IssueSectionRow.position))}
    order = list(known) if not said else []
    rows = sorted(rows, key=lambda row: order.index(row.slug) if row.slug in order else len(order))
    worded = [row if row.slug in said else known.get(row.slug) or row for row in rows]
    return tuple(
        Shape(row.slug, position, as_.titles, row.kinds, as_.cap, row.layout)
        for position, (row, as_) in enumerate(zip(rows, worded, strict=True), start=1)
    )


def note_owner(session: Session, list_id: int, before: date) -> int | None:
    """Who owed the director's note of the last issue, and still works here."""
    last = _last(session, list_id, before)
    if last is None:
        return None
    return session.scalar(
        select(StaffRow.id)
        .join(BlockRow, BlockRow.owner_id == StaffRow.id)
        .where(BlockRow.issue_id == last, BlockRow.kind == BlockKind.DIRECTOR.value, StaffRow.disabled_at.is_(None))
        .limit(1)
    )


def _last(session: Session, list_id: int, before: date) -> int | None:
    return session.scalar(
        select(IssueRow.id)
        .where(IssueRow.list_id == list_id, IssueRow.kind == IssueKind.REGULAR.value, IssueRow.collects_from < before)
        .order_by(IssueRow.collects_until.desc(), IssueRow.id.desc())
        .limit(1)
    )
