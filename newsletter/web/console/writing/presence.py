"""Who else is at work in the issue: noted while a page is open, and told to the others."""

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from newsletter.issues import presence, views
from newsletter.staff.sessions import Seat
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, Seated
from newsletter.web.forms import Posted


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/present."""
    pipeline = desk.pipeline

    def present(key: str, seat: Seated, actor: Acting, form: Posted) -> Response:
        pipeline.present(key, actor, form.get("place"))
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
            found = presence.others(session, issue.id, seat.person.id, pipeline.clock())
        return JSONResponse(
            {
                "revision": issue.revision,
                "others": [{"said": said(one), "name": one.name, "place": one.place} for one in found],
            }
        )

    routes.post("/issues/{key}/write/present", "edit", present)


def others(session: Session, desk: Desk, issue_id: int, seat: Seat) -> tuple[str, ...]:
    """Sentences about those who are there."""
    found = presence.others(session, issue_id, seat.person.id, desk.pipeline.clock())
    return tuple(said(one) for one in found)


def said(one: presence.Present) -> str:
    """Like: Sam Author is editing the title of “Impact Report” (English)."""
    return f"{one.name} is editing {one.words}." if one.words else f"{one.name} is here, too."
