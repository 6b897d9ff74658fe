"""An SMTP server that takes everything, and writes down what it took before it says so.

One line "recipient message-id" a message is on the disk before its sender reads 250, so that whatever a sender
believes can be compared with what arrived. It prints its port when it is ready and ends on SIGTERM.
"""

import argparse
import asyncio
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

SIZE_LIMIT = 50 * 1024 * 1024
_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r\n[ \t]+)?(\S+)")
_PATH = re.compile(rb"<([^<>]*)>")
_END = b"\r\n.\r\n"


class Log:
    """Lines that are on the disk before anybody is told; those that come together share one fsync."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._waiting: list[tuple[bytes, Callable[[], object]]] = []

    def keep(self, lines: bytes, kept: Callable[[], object]) -> None:
        """Write `lines`, and call `kept` when they are on the disk."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append((lines, kept))

    def flush(self) -> None:
        """Bring to the disk what waits for it."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            os.write(self._file, b"".join(lines for lines, _ in waiting))
            os.fsync(self._file)
        for _, kept in waiting:
            kept()


class Session(asyncio.Protocol):
    """One connection. `delay` passes half before a message is kept and half before that is said."""

    def __init__(self, log: Log, name: str, delay: float) -> None:
        self._log = log
        self._name = name
        self._delay = delay
        self._buffer = b""
        self._content = False
        self._busy = False
        self._sender: bytes | None = None
        self._recipients: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(f"220 {self._name} ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        """Work on what has come, one command or content after the other."""
        while not self._busy and not self._transport.is_closing():
            if self._content:
                if not self._take_content():
                    return
            else:
                line, end, rest = self._buffer.partition(b"\r\n")
                if not end:
                    return
                self._buffer = rest
                self._command(line)

    def _command(self, line: bytes) -> None:
        verb, _, argument = line.partition(b" ")
        match verb.upper():
            case b"EHLO":
                self._say(f"250-{self._name}\r\n250-SIZE {SIZE_LIMIT}\r\n250 8BITMIME")
            case b"HELO":
                self._say(f"250 {self._name}")
            case b"MAIL" if found := _PATH.search(argument):
                self._sender, self._recipients = found[1], []
                self._say("250 2.1.0 Sender taken")
            case b"RCPT" if (found := _PATH.search(argument)) and self._sender is not None:
                self._recipients.append(found[1])
                self._say("250 2.1.5 Recipient taken")
            case b"DATA" if self._recipients:
                self._content = True
                self._say("354 End with a dot on a line of its own")
            case b"MAIL" | b"RCPT" | b"DATA":
                self._say("503 5.5.1 Not now, or without an address")
            case b"RSET" | b"NOOP":
                self._sender, self._recipients = None, []
                self._say("250 2.0.0 Done")
            case b"QUIT":
                self._say("221 2.0.0 Goodbye")
                self._transport.close()
            case _:
                self._say("502 5.5.1 Not known here")

    def _take_content(self) -> bool:
        end = 0 if self._buffer.startswith(b".\r\n") else self._buffer.find(_END) + 2
        if end == 1:
            return False
        content, self._buffer = self._buffer[:end], self._buffer[end + 3 :]
        found = _MESSAGE_ID.search(content.partition(b"\r\n\r\n")[0])
        identity = found[1] if found else b"-"
        lines = b"".join(b"%s %s\n" % (recipient, identity) for recipient in self._recipients)
        self._content, self._sender, self._recipients = False, None, []
        self._busy = True
        self._later(lambda: self._log.keep(lines, lambda: self._later(self._taken)))
        return True

    def _taken(self) -> None:
        self._busy = False
        self._say("250 2.0.0 Kept")
        self._go_on()

    def _later(self, then: Callable[[], object]) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay / 2, then)
        else:
            then()

    def _say(self, reply: str) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply.encode() + b"\r\n")


async def serve(log: Log, name: str, port: int, delay: float) -> None:
    """Listen until SIGTERM, and bring to the disk what has come till then."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: Session(log, name, delay), "127.0.0.1", port, backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()
    await asyncio.sleep(delay)
    log.flush()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True, help="where each message taken is written down")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; it is printed when all is ready")
    parser.add_argument(
        "--delay", type=float, default=0.0, help="seconds for which a message keeps its connection busy"
    )
    parser.add_argument("--name", default="sink.example.org", help="the name in its greeting")
    arguments = parser.parse_args()
    asyncio.run(serve(Log(arguments.log), arguments.name, arguments.port, arguments.delay))


if __name__ == "__main__":
    main()
