"""The one sentence that stands on every page: where the issue in hand stands, what blocks it, how long is left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.issues import rhythms, views
from newsletter.issues.model import State
from newsletter.issues.rhythm import Dates
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When, to
from newsletter.web.console.memory import Sum

LIVE = frozenset(State) - {State.SENT, State.STOPPED}
EDITED = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
DECIDED = frozenset({State.APPROVED, State.PLANNED})  # whose yes may have stopped counting


@dataclass(frozen=True, slots=True)
class Status:
    """The sentence, and the issue that it is about (by its slug), where there is one."""

    said: str
    slug: str = ""


def subject(session: Session, key: str | None) -> IssueSummary | None:
    """The issue that a page is about; without one the issue in hand."""
    return views.find(session, key) if key else current(session)


def current(session: Session) -> IssueSummary | None:
    """The issue in hand: the newest that is not out, else the newest of all."""
    every = views.issues(session)
    return next((one for one in every if one.state in LIVE), every[0] if every else None)


def dates(session: Session, issue: IssueSummary, when: When) -> Dates | None:
    """The issue's dates by the rhythm of its list, where that has one."""
    return rhythms.dates_of(session, issue.list_id, issue.period, when.zone)


def sentence(issue: IssueSummary | None, due: Dates | None, last_check: Sum | None, when: When, *, yes: bool) -> Status:
    """`yes`: whether a sign-off counts for the issue as it stands."""
    if issue is None:
        return Status("There is no issue yet.")
    return Status(f"{_said(issue, due.send if due else None, last_check, when, yes=yes)}.", issue.slug)


def _said(issue: IssueSummary, send: datetime | None, last_check: Sum | None, when: When, *, yes: bool) -> str:
    name, until = issue.name, _until(send, when)
    match issue.state:
        case State.DRAFT:
            said = f"{name} is a draft{_blocks(last_check)}{until}"
        case State.CHANGES_REQUESTED:
            said = f"{name} is back for changes{_blocks(last_check)}{until}"
        case State.IN_REVIEW:
            said = f"{name} waits for sign-off{until}"
        case State.APPROVED | State.PLANNED:
            said = _decided(issue, when, until, yes=yes)
        case State.SENDING:
            said = f"{name} is going out now"
        case State.SENT:
            said = f"{name} is out{f' since {when.said(issue.public_at)}' if issue.public_at else ''}"
        case _:
            said = f"The send of {name} is {issue.state}"
    return said


def _decided(issue: IssueSummary, when: When, until: str, *, yes: bool) -> str:
    name, at = issue.name, to(issue.planned_at, when) if issue.planned_at else ""
    if not yes:
        otherwise = f", or nothing goes out {at}" if at else until
        return f"{name} has changed since the sign-off and needs a new yes{otherwise}"
    if issue.planned_at is None:
        return f"{name} is signed off; no time is set"
    return f"{name} goes out {at}{_in_days(issue.planned_at, when)}"


def _blocks(last_check: Sum | None) -> str:
    if last_check is None:
        return ""
    return f": {must_be_mended(last_check.musts)}"


def must_be_mended(number: int) -> str:
    """Within a sentence."""
    things = {0: "nothing", 1: "1 thing"}.get(number, f"{number} things")
    return f"{things} must be mended"


def _until(send: datetime | None, when: When) -> str:
    if send is None:
        return ""
    if send <= when.now:
        return f"; it was to go out {to(send, when)}"
    return f"; it is to go out {to(send, when)}{_in_days(send, when)}"


def _in_days(at: datetime, when: When) -> str:
    days = days_left(at, when)
    return f", in {days} days" if days > 1 else ""


def days_left(at: datetime, when: When) -> int:
    """Calendar days from today to that day, as people here count them; fewer than 0 after it."""
    return (at.astimezone(when.zone).date() - when.now.astimezone(when.zone).date()).days
