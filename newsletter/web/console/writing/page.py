"""The page itself: what is in the mail and what waits, with the real mail beside it."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.issues import lists, restoring
from newsletter.issues.model import IssueKind
from newsletter.issues.views import IssueSummary
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import looks, standing
from newsletter.web.console.writing.presence import others
from newsletter.web.console.writing.shelf import marks, marks_of_block, marks_of_entry, measured, shelf, tongues


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write; the list alone at /write/list."""

    def show(request: Request, key: str) -> Response:
        return _page(desk, request, key, "write/page")

    def listed(request: Request, key: str) -> Response:
        return _page(desk, request, key, "write/list_alone")

    routes.get("/issues/{key}/write", "look", show)
    routes.get("/issues/{key}/write/list", "look", listed)


def _page(desk: Desk, request: Request, key: str, template: str) -> Response:
    pipeline = desk.pipeline
    with pipeline.database.reading() as session:
        shown = shelf(session, key)
        issue = shown.listing.issue
        first = lists.profile(session, issue.list_id).default_language
        look = looks.of(request.query_params.get, first)
        there = others(session, desk, issue.id, request.state.seat)
        can_undo = _can_undo(session, issue.id, request.state.seat.person.id)
        guard = standing.guarded(session, pipeline.gate, issue, desk.when)
    facts: dict[str, Any] = {
        "summary": issue, "shelf": shown, "listing": shown.listing, "look": look, "ways": looks.WAYS,
        "languages": tongues(first, shown.listing.languages, tuple(shown.listing.subjects)), "guard": guard,
        "open": guard is None or (guard.asks and look.anyway), "regular": issue.kind is IssueKind.REGULAR,
        "saved": _saved(desk, issue), "others": there, "undoable": can_undo, "marks": marks,
        "marks_of_block": marks_of_block, "marks_of_entry": marks_of_entry, "measured": measured,
        "today": desk.when.now.astimezone(desk.when.zone).date(),
    }  # fmt: skip
    return desk.page(request, template, issue=issue.slug, **facts)


def _can_undo(session: Session, issue_id: int, staff_id: int) -> bool:
    try:
        return restoring.last_own(session, issue_id, staff_id) > 0
    except BadInput:
        return False


def _saved(desk: Desk, issue: IssueSummary) -> str:
    said = desk.when.said(issue.updated_at)
    return said.removeprefix("today, ")
