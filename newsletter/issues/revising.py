"""Opens an issue to be changed, and notes that it was."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import IllegalMove, NotFound
from newsletter.issues.model import State
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.tables import IssueRow

# Not stopped: it is mended for those who have nothing.
_CLOSED = frozenset({State.SENDING, State.PAUSED, State.SENT})


def opened(session: Session, issue_id: int) -> IssueRow:
    """The issue, locked, while it may still be changed."""
    issue = session.scalar(
        select(IssueRow)
        .where(IssueRow.id == issue_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # as it is now that we hold it, not as it was read before
    )
    if issue is None:
        raise NotFound(f"There is no issue with the id {issue_id}.")
    state = State(issue.state)
    if state in _CLOSED:
        raise IllegalMove(f"{issue.slug} is {IN_WORDS[state]}; what has gone out is not changed any more.")
    return issue


def edited(session: Session, issue: IssueRow, now: datetime) -> None:
    """Every edit makes a new revision."""
    issue.revision += 1
    issue.updated_at = now
    session.flush()
