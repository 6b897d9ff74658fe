"""Whom an issue goes to, and who is left out and why, in the words that staff read: for the last button, and before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.delivery import audiences
from newsletter.issues.views import IssueSummary

_GONE = frozenset({"unsubscribed", "erased"})  # on the list no more
# One of them, and several.
_WHY: Mapping[str, tuple[str, str]] = {
    "pending": ("has not confirmed yet", "have not confirmed yet"),
    "hard_bounce": ("address no longer works", "addresses no longer work"),
    "soft_bounce": ("could not be reached several times", "could not be reached several times"),
    "paused": ("asked for a pause", "asked for a pause"),
    "complaint": ("marked a mail as spam", "marked a mail as spam"),
    "archived": ("is on a list that is closed", "are on a list that is closed"),
    "blocked": ("is on the do-not-mail list", "are on the do-not-mail list"),
    "staff": ("is on the do-not-mail list", "are on the do-not-mail list"),
}
_ELSE = ("cannot be mailed now", "cannot be mailed now")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many are left out for the same reason. `words` stand after the number: "have not confirmed yet"."""

    words: str
    number: int

    @property
    def said(self) -> str:
        """Like "7 have not confirmed yet"."""
        return f"{self.number:,} {self.words}"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an issue goes to at a moment, as the list stands. `whom`: the rule in words; `left_out`: who is on the list
    and gets nothing, the most frequent reason first; `gone`: how many have left it, and are not among those.
    """

    readers: int
    whom: str
    left_out: tuple[LeftOut, ...]
    gone: int

    @property
    def number_left_out(self) -> int:
        """How many are on the list and get nothing."""
        return sum(one.number for one in self.left_out)

    @property
    def readers_said(self) -> str:
        """Like "1,480 readers"."""
        return f"{self.readers:,} {'reader' if self.readers == 1 else 'readers'}"

    @property
    def left_out_said(self) -> str:
        """The sentence of who is left out and why; "" where nobody is."""
        number = self.number_left_out
        if not number:
            return ""
        who = "1 person on the list is" if number == 1 else f"{number:,} people on the list are"
        return f"{who} left out: {', '.join(one.said for one in self.left_out)}."


def audience(session: Session, issue: IssueSummary, at: datetime) -> Audience:
    """Whom it would go to if its readers were fixed at that moment: after a stop the rest, else all it is for."""
    return of_rule(session, issue, audiences.following(session, issue.id), at)


def of_rule(session: Session, issue: IssueSummary, rule: dict[str, object], at: datetime) -> Audience:
    """The same of a rule that is known already (`delivery.audiences`)."""
    found = audiences.tally(session, issue.list_id, rule, at)
    gone = sum(number for reason, number in found.items() if reason in _GONE)
    whom = audiences.WHOM[str(rule.get("kind", audiences.EVERYONE))]
    return Audience(found.get(None, 0), whom, left_out(found), gone)


def left_out(found: Mapping[str, int] | Mapping[str | None, int]) -> tuple[LeftOut, ...]:
    """Reasons as they are stored, in words, the most frequent first; who left the list is not among them."""
    numbers: dict[str, int] = {}
    for reason, number in found.items():
        if number and reason is not None and reason not in _GONE:
            words = _WHY.get(reason, _ELSE)[number != 1]
            numbers[words] = numbers.get(words, 0) + number
    return tuple(sorted((LeftOut(words, number) for words, number in numbers.items()), key=_most_first))


def _most_first(one: LeftOut) -> tuple[int, str]:
    return -one.number, one.words
