"""For whatever watches over the process: whether it lives, and whether it can do its work."""

import logging

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import Misconfigured
from newsletter.migrations import require_current
from newsletter.web.site import Site

log = logging.getLogger(__name__)

_FRESH = {"Cache-Control": "no-store"}


def router(site: Site) -> APIRouter:
    """/healthz: the process answers. /readyz: so does the database, and it has the schema we need."""

    def alive() -> PlainTextResponse:
        return PlainTextResponse("alive\n", headers=_FRESH)

    def ready() -> PlainTextResponse:
        reason = _reason(site)
        return PlainTextResponse(f"{reason or 'ready'}\n", 503 if reason else 200, headers=_FRESH)

    routes = APIRouter()
    routes.add_api_route("/healthz", alive, methods=["GET", "HEAD"], response_model=None)
    routes.add_api_route("/readyz", ready, methods=["GET", "HEAD"], response_model=None)
    return routes


def _reason(site: Site) -> str:
    """Why it is not ready, in words that give nothing away: they are read by anybody."""
    try:
        require_current(site.pipeline.database)
    except Misconfigured as error:
        return str(error)
    except SQLAlchemyError as error:
        log.warning("The database cannot be read: %s", " ".join(str(getattr(error, "orig", error)).split()))
        return "The database does not answer."
    return ""
