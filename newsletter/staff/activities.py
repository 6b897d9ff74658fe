"""The log of who did what, read: newest first, a page at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.staff.tables import ActivityRow, StaffRow

PAGE = 50


@dataclass(frozen=True, slots=True)
class Act:
    """One line. `who`: a name or an address; nothing where no person was named."""

    id: int
    at: datetime
    staff_id: int | None
    who: str
    via: str
    os_user: str
    verb: str
    issue_id: int | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Acts:
    """A page of them; `before`: what to ask the next page with, None at the end."""

    rows: tuple[Act, ...]
    before: int | None


def page(
    session: Session, *, before: int | None = None, staff_id: int | None = None, issue_id: int | None = None,
    verbs: Collection[str] = (),
) -> Acts:  # fmt: skip
    """Those that fit, under the line `before`."""
    query = select(ActivityRow, StaffRow).outerjoin(StaffRow, StaffRow.id == ActivityRow.staff_id)
    if before is not None:
        query = query.where(ActivityRow.id < before)
    if staff_id is not None:
        query = query.where(ActivityRow.staff_id == staff_id)
    if issue_id is not None:
        query = query.where(ActivityRow.issue_id == issue_id)
    if verbs:
        query = query.where(ActivityRow.verb.in_(verbs))
    found = [
        _act(row, person) for row, person in session.execute(query.order_by(ActivityRow.id.desc()).limit(PAGE + 1))
    ]
    return Acts(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


def one(session: Session, id_: int) -> Act | None:
    """That line."""
    row = session.get(ActivityRow, id_)
    return _act(row, session.get(StaffRow, row.staff_id) if row.staff_id else None) if row else None


def _act(row: ActivityRow, person: StaffRow | None) -> Act:
    who = (person.name or person.email) if person else ""
    return Act(row.id, row.at, row.staff_id, who, row.via, row.os_user, row.verb, row.issue_id, row.detail)
