"""Pages behind a link that was mailed: looking changes nothing, and what is done is posted to the same address."""

from collections.abc import Callable

from fastapi import APIRouter, Response


def routes(prefix: str, show: Callable[..., Response], act: Callable[..., Response]) -> APIRouter:
    """/prefix/{token}, also with the slash at the end that some programs write: mail providers follow no redirect."""
    found = APIRouter()
    for path in (f"/{prefix}/{{token}}", f"/{prefix}/{{token}}/"):
        found.add_api_route(path, show, methods=["GET", "HEAD"], response_model=None)
        found.add_api_route(path, act, methods=["POST"], response_model=None)
    return found
