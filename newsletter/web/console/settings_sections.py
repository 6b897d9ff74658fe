"""Sections of a list: their headings, kinds, room and order, as the next issue begins with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput
from newsletter.issues import sections
from newsletter.rendering.words import own_name
from newsletter.web.console.desk import Desk
from newsletter.web.console.library import kind_names
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.settings import HOME, LIST, with_profile
from newsletter.web.forms import Posted

LAYOUTS = (
    ("card", "Picture and text side by side"), ("cover", "A cover and text"), ("sober", "Text only, calm"),
    ("line", "One line each"), ("date", "A date, big, and a line"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A section's form: each heading with its language, and each kind with whether it belongs here."""

    slug: str
    name: str
    titles: tuple[tuple[str, str, str], ...]
    cap: str
    layout: str
    kinds: tuple[tuple[str, str, bool], ...]
    wrong: str = ""


def bring(desk: Desk, routes: Routes) -> None:
    """/console/settings/lists/{listed}/sections, and what is done there."""

    def page(request: Request, listed: str, wrong: str = "", refusal: str = "") -> Response:
        with desk.pipeline.database.reading() as session:
            face = with_profile(session, listed)
            shown = _shown(session, face, wrong, refusal)
        return desk.page(
            request, "settings/sections", status=400 if refusal else 200, face=face, sections=shown, layouts=LAYOUTS,
            most=sections.MOST_CAP,
        )  # fmt: skip

    def show(request: Request, listed: str) -> Response:
        return page(request, listed)

    def save(request: Request, listed: str, slug: str, actor: Acting, form: Posted) -> Response:
        given = {name: form.all(name) for name in form.names() if name in {"cap", "layout", "kinds"}}
        given |= {name: form.all(name) for name in form.names() if name.startswith("title_") and len(name) < 24}
        try:
            line = desk.pipeline.lists.section(listed, slug, actor, given)
        except BadInput as refusal:
            return page(request, listed, slug, str(refusal))
        return desk.to(f"/console{HOME}/lists/{listed}/sections#{slug}", line)

    def order(listed: str, actor: Acting, form: Posted) -> Response:
        with desk.pipeline.database.reading() as session:
            present = [row.slug for row in sections.of_list(session, with_profile(session, listed).id)]
        wanted = form.all("order") or _moved(present, form.get("section"), form.get("to"))
        return desk.to(f"/console{HOME}/lists/{listed}/sections", desk.pipeline.lists.order(listed, actor, wanted))

    routes.get(f"{LIST}/sections", "look", show)
    routes.post(f"{LIST}/sections", "lists", order)
    routes.post(f"{LIST}/sections/{{slug}}", "lists", save)


def _shown(session: Session, face: subscribers.ListFace, wrong: str, refusal: str) -> tuple[Shown, ...]:
    named = kind_names(session)
    found = []
    for row in sections.of_list(session, face.id):
        spoken = dict.fromkeys((*face.languages, *row.titles))
        found.append(Shown(
            row.slug, row.titles.get("en") or next(iter(row.titles.values()), row.slug),
            tuple((code, own_name(code), row.titles.get(code, "")) for code in spoken), str(row.cap), row.layout,
            tuple((slug, name, slug in row.kinds) for slug, name in named.items()),
            refusal if row.slug == wrong else "",
        ))  # fmt: skip
    return tuple(found)


def _moved(present: Sequence[str], slug: str, to: str) -> Sequence[str]:
    if slug not in present or to not in {"up", "down"}:
        return present
    row = list(present)
    at = row.index(slug)
    row.insert(max(0, at - 1) if to == "up" else at + 1, row.pop(at))
    return row
