"""The mailbox as a program: it takes mail and shows it until it is told to stop."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from newsletter.mailbox.folder import Mailbox
from newsletter.mailbox.guard import is_loopback
from newsletter.mailbox.pages import Media, app
from newsletter.mailbox.smtp import MailboxServer


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()


def serve(
    folder: Path,
    host: str,
    smtp_port: int,
    http_port: int,
    *,
    media: Media | None = None,
    on_ready: Callable[[int, int], None] | None = None,
) -> None:
    """Run until Ctrl-C or SIGTERM; `on_ready` gets the SMTP and the HTTP port. A port in use raises OSError."""
    if not is_loopback(host):
        raise ValueError(f"The mailbox shows mail to whoever asks, so it listens on this machine only: not on {host}.")
    mailbox = Mailbox(folder)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, http_port), family=family) as web, MailboxServer(mailbox, host, smtp_port) as smtp:
        ports = (smtp.port, web.getsockname()[1])
        site = app(mailbox, smtp_address=f"smtp://{_bracketed(host)}:{smtp.port}", media=media)
        config = uvicorn.Config(
            site, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=3
        )
        server = _Server(config, lambda: on_ready(*ports) if on_ready else None)
        with _signals_stop(server):
            server.run([web])


@contextmanager
def _signals_stop(server: uvicorn.Server) -> Iterator[None]:
    # uvicorn stops in order on a signal and then raises it once more, which would end the process before the
    # SMTP server is closed. It meets these handlers instead.
    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
