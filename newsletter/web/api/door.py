"""Who may come in: a key in the Authorization header, with the scope that the operation needs, not too often."""

import hashlib
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import OperationalError

from newsletter.pipeline import Pipeline
from newsletter.staff import keys
from newsletter.staff.keys import Key, Scope
from newsletter.web.api.problems import Problem, unknown
from newsletter.web.api.rates import Rate

_LOG = logging.getLogger(__name__)
_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="A key from `newsletter keys add`.")
_KNOWN = 1000

PER_KEY = (60, 10.0)  # requests, seconds
WRONG_PER_NETWORK = (10, 60.0)


class Door:
    """Opens for good keys. Revoked ones are noticed at once: every request asks the database."""

    def __init__(self, pipeline: Pipeline, network: Callable[[Request], str]) -> None:
        self._pipeline = pipeline
        self._network = network
        self._per_key, self._wrong = Rate(*PER_KEY), Rate(*WRONG_PER_NETWORK)
        # Keys that were good in this process: a neighbour who tries wrong ones does not lock them out.
        self._known: OrderedDict[str, None] = OrderedDict()
        self._writing = threading.Lock()

    def needs(self, scope: Scope) -> Callable[..., Key]:
        """The dependency of an operation: the key that asks."""

        def key(
            request: Request,
            background: BackgroundTasks,
            given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        ) -> Key:
            now = self._pipeline.clock()
            found = self._find(given.credentials if given else "", self._network(request), now)
            self._not_too_often(found, now)
            if scope not in found.scopes:
                raise Problem(403, "missing_scope", f"The key {found.prefix} has no scope {scope}.")
            _require_known(request)
            if keys.is_stale(found, now):
                background.add_task(self._seen, found.id, now)
            return found

        return key

    def _find(self, text: str, network: str, now: datetime) -> Key:
        digest = hashlib.sha256(text.encode()).hexdigest()
        wait = self._wrong.wait(network, now)
        if wait and digest not in self._known:
            raise _too_many("Too many wrong keys came from this network.", wait)
        if text:
            with self._pipeline.database.reading() as session:
                found = keys.find(session, text)
            if found:
                self._remember(digest)
                return found
            self._known.pop(digest, None)
            self._wrong.take(network, now)
        raise Problem(
            401, "wrong_key", "A key is missing, or it is wrong or revoked: Authorization: Bearer nk_...",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip

    def _remember(self, digest: str) -> None:
        self._known[digest] = None
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)

    def _not_too_often(self, key: Key, now: datetime) -> None:
        wait = self._per_key.take(key.id, now)
        if wait:
            number, seconds = PER_KEY
            raise _too_many(f"A key may ask {number} times in {seconds:.0f} seconds.", wait)

    def _seen(self, key_id: int, now: datetime) -> None:
        """After the answer, one at a time: a busy database makes nobody wait for this."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            with self._pipeline.database.transaction() as session:
                keys.seen(session, key_id, now)
        except OperationalError:
            _LOG.warning("When a key was used last could not be written down; it will be with its next request.")
        finally:
            self._writing.release()


def _require_known(request: Request) -> None:
    """Refuse an argument that the operation does not have: who mistypes `list` would be given everybody."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    if names := sorted(request.query_params.keys() - known):
        raise unknown(names)


def _too_many(detail: str, wait: float) -> Problem:
    return Problem(429, "too_many", detail, headers={"Retry-After": str(max(1, math.ceil(wait)))})
