"""The SMTP server which takes every message for everybody and keeps it in a mailbox."""

import asyncio
import os
import socket
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd import smtp as protocol

from newsletter.mailbox.folder import Mailbox
from newsletter.mailbox.reading import message_id

IDENT = "newsletter mailbox"
SIZE_LIMIT = 50 * 1024 * 1024


class CatchAll:
    """Keeps each message once per recipient, and answers 250 only when all of them are kept."""

    def __init__(self, mailbox: Mailbox, log: Path | None) -> None:
        self._mailbox = mailbox
        self._log = log

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self,
        server: protocol.SMTP,
        session: protocol.Session,
        envelope: protocol.Envelope,
    ) -> str:
        content = envelope.original_content or b""
        recipients = [str(recipient) for recipient in envelope.rcpt_tos]
        try:
            for recipient in recipients:
                self._mailbox.store(content, envelope.mail_from or "", recipient)
            if self._log:
                _append(self._log, recipients, message_id(content))
        except OSError as error:
            return f"451 4.3.0 The message could not be kept: {error.strerror}"
        return "250 2.0.0 Kept"


class MailboxServer:
    """Listens while its `with` block lasts; port 0 takes a free one, which `port` then tells.

    With `log`, a line "recipient message-id" is on the disk for every message before its sender reads 250.
    """

    # aiosmtpd's own Controller cannot take port 0, and from Python 3.12 its stop() waits for ever when a client
    # is still connected (aiosmtpd issue 394); a thread with its own loop does what is needed here.

    def __init__(self, mailbox: Mailbox, host: str = "127.0.0.1", port: int = 0, *, log: Path | None = None) -> None:
        self.host = host
        self.port = port
        self._handler = CatchAll(mailbox, log)
        self._connections: weakref.WeakSet[protocol.SMTP] = weakref.WeakSet()

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        self.port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)), name="mailbox-smtp", daemon=True
        )
        self._thread.start()
        ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(self._connection, sock=listener)
        ready.set()
        await self._stop.wait()
        server.close()
        for connection in list(self._connections):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        await server.wait_closed()

    def _connection(self) -> protocol.SMTP:
        connection = protocol.SMTP(
            self._handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="localhost",  # aiosmtpd would ask the DNS for a name at every connection
            ident=IDENT,
            loop=self._loop,
        )
        self._connections.add(connection)
        return connection


def _append(log: Path, recipients: list[str], identity: str) -> None:
    lines = "".join(f"{' '.join(f'{recipient} {identity}'.split())}\n" for recipient in recipients)
    # One write to a file opened for appending: lines of several servers do not mix.
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, lines.encode("utf-8", "surrogateescape"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
