"""Key readers: who must get a list's issues; put on by address, a line each, and taken off again."""

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import reasons
from newsletter.errors import BadInput, NotFound
from newsletter.readers import key_readers
from newsletter.web.console import standing
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.forms import Posted
from subscribers import ListFace

PAGE = "/readers/key"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/readers/key (`?list=`) and its acts."""
    verbs = desk.pipeline.key_readers

    def show(request: Request) -> Response:
        return page(request, request.query_params.get("list", ""))

    def page(request: Request, slug: str, *, typed: str = "", refused: BadInput | None = None) -> Response:
        with desk.pipeline.database.reading() as session:
            every = subscribers.lists(session)
            chosen = _chosen(session, every, slug)
            found = key_readers.of_list(session, chosen.id, desk.pipeline.clock()) if chosen else ()
        return desk.page(
            request, "key_readers", status=400 if refused else 200, lists=every, chosen=chosen, readers=found,
            typed=typed, refused=refused, why_not=reasons.why_not,
        )  # fmt: skip

    def add(request: Request, form: Posted, actor: Acting) -> Response:
        slug, typed = form.get("list"), form.get("addresses")
        try:
            return back(slug, verbs.add(slug, typed, actor))
        except BadInput as refused:
            return page(request, slug, typed=typed, refused=refused)

    def remove(form: Posted, actor: Acting) -> Response:
        return back(form.get("list"), verbs.remove(form.get("list"), number(form.get("reader")), actor))

    def put_back(form: Posted, actor: Acting) -> Response:
        return back(form.get("list"), verbs.put_back(form.get("list"), number(form.get("reader")), actor))

    def back(slug: str, line: int) -> Response:
        return desk.to(f"/console{PAGE}?list={slug}", line)

    routes.get(PAGE, "look", show)
    routes.post(f"{PAGE}/add", "key-readers", add)
    routes.post(f"{PAGE}/remove", "key-readers", remove)
    routes.post(f"{PAGE}/put-back", "key-readers", put_back)


def _chosen(session: Session, every: tuple[ListFace, ...], slug: str) -> ListFace | None:
    """The list that was asked for; else that of the issue in hand."""
    if slug:
        found = next((one for one in every if one.slug == slug), None)
        if found is None:
            raise NotFound("There is no such list.")
        return found
    issue = standing.current(session)
    return next((one for one in every if issue and one.id == issue.list_id), every[0] if every else None)
