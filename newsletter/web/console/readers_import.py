"""Bring readers: a file or pasted lines, looked over first, then taken in as somebody decides."""

from collections.abc import Mapping
from datetime import date

from fastapi import Request, Response

import subscribers
from newsletter.errors import BadInput, Refusal
from newsletter.readers.bringing import SHOWN, UNKNOWN, WORDS, Decision
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Files, Routes, number
from newsletter.web.forms import Form, Posted

_PAGE, _ONE = "/readers/import", "/readers/import/{run:int}"
_AGAIN = "2"  # seconds until a page that waits looks again
BROUGHT_AS: Mapping[str, str] = {
    "confirmed": "Readers", "unsubscribed": "People who have left elsewhere", "bounced": "Addresses that do not work",
}  # fmt: skip
OUTCOMES: Mapping[str, str] = {
    "confirmed": "new", "unknown": "new, without proof", "unsubscribed": "noted as having left",
    "bounced": "onto the do-not-mail list", "pending": "new", "invited": "asked by mail",
}  # fmt: skip


def bring(desk: Desk, routes: Routes) -> None:
    """/console/readers/import, a file's own page, its refused lines, and what their forms do."""
    _bring_files(desk, routes)
    _bring_one(desk, routes)


def _bring_files(desk: Desk, routes: Routes) -> None:
    bringing = desk.pipeline.bringing

    def page(request: Request, problem: str = "", form: Form | None = None) -> Response:
        with desk.pipeline.database.reading() as session:
            faces = tuple(face for face in subscribers.lists(session) if not face.archived)
        typed = {name: form.get(name) if form else "" for name in ("list", "as", "pasted")}
        return desk.page(
            request, "readers_import", status=400 if problem else 200, problem=problem, faces=faces, typed=typed,
            kinds=BROUGHT_AS, recent=bringing.recent(), today=desk.when.now,
        )  # fmt: skip

    def start(request: Request) -> Response:
        return page(request)

    def brought(request: Request, actor: Acting, form: Posted, files: Files) -> Response:
        sent, pasted = files.get("file"), form.get("pasted")
        try:
            if sent is not None and pasted:
                raise BadInput("Choose a file or paste lines, not both at once.")
            what = form.get("list"), form.get("as") or "confirmed"
            if sent is not None:
                run = bringing.bring(actor, *what, sent.name, sent.content)
            else:
                run = bringing.paste(actor, *what, pasted)
        except Refusal as refusal:
            return page(request, str(refusal), form)
        return desk.to(f"/console/readers/import/{run}")

    routes.get(_PAGE, "import", start)
    routes.post(_PAGE, "import", brought, files=1)


def _bring_one(desk: Desk, routes: Routes) -> None:
    bringing = desk.pipeline.bringing

    def one(request: Request, run: int) -> Response:
        return _one(desk, request, run)

    def take(request: Request, run: int, actor: Acting, form: Posted) -> Response:
        try:
            bringing.take(actor, number(str(run)), _decision(form))
        except BadInput as refusal:
            return _one(desk, request, run, str(refusal), form)
        return desk.to(f"/console/readers/import/{run}")

    def on(run: int, actor: Acting) -> Response:
        bringing.go_on(actor, number(str(run)))
        return desk.to(f"/console/readers/import/{run}")

    def drop(run: int, actor: Acting) -> Response:
        bringing.drop(actor, number(str(run)))
        return desk.to("/console/readers/import")

    def refused(run: int) -> Response:
        found = bringing.refused(number(str(run)))
        headers = {"Content-Disposition": f'attachment; filename="refused-{run}.csv"'}
        return Response(found.read_bytes(), media_type="text/csv; charset=utf-8", headers=headers)

    routes.get(_ONE, "import", one)
    routes.post(f"{_ONE}/take", "import", take)
    routes.post(f"{_ONE}/go-on", "import", on)
    routes.post(f"{_ONE}/drop", "import", drop)
    routes.get(f"{_ONE}/refused", "import", refused)


def _one(desk: Desk, request: Request, run: int, problem: str = "", form: Form | None = None) -> Response:
    found = desk.pipeline.bringing.file(number(str(run)))
    typed = {name: form.get(name) if form else "" for name in ("what", "words", "day")}
    typed["what"] = typed["what"] or (SHOWN if found.proven else WORDS)
    answer = desk.page(
        request, "readers_import_one", status=400 if problem else 200, run=found, problem=problem, typed=typed,
        kinds=BROUGHT_AS, outcomes=OUTCOMES, today=desk.when.now.astimezone(desk.when.zone).date(),
        report=desk.pipeline.bringing.keeps(found.id), whats=(SHOWN, WORDS, UNKNOWN),
    )  # fmt: skip
    if found.working:
        answer.headers["Refresh"] = _AGAIN
    return answer


def _decision(form: Form) -> Decision:
    day = form.get("day")
    try:
        agreed = date.fromisoformat(day) if day else None
    except ValueError:
        raise BadInput(f"“{day[:40]}” is no day; write it like 2023-11-04.") from None
    return Decision(form.get("what"), form.get("words"), agreed)
