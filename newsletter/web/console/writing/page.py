"""The page itself: what is in the mail and what waits, with the real mail beside it."""

from fastapi import Request, Response

from newsletter.issues import views
from newsletter.issues.model import IssueKind
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import looks, standing
from newsletter.web.console.writing.shelf import shelf


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
        issue = views.find(session, key)
        shown = shelf(session, issue)
        look = looks.of(request.query_params.get, shown.draft.profile.default_language)
        guard = standing.guarded(session, pipeline.gate, issue, desk.when)
    return desk.page(
        request, template, issue=issue.slug, summary=issue, shelf=shown, look=look, ways=looks.WAYS, guard=guard,
        open=guard is None or (guard.asks and look.anyway), regular=issue.kind is IssueKind.REGULAR,
        saved=_saved(desk, issue), others=(), undoable=True, today=desk.when.now.astimezone(desk.when.zone).date(),
    )  # fmt: skip


def _saved(desk: Desk, issue: views.IssueSummary) -> str:
    said = desk.when.said(issue.updated_at)
    return said.removeprefix("today, ")
