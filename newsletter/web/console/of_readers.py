"""Single readers: where each one's copy stands, in words; and the key readers, before it goes out and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.delivery import reasons, recipients
from newsletter.delivery.mailings import latest
from newsletter.delivery.recipients import Recipient
from newsletter.delivery.retry import GIVE_UP_AFTER
from newsletter.delivery.views import rounds_of
from newsletter.issues.views import IssueSummary
from newsletter.readers import key_readers
from newsletter.readers.key_readers import KeyReader
from newsletter.rhythm.letters.saying import When

HAVE_IT = frozenset({"accepted"})


@dataclass(frozen=True, slots=True)
class Line:
    """A reader by name, and where it stands with their copy; `grave`: they will not get it by itself."""

    id: int
    who: str
    words: str
    grave: bool


@dataclass(frozen=True, slots=True)
class Key:
    """The key readers of an issue: how many there are, how many have it (or can get it, before), and the others."""

    all: int
    good: int
    others: tuple[Line, ...]
    is_out: bool


def key(session: Session, issue: IssueSummary, when: When) -> Key:
    """Before the first copy leaves: who can get it. After: who has it."""
    found, last = key_readers.of_list(session, issue.list_id, when.now), latest(session, issue.id)
    if last is None:
        others = [Line(one.id, _name(one), reasons.why_not(one.why_not), True) for one in found if one.why_not]
        return Key(len(found), len(found) - len(others), tuple(others), False)
    stand = recipients.of(session, rounds_of(session, last), [one.id for one in found])
    others = [_line(one, stand, when) for one in found if one.id not in stand or stand[one.id].state not in HAVE_IT]
    return Key(len(found), len(found) - len(others), tuple(others), True)


def _line(one: KeyReader, stand: Mapping[int, Recipient], when: When) -> Line:
    copy = stand.get(one.id)
    if copy is None:
        words = reasons.why_not(one.why_not) if one.why_not else "came onto the list after it went out"
        return Line(one.id, _name(one), words, True)
    return Line(one.id, _name(one), stands(copy, when), copy.state in {"rejected", "excluded"})


def stands(copy: Recipient, when: When) -> str:
    """Where a copy stands, and why, in words."""
    why = reasons.refusal(copy.fault, copy.code, copy.enhanced, copy.text, given_up=copy.state == "rejected")
    match copy.state:
        case "rejected":
            return f"refused: {why}"
        case "deferred":
            return f"{why}; we try again until {_until(copy.first_tried_at, when)}"
        case "uncertain":
            return "without an answer; it has most likely arrived"
    return reasons.stands(copy.state, copy.excluded)


def _until(first: datetime | None, when: When) -> str:
    return when.said((first or when.now) + GIVE_UP_AFTER)


def _name(one: KeyReader) -> str:
    return one.name or one.address or "Somebody who was erased"
