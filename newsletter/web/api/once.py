"""The Idempotency-Key: a request that is sent again is done once, and answered the same."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from newsletter.pipeline import Pipeline
from newsletter.staff import repeats
from newsletter.staff.keys import Key
from newsletter.staff.repeats import Answer, Standing
from newsletter.web.api.problems import Problem

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Any text of yours, new for each request. Sent again within a day with the same request, it gets "
        "the first answer, with the header Idempotent-Replayed.",
    ),
]
REPLAYED = {"Idempotent-Replayed": "true"}


class Once:
    """Runs the work of a request, or gives the answer that it got before. Only what succeeded is remembered."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def __call__(
        self,
        request: Request,
        key: Key,
        name: str | None,
        body: BaseModel | None,
        status: int,
        work: Callable[[], BaseModel | None],
    ) -> Response:
        """`name` is the Idempotency-Key, if there is one; `status` that of the work's success."""
        if name is None:
            return _response(Answer(status, _bytes(work())))
        standing = self._begin(key, name, _digest(request, body))
        if isinstance(standing, Answer):
            return _response(standing, REPLAYED)
        _require_new(standing)
        try:
            answer = Answer(status, _bytes(work()))
        except BaseException:
            with self._pipeline.database.transaction() as session:
                repeats.drop(session, key.id, name)
            raise
        with self._pipeline.database.transaction() as session:
            repeats.finish(session, key.id, name, answer)
        return _response(answer)

    def _begin(self, key: Key, name: str, digest: str) -> Answer | Standing:
        try:
            return self._try(key, name, digest)
        except IntegrityError:
            # Another request with the same key was written at this moment (PostgreSQL); now it can be seen.
            return self._try(key, name, digest)

    def _try(self, key: Key, name: str, digest: str) -> Answer | Standing:
        with self._pipeline.database.transaction() as session:
            return repeats.begin(session, key.id, name, digest, self._pipeline.clock())


def _require_new(standing: Standing) -> None:
    if standing is Standing.BUSY:
        raise Problem(409, "busy", "This request is being worked on; ask again in a moment for its answer.")
    if standing is Standing.OTHER:
        raise Problem(409, "key_reused", "This Idempotency-Key came with another request; use a new one.")


def _digest(request: Request, body: BaseModel | None) -> str:
    said = body.model_dump_json() if body else ""
    return hashlib.sha256(f"{request.method} {request.url.path}\n{said}".encode()).hexdigest()


def _bytes(body: BaseModel | None) -> bytes:
    return body.model_dump_json().encode() if body else b""


def _response(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, headers, "application/json" if answer.body else None)
