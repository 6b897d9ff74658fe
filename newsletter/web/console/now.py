"""Now: where the issue stands."""

from fastapi import Request, Response

from newsletter.issues import views
from newsletter.setup import checklist
from newsletter.web.console import standing
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes


def bring(desk: Desk, routes: Routes) -> None:
    """/console, /console/issues."""

    def now(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            issue = standing.current(session)
            points = checklist.setup_list(session, desk.pipeline.settings, desk.pipeline.clock())
        return desk.page(request, "now", issue=issue.slug if issue else None, summary=issue, points=points)

    def issues(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            every = views.issues(session)
        return desk.page(request, "issues", issues=every)

    routes.get("", "look", now)
    routes.get("/issues", "look", issues)
