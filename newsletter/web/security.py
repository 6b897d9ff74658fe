"""What stands before and around every page: whom it answers, what it takes, the headers it sends, how it fails."""

import logging
import re
import secrets
from collections.abc import Callable

from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.serving import is_loopback, named_host

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024  # of a request's body
MOST_FILE_BYTES = 24 * 1024 * 1024  # where those who are signed in may send pictures and tables
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Our own form needs its Origin header, which `no-referrer` would make `null`.
    "Referrer-Policy": "same-origin",
}
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
SECURE = {"Strict-Transport-Security": "max-age=31536000"}

_TOKENS = re.compile(r"/(?:[a-z]|console/enter)/")  # and then a token
# The door of the console reads no body before it knows who is there; these pages are before the door.
_FILES = re.compile(r"/console/(?!sign-in|enter)")
_PROBES = frozenset({"/healthz", "/readyz"})  # asked by address, and by machines

Failed = Callable[[Request, int, str], Response]


class Guard:
    """The outermost layer. `host`: the only name it answers to, but for this machine's own; `root`: before all paths.

    `failed` makes the page for a status and a reference, which stands in the log beside what went wrong.
    """

    def __init__(self, app: ASGIApp, *, host: str, root: str, secure: bool, failed: Failed) -> None:
        self._app = app
        self._host = host.lower()
        self._root = root
        self._common = HEADERS | SECURE if secure else HEADERS
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._root)
        headers = self._common | PRIVATE if _TOKENS.match(path) else self._common
        answer = _Answer(send, headers)
        if not self._is_ours(scope, path):
            await _FOREIGN(scope, receive, answer.send)
            return
        try:
            most = MOST_FILE_BYTES if _FILES.match(path) else MOST_BYTES
            await self._app(scope, _Limited(receive, Headers(scope=scope), most).receive, answer.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- whatever it is, a reader sees a calm page
            reference = _logged(error, path)
            if not answer.begun:
                status = 503 if isinstance(error, OperationalError) else 500
                await self._failed(Request(scope), status, reference)(scope, receive, answer.send)

    def _is_ours(self, scope: Scope, path: str) -> bool:
        host = named_host(Headers(scope=scope).get("host", ""))
        return host == self._host or path in _PROBES or is_loopback(host)


def network(request: Request) -> str:
    """The asking machine's address, as the proxies that we trust tell it."""
    return request.client.host if request.client else ""


class _Answer:
    """Adds the headers that a page has not set itself, and knows whether it has begun."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if message["status"] >= 400:
                headers["X-Robots-Tag"] = "noindex"
        await self._send(message)


class _Limited:
    """Refuses a body that is too long, as soon as that is known."""

    def __init__(self, receive: Receive, headers: Headers, most: int) -> None:
        self._receive = receive
        self._most = most
        announced = headers.get("content-length", "")
        self._announced = int(announced) if announced.isascii() and announced.isdecimal() else 0
        self._taken = 0

    async def receive(self) -> Message:
        if self._announced > self._most:
            raise HTTPException(413)
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self._most:
            raise HTTPException(413)
        return message


def _logged(error: Exception, path: str) -> str:
    """The reference under which the log knows it. A token in the path is a reader's: it is not written down."""
    reference = secrets.token_hex(4)
    token = _TOKENS.match(path)
    shown = f"{token[0]}..." if token else path
    log.error("%s: %s failed", reference, shown, exc_info=error)
    return reference


_FOREIGN = PlainTextResponse("This address is not served here.\n", status_code=421)
