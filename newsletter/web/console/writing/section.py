"""One section: its heading in each language, how many places it has, and where it stands."""

from typing import Any

from fastapi import Request, Response

from newsletter.errors import BadInput, NotFound
from newsletter.issues import places
from newsletter.issues.editor import Edited
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.forms import Posted

_AT = "/issues/{key}/write/section/{slug}"
_STEPS = {"up": -1, "down": 1}


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/section/{slug}."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def show(request: Request, key: str, slug: str) -> Response:
        return forms.shown(desk, request, key, "section", "Change a section", lambda _, sheet: _facts(sheet, slug))

    def titled(request: Request, key: str, slug: str, actor: Acting, form: Posted) -> Response:
        language = form.get("language")
        return answers.edit(
            request, key, form,
            lambda base: editor.title_section(key, actor, slug, language, form.get("title"), base=base),
            onward=f"/section/{slug}",
        )  # fmt: skip

    def capped(request: Request, key: str, slug: str, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form,
            lambda base: editor.cap_section(key, actor, slug, _cap(form.get("cap")), base=base),
            onward=f"/section/{slug}",
        )  # fmt: skip

    def moved(request: Request, key: str, slug: str, actor: Acting, form: Posted) -> Response:
        def act(base: int | None) -> Edited:
            if form.get("act") not in _STEPS:
                raise BadInput("Move it up or down.")
            return editor.nudge_section(key, actor, slug, _STEPS[form.get("act")], base=base)

        return answers.edit(request, key, form, act, fragment=f"g-{slug}")

    routes.get(_AT, "look", show)
    routes.post(f"{_AT}/title", "edit", titled)
    routes.post(f"{_AT}/cap", "edit", capped)
    routes.post(f"{_AT}/place", "edit", moved)


def _facts(sheet: Sheet, slug: str) -> dict[str, Any]:
    slugs = [section.slug for section in sheet.draft.sections]
    if slug not in slugs:
        raise NotFound("There is no such section in this issue.")
    section = sheet.draft.sections[slugs.index(slug)]
    return {
        "section": section,
        "titles": {one.code: sheet.known.get(places.section(slug, "title", one.code), "") for one in sheet.languages},
        "is_first": slug == slugs[0],
        "is_last": slug == slugs[-1],
        "place": f"section:{slug}",
    }


def _cap(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 3:
        raise BadInput("Give a number of places, like 4.")
    return int(text)
