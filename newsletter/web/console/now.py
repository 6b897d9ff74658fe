"""Now: where the issue stands, what blocks it, who owes what, how long is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import views as sends
from newsletter.issues import views
from newsletter.issues.model import RELEASED, State
from newsletter.issues.rhythm import Dates
from newsletter.issues.views import IssueSummary
from newsletter.publications import changes
from newsletter.rhythm.letters.saying import When
from newsletter.settings import Settings
from newsletter.setup import checklist
from newsletter.web.console import standing
from newsletter.web.console.checkup import checkup
from newsletter.web.console.desk import Desk
from newsletter.web.console.memory import Briefly
from newsletter.web.console.onward import onward
from newsletter.web.console.routes import Routes, Seated
from newsletter.web.console.shelf import beginnings
from newsletter.web.console.waiting import waiting

_SUMS_HOLD = timedelta(minutes=5)  # of an issue that is out: only late answers of mail systems change them
_STEPS = (
    ("call", "Ask for contributions"),
    ("draft", "First draft"),
    ("review", "Hand in for sign-off"),
    ("send", "It goes out"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date of the issue. `left`: how long until then, or how long ago; `over`: whether it has passed."""

    what: str
    said: str
    left: str
    over: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since somebody's last visit."""

    when: str
    news: changes.News
    moved: subscribers.Moved

    @property
    def lines(self) -> tuple[str, ...]:
        """As a list; empty where nothing did."""
        counted = (
            (self.news.new, "new publication", "new publications"),
            (self.moved.joined, "new reader", "new readers"),
            (self.moved.left, "reader left", "readers left"),
            (self.news.changed, "publication changed on the website", "publications changed on the website"),
        )
        return tuple(f"{number:,} {one if number == 1 else many}" for number, one, many in counted if number)


@dataclass(frozen=True, slots=True)
class Last:
    """The sum of the issue that went out before this one."""

    issue: IssueSummary
    lines: tuple[str, ...]


def bring(desk: Desk, routes: Routes) -> None:
    """/console, and the same of one issue: /console/issues/{key}."""
    sums: Briefly[tuple[str, ...]] = Briefly(_SUMS_HOLD)

    def now(request: Request, seat: Seated) -> Response:
        with desk.pipeline.database.reading() as session:
            issue = standing.current(session)
            if issue is None:
                return desk.page(request, "begin", beginnings=beginnings(session, desk))
        return _page(desk, request, seat, issue, sums)

    def of_one(request: Request, seat: Seated, key: str) -> Response:
        with desk.pipeline.database.reading() as session:
            issue = views.find(session, key)
        return _page(desk, request, seat, issue, sums)

    routes.get("", "look", now)
    routes.get("/issues/{key}", "look", of_one)


def _page(desk: Desk, request: Request, seat: Seated, issue: IssueSummary, sums: Briefly[tuple[str, ...]]) -> Response:
    when = desk.when
    found = checkup(desk, issue.slug) if issue.state not in RELEASED else None
    with desk.pipeline.database.reading() as session:
        due = standing.dates(session, issue, when)
        facts: dict[str, Any] = {
            "at": _at(issue, due, when),
            "elsewhere": elsewhere(issue.planned_at or (due.send if due else None), desk.pipeline.settings),
            "days": _days(due, when) if issue.state not in RELEASED else (),
            "waiting": waiting(session, desk, issue, when) if issue.state not in RELEASED else (),
            "since": _since(session, issue, seat.left_at, when),
            "last": _last(session, issue, when, sums),
            "others": tuple(one for one in views.issues(session) if one.state not in RELEASED and one.id != issue.id),
            "points": checklist.setup_list(session, desk.pipeline.settings, desk.pipeline.clock()),
            "onward": onward(issue, yes=desk.signed_off(session, issue)),
        }
    return desk.page(
        request, "now", issue=issue.slug, summary=issue, checkup=found,
        place=city(desk.pipeline.settings.timezone), **facts,
    )  # fmt: skip


def _at(issue: IssueSummary, due: Dates | None, when: When) -> Day | None:
    """When it goes out: planned, or due by the rhythm."""
    at = issue.planned_at or (due.send if due else None)
    if at is None or issue.state in RELEASED:
        return None
    what = "Planned" if issue.planned_at else "To go out"
    return Day(what, when.said(at), said_left(at, when), at <= when.now)


def elsewhere(at: datetime | None, settings: Settings) -> str:
    """A moment at a second office: "03:00 New York"; with its day where that is another one."""
    zone = settings.second_zone
    if at is None or zone is None:
        return ""
    here, there = at.astimezone(settings.zone), at.astimezone(zone)
    day = "" if there.date() == here.date() else f"{there:%A} "
    return f"{day}{there:%H:%M} {city(settings.second_timezone)}"


def city(zone: str) -> str:
    """The city that a zone is called by: "New York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def said_left(at: datetime, when: When) -> str:
    """How long until then, in days: "12 days left", "tomorrow", "3 days ago"."""
    days = standing.days_left(at, when)
    match days:
        case 0:
            return "today"
        case 1:
            return "1 day left"
        case -1:
            return "yesterday"
        case _:
            return f"{days:,} days left" if days > 0 else f"{-days:,} days ago"


def _days(due: Dates | None, when: When) -> tuple[Day, ...]:
    if due is None:
        return ()
    return tuple(
        Day(name, when.said(at), said_left(at, when), at <= when.now, due.reasons.get(step, ""))
        for step, name, at in ((step, name, getattr(due, step)) for step, name in _STEPS)
    )


def _since(session: Session, issue: IssueSummary, left_at: datetime | None, when: When) -> Since | None:
    if left_at is None:
        return None
    return Since(when.said(left_at), changes.news(session, left_at), subscribers.moved(session, issue.list_id, left_at))


def _last(session: Session, issue: IssueSummary, when: When, sums: Briefly[tuple[str, ...]]) -> Last | None:
    """The newest issue of this list that is out, other than this one; this one where it is out itself."""
    out = [one for one in views.issues(session, issue.list_id) if one.state in {State.SENT, State.STOPPED}]
    if not out:
        return None
    last = issue if issue.state in RELEASED else out[0]
    lines = sums.get(last.id, when.now)
    if lines is None:
        lines = sums.put(last.id, _sum(session, last), when.now)
    return Last(last, lines)


def _sum(session: Session, issue: IssueSummary) -> tuple[str, ...]:
    status = sends.status(session, issue.id)
    if status is None:
        return ()
    out = issue.public_at or issue.updated_at
    moved = subscribers.moved(session, issue.list_id, out)
    counted = (
        (status.accepted, "handed over"), (status.rejected, "refused"), (status.deferred, "being retried"),
        (status.waiting, "not their turn yet"), (status.uncertain, "without an answer"),
        (moved.left, "left since"), (moved.joined, "new since"),
    )  # fmt: skip
    return tuple(f"{number:,} {words}" for number, words in counted if number or words == "handed over")
