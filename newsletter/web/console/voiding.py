"""Whose yes a change would cost: said before it is made, and again after it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues import views
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import to
from newsletter.web.console import standing
from newsletter.web.console.desk import Desk


@dataclass(frozen=True, slots=True)
class Counted:
    """An issue whose yes counts now. `at`: when it is planned, within a sentence; "" where it is not."""

    issue: IssueSummary
    at: str

    @property
    def warning(self) -> str:
        """What follows, before anything is changed."""
        planned = f" Nothing goes out {self.at} without one." if self.at else ""
        return f"{self.issue.name} is signed off. If you change this, it needs a new yes.{planned}"


def counted(session: Session, desk: Desk, issues: Collection[int]) -> tuple[Counted, ...]:
    """Those of the issues whose yes counts at this moment, and would not after a change that readers see."""
    decided = [one for one in views.issues(session) if one.id in issues and one.state in standing.DECIDED]
    return tuple(
        Counted(one, to(one.planned_at, desk.when) if one.planned_at else "")
        for one in decided
        if desk.pipeline.gate.look(session, one.id)[0]
    )


def of_list(session: Session, desk: Desk, list_id: int) -> tuple[Counted, ...]:
    """The same of all issues of a list."""
    return counted(session, desk, [one.id for one in views.issues(session, list_id)])
