"""What comes after the draft, said as it is done today."""

from dataclasses import dataclass

from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary


@dataclass(frozen=True, slots=True)
class Onward:
    """What comes next: the page where it is done, below the issue's, or the command that does it."""

    words: str
    command: str = ""
    page: str = ""
    button: str = ""


_BEFORE = {
    State.DRAFT: Onward("Ready for sign-off.", page="sign-off", button="Ask for sign-off"),
    State.CHANGES_REQUESTED: Onward("Ready for sign-off again.", page="sign-off", button="Ask for sign-off"),
    State.IN_REVIEW: Onward("It waits for the yes of somebody else.", page="sign-off", button="Read and decide"),
}
_AGAIN = Onward("It has changed since the yes, and needs a new one.", page="sign-off", button="Ask for sign-off")
_OUT = Onward("What became of every copy:", page="results", button="See the results")
_AFTER = {
    State.APPROVED: ("It is signed off. For now its time is set on the machine:", "plan --at 2030-07-09T09:00"),
    State.PLANNED: ("It is signed off, and goes out by itself. To look at it on the machine:", "status"),
}
_GOING = ("How far it is, on the machine:", "status")
_NAMELESS = frozenset({"status"})  # verbs that need nobody's name


def onward(issue: IssueSummary, *, yes: bool, by: str) -> Onward:
    """`yes`: whether a sign-off counts; `by`: the address of whoever would do it."""
    if issue.state in _BEFORE:
        return _BEFORE[issue.state]
    if issue.state in {State.APPROVED, State.PLANNED} and not yes:
        return _AGAIN
    if issue.state is State.SENT:
        return _OUT
    words, verb = _AFTER.get(issue.state, _GOING)
    act, _, more = verb.partition(" ")
    named = "" if act in _NAMELESS else f" --by {by}"
    return Onward(words, f"newsletter issue {act} {issue.slug}{f' {more}' if more else ''}{named}")
