"""One connection that carries copies: what it offers, what it has carried, and what became of each copy on it."""

import re
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from newsletter.delivery.handing import written
from newsletter.delivery.model import Letter, Letters, Outcome, RouteDown, Verdict
from newsletter.delivery.transports.connecting import SmtpOptions, masked
from newsletter.delivery.transports.replies import Client, NotSmtp, readable
from newsletter.delivery.verdicts import OUR_SETTINGS, judge
from newsletter.rendering.mime import Compiled

# RFC 5321 4.5.3.2. Shorter ones after the content's end make duplicates.
SECONDS = {"rset": 300.0, "mail": 300.0, "rcpt": 300.0, "data": 120.0, "block": 180.0, "content": 600.0}
GOODBYE_SECONDS = 2.0
LAST_WORDS_SECONDS = 5.0  # for what may still come over a connection that is at its end
PER_CONNECTION = 250  # messages, then a fresh one
OLDEST = 300.0  # seconds; the same

_PATH = re.compile(r"[!-;=?-~]*")  # what may stand between < and > in ASCII


class Habits:
    """How many messages the relay takes over one connection, as far as it has shown."""

    def __init__(self) -> None:
        self.per_connection = PER_CONNECTION
        self._last = 0

    def ended(self, after: int) -> None:
        """It closed a connection after so many; when it does so twice running, we close before it does."""
        if after and after == self._last:
            self.per_connection = min(self.per_connection, after)
        self._last = after


@dataclass(slots=True, eq=False)
class Copy:
    """A letter as it travels. `outcome`: settled before it did; `end`: where its last octet stands in all we sent."""

    letter: Letter
    message: bytes = b""
    outcome: Outcome | None = None
    announced: bool = False
    end: int = 0

    def not_started(self, why: str) -> Outcome:
        """Nothing of it was taken."""
        return Outcome(self.letter.delivery, Verdict.NOT_STARTED, text=why)

    def unanswered(self, error: Exception) -> Outcome:
        """All of it has left, and no answer came."""
        text = f"The connection broke after the content: {error}"
        return Outcome(self.letter.delivery, Verdict.UNCERTAIN, text=text)


class Copies:
    """What one handover sends: first what has to go again, then what is drawn."""

    def __init__(self, letters: Letters, compiled: Compiled) -> None:
        self._letters = letters
        self._compiled = compiled
        self._again: deque[Copy] = deque()
        self._returned: list[Copy] = []  # from the connection that is at its end, in the order drawn
        self._ended = False
        self.error: Exception | None = None  # what went wrong with the letters themselves

    def again(self, copy: Copy) -> None:
        """It goes over the next connection."""
        copy.announced = False
        self._returned.append(copy)

    def renew(self) -> None:
        """Another connection: what the last one gave back was drawn before all else."""
        self._again.extendleft(reversed(self._returned))
        self._returned.clear()

    def end(self) -> list[Copy]:
        """Draw nothing more; what would have gone again."""
        self._ended = True
        self.renew()
        rest = list(self._again)
        self._again.clear()
        return rest

    def goes_again(self) -> bool:
        """Whether something waits for the next connection."""
        return bool(self._returned)

    def is_at_end(self) -> bool:
        """Whether nothing more comes."""
        return self._ended and not self._again and not self._returned

    def ready(self) -> bool:
        """Whether the next, or the end, comes without waiting."""
        return bool(self._again) or self._ended or self._letters.ready()

    def next(self, line: "Line") -> Copy | None:
        """The next copy, looked at as far as can be before a word is said; None when there is no more for this line."""
        waits = not self.ready()
        copy = self._again.popleft() if self._again else self._drawn()
        if copy is None:
            return None
        if waits and not line.is_idle():  # servers do not wait for ever
            self.again(copy)
            return None
        if copy.outcome is None:
            copy.outcome = line.unfit(copy)
        return copy

    def _drawn(self) -> Copy | None:
        """An error is kept until what is in hand has come to its end: after a 354 there is no way back."""
        if self._ended:
            return None
        try:
            letter = next(self._letters)
        except StopIteration:
            self._ended = True
            return None
        except Exception as error:  # noqa: BLE001 -- the lane raises it
            self._ended, self.error = True, error
            return None
        message = written(self._compiled, letter)
        return Copy(letter, outcome=message) if isinstance(message, Outcome) else Copy(letter, message)


