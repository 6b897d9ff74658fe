"""Pictures: those that issues show, with what is said of them, and which say nothing."""

from fastapi import Request, Response

from newsletter.issues import pictured
from newsletter.web.console.desk import Desk
from newsletter.web.console.library import HOME
from newsletter.web.console.routes import Routes


def bring(desk: Desk, routes: Routes) -> None:
    """/console/library/pictures (`?lacking=yes`, `page=`)."""

    def show(request: Request) -> Response:
        asked = request.query_params
        lacking, text = asked.get("lacking") == "yes", asked.get("page", "")
        page = max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
        with desk.pipeline.database.reading() as session:
            found, number, silent = pictured.pictures(session, lacking=lacking, page=page)
            portraits = pictured.portraits(session) if page == 1 and not lacking else ()
        return desk.page(
            request, "library/pictures", found=found, number=number, silent=silent, lacking=lacking, page=page,
            pages=max(1, -(-number // pictured.PAGE)), portraits=portraits,
        )  # fmt: skip

    routes.get(f"{HOME}/pictures", "look", show)
