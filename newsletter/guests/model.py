"""What guests are asked for, and how staff see where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    """What a guest's page is for."""

    NOTE = "note"  # write the director's note, a text or a quote
    SUGGEST = "suggest"  # say what should be in it
    CLEAR = "clear"  # say whether one item is right
    TRANSLATE = "translate"  # word it in another language


class Standing(StrEnum):
    """Where a request stands. The last five take no answer any more."""

    ASKED = "asked"
    OPENED = "opened"  # something was kept, and nothing handed in
    ANSWERED = "answered"  # it can still be changed
    SETTLED = "settled"  # answered, and the time for changes has passed
    REVOKED = "revoked"
    WITHOUT = "without"  # the issue goes without it
    EXPIRED = "expired"
    CLOSED = "closed"  # the issue is signed off, or has gone out


OPEN = frozenset({Standing.ASKED, Standing.OPENED, Standing.ANSWERED})


class Verdict(StrEnum):
    """What somebody says of an item."""

    YES = "yes"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody is asked for. `name`: as she is addressed; `message`: a sentence of the asker's own.

    `language`: a note is written in it, an item looked at in it, words are put into it; "": the list's first.
    `speaks`: the language of her page and mails; "": the list's first. `publication_id`: the item to be looked at, or
    the only one to be translated. `block`, `section` and `block_id`: a note's, as in `issues.owed`.
    """

    act: Act
    name: str
    email: str
    due_on: date
    message: str = ""
    language: str = ""
    speaks: str = ""
    publication_id: int | None = None
    block: str = "director"
    section: str | None = None
    block_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as staff see it. `what`: what was asked for; `words`: where it stands; `said`: the answer in one line.

    `staff_id`: she works here. `outdated`: the item that she has looked at says something else now.
    """

    id: int
    act: Act
    issue_id: int
    name: str
    email: str
    staff_id: int | None
    what: str
    asked_by: str
    asked_at: datetime
    due_on: date
    message: str
    standing: Standing
    words: str
    opened_at: datetime | None
    saved_at: datetime | None
    answered_at: datetime | None
    reminded_at: datetime | None
    publication_id: int | None
    block_id: int | None
    language: str
    answer: Mapping[str, Any]
    by_phone: bool
    outdated: bool
    said: str

    @property
    def waits(self) -> bool:
        """Whether an answer is still wanted, in time or late."""
        return self.standing in {Standing.ASKED, Standing.OPENED, Standing.EXPIRED}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What a letter says of a request that has no answer."""

    what: str
    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was said of one item: by how many of those who were asked. `outdated`: yeses to an earlier wording."""

    asked: int
    yes: int
    change: int
    outdated: int

    @property
    def words(self) -> str:
        """In one sentence."""
        said = [f"{self.yes} of {self.asked} {'has' if self.yes == 1 else 'have'} said yes"]
        if self.outdated:
            said.append(f"{self.outdated} of them to an earlier wording")
        if self.change:
            said.append(f"{self.change} {'asks' if self.change == 1 else 'ask'} for a change")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Suggested:
    """Who has suggested a publication, and what was said beside it: when it is, and who is behind it."""

    by: str
    when: str
    who: str
    at: datetime
    request_id: int


@dataclass(frozen=True, slots=True)
class Line:
    """Words to be translated. `key` names their place; `text`: in the other language, as far as there is one.

    `about`: the title of the item that they belong to, for a list of them; `name`: which of its words.
    """

    key: str
    about: str
    name: str
    source: str
    text: str
    is_long: bool
