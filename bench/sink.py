"""An SMTP server that takes everything, and writes down what it took before it says so.

One line "recipient message-id" a message is on the disk before its sender reads 250, so that whatever a sender
believes can be compared with what arrived. It offers PIPELINING and CHUNKING unless told otherwise, can refuse readers,
and can cut the connection at one of its replies. It prints its port when it is ready and ends on SIGTERM.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SIZE_LIMIT = 50 * 1024 * 1024
_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r\n[ \t]+)?(\S+)")
_PATH = re.compile(rb"<([^<>]*)>")
_CHUNK = re.compile(rb"(\d{1,9})( LAST)?", re.IGNORECASE)
_END = b"\r\n.\r\n"
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye, so that the other side gets a RST


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


@dataclass
class House:
    """What all connections share. `delay`: half of it passes before a message is kept, half before that is said.

    `cut`: at this reply, counted over all connections, one of them ends; `half`: in the middle of it, else behind it;
    `reset`: without a goodbye.
    """

    log: Log
    name: str
    delay: float = 0.0
    pipelining: bool = True
    chunking: bool = True
    refuse: bytes = b""
    cut: int = 0
    half: bool = False
    reset: bool = False
    replies: int = 0

    def features(self) -> str:
        """The answer to EHLO."""
        known = [self.name, f"SIZE {SIZE_LIMIT}", *["PIPELINING"] * self.pipelining, *["CHUNKING"] * self.chunking]
        return "".join(f"250-{one}\r\n" for one in known) + "250 8BITMIME"


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._buffer = b""
        self._busy = False
        self._forget()

    def _forget(self) -> None:
        """No transaction is under way."""
        self._content = False
        self._chunk: tuple[int, bool] | None = None  # octets, and whether it is the last one
        self._chunks: list[bytes] = []
        self._sender: bytes | None = None
        self._recipients: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(f"220 {self._house.name} ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        """Work on what has come, one command or content after the other."""
        while not self._busy and not self._transport.is_closing():
            if self._chunk is not None:
                goes_on = self._take_chunk(*self._chunk)
            elif self._content:
                goes_on = self._take_content()
            else:
                goes_on = self._take_command()
            if not goes_on:
                return

    def _take_command(self) -> bool:
        line, end, rest = self._buffer.partition(b"\r\n")
        if end:
            self._buffer = rest
            self._command(line)
        return bool(end)

    def _command(self, line: bytes) -> None:
        verb, _, argument = line.partition(b" ")
        match verb.upper():
            case b"EHLO":
                self._say(self._house.features())
            case b"HELO":
                self._say(f"250 {self._house.name}")
            case b"MAIL" if self._sender is None and (found := _PATH.search(argument)):
                self._sender = found[1]
                self._say("250 2.1.0 Sender taken")
            case b"RCPT" if (found := _PATH.search(argument)) and self._sender is not None:
                self._recipient(found[1])
            case b"DATA" if self._recipients:
                self._content = True
                self._say("354 End with a dot on a line of its own")
            case b"BDAT" if self._house.chunking and (found := _CHUNK.fullmatch(argument)):
                self._chunk = int(found[1]), bool(found[2])
            case b"MAIL" | b"RCPT" | b"DATA":
                self._say("503 5.5.1 Not now, or without an address")
            case b"RSET" | b"NOOP":
                self._forget()
                self._say("250 2.0.0 Done")
            case b"QUIT":
                self._say("221 2.0.0 Goodbye")
                self._transport.close()
            case _:
                self._say("502 5.5.1 Not known here")

    def _recipient(self, address: bytes) -> None:
        if self._house.refuse and self._house.refuse in address:
            self._say("550 5.1.1 Nobody of that name")
        else:
            self._recipients.append(address)
            self._say("250 2.1.5 Recipient taken")

    def _take_content(self) -> bool:
        end = 0 if self._buffer.startswith(b".\r\n") else self._buffer.find(_END) + 2
        if end == 1:
            return False
        content, self._buffer = self._buffer[:end], self._buffer[end + 3 :]
        self._keep(content)
        return True

    def _take_chunk(self, size: int, is_last: bool) -> bool:
        if len(self._buffer) < size:
            return False
        chunk, self._buffer, self._chunk = self._buffer[:size], self._buffer[size:], None
        if not self._recipients:
            self._say("503 5.5.1 For nobody")
        elif is_last:
            self._keep(b"".join((*self._chunks, chunk)))
        else:
            self._chunks.append(chunk)
            self._say("250 2.0.0 Go on")
        return True

    def _keep(self, content: bytes) -> None:
        found = _MESSAGE_ID.search(content.partition(b"\r\n\r\n")[0])
        identity = found[1] if found else b"-"
        lines = b"".join(b"%s %s\n" % (recipient, identity) for recipient in self._recipients)
        self._forget()
        self._busy = True
        self._later(lambda: self._house.log.keep(lines, lambda: self._later(self._taken)))

    def _taken(self) -> None:
        self._busy = False
        self._say("250 2.0.0 Kept")
        self._go_on()

    def _later(self, then: Callable[[], object]) -> None:
        if self._house.delay:
            asyncio.get_running_loop().call_later(self._house.delay / 2, then)
        else:
            then()

    def _say(self, reply: str) -> None:
        if self._transport.is_closing():
            return
        octets, house = reply.encode() + b"\r\n", self._house
        house.replies += 1
        if house.replies != house.cut:
            self._transport.write(octets)
            return
        self._transport.write(octets[: len(octets) // 2] if house.half else octets)
        if house.reset:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self._transport.abort()
        else:
            self._transport.close()


async def serve(house: House, port: int) -> None:
    """Listen until SIGTERM, and bring to the disk what has come till then."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: Session(house), "127.0.0.1", port, backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()
    await asyncio.sleep(house.delay)
    house.log.flush()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, required=True, help="where each message taken is written down")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; it is printed when all is ready")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds a message keeps its connection busy")
    parser.add_argument("--name", default="sink.example.org", help="the name in its greeting")
    parser.add_argument("--no-pipelining", dest="pipelining", action="store_false")
    parser.add_argument("--no-chunking", dest="chunking", action="store_false")
    parser.add_argument("--refuse", default="", help="nobody whose address holds this has a mailbox")
    parser.add_argument("--cut", type=int, default=0, help="end the connection behind this reply, counted over all")
    parser.add_argument("--half", action="store_true", help="in the middle of that reply")
    parser.add_argument("--reset", action="store_true", help="by RST")
    asked = vars(parser.parse_args())
    log, port, refuse = Log(asked.pop("log")), asked.pop("port"), asked.pop("refuse").encode()
    asyncio.run(serve(House(log, refuse=refuse, **asked), port))


if __name__ == "__main__":
    main()
