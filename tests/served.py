"""A small real website on loopback for tests, with everything that real ones do wrong.

    with Served() as site:
        site.page("/feed", xml, content_type="application/rss+xml", etag='"1"')   # answers 304 to If-None-Match
        site.redirect("/old", "/feed")
        site.handler("/search", lambda asked: Reply(asked.query.get("q", "").encode()))
        site.raw("/odd", b"HTTP/1.1 200 OK\r\n\r\n...")                            # these very bytes, then the end
        web.get(site.url("/feed"));  site.requests[0].headers["user-agent"]

A path with a query is looked up as it is, then without the query; what is not there answers 404 (robots.txt too).
`site.resolve` stands in for `socket.getaddrinfo`: every host name leads here, whatever port the address names.
"""

import gzip as gzip_module
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

import pytest

HTML = "text/html; charset=utf-8"


class Asked(NamedTuple):
    """One request as it came; header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """An answer. Pieces are sent as chunks and may have no end; `cut`: so many bytes, then it breaks off."""

    body: bytes | str | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = HTML
    gzip: bool = False
    cut: int | None = None


Handler = Callable[[Asked], Reply]


class Served:
    """The website; `requests` in their order, `connections` counts them, `over` is set when it closes."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.host, self.tls = host, tls
        self.requests: list[Asked] = []
        self.connections = 0
        self.over = threading.Event()
        self._handlers: dict[str, Handler] = {}
        self._raw: dict[str, bytes | Iterable[bytes]] = {}
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

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

    # What is on it

    def page(
        self,
        path: str,
        body: bytes | str | Iterable[bytes] = b"",
        *,
        content_type: str = HTML,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        last_modified: str = "",
        gzip: bool = False,
        cut: int | None = None,
    ) -> None:
        """The same answer each time; with `etag` (in its quotes) or `last_modified`, 304 to whoever has it."""
        validators = {"ETag": etag, "Last-Modified": last_modified}
        held = {name: value for name, value in validators.items() if value}
        reply = Reply(body, status, held | dict(headers or {}), content_type, gzip, cut)

        def answer(asked: Asked) -> Reply:
            known = (etag and asked.headers.get("if-none-match") == etag) or (
                last_modified and asked.headers.get("if-modified-since") == last_modified
            )
            return Reply(b"", 304, held) if known else reply

        self._handlers[path] = answer

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self._handlers[path] = lambda _: Reply(b"Moved", status, {"Location": to})

    def handler(self, path: str, answer: Handler) -> None:
        """`answer` is called for each request of the path, in the connection's thread."""
        self._handlers[path] = answer

    def raw(self, path: str, pieces: bytes | Iterable[bytes]) -> None:
        """These bytes instead of an answer, status line and all; then the connection ends."""
        self._raw[path] = pieces

    def remove(self, path: str) -> None:
        self._handlers.pop(path, None)
        self._raw.pop(path, None)

    # How it is reached

    def url(self, path: str = "/", host: str = "") -> str:
        """The path's address here; with `host`, by that name and without a port (for `resolve`)."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}{path}" if host else f"{scheme}://{self.host}:{self.port}{path}"

    def resolve(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        """As `socket.getaddrinfo` answers: every name is this site."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.host, self.port))]

    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [asked.path for asked in self.requests if asked.path != "/robots.txt"]

    # For the server

    def hang_up(self) -> None:
        """Close every connection there is, as a server does with idle ones."""
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

    def answer(self, asked: Asked) -> Reply | bytes | Iterable[bytes]:
        with self._lock:
            self.requests.append(asked)
        bare = asked.path.partition("?")[0]
        for path in (asked.path, bare):
            if path in self._raw:
                return self._raw[path]
            if path in self._handlers:
                return self._handlers[path](asked)
        return Reply("<h1>Not found</h1>", 404)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, at: tuple[str, int], site: Served) -> None:
        self.site = site
        if ":" in at[0]:
            self.address_family = socket.AF_INET6
        super().__init__(at, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients break off in these tests; nobody needs to read of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(60)
        if self.server.site.tls is not None:
            self.request = self.server.site.tls.wrap_socket(self.request, server_side=True)
        self.server.site.opened(self.request)
        super().setup()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.site.closed(self.request)
        self.request.close()

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.site.answer(Asked(self.command, self.path, headers))
        if isinstance(answer, Reply):
            self._reply(answer)
            return
        self.close_connection = True
        for piece in [answer] if isinstance(answer, bytes) else answer:
            self.wfile.write(piece)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type} if reply.status != 304 else {}
        headers |= {"Content-Encoding": "gzip"} if reply.gzip else {}
        whole = isinstance(reply.body, (bytes, str))
        body = self._whole(reply) if whole else b""
        headers |= {"Content-Length": str(len(body))} if whole else {"Transfer-Encoding": "chunked"}
        for name, value in (headers | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or reply.status == 304:
            return
        if whole:
            self.wfile.write(body[: reply.cut])
        else:
            self._chunks(reply)
        self.close_connection = self.close_connection or reply.cut is not None

    @staticmethod
    def _whole(reply: Reply) -> bytes:
        assert isinstance(reply.body, (bytes, str))
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        return gzip_module.compress(body, mtime=0) if reply.gzip else body

    def _chunks(self, reply: Reply) -> None:
        assert not isinstance(reply.body, (bytes, str))
        sent = 0
        for piece in reply.body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            sent += len(piece)
            if self.server.site.over.is_set() or (reply.cut is not None and sent >= reply.cut):
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args: Any) -> None:
        """Quietly."""


class Internet:
    """Names and public addresses for sites on loopback: what the code under test resolves and dials is real to it.

    `answers[name]` is a list of answers, each a list of addresses; the last one is given for ever. `sites[address]`
    is where a connection to it ends; other addresses refuse. `asked` and `dialled` tell what happened.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.sites: dict[str, Served] = {}
        self.asked: list[str] = []
        self.dialled: list[str] = []
        real = socket.socket.connect

        def connect(sock: socket.socket, address: Any) -> None:
            self.dialled.append(address[0])
            if address[0] not in self.sites:
                raise ConnectionRefusedError(111, "Connection refused")
            site = self.sites[address[0]]
            real(sock, (site.host, site.port))

        patch.setattr(socket.socket, "connect", connect)

    def add(self, name: str, address: str, site: Served) -> None:
        self.answers[name], self.sites[address] = [[address]], site

    def resolve(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        """As `socket.getaddrinfo` answers."""
        self.asked.append(host)
        answers = self.answers.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
            if ":" in one
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]
