"""Sockets and connections that keep to a fetch's allowance."""

import http.client
import selectors
import socket
import ssl
from typing import Any

from newsletter.fetch.allowance import Allowance
from newsletter.fetch.targets import Target


class Bounded(socket.socket):
    """A socket whose every read has what is left of the fetch's time: bytes that drip in don't renew it."""

    allowance: Allowance

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.allowance.left())
        number = super().recv_into(buffer, nbytes or 0, flags)
        self.allowance.received(number)
        return number


class BoundedTLS(Bounded, ssl.SSLSocket):
    """The same, encrypted."""


class Connection(http.client.HTTPConnection):
    """A connection that was made, and is never made anew by itself."""

    auto_open = 0

    def __init__(self, target: Target, sock: Bounded) -> None:
        super().__init__(target.host, target.port)
        self.sock: Bounded = sock

    def allow(self, allowance: Allowance) -> None:
        """The fetch that it serves now."""
        self.sock.allowance = allowance
        self.sock.settimeout(allowance.left())

    @property
    def idle(self) -> bool:
        """Whether nothing has come that nobody asked for: the end, most often."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return not selector.select(0)
