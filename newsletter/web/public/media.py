"""Pictures, for ever under the hash of their bytes: mails that were sent years ago still show theirs."""

import re

from fastapi import APIRouter, HTTPException, Request, Response

from newsletter.media import store
from newsletter.web.caching import FOR_EVER, answer
from newsletter.web.site import Site

_NAME = re.compile(r"([0-9a-f]{64})\.(jpg|png)")


def router(site: Site) -> APIRouter:
    """/media/{sha256}.{extension}; /favicon.ico, which browsers ask for by themselves: there is none."""

    def picture(request: Request, name: str) -> Response:
        found = _NAME.fullmatch(name)
        if found is None:
            raise HTTPException(404)
        with site.pipeline.database.reading() as session:
            kept = store.load(session, found[1])
        if kept is None or kept[1] != store.TYPES[found[2]]:
            raise HTTPException(404)
        content, kind = kept
        return answer(request, content, kind, keep=FOR_EVER)

    def icon() -> Response:
        return Response(status_code=204, headers={"Cache-Control": FOR_EVER})

    routes = APIRouter()
    routes.add_api_route("/favicon.ico", icon, methods=["GET", "HEAD"], response_model=None)
    routes.add_api_route("/media/{name}", picture, methods=["GET", "HEAD"], response_model=None)
    return routes
