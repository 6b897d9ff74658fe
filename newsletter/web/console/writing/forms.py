"""What all forms of the screen show: the issue, its languages, and whether it may be changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.issues import contents, drafts, views
from newsletter.issues.model import Draft
from newsletter.issues.places import Contents
from newsletter.issues.views import IssueSummary
from newsletter.web.console.desk import Desk
from newsletter.web.console.writing import looks, standing
from newsletter.web.console.writing.looks import Look
from newsletter.web.console.writing.shelf import Tongue, tongues
from newsletter.web.console.writing.standing import Guarded


@dataclass(frozen=True, slots=True)
class Sheet:
    """One issue with a form of it open."""

    issue: IssueSummary
    draft: Draft
    known: Contents
    look: Look
    language: str
    guard: Guarded | None
    languages: tuple[Tongue, ...]

    @property
    def first(self) -> str:
        """The list's own language."""
        return self.draft.profile.default_language

    def spoken(self, said: tuple[str, ...]) -> tuple[Tongue, ...]:
        """The issue's languages, the one that is being written, and any other with words."""
        return tuple(one for one in self.languages if one.there or one.code in {*said, self.language})

    @property
    def open(self) -> bool:
        return self.guard is None or (self.guard.asks and self.look.anyway)


def sheet(session: Session, desk: Desk, request: Request, key: str) -> Sheet:
    """Read it for an address; `language`: which words are to be written."""
    issue = views.find(session, key)
    draft = drafts.load(session, issue.id)
    look = looks.of(request.query_params.get, draft.profile.default_language)
    every = tongues(draft.profile.default_language, draft.profile.languages, tuple(draft.subjects))
    asked = request.query_params.get("language") or look.language
    language = asked if asked in {one.code for one in every} else draft.profile.default_language
    guard = standing.guarded(session, desk.pipeline.gate, issue, desk.when)
    return Sheet(issue, draft, contents.read(session, issue.id), look, language, guard, every)


def shown(
    desk: Desk, request: Request, key: str, form: str, title: str, facts: Callable[[Session, Sheet], dict[str, Any]]
) -> Response:
    """A form as a page of its own, or (`?part=form`) alone, to be laid beside the mail."""
    with desk.pipeline.database.reading() as session:
        open_sheet = sheet(session, desk, request, key)
        known = facts(session, open_sheet)
    shared: dict[str, Any] = {
        "summary": open_sheet.issue, "sheet": open_sheet, "look": open_sheet.look, "open": open_sheet.open,
        "guard": open_sheet.guard, "form": f"console/write/{form}.html", "title": title,
        "today": desk.when.now.astimezone(desk.when.zone).date(),
    }  # fmt: skip
    alone = request.query_params.get("part") == "form"
    template = "write/edit_alone" if alone else "write/edit"
    return desk.page(request, template, issue=open_sheet.issue.slug, **(shared | known))
