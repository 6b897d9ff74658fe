"""Paste a link, get an item: what its page says of itself is filled in, shown, and lands where one likes."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.fetch import Unreachable
from newsletter.issues.editor import Edited
from newsletter.pipeline import Linked, Pipeline
from newsletter.publications import adding
from newsletter.publications.checking import columns
from newsletter.publications.kinds import kinds
from newsletter.publications.reading import one
from newsletter.publications.sources.model import Flag
from newsletter.staff.people import Actor
from newsletter.web.console.desk import Desk, wants_json
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms
from newsletter.web.console.writing.answers import Answers
from newsletter.web.forms import Form, Posted

_CARRIED = ("external_id", "image", "image_alt", "image_credit", "original_source", "deadline_on", "starts_on",
            "ends_on", "place", "who_for")  # fmt: skip
_TYPED = ("url", "kind", "title", "summary", "published_on", "language", "outlet")


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/paste."""
    answers, pipeline = Answers(desk), desk.pipeline

    def show(request: Request, key: str) -> Response:
        return forms.shown(desk, request, key, "paste", "Paste a link", lambda session, _: _empty(session))

    def read(request: Request, key: str, form: Posted) -> Response:
        url = form.get("url")
        try:
            linked, trouble = pipeline.read_link(url), ""
        except (BadInput, Unreachable) as error:
            linked, trouble = None, str(error).partition(" You can type it in:")[0]
        found = filled_in(url, linked, trouble)
        return forms.shown(desk, request, key, "paste", "Paste a link", lambda session, _: _empty(session) | found)

    def landed(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        actor.permit("import")
        refused = answers.refused(request, key, form)
        if refused is not None:
            return refused
        publication = taken_in(pipeline, actor, form)
        if not form.get("published_on"):
            if wants_json(request):
                return JSONResponse({"said": "It has no date, so it waits under No date.", "texts": {}})
            return answers.to(key, form, fragment="undated")

        def act(base: int | None) -> Edited:
            if form.get("act") == "wait":
                return pipeline.editor.put_back(key, actor, [publication], reason="pasted", base=base)
            return pipeline.editor.use(key, actor, [publication], section=form.get("section") or None, base=base)

        return answers.edit(request, key, form, act, fragment=f"item-{publication}")

    routes.get("/issues/{key}/write/paste", "look", show)
    routes.post("/issues/{key}/write/paste", "import", read)
    routes.post("/issues/{key}/write/paste/land", "choose", landed)


def taken_in(pipeline: Pipeline, actor: Actor, form: Form) -> int:
    """Take it in; one that is here already is that one."""
    with pipeline.database.reading() as session:
        known = [kind.slug for kind in kinds(session)]
    given = {name: form.get(name) for name in (*_CARRIED, *_TYPED) if form.get(name)}
    given.setdefault("external_id", given.get("url", ""))
    publication = one(given, known)
    flags = [flag for flag in form.all("flag") if flag in set(Flag)]
    try:
        return pipeline.paste(publication, flags, actor)
    except adding.AlreadyHere as here:
        return here.publication_id


def _empty(session: Session) -> dict[str, Any]:
    named = [(kind.slug, kind.labels.get("en", kind.slug)) for kind in kinds(session)]
    return {"kinds": named, "url": "", "filled": None, "trouble": "", "login": False, "because": "", "carried": (),
            "flags": (), "place": ""}  # fmt: skip


def filled_in(url: str, linked: Linked | None, trouble: str) -> dict[str, Any]:
    """What the page of a link says, as the fields of a form."""
    said = columns(linked.publication) if linked else {"url": url, "kind": "media_feature"}
    return {
        "url": url,
        "filled": {name: said.get(name, "") for name in _TYPED},
        "trouble": trouble,
        "login": bool(linked and Flag.LOGIN in linked.flags),
        "because": linked.because if linked else "",
        "carried": [(name, said[name]) for name in _CARRIED if said.get(name)],
        "flags": linked.flags if linked else (),
    }
