"""SMTP submission to one relay, as fast as the relay's extensions allow (RFC 5321, 2920, 3030).

The connection is `smtplib`'s; the dialogue per message is ours, because each reply must be matched to its command and
each failure placed before or after the message's last octet. With PIPELINING the next envelope travels along with a
message's content: one round trip a message. With CHUNKING besides, several messages travel before the first answer.
"""

from collections.abc import Iterator

from newsletter.delivery.model import Letters, Limits, Outcome, RouteDown
from newsletter.delivery.transports.chunks import by_chunks
from newsletter.delivery.transports.connecting import SmtpOptions, connect
from newsletter.delivery.transports.line import Copies, Habits, Line
from newsletter.delivery.transports.turns import Turns
from newsletter.rendering.mime import Compiled


class SmtpTransport:
    """A relay."""

    def __init__(self, name: str, options: SmtpOptions) -> None:
        self.name = name
        self.options = options
        self.habits = Habits()
        # Two letters a lane: one whose answer is awaited, and one ready to go along.
        lanes = min(options.connections, max(1, options.in_doubt // 2))
        self.limits = Limits(
            lanes=lanes, lanes_at_first=min(2, lanes), streaming=True, in_doubt=options.in_doubt, rate=options.rate
        )

    def lane(self, compiled: Compiled) -> "SmtpLane":
        return SmtpLane(self.options, compiled, self.habits)


class SmtpLane:
    """One connection at a time, opened before a letter is drawn, and renewed when it is old or spent."""

    def __init__(self, options: SmtpOptions, compiled: Compiled, habits: Habits) -> None:
        self._options = options
        self._compiled = compiled
        self._habits = habits
        self._line: Line | None = None
        self._down: RouteDown | None = None

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        if self._down is not None:
            down, self._down = self._down, None
            raise down
        line = self._connected()  # before a letter is drawn: what is not drawn never started
        copies = Copies(letters, self._compiled)
        try:
            while True:
                copies.renew()
                yield from by_chunks(line, copies) if line.chunking and line.pipelining else Turns(line, copies)
                self._down = line.down
                if copies.is_at_end() or self._down is not None:
                    break
                line = self._connected()
        except RouteDown as down:
            self._down = down  # told by the next handover, before it draws any
        except BaseException:  # most of all GeneratorExit
            line.drop()  # an envelope may stand there that nothing must follow
            raise
        yield from (copy.outcome or copy.not_started(str(self._down)) for copy in copies.end())
        if copies.error is not None:
            raise copies.error

    def _connected(self) -> Line:
        line = self._line
        if line is not None and (line.is_spent() or not line.is_usable() or not line.is_idle()):
            line.close()
            line = self._line = None
        if line is None:
            line = self._line = Line(connect(self._options), self._options, self._habits)
        return line

    def close(self) -> None:
        """Say goodbye."""
        if self._line is not None:
            self._line.close()
