"""Who is new and who left since an issue went out, with reasons; and the same numbers of the issues before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.views import status
from newsletter.issues import views
from newsletter.issues.model import RELEASED, IssueKind
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When
from newsletter.web.console import charts
from newsletter.web.console.memory import Briefly

DAYS = 14  # in which it is counted, unless the next issue goes out before
BEFORE = 4  # issues that it is compared with
_HELD = timedelta(minutes=10)
_WHYS: Mapping[str, str] = {
    "too_often": "too often", "not_relevant": "not for them", "changed_jobs": "changed jobs",
    "never_signed_up": "never signed up", "other": "another reason", "": "no reason given",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one issue. `until`: how far the last two are counted, in words."""

    issue: IssueSummary
    accepted: int
    rejected: int
    left: int
    joined: int
    whys: tuple[tuple[str, int], ...]
    until: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of the table: each number with its bar."""

    numbers: Numbers
    bars: tuple[tuple[str, int, float], ...]  # class, number, length


class Movements:
    """Tells them; what is over does not change, and is kept for a while."""

    def __init__(self) -> None:
        self._known: Briefly[Numbers] = Briefly(_HELD)

    def of(self, session: Session, issue: IssueSummary, when: When) -> tuple[Numbers, tuple[Compared, ...]] | None:
        """The issue's own numbers, and the table with those before it, the newest first. None before it is out."""
        if issue.public_at is None or issue.state not in RELEASED:
            return None
        out = [
            one for one in views.issues(session, issue.list_id)
            if one.public_at is not None and one.state in RELEASED and one.kind is IssueKind.REGULAR
        ]  # fmt: skip
        this = _numbers(session, issue, out, when)
        before = sorted((one for one in out if _at(one) < issue.public_at), key=_at, reverse=True)[:BEFORE]
        found = [this, *(self._past(session, one, out, when) for one in before)]
        return this, _compared(found)

    def _past(self, session: Session, issue: IssueSummary, out: list[IssueSummary], when: When) -> Numbers:
        known = self._known.get(issue.id, when.now)
        return known or self._known.put(issue.id, _numbers(session, issue, out, when), when.now)


def _at(issue: IssueSummary) -> datetime:
    assert issue.public_at is not None
    return issue.public_at


def _numbers(session: Session, issue: IssueSummary, out: list[IssueSummary], when: When) -> Numbers:
    since = _at(issue)
    following = min((_at(one) for one in out if _at(one) > since), default=None)
    end = since + timedelta(days=DAYS)
    until, said = (following, "until the next issue went out") if following and following < end else (end, _IN_DAYS)
    if until > when.now:
        until, said = when.now, f"so far; it is counted for {DAYS} days, or until the next issue"
    turned, found = subscribers.turnover(session, issue.list_id, since, until), status(session, issue.id)
    whys = sorted(turned.left.items(), key=lambda one: (not one[0], -one[1], one[0]))
    return Numbers(
        issue, found.accepted if found else 0, found.rejected if found else 0, turned.all_left, turned.joined,
        tuple((_WHYS.get(why, _WHYS["other"]), number) for why, number in whys), said,
    )  # fmt: skip


_IN_DAYS = f"in the {DAYS} days after it went out"
_COLUMNS = ("accepted", "rejected", "left", "joined")
_CLASSES = {"accepted": "given", "rejected": "refused", "left": "out", "joined": "new"}


def _compared(found: list[Numbers]) -> tuple[Compared, ...]:
    most = {name: max(getattr(one, name) for one in found) for name in _COLUMNS}
    return tuple(
        Compared(one, tuple(
            (_CLASSES[name], getattr(one, name), charts.bar(getattr(one, name), most[name])) for name in _COLUMNS
        ))
        for one in found
    )  # fmt: skip
