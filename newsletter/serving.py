"""A web application on a socket until it is told to stop: what the public pages and the mailbox have in common."""

import ipaddress
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

GRACE = 3  # seconds that requests in hand have at the end

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?", re.IGNORECASE)


class Server(uvicorn.Server):
    """Tells when it listens, and ends when `stop` is set: signals are its caller's."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._stop.is_set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(
    site: Any,
    web: socket.socket,
    listening: Callable[[], None],
    stop: threading.Event | None = None,
    **options: Any,
) -> None:
    """Answer on that socket until `stop` is set; without one, until Ctrl-C or SIGTERM, in the main thread. Requests in
    hand are answered first.
    """
    config = uvicorn.Config(
        site, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE, **{"proxy_headers": False} | options,
    )  # fmt: skip
    if stop is not None:  # signals are its owner's
        Server(config, listening, stop).run([web])
        return
    told = threading.Event()
    with _signals_set(told):
        Server(config, listening, told).run([web])


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; OSError where the port is taken. Port 0 takes a free one."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def bracketed(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def named_host(header: str) -> str:
    """The host that a Host header names, in small letters and without its port; empty where it is no host."""
    found = _HOST.fullmatch(header)
    return (found[1] or found[2]).lower() if found else ""


def is_loopback(host: str) -> bool:
    """Whether it is this machine."""
    name = host.lower()
    # Browsers take every name under .localhost to this machine without asking the DNS (RFC 6761).
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@contextmanager
def _signals_set(stop: threading.Event) -> Iterator[None]:
    """The first signal asks for an end in order, a second one kills."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
