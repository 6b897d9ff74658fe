"""Postmark's batch API: whole messages, up to 500 in one request, with an answer for each of them.

From postmarkapp.com/developer: user-guide/send-email-with-api/batch-emails for requests and limits, and
api/overview#error-codes for statuses and codes. It knows no idempotency key, so a request whose answer is lost leaves
doubt; and no envelope sender of ours, so a letter's return path is not used.
"""

import logging
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

from urllib3.exceptions import HTTPError

from newsletter.delivery.handing import unwritable
from newsletter.delivery.model import Fault, Letter, Letters, Limits, Outcome, RouteDown, Verdict
from newsletter.delivery.transports.http import LONGEST_WAIT, TIMEOUT, parsed, retry_after, session, underneath
from newsletter.delivery.transports.postmark_message import message
from newsletter.delivery.transports.replies import readable
from newsletter.rendering.mime import Compiled

HOST = "api.postmarkapp.com"
MOST = 500  # messages in one request
BATCH_BYTES = 45_000_000  # theirs is 50 MB
IDLE_SECONDS = 3.0  # a connection left longer may be closed at the other end just when it is used again
WAIT = timedelta(minutes=1)
REFUSED_IN_A_ROW = 10  # so many alone, and it is not about the letters

_OFFLINE, _INVALID, _INACTIVE, _TOO_OFTEN = 100, 300, 406, 429
# Token, sender signature, credit, an account on trial or closed: a person must act, and no copy is lost for it.
_OUR_ACCOUNT = frozenset({10, 400, 401, 405, 412, 413})
_ITS_CONTENT = frozenset({402, 403, 409, 411})  # its JSON, or an attachment
_ABOUT = re.compile(r"'(From|To|MessageStream)'|(The stream) provided")  # the first is what a refusal is about
_MAY_BE_ONE = frozenset({400, 413, 422})  # statuses of a request that one message in it may have spoilt
_BROKEN = (OSError, HTTPError, ValueError)  # requests' own are OSErrors; some of urllib3's pass it by

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PostmarkOptions:
    """What a transport URL says. `url` is the API's, without path."""

    token: str = field(repr=False)
    url: str = f"https://{HOST}"
    stream: str = "broadcast"
    batch: int = MOST
    connections: int = 1
    rate: float | None = None

    @property
    def where(self) -> str:
        """For messages to people."""
        return self.url.partition("://")[2]


class PostmarkTransport:
    """A server (in Postmark's sense) and one of its message streams."""

    def __init__(self, name: str, options: PostmarkOptions) -> None:
        self.name = name
        self.options = options
        self.limits = Limits(lanes=options.connections, group=options.batch, rate=options.rate)

    def lane(self, compiled: Compiled) -> "PostmarkLane":
        return PostmarkLane(self.options, compiled)


