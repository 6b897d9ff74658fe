"""An SMTP server that takes everything as fast as it can, keeps nothing and counts: so that it is not the limit.

It offers PIPELINING, CHUNKING unless told otherwise, and STARTTLS where it is given a certificate. It prints its port
when it is ready, the messages and octets so far at each SIGUSR1, and ends on SIGTERM.
"""

import argparse
import asyncio
import signal
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import uvloop

SIZE_LIMIT = 50 * 1024 * 1024
_END = b"\r\n.\r\n"


@dataclass
class House:
    """What all connections share."""

    name: str
    chunking: bool = True
    tls: ssl.SSLContext | None = None
    messages: int = 0
    octets: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def features(self, *, encrypted: bool) -> bytes:
        """The answer to EHLO."""
        known = [self.name, "PIPELINING", "8BITMIME", f"SIZE {SIZE_LIMIT}"]
        known += ["CHUNKING"] * self.chunking + ["STARTTLS"] * (self.tls is not None and not encrypted)
        return b"".join(f"250{'-' if one != known[-1] else ' '}{one}\r\n".encode() for one in known)


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rest = b""  # of a command, or of what may be the beginning of a content's end
        self._content = False
        self._chunk = 0  # octets of it that are still to come
        self._is_last = False
        self._encrypted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._transport.write(f"220 {self._house.name} ESMTP\r\n".encode())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        self._rest = b""
        at, replies = 0, []
        while at < len(data):
            if self._chunk:
                at, reply = self._take_chunk(data, at)
            elif self._content:
                at, reply = self._take_content(data, at)
            else:
                end = data.find(b"\r\n", at)
                if end < 0:
                    self._rest = data[at:]
                    break
                line, at = data[at:end], end + 2
                reply = self._command(line)
                at -= 2 * self._content  # DATA's own line end may be the one before the dot
            if reply:
                replies.append(reply)
        if replies and not self._transport.is_closing():
            self._transport.write(b"".join(replies))
            if replies[-1].startswith(b"221"):
                self._transport.close()

    def _command(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO" | b"HELO":
                return self._house.features(encrypted=self._encrypted)
            case b"DATA":
                self._content = True
                return b"354 End with a dot on a line of its own\r\n"
            case b"BDAT":
                words = line.split()
                self._chunk, self._is_last = int(words[1]), len(words) > 2
                return b"" if self._chunk else self._end_of_chunk()
            case b"STAR" if self._house.tls is not None:
                task = asyncio.get_running_loop().create_task(self._encrypt(self._house.tls))
                self._house.tasks.add(task)
                task.add_done_callback(self._house.tasks.discard)
                return b""
            case b"QUIT":
                return b"221 2.0.0 Goodbye\r\n"
            case _:
                return b"250 2.0.0 Yes\r\n"

    def _take_chunk(self, data: bytes, at: int) -> tuple[int, bytes]:
        taken = min(self._chunk, len(data) - at)
        self._chunk -= taken
        self._house.octets += taken
        return at + taken, b"" if self._chunk else self._end_of_chunk()

    def _end_of_chunk(self) -> bytes:
        self._house.messages += self._is_last
        return b"250 2.0.0 Taken\r\n"

    def _take_content(self, data: bytes, at: int) -> tuple[int, bytes]:
        end = data.find(_END, at)
        if end < 0:
            keep = max(at, len(data) - len(_END) + 1)
            self._house.octets += keep - at
            self._rest = data[keep:]
            return len(data), b""
        self._content = False
        self._house.messages += 1
        self._house.octets += end - at  # without DATA's line end, with its own
        return end + len(_END), b"250 2.0.0 Taken\r\n"

    async def _encrypt(self, context: ssl.SSLContext) -> None:
        self._transport.write(b"220 2.0.0 Go ahead\r\n")
        loop = asyncio.get_running_loop()
        encrypted = await loop.start_tls(self._transport, self, context, server_side=True)
        assert encrypted is not None
        self._transport, self._encrypted = encrypted, True


async def serve(house: House, port: int) -> None:
    """Listen until SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: print(house.messages, house.octets, flush=True))
    server = await loop.create_server(lambda: Session(house), "127.0.0.1", port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; it is printed when all is ready")
    parser.add_argument("--name", default="sink.example.org", help="the name in its greeting")
    parser.add_argument("--no-chunking", action="store_true")
    parser.add_argument("--certificate", type=Path, help="PEM with key and certificate: offer STARTTLS")
    asked = parser.parse_args()
    context = None
    if asked.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(asked.certificate)
    uvloop.run(serve(House(asked.name, not asked.no_chunking, context), asked.port))


if __name__ == "__main__":
    main()
