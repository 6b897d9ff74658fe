"""What the website changed of an item after it was worded: ours beside theirs, and whose stands."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.issues.website import website_changes
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.forms import Posted

_AT = "/issues/{key}/write/item/{publication}/website"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/item/{publication}/website."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def show(request: Request, key: str, publication: int) -> Response:
        return forms.shown(
            desk, request, key, "website", "What the website changed",
            lambda session, sheet: _facts(session, sheet, publication),
        )  # fmt: skip

    def kept(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form, lambda base: editor.keep_ours(key, actor, publication, base=base),
            fragment=f"item-{publication}",
        )  # fmt: skip

    def taken(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form, lambda base: editor.take_theirs(key, actor, publication, base=base),
            fragment=f"item-{publication}",
        )  # fmt: skip

    routes.get(_AT, "look", show)
    routes.post(f"{_AT}/keep", "edit", kept)
    routes.post(f"{_AT}/take", "edit", taken)


def _facts(session: Session, sheet: Sheet, publication: int) -> dict[str, Any]:
    found = [one for one in website_changes(session, sheet.issue.id, sheet.known) if one.publication_id == publication]
    title = sheet.known.get(f"item:{publication}:{sheet.first}:title", "")
    return {"news": found, "publication": publication, "place": f"item:{publication}", "heading": title}
