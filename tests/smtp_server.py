"""A small SMTP server on a raw socket: it says what a test wants, and logs what it hears before it answers."""

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self


class Act(Enum):
    """What a server may do besides talking."""

    CLOSE = auto()  # without a word
    RESET = auto()  # and rudely
    HUSH = auto()  # neither answer nor close, until the test is over


Step = str | bytes | int | Act  # a str is a line, or several; bytes go out as they are; so many octets are read
Answer = Step | tuple[Step, ...] | None  # None: the usual answer
Script = Mapping[str, Iterable[Answer] | Callable[[str], Answer]]

USUAL = {
    "HELO": "250 scripted.example",
    "STARTTLS": "220 2.0.0 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "CONTENT": "250 2.0.0 kept",
    "RSET": "250 2.0.0 ok",
    "QUIT": ("221 2.0.0 bye", Act.CLOSE),
    "READING": (),
}
TOGETHER = 0.03  # seconds in which all of a group has come


@dataclass(frozen=True, slots=True)
class Received:
    """One message that was kept, dot-unstuffed where it came by DATA."""

    sender: str
    recipient: str
    content: bytes


class _Ended(Exception):
    """This connection is over."""


@dataclass
class ScriptedServer:
    """Answers by `script`: for each command an answer for its first, second, ... time over all connections, then the
    usual one; or a function of the command's argument. Commands are SMTP's, and GREETING, READING (the content is
    about to be read) and CONTENT (all of it has come, by DATA or BDAT). A message is kept when it has come in full
    after an accepted MAIL and RCPT, and the answer to it does not begin as a refusal.
    """

    script: Script = field(default_factory=dict)
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
    extensions_in_tls: tuple[str, ...] | None = None
    name: str = "scripted.example"
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    messages_per_connection: int | None = None  # then it closes without a word
    grouping: bool = False  # answer only when nothing more comes, and note in `groups` what came together
    window: int | None = None  # octets that the system keeps for us, in and out, about

    def __post_init__(self) -> None:
        self.heard: list[str] = []
        self.messages: list[Received] = []
        self.groups: list[list[str]] = []
        self.connections = 0
        self.over = threading.Event()
        self._answers = {
            command: answers if callable(answers) else iter(answers) for command, answers in self.script.items()
        }
        self._lock = threading.Lock()
        self._open: set[_Connection] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        if self.window is not None:
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                self._listener.setsockopt(socket.SOL_SOCKET, buffer, self.window)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes accept()
        self._threads[0].join()
        self.hang_up()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    @property
    def verbs(self) -> list[str]:
        """The commands heard, without their arguments."""
        return [line.split()[0].upper() for line in self.heard]

    def hang_up(self) -> None:
        """Close every connection there is."""
        with self._lock:
            for connection in self._open:
                connection.interrupt()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            accepted, _ = self._listener.accept()
            if self.over.is_set():
                accepted.close()
                return
            connection = _Connection(self, accepted)
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            self._start(connection.run)

    def ended(self, connection: "_Connection") -> None:
        with self._lock:
            self._open.discard(connection)

    def answer(self, command: str, argument: str = "") -> Answer:
        """What the script says to this command now, or None."""
        with self._lock:
            answers = self._answers.get(command, iter(()))
            return answers(argument) if callable(answers) else next(answers, None)

    def log(self, line: str) -> None:
        with self._lock:
            self.heard.append(line)

    def keep(self, received: Received) -> None:
        with self._lock:
            self.messages.append(received)


