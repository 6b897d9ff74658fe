"""The web application: every page and interface of one installation, behind the same guard."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from newsletter.pipeline import Pipeline
from newsletter.web.site import Site

ROUTERS: tuple[Callable[[Site], APIRouter], ...] = ()


def app(pipeline: Pipeline) -> FastAPI:
    """Build it; each module of `public` and `api` brings its own routes by `router(site)`."""
    site = Site(pipeline)
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for bring in ROUTERS:
        web.include_router(bring(site))
    return web
