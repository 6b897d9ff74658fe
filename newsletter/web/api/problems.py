"""Refusals as programs read them: application/problem+json (RFC 9457), with a word that stays the same."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from newsletter.errors import NotFound, Refusal
from subscribers import AddressError

_LOG = logging.getLogger(__name__)
_CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 413: "too_long"}
MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One thing that is wrong with the request, and where it stands."""

    place: str = Field(description="`body`, `query`, `path` or `header`.", examples=["body"])
    at: str = Field(description="The field there, as a JSON pointer.", examples=["/address"])
    detail: str = Field(examples=["an address has one @ with something on both sides"])


class ProblemBody(BaseModel):
    """A refusal (RFC 9457). `code` stays the same; `detail` is a sentence for people."""

    model_config = ConfigDict(
        title="Problem",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "code": "not_found",
                    "detail": "Nobody here has the id 7.",
                    "errors": [],
                }
            ]
        },
    )
    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault]


class Problem(Exception):
    """Raised where a request is refused; the handler below writes it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.faults, self.headers = status, code, detail, faults, headers


def fault(at: str, detail: str) -> Problem:
    """A field of the body that is wrong."""
    return Problem(422, "invalid", f"The request is wrong at {at}.", [Fault(place="body", at=at, detail=detail)])


def unknown(names: Sequence[str]) -> Problem:
    """Arguments of the query that the operation does not have."""
    faults = [Fault(place="query", at=f"/{_plain(name)}", detail="There is no such argument here.") for name in names]
    return Problem(422, "invalid", "The request has arguments that are not known here; see errors.", faults)


def missing(detail: str) -> Problem:
    """What was named is not here."""
    return Problem(404, "not_found", detail)


def responses(*more: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of an operation, for its OpenAPI: those that all of them have, and more."""
    body = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": body} | _headers(status)
        for status in sorted({401, 403, 429, 503, *more})
    }


def handle_in(app: FastAPI) -> None:
    """Every refusal of this application is such a body."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(AddressError, _address)
    app.add_exception_handler(OperationalError, _busy)
    app.add_exception_handler(Exception, _failed)


def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _written(error.status, error.code, error.detail, error.faults, error.headers)


def _invalid(_: Request, error: Exception) -> Response:
    """What was sent is not repeated: an address belongs into no log of an error."""
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(place=str(one["loc"][0]), at="".join(f"/{_plain(part)}" for part in one["loc"][1:]), detail=one["msg"])
        for one in error.errors()
    ]
    return _written(422, "invalid", "The request is not as it should be; see errors.", faults)


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    return _written(error.status_code, _CODES.get(error.status_code, "refused"), f"{phrase}.", (), error.headers)


def _refusal(_: Request, error: Exception) -> Response:
    if isinstance(error, NotFound):
        return _written(404, "not_found", str(error))
    return _written(422, "refused", str(error))


def _address(_: Request, error: Exception) -> Response:
    found = fault("/address", str(error))
    return _written(found.status, found.code, found.detail, found.faults)


def _busy(_: Request, error: Exception) -> Response:
    assert isinstance(error, OperationalError)
    _LOG.error("The database cannot be used: %s", " ".join(str(error.orig).split()))
    return _written(503, "unavailable", "The database cannot be used now; ask again later.", (), {"Retry-After": "5"})


def _failed(_: Request, __: Exception) -> Response:
    """After this answer it is raised again, and logged by the guard around all pages."""
    return _written(500, "failed", "This went wrong at our side. It is in the log.")


def _written(
    status: int, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    body = ProblemBody(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=list(faults),
    )
    return Response(body.model_dump_json(), status, dict(headers or {}), MEDIA_TYPE)


def _plain(part: object) -> str:
    """A part of a place; what a program made up as a name of a field may be anything."""
    text = "".join(character if character.isprintable() else "?" for character in str(part)[:100])
    return text.replace("~", "~0").replace("/", "~1")


def _headers(status: int) -> dict[str, Any]:
    if status in {429, 503}:
        return {"headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}}
    if status == 401:
        return {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}}
    return {}
