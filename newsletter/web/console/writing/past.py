"""Earlier versions: who did what and when, how it looked then, and a way back."""

from itertools import groupby

from fastapi import Request, Response

from newsletter.errors import NotFound
from newsletter.issues import history
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import sheet
from newsletter.web.forms import Posted


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/versions."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def show(request: Request, key: str) -> Response:
        with desk.pipeline.database.reading() as session:
            open_sheet = sheet(session, desk, request, key)
            every = history.versions(session, open_sheet.issue.id)
        zone = desk.when.zone
        days = [(day, list(those)) for day, those in groupby(every, key=lambda one: one.at.astimezone(zone).date())]
        return desk.page(
            request, "write/versions", issue=open_sheet.issue.slug, summary=open_sheet.issue, look=open_sheet.look,
            open=open_sheet.open, guard=open_sheet.guard, days=days, local=lambda at: f"{at.astimezone(zone):%H:%M}",
        )  # fmt: skip

    def look(request: Request, key: str, revision: int) -> Response:
        with desk.pipeline.database.reading() as session:
            open_sheet = sheet(session, desk, request, key)
            found = [one for one in history.versions(session, open_sheet.issue.id) if one.revision == revision]
        if not found:
            raise NotFound(f"There is no version {revision} of this issue (any more).")
        return desk.page(
            request, "write/version", issue=open_sheet.issue.slug, summary=open_sheet.issue, look=open_sheet.look,
            open=open_sheet.open, version=found[0], languages=open_sheet.languages,
        )  # fmt: skip

    def restored(request: Request, key: str, revision: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(request, key, form, lambda base: editor.restore(key, actor, revision, base=base))

    routes.get("/issues/{key}/write/versions", "look", show)
    routes.get("/issues/{key}/write/versions/{revision}", "look", look)
    routes.post("/issues/{key}/write/versions/{revision}/restore", "edit", restored)
