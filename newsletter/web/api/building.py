"""The API as one application of its own, mounted at /api/v1: its own errors, its own OpenAPI."""

from typing import Any

from fastapi import FastAPI, Request

from newsletter.web.api import lists, people, problems
from newsletter.web.api.door import Door
from newsletter.web.site import Site

PREFIX = "/api/v1"
_ABOUT = """People and lists, for programs. A key is made with `newsletter keys add` and stands in the header
`Authorization: Bearer`. A key may ask 60 times in 10 seconds. Refusals are `application/problem+json` (RFC 9457)."""


def api(site: Site) -> FastAPI:
    """Build it."""
    app = FastAPI(
        title="Newsletter", version="1", description=" ".join(_ABOUT.split()), openapi_url="/openapi.json",
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    problems.handle_in(app)
    door = Door(site.pipeline, _network)
    for part in (lists, people):
        app.include_router(part.router(site, door))
    app.openapi = lambda: _told(app, site.root)  # type: ignore[method-assign]
    return app


def _network(request: Request) -> str:
    return request.client.host if request.client else ""


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
