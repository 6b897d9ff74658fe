"""Connects to the very address that was checked: a name is asked for once, and its answer is what is dialled."""

import queue
import socket
import ssl
import threading
from collections.abc import Callable
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from newsletter.fetch.addresses import Reach, reach
from newsletter.fetch.allowance import Allowance
from newsletter.fetch.sockets import Bounded, BoundedTLS, Connection
from newsletter.fetch.targets import Target
from newsletter.fetch.unreachable import Obstacle

Resolve = Callable[..., list[Any]]  # as socket.getaddrinfo
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
_MOST_ANSWERS = 8  # addresses of a name that are tried


class Connector:
    """Makes connections, to public addresses unless private ones are allowed."""

    def __init__(self, *, allow_private: bool, seconds: float, resolve: Resolve) -> None:
        self._allow_private, self._seconds, self._resolve = allow_private, seconds, resolve

    def connect(self, target: Target, allowance: Allowance) -> Connection:
        """Obstacle where there is no address, none that is allowed, or nobody there."""
        self._check_port(target)
        answers = self._answers(target, allowance)
        for *_, address in answers:
            self._check(str(address[0]))
        sock = self._dialled(answers, allowance)
        try:
            return Connection(target, self._encrypted(sock, target, allowance) if target.scheme == "https" else sock)
        except BaseException:
            sock.close()
            raise

    def _check_port(self, target: Target) -> None:
        """Websites for everybody are on few ports; others may be mail servers and databases that read a request."""
        if not self._allow_private and target.port not in PUBLIC_PORTS:
            raise Obstacle(f"is at port {target.port}, where no public website is")

    def _check(self, address: str) -> None:
        found = reach(address)
        if found is Reach.NEVER:
            raise Obstacle(f"is at {address}, which is no website's address")
        if found is Reach.PRIVATE and not self._allow_private:
            raise Obstacle(
                f"is at {address}, inside a private network, where nothing is fetched unless FETCH_ALLOW_PRIVATE is set"
            )

    def _answers(self, target: Target, allowance: Allowance) -> list[Any]:
        if literal := _literal(target):
            return [literal]
        found: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found.put(self._resolve(target.host, target.port, type=socket.SOCK_STREAM))
            except (OSError, ValueError) as error:
                found.put(error)

        # The system's resolver knows no time limit.
        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answers = found.get(timeout=allowance.left())
        except queue.Empty:
            raise allowance.late() from None
        if isinstance(answers, Exception) or not answers:
            raise Obstacle(f"cannot be found: there is no address for {target.host}")
        return answers[:_MOST_ANSWERS]

    def _dialled(self, answers: list[Any], allowance: Allowance) -> Bounded:
        error: OSError | None = None
        for family, _, _, _, address in answers:
            try:
                return self._dial(family, address, allowance)
            except OSError as failure:
                error = failure
        raise Obstacle(f"cannot be reached: {why(error)}")

    def _dial(self, family: int, address: Any, allowance: Allowance) -> Bounded:
        sock = Bounded(family, socket.SOCK_STREAM)
        try:
            sock.allowance = allowance
            sock.settimeout(min(self._seconds, allowance.left()))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock

    def _encrypted(self, sock: Bounded, target: Target, allowance: Allowance) -> Bounded:
        sock.settimeout(allowance.left())  # of the whole handshake, as ssl counts it
        try:
            secure = self._tls.wrap_socket(sock, server_hostname=target.host)
        except ssl.SSLCertVerificationError as error:
            raise Obstacle(f"has no certificate that can be trusted: {error.verify_message.rstrip('.')}") from None
        except TimeoutError:
            raise allowance.late() from None
        except (OSError, ValueError) as error:
            raise Obstacle(f"cannot be reached: {why(error)}") from None
        assert isinstance(secure, BoundedTLS)
        secure.allowance = allowance
        return secure

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """What this machine trusts, and what browsers do."""
        import certifi  # noqa: PLC0415 - read once, and only for https

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        context.set_alpn_protocols(["http/1.1"])
        context.sslsocket_class = BoundedTLS
        return context


def why(error: Exception | None) -> str:
    """What went wrong on the way, in words."""
    if isinstance(error, TimeoutError):
        return "nobody answers there"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    if isinstance(error, ssl.SSLError):
        return f"no encrypted connection can be made ({(error.reason or 'unknown').replace('_', ' ').lower()})"
    if isinstance(error, ConnectionError):
        return "the connection breaks off"
    said = getattr(error, "strerror", None)
    return str(said).lower() if said else "the connection fails"


def _literal(target: Target) -> Any:
    """An IP address needs no answer of a name server."""
    try:
        version = ip_address(target.host).version
    except ValueError:
        return None
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    address = (target.host, target.port) if version == 4 else (target.host, target.port, 0, 0)
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)
