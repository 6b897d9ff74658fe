"""Waiting for others: what somebody else owes the issue, and what can be done about it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues.owed import owed
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When, capital
from newsletter.web.console.mending import Button


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody owes something. `late`: its day has passed. `stands`: how far it is, in words."""

    who: str
    what: str
    due: str
    late: bool
    stands: str
    buttons: tuple[Button, ...]


def waiting(session: Session, issue: IssueSummary, when: When) -> tuple[Waits, ...]:
    """All that is owed, the first due first."""
    today = when.now.astimezone(when.zone).date()
    return tuple(
        Waits(
            one.owner, capital(one.words), f"by {when.day(one.due_on)}" if one.due_on else "",
            one.due_on is not None and one.due_on < today, "not written yet", (),
        )
        for one in owed(session, issue.id)
    )  # fmt: skip
