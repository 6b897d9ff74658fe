"""The six verbs of an issue, each with what the facts say of it: done, in hand, or not yet."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues import views
from newsletter.issues.model import RELEASED, State
from newsletter.issues.owed import owed
from newsletter.issues.views import IssueSummary
from newsletter.web.console.memory import Sum

NAMES = ("Choose", "Write", "Check", "Sign-off", "Send", "Results")
# Choose and Write share a screen. Those without a page yet are words and no links.
PAGES = {
    "Choose": "write",
    "Write": "write",
    "Check": "check",
    "Sign-off": "sign-off",
    "Send": "send",
    "Results": "results",
}
IN_WORDS = {"done": "done", "now": "in hand", "ahead": "not yet"}


@dataclass(frozen=True, slots=True)
class Step:
    """A verb. `stands`: done, now or ahead. `page`: the last part of its page's address, "" where it has none."""

    name: str
    stands: str
    page: str

    @property
    def words(self) -> str:
        """How it stands, for those who do not see the mark."""
        return IN_WORDS[self.stands]


def steps(session: Session, issue: IssueSummary, last_check: Sum | None, *, signed_off: bool) -> tuple[Step, ...]:
    """The first that is not done is the one in hand."""
    if issue.state in RELEASED:
        done = {"Choose", "Write", "Check", "Sign-off"} | ({"Send"} if issue.state is State.SENT else set())
    else:
        done = {name for name, is_done in _before(session, issue, last_check, signed_off=signed_off) if is_done}
    in_hand = next((name for name in NAMES if name not in done), "")
    return tuple(
        Step(name, "done" if name in done else "now" if name == in_hand else "ahead", PAGES.get(name, ""))
        for name in NAMES
    )


def _before(
    session: Session, issue: IssueSummary, last_check: Sum | None, *, signed_off: bool
) -> tuple[tuple[str, bool], ...]:
    return (
        ("Choose", not views.offered(session, issue.id)),
        ("Write", views.has_subjects(session, issue.id) and not owed(session, issue.id)),
        ("Check", signed_off or (last_check is not None and not last_check.musts)),
        ("Sign-off", signed_off),
    )
