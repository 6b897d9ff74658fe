"""What comes after the draft, said as it is done today."""

from dataclasses import dataclass

from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary


@dataclass(frozen=True, slots=True)
class Onward:
    """What comes next, and the command that does it."""

    words: str
    command: str = ""


def onward(issue: IssueSummary, *, yes: bool, by: str = "YOUR-ADDRESS") -> Onward:
    """`yes`: whether a sign-off counts; `by`: the address of whoever would do it."""
    command = f"newsletter issue {{verb}} {issue.slug} --by {by}"
    match issue.state:
        case State.DRAFT | State.CHANGES_REQUESTED:
            return Onward("Ready for sign-off. For now it is handed in on the machine:", command.format(verb="submit"))
        case State.IN_REVIEW:
            return Onward(
                "It waits for the yes of somebody else. For now that is said on the machine:",
                command.format(verb="approve"),
            )
        case State.APPROVED | State.PLANNED if not yes:
            return Onward(
                "It has changed since the yes, and needs a new one. For now it is handed in on the machine:",
                command.format(verb="submit"),
            )
        case State.APPROVED:
            return Onward(
                "It is signed off. For now its time is set on the machine:",
                command.format(verb="plan") + " --at 2030-07-09T09:00",
            )
        case State.PLANNED:
            return Onward("It is signed off, and goes out by itself.")
        case State.SENT:
            return Onward("It is out.", f"newsletter issue report {issue.slug}")
        case _:
            return Onward("How far it is:", f"newsletter issue status {issue.slug}")
