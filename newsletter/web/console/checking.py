"""Check: what must be mended before sign-off and by whom, and the mail as readers will see it."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

import subscribers
from newsletter.errors import BadInput
from newsletter.issues import views
from newsletter.issues.model import RELEASED
from newsletter.web.console import panel as panels
from newsletter.web.console.checkup import checkup
from newsletter.web.console.desk import Desk
from newsletter.web.console.mending import LOOK, OPENED, TAKE_OUT
from newsletter.web.console.onward import onward
from newsletter.web.console.reader import Reader, chosen
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Form, Posted

_PAGE = "/issues/{key}/check"
SHORTEST = 3  # letters of a name or an address that are looked for


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/check, and what its buttons do."""

    def show(request: Request, key: str) -> Response:
        return _page(desk, request, key)

    def search(request: Request, key: str, form: Posted) -> Response:
        return _page(desk, request, key, sought=form)

    def take_out(key: str, form: Posted, actor: Acting) -> Response:
        id_ = form.get("publication")
        if not id_.isascii() or not id_.isdecimal() or len(id_) > 15:
            raise BadInput("The form does not say which publication. Open the page anew.")
        desk.pipeline.choose(key, actor, "hold", [int(id_)], "taken out while checking")
        return desk.to(f"/console/issues/{key}/check")

    def opened(key: str, form: Posted, actor: Acting) -> Response:
        return desk.to(f"/console/issues/{key}/check", desk.pipeline.opened(key, form.get("url"), actor))

    routes.get(_PAGE, "look", show)
    # Posted, so that no address stands in a URL: it changes nothing.
    routes.post(f"{_PAGE}/reader", "look", search)
    routes.post(TAKE_OUT.removeprefix("/console"), "choose", take_out)
    routes.post(OPENED.removeprefix("/console"), "edit", opened)
    _looking(desk, routes)


def _looking(desk: Desk, routes: Routes) -> None:
    """Looking at links and names: begun by a button, asked about by a script."""

    def look(key: str, form: Posted) -> Response:
        desk.pipeline.start_looking(key, again=bool(form.get("again")))
        return desk.to(f"/console/issues/{key}/check?looking=1#looking")

    def progress(key: str) -> Response:
        found = desk.pipeline.looking(key)
        return JSONResponse({"done": found.done, "total": found.total, "running": found.running})

    routes.post(LOOK.removeprefix("/console"), "look", look)
    routes.get(f"{_PAGE}/looking", "look", progress)


def _page(desk: Desk, request: Request, key: str, sought: Form | None = None) -> Response:
    found = checkup(desk, key)
    text, matches = "", None
    if sought is not None:
        text = sought.get("who")
        matches = _matches(desk, found.issue, text) if len(text) >= SHORTEST else ()
    reader = _reader(desk, found.issue, tuple(found.version.parts) if found.version else (), request)
    shown = panels.panel(desk, found.issue.slug, found.version, request.query_params, reader) if found.version else None
    with desk.pipeline.database.reading() as session:
        yes = desk.signed_off(session, found.issue)
    return desk.page(
        request, "check", issue=found.issue.slug, summary=found.issue, checkup=found, panel=shown, sought=text,
        matches=matches, gone=found.issue.state in RELEASED, shortest=SHORTEST,
        onward=onward(found.issue, yes=yes),
    )  # fmt: skip


def _matches(desk: Desk, issue: views.IssueSummary, text: str) -> tuple[subscribers.Card, ...]:
    with desk.pipeline.database.reading() as session:
        return subscribers.search(session, issue.list_id, text[:254])


def _reader(desk: Desk, issue: views.IssueSummary, languages: tuple[str, ...], request: Request) -> Reader | None:
    id_ = request.query_params.get("reader", "")
    if not languages or not id_.isascii() or not id_.isdecimal() or len(id_) > 15:
        return None
    with desk.pipeline.database.reading() as session:
        return chosen(session, issue, languages, int(id_), desk.pipeline.clock())
