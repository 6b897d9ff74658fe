"""The web version of an issue: who can read it now, and dated notes above it once it is out."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.delivery import archive, web_notes
from newsletter.delivery.archive import Shelved
from newsletter.delivery.web_notes import WebNote
from newsletter.issues import lists, views
from newsletter.issues.views import IssueSummary
from newsletter.staff import people
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.forms import Posted

_PAGE = "/issues/{key}/web"


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as the page shows it."""

    note: WebNote
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who can read the issue on the web. `archive`: public, unlisted or none, as its list is set."""

    issue: IssueSummary
    archive: str
    shelved: Shelved | None
    notes: tuple[Noted, ...]


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/web, and its notes."""
    pipeline = desk.pipeline

    def show(request: Request, key: str) -> Response:
        with pipeline.database.reading() as session:
            standing = _standing(session, key)
        return desk.page(
            request, "web_version", issue=standing.issue.slug, summary=standing.issue, standing=standing,
            base=pipeline.settings.base_url, most=web_notes.MOST_LETTERS,
        )  # fmt: skip

    def note(key: str, form: Posted, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.amend_web(key, actor, form.get("note")))

    def remove(key: str, note: str, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.remove_web_note(key, number(note), actor))

    def restore(key: str, note: str, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.restore_web_note(key, number(note), actor))

    routes.get(_PAGE, "look", show)
    routes.post(f"{_PAGE}/note", "correct", note)
    routes.post(f"{_PAGE}/notes/{{note}}/remove", "correct", remove)
    routes.post(f"{_PAGE}/notes/{{note}}/restore", "correct", restore)


def _standing(session: Session, key: str) -> Standing:
    issue = views.find(session, key)
    names = {one.id: one.name or one.email for one in people.everybody(session)}
    notes = tuple(Noted(one, names.get(one.staff_id or 0, "")) for one in web_notes.notes(session, issue.id))
    found = archive.find(session, issue.slug)
    return Standing(issue, lists.profile(session, issue.list_id).archive, found, notes)
