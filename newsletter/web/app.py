"""The web application: every page and interface of one installation, behind the same guard."""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from newsletter.pipeline import Pipeline
from newsletter.web import failing
from newsletter.web.api.building import mounted
from newsletter.web.console import building as console
from newsletter.web.public import (
    archive,
    calendars,
    confirming,
    deciding,
    feed,
    guests,
    health,
    leaving,
    looking,
    media,
    preferring,
    previewing,
    subscribing,
)
from newsletter.web.security import Guard
from newsletter.web.site import Site

ROUTERS: tuple[Callable[[Site], APIRouter], ...] = (
    feed.router,  # before the archive: an issue has any name
    calendars.router,
    archive.router,
    media.router,
    health.router,
    looking.router,
    subscribing.router,
    confirming.router,
    leaving.router,
    preferring.router,
    guests.router,
    previewing.router,
    deciding.router,
)


def app(pipeline: Pipeline) -> FastAPI:
    """Build it; each module of `public` and `api` brings its own routes by `router(site)`."""
    site = Site(pipeline)
    # No redirect to another spelling of a path: mail providers follow none when they unsubscribe somebody.
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, root_path=site.root)
    for bring in ROUTERS:
        web.include_router(bring(site))
    web.include_router(console.router(pipeline))
    web.router.routes.append(mounted(site))
    pages = failing.Pages(site)
    pages.attach(web)
    parts = urlsplit(site.base_url)
    web.add_middleware(
        Guard, host=parts.hostname or "", root=site.root, secure=parts.scheme == "https", failed=pages.page
    )
    return web
