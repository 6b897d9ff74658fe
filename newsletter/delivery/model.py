"""The vocabulary of handing over: letters, lanes, outcomes, and the states of a delivery."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol

from newsletter.rendering.mime import Compiled


class DeliveryState(StrEnum):
    """Where one copy stands. `claimed` and `handing` belong to a worker; `uncertain` waits for evidence or a person."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDING = "handing"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    EXCLUDED = "excluded"


class MailingState(StrEnum):
    """Where a mailing stands; only `sending` lets anything be claimed."""

    FREEZING = "freezing"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    SENT = "sent"


class Verdict(StrEnum):
    """What became of one letter in one handover."""

    ACCEPTED = "accepted"  # the other side has said that it is theirs now
    DEFERRED = "deferred"  # not now: the same copy again, later
    REJECTED = "rejected"  # not as sent
    NOT_STARTED = "not_started"  # never touched the wire
    UNCERTAIN = "uncertain"  # it may or may not be theirs


class Fault(StrEnum):
    """Whose fault a refusal is; only the reader's own counts against the reader (RFC 3463, RFC 5248)."""

    NONE = "none"
    READER = "reader"
    ISSUE = "issue"
    SENDER = "sender"
    ROUTE = "route"


class Outcome(NamedTuple):
    """What a lane reports for one letter. `code` is the SMTP reply or HTTP status, `enhanced` like "5.1.1"."""

    delivery: int
    verdict: Verdict
    fault: Fault = Fault.NONE
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    provider_id: str | None = None
    retry_after: timedelta | None = None


class Letter(NamedTuple):
    """One copy, addressed. `headers` are this copy's own whole lines; `values` fill the slots.

    `return_path` is the envelope sender, or "" where the transport has its own.
    """

    delivery: int
    language: str
    address: str
    name: str
    return_path: str
    headers: tuple[bytes, ...]
    values: Mapping[str, str] = MappingProxyType({})


class Letters(Protocol):
    """The letters of one handover, or of one after the other, whose intent is committed; drawn one by one."""

    def __iter__(self) -> Iterator[Letter]: ...

    def __next__(self) -> Letter: ...

    def ready(self) -> bool:
        """Whether the next one, or the end, comes without waiting for its time or for a commit."""
        ...


class Few(Iterator[Letter]):
    """Letters that are all there already."""

    def __init__(self, letters: Iterable[Letter]) -> None:
        self._letters = iter(letters)

    def __next__(self) -> Letter:
        return next(self._letters)

    def ready(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Limits:
    """What a transport allows and promises.

    A batch transport takes one handover of up to `group` letters at a time. A streaming one draws on from handover to
    handover, so that its line never runs dry, and has at most `in_doubt` letters over all lanes begun and unwritten.
    """

    lanes: int = 1  # side by side, at most
    lanes_at_first: int = 1
    group: int = 20
    streaming: bool = False
    in_doubt: int = 80
    rate: float | None = None  # letters a second over all lanes; seeds the route's row


class RouteDown(Exception):
    """The mail service cannot be reached, or refuses us as a whole; nothing of the letter in hand touched it.

    `permanent`: trying again without a change of settings is useless (wrong password, no TLS).
    `retry_after`: how long it asks us to wait.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Lane(Protocol):
    """One line to the other side, used by one thread.

    `hand_over` draws letters as it is ready for them and yields an outcome for each, in the order drawn. It may draw
    the next before it yields this one's, but never waits for one that is not ready with an outcome in hand. A letter
    that it did not draw never started. What it drew and did not yield when it raises is uncertain. It raises RouteDown
    only before the letter in hand touched the wire. `key` names the handover, for providers that know such keys.
    """

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]: ...

    def close(self) -> None: ...


class Transport(Protocol):
    """A way to hand over: SMTP or a provider's API, by name."""

    name: str
    limits: Limits

    def lane(self, compiled: Compiled) -> Lane: ...