class _Connection:
    """One client's connection."""

    def __init__(self, server: ScriptedServer, accepted: socket.socket) -> None:
        self._server = server
        self._socket = accepted
        self._socket.settimeout(20)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = b""
        self._unsaid = b""
        self._group: list[str] = []
        self._encrypted = False
        self._kept = 0
        self._forget()

    def _forget(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._chunks: list[bytes] = []
        self._needs_reset = False

    def run(self) -> None:
        try:
            if self._server.implicit:
                self._encrypt()
            self._answer("GREETING", usual=f"220 {self._server.name} ESMTP")
            while True:
                self._command()
        except (_Ended, OSError):
            pass
        finally:
            self._server.ended(self)
            self._socket.close()

    def interrupt(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _command(self) -> None:
        line = self._line().decode("latin-1").rstrip("\r\n")
        self._server.log(line)
        verb, _, argument = line.partition(" ")
        command = verb.upper()
        self._group.append(command)
        if command == "BDAT":
            self._chunk(argument)
            return
        said = self._answer(command, argument, self._usual(command))
        path, accepted = argument.partition("<")[2].partition(">")[0], said.startswith(b"2")
        if command == "MAIL" and accepted and self._sender is None:
            self._sender = path
        elif command == "RCPT" and accepted and self._sender is not None:
            self._recipients.append(path)
        elif command in {"RSET", "EHLO"} and accepted:
            self._forget()
        elif command == "DATA" and said.startswith(b"354"):
            self._content()
        elif command == "STARTTLS" and said.startswith(b"220"):
            self._encrypt()

    def _usual(self, command: str) -> str | tuple[Step, ...]:
        if command == "EHLO":
            return self._greet()
        nested = command == "MAIL" and (self._sender is not None or self._needs_reset)
        if nested or (command == "RCPT" and self._sender is None) or (command == "DATA" and not self._recipients):
            return "503 5.5.1 bad sequence of commands"
        return USUAL.get(command, "502 5.5.1 what?")

    def _content(self) -> None:
        self._answer("READING")
        lines: list[bytes] = []
        while (line := self._line()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        self._group.append("CONTENT")
        self._end(b"".join(lines))

    def _chunk(self, argument: str) -> None:
        number, _, last = argument.partition(" ")
        self._answer("READING")
        self._chunks.append(self._octets(int(number)))
        if last:
            self._end(b"".join(self._chunks))
        else:
            self._answer("BDAT", argument, f"250 2.0.0 {number} octets")

    def _end(self, content: bytes) -> None:
        usual: Answer = USUAL["CONTENT"] if self._recipients else "503 5.5.1 no valid recipients"
        answer = self._server.answer("CONTENT") or usual
        refused = _refuses(answer)
        if not refused and self._sender is not None and self._recipients:
            for recipient in self._recipients:
                self._server.keep(Received(self._sender, recipient, content))
            self._kept += 1
        chunks = self._chunks
        self._forget()
        self._needs_reset = refused and bool(chunks)
        self._say(answer)
        if self._kept == self._server.messages_per_connection:
            self._flush()
            raise _Ended

    def _greet(self) -> str:
        offered = self._server.extensions
        if self._encrypted and self._server.extensions_in_tls is not None:
            offered = self._server.extensions_in_tls
        lines = (self._server.name, *offered)
        return "\n".join(f"250{' ' if number == len(lines) else '-'}{line}" for number, line in enumerate(lines, 1))

    def _answer(self, command: str, argument: str = "", usual: Answer = None) -> bytes:
        answer = self._server.answer(command, argument)
        if answer is None:
            answer = usual if usual is not None else USUAL[command]
        return self._say(answer)

    def _say(self, answer: Step | tuple[Step, ...]) -> bytes:
        said = b""
        for step in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(step, Act):
                self._flush()
                self._act(step)
            elif isinstance(step, int):
                self._octets(step)
            else:
                said += _octets(step)
                self._unsaid += _octets(step)
                if not self._server.grouping:
                    self._flush()
        return said

    def _flush(self) -> None:
        if self._unsaid:
            if self._server.grouping and self._group:
                self._server.groups.append(self._group)
                self._group = []
            unsaid, self._unsaid = self._unsaid, b""
            self._socket.sendall(unsaid)

    def _act(self, act: Act) -> None:
        if act is Act.HUSH:
            self._server.over.wait(20)
        if act is Act.RESET:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Ended

    def _line(self) -> bytes:
        while b"\n" not in self._input:
            self._take_in()
        line, _, self._input = self._input.partition(b"\n")
        return line + b"\n"

    def _octets(self, number: int) -> bytes:
        while len(self._input) < number:
            self._take_in()
        octets, self._input = self._input[:number], self._input[number:]
        return octets

    def _take_in(self) -> None:
        if self._unsaid and not select.select([self._socket], [], [], TOGETHER)[0]:
            self._flush()
        more = self._socket.recv(64 * 1024)
        if not more:
            raise _Ended
        self._input += more

    def _encrypt(self) -> None:
        assert self._server.tls is not None
        self._flush()
        self._input = b""
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._encrypted = True


def _octets(step: str | bytes) -> bytes:
    return step if isinstance(step, bytes) else (step.replace("\n", "\r\n") + "\r\n").encode()


def _refuses(answer: Step | tuple[Step, ...]) -> bool:
    steps = answer if isinstance(answer, tuple) else (answer,)
    return b"".join(_octets(step) for step in steps if isinstance(step, (str, bytes)))[:1] in {b"4", b"5"}


def greeting(port: int) -> str:
    """What a server says first: two may listen on one port without an error, so tests ask who it is."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client, client.makefile("rb") as file:
        return file.readline().decode()
