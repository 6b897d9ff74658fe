"""The API as one application of its own, mounted at /api/v1: its own errors, its own OpenAPI."""

import re
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount

from newsletter.web.api import lists, people, problems
from newsletter.web.api.door import Door
from newsletter.web.security import network
from newsletter.web.site import Site

PREFIX = "/api/v1"
_ABOUT = """People and lists, for programs. A key is made with `newsletter keys add` and stands in the header
`Authorization: Bearer`. A key may ask 60 times in 10 seconds. Refusals are `application/problem+json` (RFC 9457)."""


def mounted(site: Site) -> Mount:
    """It, at its place. Whatever a path holds, a program is answered by the API and never by a page."""
    mount = Mount(PREFIX, api(site))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def api(site: Site) -> FastAPI:
    """Build it."""
    app = FastAPI(
        title="Newsletter", version="1", description=" ".join(_ABOUT.split()), openapi_url="/openapi.json",
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    problems.handle_in(app)
    door = Door(site.pipeline, network)
    for part in (lists, people):
        app.include_router(part.router(site, door))
    app.openapi = lambda: _told(app, site.root)  # type: ignore[method-assign]
    return app


def _told(app: FastAPI, root: str) -> dict[str, Any]:
    """FastAPI's own account, less the form of errors that is not ours, and with the one that is."""
    told = FastAPI.openapi(app)
    schemas = told["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    if "Problem" not in schemas:
        problem = problems.ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs") | {"Problem": problem}
        told["servers"] = [{"url": f"{root}{PREFIX}"}]
    return told
