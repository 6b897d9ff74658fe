"""Test copies, from every page: to oneself with one press, to colleagues from a small page."""

import re

from fastapi import Request, Response

from newsletter.approval.versions import editions
from newsletter.errors import BadInput
from newsletter.issues import drafts, views
from newsletter.rendering.words import own_name
from newsletter.staff import people
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

_BETWEEN = re.compile(r"[\s,;]+")
_OURS = re.compile(r"/console(?:[/?#][^\\\s]*)?")


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/test."""

    def show(request: Request, key: str) -> Response:
        with desk.pipeline.database.reading() as session:
            issue = views.find(session, key)
            languages = editions(drafts.load(session, issue.id))
            staff = people.everybody(session)
        return desk.page(
            request, "test_copy", issue=issue.slug, summary=issue, people=staff,
            languages=tuple((one, own_name(one)) for one in languages),
            mail_service=bool(desk.pipeline.settings.transport_url),
        )  # fmt: skip

    def send(key: str, form: Posted, actor: Acting) -> Response:
        typed = [one for one in _BETWEEN.split(form.get("others")) if one]
        to = [one for one in (*form.all("to"), *typed) if one]
        if not to:
            raise BadInput("Nobody is ticked, and no address is typed. Say who gets the test copy.")
        done = desk.pipeline.test_all(key, to, actor, form.get("language"))
        back = form.get("back")
        return desk.to(back if _OURS.fullmatch(back) else f"/console/issues/{key}/test", done.activity_id)

    routes.get("/issues/{key}/test", "test", show)
    routes.post("/issues/{key}/test", "test", send)
