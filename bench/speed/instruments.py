"""The other sides: sinks that count, a proxy that delays, and Postfix's own source of messages.

What judges the sender should not be written with the sender: where the folder `tools` shared between projects lies
beside this one, its sink and its proxy are used, else bench's own. Every sink proves that it is ours before it counts,
by its greeting, and by the process that listens there: two can share a port.
"""

import os
import re
import secrets
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psutil

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT.parent / "shared" / "tools"
SMTP_SINK, SMTP_SOURCE = Path("/usr/sbin/smtp-sink"), Path("/usr/sbin/smtp-source")
PATIENCE = 20.0  # seconds until something that was started must answer


class Sink(Protocol):
    """Takes everything and counts it."""

    port: int

    def count(self) -> int: ...

    def close(self) -> None: ...


def url(port: int, *options: str) -> str:
    """Of a sink on this machine."""
    chosen = options if any(one.startswith("tls=") for one in options) else ("tls=none", *options)
    return f"smtp://127.0.0.1:{port}?{'&'.join(chosen)}"


class Program:
    """A process of ours that listens on a port, and says so on its first line, or (`port` given) takes that one."""

    def __init__(self, command: Sequence[str | Path], port: int = 0, output: Path | None = None) -> None:
        self._file = output.open("wb") if output else None
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=self._file or subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            self.port = port or int(self.line())
            self._require_alone()
        except BaseException:
            self.close()
            raise

    def require(self, name: str) -> None:
        """That it greets by this name; else it is ended."""
        try:
            require_greeting(self.port, name)
        except BaseException:
            self.close()
            raise

    def line(self) -> str:
        """Its next line."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode()
        if not said:
            raise RuntimeError(f"{self.process.args!r} ended.")
        return said

    def _require_alone(self) -> None:
        """That it listens, and nobody else does."""
        ends_at = time.monotonic() + PATIENCE
        while (found := listeners(self.port)) != [self.process.pid] and self.process.poll() is None:
            # Without a process: it began to listen while we looked.
            assert set(found) <= {None, self.process.pid}, f"on port {self.port} listen {found}"
            assert time.monotonic() < ends_at, f"nobody listens on port {self.port}"
            time.sleep(0.02)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        for file in (self.process.stdout, self._file):
            if file is not None:
                file.close()


class Fast:
    """A sink that is not the limit. `octets`: of all messages, at the last count."""

    def __init__(self, *, theirs: bool | None = None, certificate: Path | None = None, chunking: bool = True) -> None:
        self.octets = 0
        self.is_theirs = certificate is None and (has_tools() if theirs is None else theirs)
        if self.is_theirs:
            name, port = "sink", free_port()
            command: list[str | Path] = [sys.executable, "-m", "bench.speed.guest", TOOLS / "fastsink.py", str(port)]
            self._program = Program(command if chunking else [*command, "--nochunk"], port)
        else:
            name = f"sink-{secrets.token_hex(4)}.example.org"
            command = [sys.executable, "-m", "bench.fastsink", "--name", name]
            command += ["--certificate", certificate] if certificate else []
            self._program = Program(command if chunking else [*command, "--no-chunking"])
        self.port = self._program.port
        self._program.require(name)

    def count(self) -> int:
        self._program.process.send_signal(signal.SIGUSR1)
        messages, self.octets = (int(word) for word in self._program.line().split())
        return messages

    def close(self) -> None:
        self._program.close()


class PostfixSink:
    """smtp-sink. Its counters come at the end of each message, onto a file in memory."""

    def __init__(self) -> None:
        name, port = f"sink-{secrets.token_hex(4)}.example.org", free_port()
        self._counters = memory() / f"{name}.txt"
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [str(SMTP_SINK), "-c", *user, "-h", name, f"127.0.0.1:{port}", "512"]
        self._program = Program(command, port, self._counters)
        self.port = port
        self._program.require(name)

    def count(self) -> int:
        with self._counters.open("rb") as file:
            file.seek(max(0, self._counters.stat().st_size - 400))
            found = re.findall(rb"mesg=(\d+)", file.read())
        return int(found[-1]) if found else 0

    def close(self) -> None:
        self._program.close()
        self._counters.unlink(missing_ok=True)


class Delay:
    """Between a sender and a sink: each way takes so many seconds."""

    def __init__(self, target: int, seconds: float, *, theirs: bool | None = None) -> None:
        self.is_theirs = has_tools() if theirs is None else theirs
        if self.is_theirs:
            port = free_port()
            command = [sys.executable, str(TOOLS / "delayproxy.py"), str(port), str(target), str(seconds)]
            self._program = Program(command, port)
        else:
            self._program = Program([sys.executable, "-m", "bench.delay", str(target), str(seconds)])
        self.port = self._program.port

    def close(self) -> None:
        self._program.close()


def source(sink: Sink, messages: int, size: int) -> float:
    """Messages a second of smtp-source, written in C, with ten connections kept open."""
    before = sink.count()
    command = [str(SMTP_SOURCE), "-s", "10", "-d", "-l", str(size), "-m", str(messages), "-f", "news@example.org"]
    began = time.perf_counter()
    subprocess.run([*command, "-t", "reader@example.org", f"127.0.0.1:{sink.port}"], check=True, timeout=3600)
    took = time.perf_counter() - began
    taken = sink.count() - before
    assert taken == messages, f"smtp-source sent {messages}, the sink has {taken}"
    return messages / took


def has_tools() -> bool:
    return (TOOLS / "fastsink.py").exists() and (TOOLS / "delayproxy.py").exists()


def listeners(port: int) -> list[int | None]:
    """The processes that listen on a port."""
    found = psutil.net_connections("tcp")
    return [one.pid for one in found if one.status == psutil.CONN_LISTEN and one.laddr[1:] == (port,)]


def require_greeting(port: int, name: str) -> None:
    """That it is ours which answers there."""
    with smtplib.SMTP(timeout=PATIENCE) as probe:
        _, said = probe.connect("127.0.0.1", port)
    assert said.decode().split()[0] == name, said


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def memory() -> Path:
    """A folder whose files cost no disk, where the machine has one."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else Path("/tmp")