class Line:
    """One connection. Not `is_open`: nothing more goes out over it. `down`: why there is no use in another one now."""

    def __init__(self, client: Client, options: SmtpOptions, habits: Habits) -> None:
        self._client = client
        self._options = options
        self._habits = habits
        self._largest, self._takes_size = _size(client)
        self._opened = time.monotonic()
        self.channel = client.channel
        self.pipelining = options.pipelining and client.has_extn("pipelining")
        self.chunking = options.chunking and client.has_extn("chunking")
        self.used = 0
        self.is_open = True
        self.goodbye = False  # the last that it has said is 421
        self.down: RouteDown | None = None
        self._hurries = False  # what still comes, comes soon
        self._lost: OSError | None = None  # a reply that did not come or was none: what comes after it answers nothing
        self._why = ""  # it broke

    def is_usable(self) -> bool:
        """Whether another copy may be begun on it."""
        return self.is_open and self.down is None

    def is_spent(self, begun: int = 0) -> bool:
        """Whether the next copy should go over a fresh one."""
        return self.used + begun >= self._habits.per_connection or time.monotonic() - self._opened > OLDEST

    def is_idle(self) -> bool:
        """Whether it stands and says nothing."""
        self.is_open = self.is_open and self.channel.is_idle()
        return self.is_open

    def unfit(self, copy: Copy) -> Outcome | None:
        """What can be known before a word is said."""
        letter, size = copy.letter, len(copy.message)
        if not _PATH.fullmatch(letter.return_path):
            self.down = RouteDown(f"The return path {letter.return_path!r} is no address.", permanent=True)
            return copy.not_started(str(self.down))
        if not _PATH.fullmatch(letter.address or " "):
            detail = "5.1.3" if letter.address.isascii() else "5.6.7"
            return judge(letter.delivery, 553, f"{detail} the address cannot be written in SMTP", "rcpt")
        if 0 < self._largest < size:
            said = f"5.3.4 the message of {size} bytes is above the server's {self._largest}"
            return judge(letter.delivery, 552, said, "mail")
        return None

    def envelope(self, copy: Copy) -> dict[str, str]:
        """Its commands by their step."""
        size = f" SIZE={len(copy.message)}" if self._takes_size else ""
        return {"mail": f"MAIL FROM:<{copy.letter.return_path}>{size}", "rcpt": f"RCPT TO:<{copy.letter.address}>"}

    def say(self, octets: bytes, *, behind: bool = False) -> None:
        """Write, when all that was said before has been answered, or `behind` what has not. After a failure nothing
        more goes out, but what was answered can still be heard.
        """
        try:
            if not behind:
                self.channel.must_be_quiet()
            self.channel.write(octets, SECONDS["block"])
        except OSError as error:
            self.is_open, self._hurries, self._why = False, True, str(error)
            if isinstance(error, NotSmtp):
                self._lost = error
            raise

    def hear(self, step: str, wanted: int = 2) -> tuple[int, str]:
        """The reply: a refusal, or of the class that is wanted here. Anything else answers something else, and so may
        what comes after it: it is not listened to.
        """
        if self._lost is not None:
            raise self._lost
        try:
            code, text = self.channel.reply(LAST_WORDS_SECONDS if self._hurries else SECONDS[step])
            if code not in {250, 421} if step == "rset" else code < 400 and code // 100 != wanted:
                raise NotSmtp(f"{code} does not answer what was said")
        except OSError as error:
            self.is_open, self._lost, self._why = False, error, str(error)
            raise
        self.goodbye = code == 421
        if code < 400:
            return code, ""
        said = readable(text)
        if self.goodbye:
            self.is_open, self._hurries, self._why = False, True, f"421 {said}"
        return code, said

    def refused(self, code: int, text: str) -> None:
        """Replies that are about us and not about a letter: the next ones would get the same."""
        if code == 421 or code in OUR_SETTINGS:
            said = masked(self._options, f"{code} {text}")
            self.down = RouteDown(f"{self._options.where} refuses us: {said}", permanent=code in OUR_SETTINGS)
            self.is_open = False

    def not_taken(self, copy: Copy, copies: Copies) -> Outcome | None:
        """The other side has nothing of it: it goes once more, over a fresh connection; if this was one, not at all."""
        self.is_open = False
        if self.used:
            copies.again(copy)
            return None
        self.down = self.down or RouteDown(f"{self._options.where} cannot be used: {self._why}")
        return copy.not_started(f"The connection broke before the message was through: {self._why}")

    def ended(self) -> None:
        """The other side has ended it between two messages."""
        self._habits.ended(self.used)

    def drop(self) -> None:
        """Close it without a word."""
        self.is_open = False
        self._client.close()

    def close(self) -> None:
        """Say goodbye; what happens now changes nothing of what was accepted."""
        if self.is_open:
            self._client.timeout = GOODBYE_SECONDS
            with suppress(OSError):
                self._client.quit()
        self.drop()


def spoken(commands: Iterable[str]) -> bytes:
    """Commands as octets."""
    return "".join(f"{command}\r\n" for command in commands).encode("ascii")


def _size(client: Client) -> tuple[int, bool]:
    """RFC 1870: the largest message (0: not said), and whether it may be announced."""
    size = client.esmtp_features.get("size", "")
    return (int(size) if re.fullmatch(r"[0-9]{1,18}", size) else 0), "size" in client.esmtp_features
