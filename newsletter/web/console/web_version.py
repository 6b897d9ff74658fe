"""The web version of an issue: who can read it now, a link to it before, and dated notes above it once it is out."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.delivery import archive, web_notes, web_previews
from newsletter.delivery.archive import Shelved
from newsletter.delivery.web_notes import WebNote
from newsletter.delivery.web_previews import Preview
from newsletter.issues import lists, views
from newsletter.issues.model import RELEASED
from newsletter.issues.views import IssueSummary
from newsletter.staff import people
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.forms import Posted
from subscribers import Purpose

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
    preview: Preview | None
    out: bool


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/web, and its notes."""
    pipeline = desk.pipeline

    def show(request: Request, key: str) -> Response:
        with pipeline.database.reading() as session:
            standing = _standing(session, key, pipeline.clock())
        link = pipeline.links.token(Purpose.WEB_PREVIEW, standing.preview.id) if standing.preview else ""
        return desk.page(
            request, "web_version", issue=standing.issue.slug, summary=standing.issue, standing=standing,
            base=pipeline.settings.base_url, most=web_notes.MOST_LETTERS, link=link, days=web_previews.DAYS,
        )  # fmt: skip

    def note(key: str, form: Posted, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.amend_web(key, actor, form.get("note")))

    def remove(key: str, note: str, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.remove_web_note(key, number(note), actor))

    def restore(key: str, note: str, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.restore_web_note(key, number(note), actor))

    def make(key: str, form: Posted, actor: Acting) -> Response:
        days = form.get("days")
        asked = int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0
        return desk.to(f"/console/issues/{key}/web", pipeline.preview_link(key, actor, asked))

    def end(key: str, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/web", pipeline.end_preview_link(key, actor))

    routes.get(_PAGE, "look", show)
    routes.post(f"{_PAGE}/link", "test", make)
    routes.post(f"{_PAGE}/link/end", "test", end)
    routes.post(f"{_PAGE}/note", "correct", note)
    routes.post(f"{_PAGE}/notes/{{note}}/remove", "correct", remove)
    routes.post(f"{_PAGE}/notes/{{note}}/restore", "correct", restore)


def _standing(session: Session, key: str, now: datetime) -> Standing:
    issue = views.find(session, key)
    names = {one.id: one.name or one.email for one in people.everybody(session)}
    notes = tuple(Noted(one, names.get(one.staff_id or 0, "")) for one in web_notes.notes(session, issue.id))
    found = archive.find(session, issue.slug)
    preview = web_previews.current(session, issue.id, now)
    return Standing(
        issue, lists.profile(session, issue.list_id).archive, found, notes, preview, out=issue.state in RELEASED
    )
