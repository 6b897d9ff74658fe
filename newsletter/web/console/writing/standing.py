"""Whether the page may be written on: not what is out, and not without a word what somebody has approved."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.approval.gate import Gate
from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When, to
from newsletter.staff import people

_OUT = {
    State.SENDING: "It is being sent. What readers get is not changed any more.",
    State.PAUSED: "It is being sent, and paused. What readers get is not changed any more.",
    State.SENT: "It was sent. What went out stays as it is; a mistake is mended by a correction.",
}
_APPROVED = frozenset({State.APPROVED, State.PLANNED})


@dataclass(frozen=True, slots=True)
class Guarded:
    """`said`: the sentence above the page. `asks`: whether a button opens it; a page that is out stays closed."""

    said: str
    asks: bool


def guarded(session: Session, gate: Gate, issue: IssueSummary, when: When) -> Guarded | None:
    """None where everybody may write."""
    if issue.state in _OUT:
        return Guarded(_OUT[issue.state], asks=False)
    yes = gate.look(session, issue.id)[0] if issue.state in _APPROVED else None
    if yes is None:
        return None
    who = next((one.name or one.email for one in people.everybody(session) if one.email == yes.by), yes.by)
    version = f"Version {yes.number} is approved"
    if issue.state is State.PLANNED and issue.planned_at is not None:
        day = to(issue.planned_at, when)
        return Guarded(
            f"{version} and goes out {day}. If you change anything, nothing goes out then until {who} has said yes"
            " again. If you undo it, that yes counts again.",
            asks=True,
        )
    return Guarded(
        f"{version} by {who}. If you change anything, it needs a new yes. If you undo it, that yes counts again.",
        asks=True,
    )
