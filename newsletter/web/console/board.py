"""One page for the board: an issue's numbers with sentences, to be printed on A4."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import archive
from newsletter.issues import views
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When
from newsletter.web.console import of_readers
from newsletter.web.console.desk import Desk
from newsletter.web.console.movement import Compared, Movements, Numbers
from newsletter.web.console.of_readers import Key
from newsletter.web.console.outcome import Outcome, Telling
from newsletter.web.console.routes import Routes


@dataclass(frozen=True, slots=True)
class Board:
    """What stands on it. `share`: of a hundred readers so many were handed over, never rounded up."""

    list_name: str
    picture: str
    subject: str
    out: str
    outcome: Outcome
    share: str
    key: Key
    moved: Numbers
    compared: tuple[Compared, ...]
    today: str


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/board."""
    telling, movements = Telling(), Movements()

    def show(request: Request, key: str) -> Response:
        when = desk.when
        with desk.pipeline.database.reading() as session:
            issue = views.find(session, key)
            outcome, moved = telling.outcome(session, issue, when), movements.of(session, issue, when)
            board = None
            if outcome and moved and issue.public_at:
                board = Board(
                    _list_name(session, issue), views.pictures(session).get(issue.id, ""), _subject(session, issue),
                    _day(issue.public_at, when), outcome, share(outcome.status.accepted, outcome.status.candidates),
                    of_readers.key(session, issue, when), *moved, _day(when.now, when),
                )  # fmt: skip
        return desk.page(request, "board", issue=issue.slug, summary=issue, board=board)

    routes.get("/issues/{key}/board", "look", show)


def share(part: int, whole: int) -> str:
    """Like "99.2": it says 100 only where it is all of them."""
    if not whole:
        return "0"
    thousandths = part * 1000 // whole
    return f"{thousandths // 10}.{thousandths % 10}" if thousandths % 10 else f"{thousandths // 10}"


def _list_name(session: Session, issue: IssueSummary) -> str:
    return next((one.name for one in subscribers.lists(session) if one.id == issue.list_id), "")


def _subject(session: Session, issue: IssueSummary) -> str:
    """Of the version that was sent, in the list's own language; nothing where the list has no archive."""
    found = archive.find(session, issue.slug)
    return found.words[found.speaks()][0] if found else ""


def _day(at: datetime, when: When) -> str:
    local = at.astimezone(when.zone)
    return f"{local:%A} {local.day} {local:%B %Y}"
