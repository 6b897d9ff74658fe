"""Which requests the mailbox answers at all, and the headers that every answer carries."""

import ipaddress
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?", re.IGNORECASE)


class Guard:
    """Refuses a foreign Host: a web page elsewhere may point its own name at this machine and read along."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._app if _is_own(Headers(scope=scope).get("host", "")) else _REFUSAL
        await answer(scope, receive, guarded)


def is_loopback(host: str) -> bool:
    name = host.lower()
    # Browsers take every name under .localhost to this machine without asking the DNS (RFC 6761).
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_own(header: str) -> bool:
    host = _HOST.fullmatch(header)
    return host is not None and is_loopback(host[1] or host[2])


_REFUSAL = PlainTextResponse("The mailbox answers only to localhost.\n", status_code=400)
