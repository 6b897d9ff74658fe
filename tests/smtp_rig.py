"""SMTP as the sender uses it, in each way that a server and the URL's options allow: handovers to a scripted server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import Lane, Letter, Letters, Outcome, Verdict
from newsletter.delivery.transports import connecting, line, open_transport
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.rendering.mime import Compiled
from tests.smtp_server import Script, ScriptedServer, greeting
from tests.transport_contract import ISSUE, OneByOne, letters

ACCEPTED, DEFERRED, REJECTED = Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.REJECTED
NOT_STARTED, UNCERTAIN = Verdict.NOT_STARTED, Verdict.UNCERTAIN


@dataclass(frozen=True)
class Mode:
    """One way to talk. `ready`: letters are there before the last one is answered, so that they can travel along."""

    name: str
    extensions: tuple[str, ...]
    options: str = ""
    ready: bool = True

    @property
    def pipelines(self) -> bool:
        return "PIPELINING" in self.extensions and "pipelining=off" not in self.options

    @property
    def chunks(self) -> bool:
        return "CHUNKING" in self.extensions and "chunking=off" not in self.options

    def server(self, script: Script | None = None, **more: Any) -> ScriptedServer:
        extensions = (*self.extensions, "ENHANCEDSTATUSCODES", *more.pop("and_offers", ()))
        return ScriptedServer(script or {}, extensions=extensions, **more)

    def transport(
        self, server: ScriptedServer, options: str = "tls=none", login: str = "", scheme: str = "smtp"
    ) -> SmtpTransport:
        assert is_listening(server)
        return transport(server.port, f"{options}{self.options}", login, scheme)

    def lane(self, route: SmtpTransport, issue: Compiled = ISSUE) -> Lane:
        lane = route.lane(issue)
        return lane if self.ready else _OneAtATime(lane)

    def handed(self, route: SmtpTransport, these: list[Letter], issue: Compiled = ISSUE) -> list[Outcome]:
        """One handover over one lane, as the sender makes it."""
        return handed(self.lane(route, issue), these)

    def hand_over_to(self, server: ScriptedServer, count: int = 1) -> list[Outcome]:
        return self.handed(self.transport(server), letters(count))


PLAIN = Mode("plain", ("8BITMIME",))
PIPELINING = Mode("pipelining", ("PIPELINING", "8BITMIME"))
CHUNKING = Mode("chunking", ("PIPELINING", "CHUNKING", "8BITMIME"))
LONE_CHUNKS = Mode("chunking without pipelining", ("CHUNKING",))
# What is true of one message after the other; with CHUNKING besides, one must wait for the next to be so.
TURNS = (
    PLAIN,
    Mode("both off", ("PIPELINING", "CHUNKING"), "&pipelining=off&chunking=off"),
    PIPELINING,
    Mode("pipelining, none ready", ("PIPELINING",), ready=False),
    Mode("chunking off", ("PIPELINING", "CHUNKING"), "&chunking=off"),
    Mode("chunking, none ready", ("PIPELINING", "CHUNKING"), ready=False),
    LONE_CHUNKS,
)
EVERY = (PLAIN, PIPELINING, CHUNKING, LONE_CHUNKS)


class _OneAtATime:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def hand_over(self, some: Letters, key: str) -> Iterator[Outcome]:
        return self._lane.hand_over(OneByOne(some), key)  # type: ignore[arg-type] # any iterable of letters does

    def close(self) -> None:
        self._lane.close()


def transport(port: int, options: str = "tls=none", login: str = "", scheme: str = "smtp") -> SmtpTransport:
    found = open_transport("relay", f"{scheme}://{login}127.0.0.1:{port}?hello=news.example&{options}")
    assert isinstance(found, SmtpTransport)
    return found


def handed(lane: Lane, these: Sequence[Letter]) -> list[Outcome]:
    """One handover, and the lane closed."""
    outcomes: list[Outcome] = []
    try:
        hand_over(lane, these, "key", outcomes)
    finally:
        lane.close()
    return outcomes


def some_handed(lane: Lane, these: Sequence[Letter]) -> list[Outcome]:
    """One handover, and the lane left open."""
    outcomes: list[Outcome] = []
    hand_over(lane, these, "key", outcomes)
    return outcomes


def is_listening(server: ScriptedServer) -> bool:
    """That it is our server which listens; scripted greetings are left to the test that scripts them."""
    if "GREETING" in server.script or server.implicit:
        return True
    said = greeting(server.port) == f"220 {server.name} ESMTP\r\n"
    server.connections -= 1
    return said


def verdicts(outcomes: Sequence[Outcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in sorted(outcomes, key=lambda outcome: outcome.delivery)]


def wait_less(monkeypatch: pytest.MonkeyPatch, seconds: float, last_words: float | None = None) -> None:
    """Nothing is waited for longer than so."""
    for step in line.SECONDS:
        monkeypatch.setitem(line.SECONDS, step, seconds)
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", seconds)
    monkeypatch.setattr(line, "LAST_WORDS_SECONDS", seconds if last_words is None else last_words)
    monkeypatch.setattr(line, "GOODBYE_SECONDS", min(seconds, line.GOODBYE_SECONDS))
