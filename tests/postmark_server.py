"""Postmark's batch API on a real socket: it answers as Postmark documents it, or does what a test wants instead.

Statuses, codes and texts are from postmarkapp.com/developer/api/overview and from messages quoted in the issues of
Postmark's own libraries.
"""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import getaddresses
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

MOST, LARGEST, LARGEST_MESSAGE = 500, 50_000_000, 10_000_000


class Act(Enum):
    """What a server may do besides answering."""

    CLOSE = auto()  # without a word
    RESET = auto()  # and rudely
    HUSH = auto()  # neither answer nor close, until the test is over
    RESET_BEFORE_READING = auto()


@dataclass(frozen=True)
class Reply:
    """An answer; `content` is sent as JSON unless it is bytes. `cut` ends it so many octets early."""

    status: int
    content: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    close: bool = False


@dataclass(frozen=True)
class Heard:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def messages(self) -> list[dict[str, Any]]:
        return json.loads(self.body)


Answer = Reply | Act | Callable[[list[dict[str, Any]]], Reply | None] | None  # None: the usual one


@dataclass
class PostmarkServer:
    """Takes messages for `token`; `script` answers the first, second, ... request, then the usual answer is given.

    Messages to `inactive` and `invalid` addresses are refused each by itself; one to a `poisonous` address spoils its
    whole request.
    """

    script: Iterable[Answer] = ()
    token: str = "c0ffee-token"
    streams: tuple[str, ...] = ("outbound", "broadcast")
    inactive: frozenset[str] = frozenset()
    invalid: frozenset[str] = frozenset()
    poisonous: frozenset[str] = frozenset()
    largest: int = LARGEST
    host: str = "127.0.0.1"
    send_date: bool = True
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.heard: list[Heard] = []
        self.taken: list[dict[str, Any]] = []
        self.connections = 0
        self.over = threading.Event()
        self._script = iter(self.script)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._http = _Server((self.host, 0), self)
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._http.shutdown()
        self._thread.join()
        self.hang_up()
        self._http.server_close()  # waits for the threads of the connections

    def hang_up(self) -> None:
        """Close every connection there is."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self.connections += 1
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def next_answer(self) -> Answer:
        with self._lock:
            return next(self._script, None)

    def answer(self, heard: Heard, scripted: Answer) -> Reply | Act:
        with self._lock:
            self.heard.append(heard)
            if callable(scripted):
                scripted = scripted(heard.messages)
            return self._usual(heard) if scripted is None else scripted

    def _usual(self, heard: Heard) -> Reply:
        refusal = self._refusal(heard)
        return refusal or Reply(200, [self._one(message) for message in heard.messages], {"X-Request-Id": "r-1"})

    def _refusal(self, heard: Heard) -> Reply | None:
        """What is wrong with the request as a whole."""
        if heard.path != "/email/batch":
            return Reply(404, b"<h1>Not here</h1>")
        if heard.headers.get("X-Postmark-Server-Token") != self.token:
            return error(
                401, 10, "The Server Token you provided in the X-Postmark-Server-Token request header is wrong."
            )
        if len(heard.body) > self.largest:
            return Reply(413, b"<h1>Too large</h1>", close=True)
        if heard.headers.get("Content-Type") != "application/json":
            return error(422, 409, "The 'Content-Type' header must be 'application/json'.")
        try:
            messages = heard.messages
        except ValueError:
            return error(422, 402, "Received invalid JSON input.")
        if len(messages) > MOST:
            return error(422, 410, f"You can send up to {MOST} messages in one batch.")
        if any(self._addresses(message) & self.poisonous for message in messages):
            return error(422, 403, "The provided JSON does not match what was expected.")
        return None

    def _one(self, message: dict[str, Any]) -> dict[str, Any]:
        to = self._addresses(message)
        if message["MessageStream"] not in self.streams:
            return said(1235, f"The stream provided: '{message['MessageStream']}' does not exist on this server.")
        if to & self.inactive:
            return said(
                406,
                "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: "
                f"{', '.join(to & self.inactive)}. Inactive recipients are ones that have generated a hard bounce, a "
                "spam complaint, or a manual suppression.",
            )
        if to & self.invalid or not to:
            return said(300, f"Invalid 'To' address: '{message['To']}'.")
        self.taken.append(message)
        return said(0, "OK") | {
            "To": message["To"],
            "SubmittedAt": "2024-07-09T07:00:00.1234567Z",
            "MessageID": f"00000000-0000-4000-8000-{len(self.taken):012d}",
        }

    @staticmethod
    def _addresses(message: dict[str, Any]) -> set[str]:
        return {address for _, address in getaddresses([message["To"]])}


def said(code: int, text: str) -> dict[str, Any]:
    """Postmark's way to say something."""
    return {"ErrorCode": code, "Message": text}


def error(status: int, code: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Postmark's way to refuse a request."""
    return Reply(status, said(code, text), headers or {})


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, at: tuple[str, int], postmark: PostmarkServer) -> None:
        self.postmark = postmark
        super().__init__(at, _Handler)

    def shutdown_request(self, request: Any) -> None:
        """No FIN of its own: what is reset is reset."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients break off in these tests; nobody needs to read of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        postmark = self.server.postmark
        self.request.settimeout(20)
        if postmark.tls is not None:
            self.request = postmark.tls.wrap_socket(self.request, server_side=True)
        postmark.opened(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.server.postmark.closed(self.request)
        self.request.close()

    def do_POST(self) -> None:
        scripted = self.server.postmark.next_answer()
        if scripted is Act.RESET_BEFORE_READING:
            self._act(scripted)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.postmark.answer(Heard(self.path, dict(self.headers), body), scripted)
        if isinstance(answer, Act):
            self._act(answer)
        else:
            self._reply(answer)

    def _reply(self, reply: Reply) -> None:
        content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) - reply.cut])
        self.close_connection = reply.close or bool(reply.cut)

    def _act(self, act: Act) -> None:
        self.close_connection = True
        if act is Act.HUSH:
            self.server.postmark.over.wait(20)
        if act in {Act.RESET, Act.RESET_BEFORE_READING}:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on the terminal."""

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)
        if self.server.postmark.send_date:
            self.send_header("Date", self.date_time_string())
