"""The one sentence that stands on every page: where the issue in hand stands."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues import moves, views
from newsletter.issues.model import State
from newsletter.rhythm.letters.saying import When

_LIVE = frozenset(State) - {State.SENT, State.STOPPED}


@dataclass(frozen=True, slots=True)
class Status:
    """The sentence, and the issue that it is about (by its slug), where there is one."""

    said: str
    slug: str = ""


def sentence(session: Session, when: When, key: str | None) -> Status:
    """About that issue; without one about the issue in hand: the newest that is not out."""
    found = views.find(session, key) if key else current(session)
    if found is None:
        return Status("There is no issue yet.")
    said = f"{found.name} is {moves.IN_WORDS[found.state]}"
    if found.planned_at is not None and found.state is State.PLANNED:
        said += f" for {when.said(found.planned_at)}"
    return Status(f"{said}.", found.slug)


def current(session: Session) -> views.IssueSummary | None:
    """The issue in hand: the newest that is not out, else the newest of all."""
    every = views.issues(session)
    return next((one for one in every if one.state in _LIVE), every[0] if every else None)
