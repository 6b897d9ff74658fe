"""Every refusal a person may read: one tree, and the sentence says what is wrong, where, and what to do.

Refusal                 the pipeline will not do this; nothing was changed
  BadInput              a file, field or option is wrong (names the place)
  NotFound              no such issue, list, person
  NotAllowed            this person's role does not cover this act
  IllegalMove           the issue's state does not allow this step
  Conflict              somebody else has changed the same place meanwhile
  NotApproved           no approval counts for what would go out
  RenderError           a template or a text cannot become a mail
  Misconfigured         settings are missing or contradict each other
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


class Refusal(Exception):
    """Base of all errors meant for people; the message is a whole sentence."""


class BadInput(Refusal):
    """A value from outside is wrong; `problems` holds one sentence each, with line and field where there are any."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class NotFound(Refusal):
    """What was named does not exist."""


class NotAllowed(Refusal):
    """The person's role does not cover the act."""


class IllegalMove(Refusal):
    """The issue's state has no such step."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One place that two people changed: by its name and in words, who was first, when, and what stands there now (None
    where it is gone).
    """

    place: str
    what: str
    by: str
    staff_id: int | None
    at: datetime
    theirs: Any


class Conflict(Refusal):
    """Somebody else changed the same place meanwhile; nothing was changed. `revision`: the one that is there now."""

    def __init__(self, message: str, clashes: tuple[Clash, ...], revision: int) -> None:
        super().__init__(message)
        self.clashes = clashes
        self.revision = revision


class NotApproved(Refusal):
    """No counting approval covers what would go out; `changes` says what differs."""

    def __init__(self, message: str, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class RenderError(Refusal):
    """A template, theme or text cannot be turned into a mail; the message names the place."""


class Misconfigured(Refusal):
    """Settings are missing or contradict each other."""
