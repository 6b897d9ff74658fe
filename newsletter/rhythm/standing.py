"""Where an issue stands, as the letters tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.approval import deciding
from newsletter.approval.gate import Gate
from newsletter.approval.model import Yes
from newsletter.guests.model import Unanswered
from newsletter.guests.views import unanswered
from newsletter.issues import owed as owing
from newsletter.issues.model import RELEASED, IssueKind, State
from newsletter.issues.owed import Owed
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary, find
from newsletter.publications.tables import SourceRow
from newsletter.staff.authority import Role, may
from newsletter.staff.tables import StaffRow

FAILING = timedelta(days=7)  # for so long a source may fail without a word


@dataclass(frozen=True, slots=True)
class Standing:
    """An issue, the yes that counts for it now (or what has changed since the last), and what somebody still owes.

    `guests`: what those have not answered who do not work here. `awaits`: the request for sign-off that has no answer:
    who asked, and when.
    """

    issue: IssueSummary
    yes: Yes | None
    changes: tuple[str, ...]
    owed: tuple[Owed, ...]
    guests: tuple[Unanswered, ...]
    awaits: tuple[int, datetime] | None

    @property
    def is_going(self) -> bool:
        """Whether it is being sent, or was."""
        return self.issue.state in RELEASED


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that tells nothing any more."""

    slug: str
    name: str
    since: datetime
    trouble: str

    @classmethod
    def of(cls, row: SourceRow) -> Self:
        """Of one that does fail."""
        assert row.failing_since is not None
        return cls(row.slug, row.name, row.failing_since, row.trouble)


def of(session: Session, gate: Gate, issue: IssueSummary) -> Standing:
    """Where it stands at this moment."""
    yes, changes = gate.look(session, issue.id)
    review = deciding.current_review(session, issue.id) if issue.state is State.IN_REVIEW else None
    awaits = (review.requested_by, review.requested_at) if review else None
    missing = owing.owed(session, issue.id), unanswered(session, issue.id)
    return Standing(issue, yes, changes, *missing, awaits)


def issue_of(session: Session, list_id: int, period: str) -> IssueSummary | None:
    """The regular issue of a list's period."""
    of_period = (IssueRow.list_id == list_id, IssueRow.period == period, IssueRow.kind == IssueKind.REGULAR.value)
    found = session.scalar(select(IssueRow.id).where(*of_period).order_by(IssueRow.id.desc()).limit(1))
    return find(session, found) if found is not None else None


def failing(session: Session, now: datetime) -> Sequence[Failing]:
    """Sources that have failed for a week."""
    rows = session.scalars(
        select(SourceRow)
        .where(SourceRow.failing_since <= now - FAILING, SourceRow.paused_at.is_(None))
        .order_by(SourceRow.failing_since)
    )
    return [Failing.of(row) for row in rows]


def called(session: Session, staff_id: int | None) -> str:
    """What a member of staff is called, also one who has left; "" for nobody."""
    person = session.get(StaffRow, staff_id) if staff_id is not None else None
    return (person.name or person.email) if person else ""


def may_not_send(session: Session, staff_id: int | None) -> str:
    """Why nothing goes out in this person's name any more; "" where it does."""
    person = session.get(StaffRow, staff_id) if staff_id is not None else None
    if person is None:
        return "Nobody is written down as the one who planned it."
    if person.disabled_at is not None:
        return f"{person.email}, who planned it, does not work here any more."
    if not may("send", Role(person.role)):
        return f"{person.email}, who planned it, is {person.role} now and may not send."
    return ""
