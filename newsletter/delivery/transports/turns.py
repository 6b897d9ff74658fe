"""One message after the other over one connection; with PIPELINING the next envelope goes along with a content.

RFC 2920: content may be the first of a group, DATA must be the last. So a message costs one round trip, and there is
one message at most whose fate a broken connection leaves open.
"""

import smtplib
from collections.abc import Iterator
from contextlib import suppress

from newsletter.delivery.model import Outcome
from newsletter.delivery.transports.line import Copies, Copy, Line, spoken
from newsletter.delivery.transports.replies import has_closed
from newsletter.delivery.verdicts import judge


class Turns:
    """An iterator of outcomes, until the connection is spent or broken, or the copies are at their end."""

    def __init__(self, line: Line, copies: Copies) -> None:
        self._line = line
        self._copies = copies
        self._resets = False  # the last transaction was abandoned

    def __iter__(self) -> Iterator[Outcome]:
        line, ahead = self._line, None
        while line.is_usable() and (ahead or not line.is_spent()):
            copy = ahead or self._copies.next(line)
            ahead = None
            if copy is None:
                return
            outcome = copy.outcome or self._envelope(copy)
            if outcome is None and line.is_open:
                ahead = self._ahead()
                outcome = self._content(copy, ahead)
            if ahead is not None and not line.is_usable():
                self._copies.again(ahead)
                ahead = None
            if outcome is not None:
                yield outcome

    # -- the envelope -------------------------------------------------------------------------------------------------

    def _envelope(self, copy: Copy) -> Outcome | None:
        """None with the connection open: the content may follow. None with it closed: the copy goes again."""
        line, steps = self._line, self._steps(copy)
        refusal: Outcome | None = None
        step = "mail"
        try:
            if line.pipelining and not copy.announced:
                line.say(spoken(steps.values()))
            for step, command in steps.items():
                if not line.pipelining:
                    line.say(spoken((command,)))
                refusal = self._reply(copy, step, refusal)
                if refusal is not None and not (line.pipelining and line.is_open):
                    break
        except OSError as error:
            if refusal is None:
                if step in {"rset", "mail"} and has_closed(error):
                    line.ended()
                return line.not_taken(copy, self._copies)
        self._resets = refusal is not None
        line.used += self._resets
        return refusal

    def _steps(self, copy: Copy) -> dict[str, str]:
        first = {"rset": "RSET"} if self._resets and not copy.announced else {}
        last = {} if self._line.chunking else {"data": "DATA"}
        return first | self._line.envelope(copy) | last

    def _reply(self, copy: Copy, step: str, refusal: Outcome | None) -> Outcome | None:
        """Hear one; the refusal, when there is one already or it is one."""
        line = self._line
        code, text = line.hear(step, 3 if step == "data" else 2)
        if refusal is not None:
            if code == 354:
                self._nothing()
            return refusal
        if code < 400:
            return None
        if code == 421 and line.used:  # it has had enough of this connection
            raise smtplib.SMTPServerDisconnected(text)
        line.refused(code, text)
        return judge(copy.letter.delivery, code, text, step)

    def _nothing(self) -> None:
        """A server that refuses envelope or reader and wants the content all the same gets an empty one for nobody
        (RFC 2920 3.1). One that takes this for a message is not talked to any longer.
        """
        line = self._line
        line.say(b".\r\n")
        code, _ = line.hear("content")
        line.is_open = line.is_open and code >= 400

    # -- the content --------------------------------------------------------------------------------------------------

    def _ahead(self) -> Copy | None:
        """The copy whose envelope goes along: when it is due and its intent committed, and the connection not spent."""
        line = self._line
        if not line.pipelining or line.chunking or line.is_spent(1) or not self._copies.ready():
            return None
        copy = self._copies.next(line)
        if copy is not None and copy.outcome is None:
            copy.announced = True
        return copy

    def _content(self, copy: Copy, ahead: Copy | None) -> Outcome | None:
        line, octets = self._line, self._octets(copy)
        end = line.channel.sent + sum(map(len, octets))
        if ahead is not None and ahead.announced:
            octets.append(spoken(self._steps(ahead).values()))
        with suppress(OSError):  # it may have said why
            line.say(b"".join(octets))
        try:
            code, text = line.hear("content")
        except OSError as error:
            # As long as its last octet has not left, the other side cannot have taken it.
            return line.not_taken(copy, self._copies) if line.channel.sent < end else copy.unanswered(error)
        if code < 400 and line.channel.sent < end:  # it cannot have read what it accepts
            return line.not_taken(copy, self._copies)
        line.used += 1
        line.refused(code, text)
        self._resets = line.chunking and code >= 400  # RFC 3030, section 2
        return judge(copy.letter.delivery, code, text, "content")

    def _octets(self, copy: Copy) -> list[bytes]:
        if self._line.chunking:
            return [b"BDAT %d LAST\r\n" % len(copy.message), copy.message]
        # Our content has CRLF line ends only and no line that begins with a dot: nothing to be doubled.
        return [copy.message, b".\r\n"]