@dataclass(frozen=True, slots=True)
class _Message:
    delivery: int
    json: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was said to a whole request; `code` and `text` where it is one refusal."""

    status: int
    content: object
    wait: timedelta | None
    code: int | None
    text: str


class PostmarkLane:
    """One connection at a time; a request holds what was drawn, or as much of it as may go together."""

    def __init__(self, options: PostmarkOptions, compiled: Compiled) -> None:
        self._options = options
        self._compiled = compiled
        self._session = session({"X-Postmark-Server-Token": options.token})
        self._used_at = 0.0
        self._down: RouteDown | None = None
        self._too_often = 0
        self._refused_alone = 0

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        if self._down is not None:
            down, self._down = self._down, None
            raise down
        more = True
        while more and self._down is None:
            drawn: list[Letter] = []
            try:
                more = self._draw(letters, drawn)
            finally:  # when the next letter cannot be had, those that were still go out
                yield from self._hand(drawn)

    def close(self) -> None:
        """Close the connection; what was answered stands."""
        self._session.close()

    def _draw(self, letters: Letters, drawn: list[Letter]) -> bool:
        """Fill `drawn` with what is there; only an empty hand waits. False at the end."""
        while not drawn or (len(drawn) < self._options.batch and letters.ready()):
            try:
                drawn.append(next(letters))
            except StopIteration:
                return False
        return True

    def _hand(self, drawn: Sequence[Letter]) -> Iterator[Outcome]:
        """The outcomes in the order drawn; those that cannot be sent stand among the others."""
        for run in self._runs(drawn):
            told = iter(self._request([entry for entry in run if isinstance(entry, _Message)]))
            for entry in run:
                yield next(told) if isinstance(entry, _Message) else entry

    def _runs(self, drawn: Iterable[Letter]) -> Iterator[list[_Message | Outcome]]:
        """As many at a time as fit into one request."""
        run: list[_Message | Outcome] = []
        size = 0
        for letter in drawn:
            entry = self._entry(letter)
            more = len(entry.json) + 1 if isinstance(entry, _Message) else 0
            if size + more > BATCH_BYTES:
                yield run
                run, size = [], 0
            run.append(entry)
            size += more
        if run:
            yield run

    def _entry(self, letter: Letter) -> _Message | Outcome:
        try:
            return _Message(letter.delivery, message(letter, self._compiled, self._options.stream))
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is about this one
            return unwritable(letter.delivery, error)

    def _request(self, batch: list[_Message]) -> list[Outcome]:
        """One request, or as many as it takes to find the message that spoils it."""
        if not batch or self._down is not None:
            return _all(batch, Verdict.NOT_STARTED, str(self._down))
        body = BytesIO(b"[%s]" % b",".join(message.json for message in batch))
        try:
            answer = self._exchange(body)
        except _BROKEN as error:
            cause = underneath(error)
            # Without its last bytes the array does not close: nobody can have taken a message of it.
            if body.tell() < body.getbuffer().nbytes:
                lasting = isinstance(cause, ssl.SSLCertVerificationError)
                return self._nothing_taken(batch, f"cannot be used: {cause}", permanent=lasting)
            return self._doubt(batch, f"broke off before an answer: {cause}")
        return self._answered(batch, answer)

    def _exchange(self, body: BytesIO) -> _Answer:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._session.close()
        with self._session.post(
            f"{self._options.url}/email/batch",
            data=body,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            content = parsed(response)
        self._used_at = time.monotonic()
        request = self._shown(response.headers.get("X-Request-Id", "unnamed"))
        log.debug("%s answered request %s with %s", self._options.where, request, response.status_code)
        code, text = _said(content)
        return _Answer(response.status_code, content, retry_after(response.headers), code, self._shown(text))

    def _answered(self, batch: list[_Message], answer: _Answer) -> list[Outcome]:
        status, code = answer.status, answer.code
        said = f"says {status} {answer.text}".rstrip()
        if status == 200:
            return self._each(batch, answer.content)
        self._session.close()  # who refuses a request may stop listening without a word
        # Of 503 only "offline for maintenance" is documented; without that it may come from anything on the way.
        if status == 429 or (status == 503 and code == _OFFLINE):
            return self._nothing_taken(batch, said, status, retry_after=self._patience(answer.wait))
        if status in _MAY_BE_ONE and not _is_ours(code, answer.text):
            return self._spoilt(batch, answer)
        if 300 <= status < 500 and status != 408:  # 408 is said when they waited for what we believe to have sent
            return self._nothing_taken(batch, said, status, permanent=True)
        return self._doubt(batch, said, status)

    def _each(self, batch: list[_Message], content: object) -> list[Outcome]:
        if not isinstance(content, list) or len(content) != len(batch):
            return self._doubt(batch, f"gave no answer for each of {len(batch)} messages", 200)
        self._too_often = self._refused_alone = 0
        return [self._one(message, entry) for message, entry in zip(batch, content, strict=True)]

    def _one(self, message: _Message, entry: object) -> Outcome:
        """`code` is 200 for what was taken, else Postmark's code for this letter."""
        code, said = _said(entry)
        text = self._shown(said)
        if not isinstance(entry, dict) or code is None:
            return Outcome(message.delivery, Verdict.UNCERTAIN, code=200, text="The answer cannot be read.")
        if code == 0:
            named = entry.get("MessageID")
            provider_id = self._shown(named) if isinstance(named, str) else None
            return Outcome(message.delivery, Verdict.ACCEPTED, code=200, provider_id=provider_id)
        if _is_ours(code, text):
            self._set_down(f"says {code} {text}", permanent=True)
        elif code in {_OFFLINE, _TOO_OFTEN} and self._down is None:
            self._set_down(f"says {code} {text}", retry_after=self._patience(None))
        verdict, fault = judge(code, text)
        return Outcome(message.delivery, verdict, fault, code, text=text)

    def _spoilt(self, batch: list[_Message], answer: _Answer) -> list[Outcome]:
        """Nothing of it was taken: halves of it go again, until the one to blame is alone."""
        if len(batch) > 1:
            middle = len(batch) // 2
            return self._request(batch[:middle]) + self._request(batch[middle:])
        self._refused_alone += 1
        if self._refused_alone >= REFUSED_IN_A_ROW:
            self._set_down(f"refuses one letter after the other: {answer.status} {answer.text}", permanent=True)
        _, fault = judge(answer.code, answer.text)
        fault = fault if fault is Fault.READER else Fault.ISSUE
        return [Outcome(batch[0].delivery, Verdict.REJECTED, fault, answer.code or answer.status, text=answer.text)]

    def _nothing_taken(
        self, batch: list[_Message], why: str, status: int | None = None, *,
        permanent: bool = False, retry_after: timedelta | None = None,
    ) -> list[Outcome]:  # fmt: skip
        self._set_down(why, permanent=permanent, retry_after=retry_after)
        return _all(batch, Verdict.NOT_STARTED, str(self._down), status)

    def _doubt(self, batch: list[_Message], why: str, status: int | None = None) -> list[Outcome]:
        """They may have taken all of it. The next request would end like this, too: no more of them for now."""
        self._set_down(why)
        return _all(batch, Verdict.UNCERTAIN, str(self._down), status)

    def _set_down(self, why: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        """The next handover tells it, before it draws any; the first reason counts, unless a later one is for good."""
        self._session.close()
        if self._down is None or (permanent and not self._down.permanent):
            why = self._shown(f"{self._options.where} {why}")
            self._down = RouteDown(why, permanent=permanent, retry_after=retry_after)

    def _patience(self, asked: timedelta | None) -> timedelta:
        """How long to wait: as they ask, else a minute, then twice as long each time."""
        self._too_often += 1
        return asked or min(WAIT * 2 ** min(self._too_often - 1, 10), LONGEST_WAIT)

    def _shown(self, text: str) -> str:
        """What they say on one line, without our token."""
        return readable(text.replace(self._options.token, "***").encode("utf-8", "replace"))[:500]


def judge(code: int | None, text: str) -> tuple[Verdict, Fault]:
    """What a refusal of one letter means. What the table does not know is tried again, and nobody's own fault."""
    if code == _INACTIVE or (code == _INVALID and _about(text) == "To"):
        return Verdict.REJECTED, Fault.READER
    if _is_ours(code, text):
        return Verdict.DEFERRED, Fault.ROUTE
    if code == _INVALID or code in _ITS_CONTENT:
        return Verdict.REJECTED, Fault.ISSUE
    return Verdict.DEFERRED, Fault.ROUTE


def _is_ours(code: int | None, text: str) -> bool:
    """Whether it is about our account, sender or stream, and would be said of every letter."""
    return code in _OUR_ACCOUNT or (code != _INACTIVE and _about(text) in {"From", "MessageStream", "The stream"})


def _about(text: str) -> str:
    found = _ABOUT.search(text)
    return (found[1] or found[2]) if found else ""


def _said(answer: object) -> tuple[int | None, str]:
    """ErrorCode and Message, where they are what they should be."""
    if not isinstance(answer, dict):
        return None, ""
    code, text = answer.get("ErrorCode"), answer.get("Message")
    is_code = isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 1_000_000
    return code if is_code else None, text if isinstance(text, str) else ""


def _all(batch: Iterable[_Message], verdict: Verdict, text: str, code: int | None = None) -> list[Outcome]:
    return [Outcome(message.delivery, verdict, code=code, text=text) for message in batch]
