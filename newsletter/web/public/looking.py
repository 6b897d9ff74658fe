"""Stylesheets and logos, /look/{hash}: a name stands for its content for ever."""

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import RedirectResponse

from newsletter.web.caching import FOR_EVER
from newsletter.web.site import Site


def router(site: Site) -> APIRouter:
    """/look/{name}, and the way in from the bare address."""

    def look(name: str) -> Response:
        found = site.look_file(name)
        if found is None:
            raise HTTPException(404)
        content, kind = found
        return Response(content, media_type=kind, headers={"Cache-Control": FOR_EVER})

    def home() -> Response:
        return RedirectResponse(f"{site.root}/subscribe", 307)

    routes = APIRouter()
    routes.add_api_route("/look/{name}", look, methods=["GET", "HEAD"], response_model=None)
    routes.add_api_route("/", home, methods=["GET", "HEAD"], response_model=None)
    return routes
