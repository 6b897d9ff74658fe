"""What can be done about a request to somebody who never logs in: remind, go without, count as said by phone."""

from collections.abc import Callable
from datetime import date, timedelta

from fastapi import Request, Response

from newsletter.errors import NotFound
from newsletter.guests import views as guests
from newsletter.guests.model import Act, Asked, Wish
from newsletter.issues import views
from newsletter.issues.owed import owed
from newsletter.staff import activities
from newsletter.staff.people import Actor
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.waiting import MORE_DAYS
from newsletter.web.forms import Posted

_ONE = "/requests/{number}"
_FIELDS = ("text", "name", "role", "verdict", "link", "title", "what", "when", "who")
_LONGEST_ID = 15


def bring(desk: Desk, routes: Routes) -> None:
    """/console/requests/{number} and what its buttons do."""
    pipeline = desk.pipeline

    def show(request: Request, number: str) -> Response:
        one = _asked(desk, number)
        with pipeline.database.reading() as session:
            issue = views.find(session, one.issue_id)
        lines = pipeline.guests.lines(one.id) if one.act is Act.TRANSLATE else ()
        return desk.page(request, "said", issue=issue.slug, summary=issue, one=one, lines=lines)

    def said(number: str, form: Posted, actor: Acting) -> Response:
        one = _asked(desk, number)
        names = (line.key for line in pipeline.guests.lines(one.id)) if one.act is Act.TRANSLATE else _FIELDS
        pipeline.count_as_said(one.id, actor, {name: form.get(name) for name in names})
        return _back(desk, one, actor)

    def act(do: Callable[[int, Actor], None]) -> Callable[[str, Acting], Response]:
        def done(number: str, actor: Acting) -> Response:
            one = _asked(desk, number)
            do(one.id, actor)
            return _back(desk, one, actor)

        return done

    def remind(number: str, form: Posted, actor: Acting) -> Response:
        one, more = _asked(desk, number), form.get("more")
        pipeline.remind_guest(one.id, actor, due_on=_today(desk) + timedelta(days=MORE_DAYS) if more else None)
        return _back(desk, one, actor)

    def remind_owed(key: str, block: str, actor: Acting) -> Response:
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
            one = next((one for one in owed(session, issue.id) if str(one.id) == block), None)
        if one is None:
            raise NotFound("Nobody owes that any more.")
        due_on = max(one.due_on or _today(desk), _today(desk))
        pipeline.ask_guest(
            key, Wish(Act.NOTE, one.owner, one.email, due_on, block=one.kind.value, block_id=one.id), actor
        )
        return _done(desk, issue.slug, actor)

    routes.get(f"{_ONE}/said", "ask", show)
    routes.post(f"{_ONE}/said", "ask", said)
    routes.post(f"{_ONE}/remind", "ask", remind)
    routes.post("/issues/{key}/owed/{block}/remind", "ask", remind_owed)
    routes.post(f"{_ONE}/without", "ask", act(pipeline.go_without))
    routes.post(f"{_ONE}/restore", "ask", act(pipeline.restore_guest))


def _asked(desk: Desk, key: str) -> Asked:
    if not key.isascii() or not key.isdecimal() or len(key) > _LONGEST_ID:
        raise NotFound("There is no such request.")
    with desk.pipeline.database.reading() as session:
        return guests.find(session, int(key), desk.when.now, desk.when.zone)


def _back(desk: Desk, one: Asked, actor: Actor) -> Response:
    with desk.pipeline.database.reading() as session:
        slug = views.find(session, one.issue_id).slug
    return _done(desk, slug, actor)


def _done(desk: Desk, slug: str, actor: Actor) -> Response:
    with desk.pipeline.database.reading() as session:
        line = activities.last_of(session, actor.staff_id)
    return desk.to(f"/console/issues/{slug}", line)


def _today(desk: Desk) -> date:
    return desk.when.now.astimezone(desk.when.zone).date()
