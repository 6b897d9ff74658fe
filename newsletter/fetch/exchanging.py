"""One request and its answer, over connections that are kept for the next."""

import http.client
import re
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from newsletter.fetch import bodies
from newsletter.fetch.allowance import Allowance
from newsletter.fetch.connecting import Connector, why
from newsletter.fetch.sockets import Connection
from newsletter.fetch.targets import Target
from newsletter.fetch.unreachable import Obstacle

_IDLE = 20  # connections
_DRAINED = 65_536  # bytes of an answer that is read only to keep its connection
_FRAMES = 1_048_576  # bytes of headers, chunk sizes and trailers
_FOLD = re.compile(r"\s*[\r\n]+\s*")
_SINGLE = frozenset({"content-type", "date", "etag", "last-modified", "location", "retry-after"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in small letters. `content` only of 200 and 203."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""


class Exchange:
    """Asks servers, and keeps their connections."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._idle: list[tuple[str, Connection]] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def ask(
        self,
        target: Target,
        headers: Mapping[str, str],
        allowance: Allowance,
        most_bytes: int,
        *,
        cut: bool = False,
        method: str = "GET",
    ) -> Answer:
        """The answer, or an Obstacle and nothing else."""
        allowance.expect(2 * most_bytes + _FRAMES)
        try:
            connection, response = self._begun(target, headers, allowance, method)
        except (http.client.HTTPException, ValueError):
            raise Obstacle("answers with something that is no web page") from None
        except TimeoutError:
            raise allowance.late() from None
        except OSError as error:
            raise Obstacle(f"cannot be reached: {why(error)}") from None
        whole = False
        try:
            answer = self._answer(response, most_bytes, cut=cut)
            whole = response.isclosed() and not response.will_close
        except TimeoutError:
            raise allowance.late() from None
        except (OSError, http.client.HTTPException, ValueError):
            raise Obstacle("breaks off before its end") from None
        finally:
            response.close()
            self._keep(target, connection) if whole else connection.close()
        return answer

    def close(self) -> None:
        with self._lock:
            kept, self._idle, self._is_closed = self._idle, [], True
        for _, connection in kept:
            connection.close()

    def _begun(
        self, target: Target, headers: Mapping[str, str], allowance: Allowance, method: str
    ) -> tuple[Connection, http.client.HTTPResponse]:
        if (kept := self._taken(target)) is not None:
            # A server may close what is idle at any moment: that is no answer, and asking again is no second request.
            with suppress(ConnectionError, ssl.SSLError):
                return kept, self._sent(kept, target, headers, allowance, method)
        connection = self._connector.connect(target, allowance)
        return connection, self._sent(connection, target, headers, allowance, method)

    @staticmethod
    def _sent(
        connection: Connection, target: Target, headers: Mapping[str, str], allowance: Allowance, method: str
    ) -> http.client.HTTPResponse:
        try:
            connection.allow(allowance)
            connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", target.authority)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    @staticmethod
    def _answer(response: http.client.HTTPResponse, most_bytes: int, *, cut: bool) -> Answer:
        headers = _headers(response)
        if response.status in {200, 203}:
            return Answer(response.status, headers, bodies.read(response, most_bytes, cut=cut))
        if response.length is not None and response.length <= _DRAINED:
            with suppress(OSError, http.client.HTTPException, Obstacle):
                response.read()
        return Answer(response.status, headers)

    def _taken(self, target: Target) -> Connection | None:
        with self._lock:
            place = next((n for n, (origin, _) in enumerate(self._idle) if origin == target.origin), None)
            if place is None:
                return None
            _, connection = self._idle.pop(place)
        if connection.idle:
            return connection
        connection.close()
        return None

    def _keep(self, target: Target, connection: Connection) -> None:
        with self._lock:
            if self._is_closed:  # by a thread that did not wait for this one
                connection.close()
                return
            self._idle.append((target.origin, connection))
            oldest = self._idle.pop(0)[1] if len(self._idle) > _IDLE else None
        if oldest is not None:
            oldest.close()


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    """Repeated ones joined by commas (RFC 9110 5.3); of those that have one value, the first."""
    found: dict[str, str] = {}
    for name, value in response.getheaders():
        key, text = name.lower(), _FOLD.sub(" ", value).strip()
        if key not in found:
            found[key] = text
        elif key not in _SINGLE:
            found[key] += f", {text}"
    return found
