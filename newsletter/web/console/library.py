"""Library: everything published, searched and filtered; what has no day; a publication's page; a link pasted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.fetch import Unreachable
from newsletter.issues import library
from newsletter.issues.library import Shelved, Wanted
from newsletter.issues.model import CoverageState
from newsletter.publications import changes, sourcing, texts
from newsletter.publications.kinds import kinds
from newsletter.publications.sources.model import Flag
from newsletter.rendering.words import own_name
from newsletter.staff import activities
from newsletter.staff.people import Actor
from newsletter.web.console import standing, voiding
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.console.writing.paste import filled_in, taken_in
from newsletter.web.forms import Posted

HOME = "/library"
USES: Mapping[CoverageState, tuple[str, str]] = {
    CoverageState.USED: ("in", "good"), CoverageState.HELD: ("saved for next time in", ""),
    CoverageState.DECLINED: ("left out of", ""), CoverageState.OFFERED: ("waits in", "look"),
}  # fmt: skip
FLAGS = {
    Flag.CUT_OFF.value: "text cut off by the website", Flag.OTHER_ITEM.value: "text may be another one's",
    Flag.LOGIN.value: "needs a subscription", Flag.SUGGESTED.value: "suggested by somebody who was asked",
}  # fmt: skip
_WHAT = {changes.CHANGED: "changed", changes.GONE: "gone from its website", changes.BACK: "back on its website"}
_MOST_ASKED = 200  # characters of a search


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of a filter, and how many it would give."""

    value: str
    name: str
    number: int


def bring(desk: Desk, routes: Routes) -> None:
    """/console/library (`?q=`, `kind=`, `year=`, `page=`), /console/library/publications/{publication}, paste."""
    pipeline = desk.pipeline

    def show(request: Request) -> Response:
        wanted = _wanted(request)
        with pipeline.database.reading() as session:
            named = kind_names(session)
            found = library.find(session, wanted)
            waiting, undated = library.tray(session) if wanted.is_all and wanted.page == 1 else ((), 0)
            sources = library.source_names(session)
            begun = bool(found.kinds) or bool(undated) or bool(sourcing.sources(session))
        chosen = {"q": wanted.words, "kind": wanted.kind, "year": wanted.year or ""}
        pages = {name: value for name, value in chosen.items() if value}
        return desk.page(
            request, "library/shelf", found=found, wanted=wanted, waiting=waiting, undated=undated, names=named,
            sources=sources, begun=begun, chosen=chosen, uses=USES, flags=FLAGS, today=_today(desk),
            language=own_name,
            by_kind=[Filter(slug, named.get(slug, slug), found.kinds[slug]) for slug in named if slug in found.kinds],
            at=lambda page: urlencode(pages | {"page": page}),
        )  # fmt: skip

    def one(request: Request, publication: str) -> Response:
        with pipeline.database.reading() as session:
            found = _found(session, publication)
            facts, named = library.row(session, found.id), kind_names(session)
            history, sources = changes.changes(session, found.id), library.source_names(session)
            printed = library.in_issues(session, found.id, standing.DECIDED)
            costs = voiding.counted(session, desk, [id_ for id_, _ in printed])
        return desk.page(
            request, "library/publication", one=found, facts=facts, names=named, sources=sources, uses=USES,
            flags=FLAGS, today=_today(desk), costs=costs, language=own_name,
            history=[(change, _WHAT[change.what], _parts(change, named)) for change in history],
        )  # fmt: skip

    def dated(publication: str, actor: Acting, form: Posted) -> Response:
        with pipeline.database.reading() as session:
            found = _found(session, publication)
        pipeline.give_day(found.id, _day(form.get("day"), may_be_none=form.get("undo") == "yes"), actor)
        back = "/console/library" if form.get("back") == "tray" else f"/console{HOME}/publications/{found.id}"
        return desk.to(back, _last(desk, actor))

    def paste_page(request: Request, read: dict[str, Any] | None = None) -> Response:
        with pipeline.database.reading() as session:
            named = kind_names(session)
        return desk.page(request, "library/paste", read=read, names=named, today=_today(desk))

    def paste(request: Request) -> Response:
        return paste_page(request)

    def read(request: Request, form: Posted) -> Response:
        url = form.get("url")
        try:
            linked, trouble = pipeline.read_link(url), ""
        except (BadInput, Unreachable) as error:
            linked, trouble = None, str(error).partition(" You can type it in:")[0]
        return paste_page(request, filled_in(url, linked, trouble))

    def add(actor: Acting, form: Posted) -> Response:
        before = _last(desk, actor)
        publication = taken_in(pipeline, actor, form)
        done = _last(desk, actor)
        return desk.to(f"/console{HOME}/publications/{publication}", done if done != before else None)

    routes.get(HOME, "look", show)
    routes.get(f"{HOME}/paste", "look", paste)
    routes.post(f"{HOME}/paste", "import", read)
    routes.post(f"{HOME}/paste/add", "import", add)
    routes.get(f"{HOME}/publications/{{publication}}", "look", one)
    routes.post(f"{HOME}/publications/{{publication}}/day", "import", dated)


def kind_names(session: Session) -> dict[str, str]:
    """What the kinds are called, in their order."""
    return {kind.slug: kind.labels.get("en", kind.slug) for kind in kinds(session)}


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    year, page = asked.get("year", ""), asked.get("page", "")
    return Wanted(
        "".join(letter for letter in asked.get("q", "") if letter.isprintable()).strip()[:_MOST_ASKED],
        asked.get("kind", "").replace("\0", "")[:40],
        int(year) if year.isascii() and year.isdecimal() and len(year) == 4 and int(year) else None,
        int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )  # fmt: skip


def _found(session: Session, publication: str) -> Shelved:
    found = library.named(session, number(publication))
    if found is None:
        raise NotFound("There is no publication of that number here.")
    return found


def _day(text: str, *, may_be_none: bool) -> date | None:
    if not text and may_be_none:
        return None
    try:
        return texts.day(text)
    except texts.TextError as error:
        raise BadInput(f"The day {error}.") from None


def _parts(change: changes.Change, names: Mapping[str, str]) -> tuple[changes.Part, ...]:
    """The difference, with kinds by their names."""
    return tuple(
        changes.Part(one.what, names.get(one.before, one.before), names.get(one.after, one.after))
        for one in change.parts
    )


def _today(desk: Desk) -> str:
    return desk.when.now.astimezone(desk.when.zone).date().isoformat()


def _last(desk: Desk, actor: Actor) -> int | None:
    with desk.pipeline.database.reading() as session:
        return activities.last_of(session, actor.staff_id)
