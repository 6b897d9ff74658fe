"""The one table of legal moves between an issue's states, and the only place that changes a state."""

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from newsletter.errors import IllegalMove, NotFound
from newsletter.issues.model import State
from newsletter.issues.tables import IssueRow

_D, _R, _C, _A, _P = State.DRAFT, State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED, State.PLANNED

MOVES: dict[State, frozenset[State]] = {
    _D: frozenset({_R}),
    # To itself: an issue edited during its review is handed in again. To draft: it is withdrawn.
    _R: frozenset({_A, _C, _D, _R}),
    # To draft: the one who asked for sign-off gives up this round.
    _C: frozenset({_R, _D}),
    # To sending: nobody has to plan a day. To review, draft or changes requested: an edit made the approval stop
    # counting, the issue is withdrawn, or the approver has second thoughts. Nothing has gone out yet.
    _A: frozenset({_P, State.SENDING, _R, _D, _C}),
    # To approved: the plan is cancelled, the approval stays. Planning anew is a move to itself.
    _P: frozenset({State.SENDING, _A, _P, _R, _D, _C}),
    State.SENDING: frozenset({State.PAUSED, State.STOPPED, State.SENT}),
    # Not to sent: whoever pauses looks at what is left, and then resumes or stops.
    State.PAUSED: frozenset({State.SENDING, State.STOPPED}),
    # To review: mended and signed off anew, it goes to those who have nothing. To changes requested: the approver takes
    # the yes back. To sending: a copy without an answer, or a refused one, is sent again by a person's word.
    State.STOPPED: frozenset({_R, _C, State.SENDING}),
    # Likewise.
    State.SENT: frozenset({State.SENDING}),
}

IN_WORDS = {
    State.DRAFT: "a draft",
    State.IN_REVIEW: "waiting for sign-off",
    State.CHANGES_REQUESTED: "back for changes",
    State.APPROVED: "signed off",
    State.PLANNED: "planned",
    State.SENDING: "being sent",
    State.PAUSED: "paused",
    State.STOPPED: "stopped",
    State.SENT: "sent",
}


def require(state: State, to: State) -> None:
    """Raise IllegalMove, saying where the issue stands and where it can go from there."""
    if to not in MOVES[state]:
        ways = ", ".join(sorted(IN_WORDS[way] for way in MOVES[state] if way is not state))
        raise IllegalMove(
            f"The issue is {IN_WORDS[state]}; it cannot become {IN_WORDS[to]}. From here it can be: {ways}."
        )


def move(session: Session, issue_id: int, to: State, now: datetime) -> None:
    """Change the state, if it still is what the table was asked about."""
    found = session.scalar(select(IssueRow.state).where(IssueRow.id == issue_id))
    if found is None:
        raise NotFound(f"There is no issue with the id {issue_id}.")
    state = State(found)
    require(state, to)
    result = session.execute(
        update(IssueRow)
        .where(IssueRow.id == issue_id, IssueRow.state == state.value)
        .values(state=to.value, updated_at=now)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount == 0:
        raise IllegalMove("Somebody else has just moved this issue; look at it again.")
