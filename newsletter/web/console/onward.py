"""What comes after the draft, and on which page."""

from dataclasses import dataclass

from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary


@dataclass(frozen=True, slots=True)
class Onward:
    """What comes next: the page where it is done, below the issue's."""

    words: str
    page: str
    button: str


_BEFORE = {
    State.DRAFT: Onward("Ready for sign-off.", "sign-off", "Ask for sign-off"),
    State.CHANGES_REQUESTED: Onward("Ready for sign-off again.", "sign-off", "Ask for sign-off"),
    State.IN_REVIEW: Onward("It waits for the yes of somebody else.", "sign-off", "Read and decide"),
}
_AGAIN = Onward("It has changed since the yes, and needs a new one.", "sign-off", "Ask for sign-off")
_AFTER = {
    State.APPROVED: Onward("It is signed off. When should it go?", "send", "Plan or send it"),
    State.PLANNED: Onward("It is signed off, and goes out by itself.", "send", "Look at the plan"),
    State.SENT: Onward("What became of every copy:", "results", "See the results"),
    State.STOPPED: Onward("Nobody else gets it, unless you decide so.", "send", "What can be done"),
}
_GOING = Onward("It is on its way.", "send", "How far it is")


def onward(issue: IssueSummary, *, yes: bool) -> Onward:
    """`yes`: whether a sign-off counts."""
    if issue.state in _BEFORE:
        return _BEFORE[issue.state]
    if issue.state in {State.APPROVED, State.PLANNED} and not yes:
        return _AGAIN
    return _AFTER.get(issue.state, _GOING)
