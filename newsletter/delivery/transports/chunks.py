"""Several messages under way over one connection, where CHUNKING and PIPELINING are offered (RFC 3030, RFC 2920).

Envelope and message travel in one group, and the next ones behind them, as many as have their intent committed. Each
but the first begins with RSET, so that whatever was refused before it can leave no half transaction behind. The replies
come in order; of what stands without one when a connection breaks, nobody knows what became, unless its last octet
never left, or the last that the server said was 421 (it reads nothing after that) before it closed.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress

from newsletter.delivery.model import Outcome
from newsletter.delivery.transports.line import Copies, Copy, Line, spoken
from newsletter.delivery.transports.replies import NotSmtp, has_closed
from newsletter.delivery.verdicts import judge

HEED = 8  # with so many under way, answers that have come are heard before the next one is begun


def by_chunks(line: Line, copies: Copies) -> Iterator[Outcome]:
    """Outcomes in the order drawn, until the connection is spent or broken, or the copies are at their end."""
    begun: deque[Copy] = deque()
    while True:
        _begin(line, copies, begun)
        if not begun:
            return
        copy = begun.popleft()
        outcome = copy.outcome or _answer(line, copy) or line.not_taken(copy, copies)
        if outcome is None:
            continue
        if copies.goes_again():  # one drawn before it
            copy.outcome = outcome
            copies.again(copy)
        else:
            yield outcome


def _begin(line: Line, copies: Copies, begun: deque[Copy]) -> None:
    """Send what is ready; wait for a copy only when none is under way.

    What is answered is told while there is still something to send: only so the next letters' intents are committed
    before the line runs dry.
    """
    while line.is_usable() and not line.is_spent(len(begun)) and (copies.ready() or not begun):
        if len(begun) >= HEED and line.channel.has_come():
            return
        copy = copies.next(line)
        if copy is None:
            return
        if copy.outcome is None:
            _send(line, copy, behind=any(other.outcome is None for other in begun))
        begun.append(copy)


def _send(line: Line, copy: Copy, *, behind: bool) -> None:
    """`behind`: others are under way."""
    copy.announced = behind or line.used > 0
    commands = (*line.envelope(copy).values(), f"BDAT {len(copy.message)} LAST")
    octets = spoken(("RSET", *commands) if copy.announced else commands) + copy.message
    copy.end = line.channel.sent + len(octets)
    with suppress(OSError):  # what was answered is still to be read
        line.say(octets, behind=behind)


def _answer(line: Line, copy: Copy) -> Outcome | None:
    """What became of it; None when the other side cannot have taken it."""
    heard: dict[str, tuple[int, str]] = {}
    lost: OSError | None = None
    try:
        for step in ("rset", "mail", "rcpt", "content") if copy.announced else ("mail", "rcpt", "content"):
            heard[step] = line.hear(step)
    except OSError as error:
        lost = error
    refused = [step for step, (code, _) in heard.items() if code >= 400]
    if not refused or (refused == ["rset"] and len(heard) > 1):  # said 421, and has gone on all the same
        return _unheard(line, copy, lost, at_once=not heard) if lost else _accepted(line, copy, *heard["content"])
    code, text = heard[refused[0]]
    if code == 421 and refused[0] != "content" and line.used:  # it has had enough of this connection
        line.ended()
        return None
    line.used += 1
    line.refused(code, text)
    return judge(copy.letter.delivery, code, text, refused[0])


def _accepted(line: Line, copy: Copy, code: int, text: str) -> Outcome | None:
    if line.channel.sent < copy.end:  # it cannot have read what it accepts
        return None
    line.used += 1
    if copy.end == line.channel.sent and line.channel.has_surplus():
        line.is_open = False
        return copy.unanswered(NotSmtp("it talks out of turn, and which reply was the content's nobody knows"))
    return judge(copy.letter.delivery, code, text, "content")


def _unheard(line: Line, copy: Copy, lost: OSError, *, at_once: bool) -> Outcome | None:
    closed = has_closed(lost)
    if closed and at_once and not line.goodbye:
        line.ended()
    untouched = line.channel.sent < copy.end or (line.goodbye and closed)
    return None if untouched else copy.unanswered(lost)
