"""How far a send is, in sentences and in a drawn sum; never said before it is true."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.views import MailingStatus
from newsletter.issues.model import State
from newsletter.rhythm.letters.saying import When, to
from newsletter.web.console.charts import Part
from newsletter.web.console.outcome import parts_of, stopped

_REMEMBERED = timedelta(seconds=60)  # of what was seen, to tell the rate
_STILL = timedelta(seconds=20)  # nothing moved for so long: say so
_MOST = 200  # issues
_IDLE = (
    "Nothing has moved for a while. Nobody is lost: it goes on while Newsletter is running on the machine. If it stays "
    "so, tell whoever looks after the system."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a send stands. `word` is the state in capitals, `said` the sentence, `more` what it means.

    `going`: it moves by itself, so that a page looks again. `parts`: the sum; `balances`: whether it is right.
    """

    word: str
    said: str
    more: tuple[str, ...]
    tone: str
    going: bool
    parts: tuple[Part, ...]
    candidates: int
    balances: bool


class Pace:
    """What was seen of sends in this process, to tell how fast they go; a new process begins anew."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[tuple[datetime, int]]] = {}
        self._lock = threading.Lock()

    def note(self, issue_id: int, done: int, now: datetime) -> None:
        """Remember how many were done at a moment."""
        with self._lock:
            if len(self._seen) >= _MOST:
                self._seen.clear()
            seen = self._seen.setdefault(issue_id, deque())
            if seen and seen[-1][0] > now:
                return  # another look was quicker
            if seen and seen[-1][1] > done:
                seen.clear()
            if not seen or now - seen[-1][0] >= timedelta(seconds=0.5):
                seen.append((now, done))
            while now - seen[0][0] > _REMEMBERED:
                seen.popleft()

    def rate(self, issue_id: int) -> float | None:
        """Copies a second over the last minute; None where too little was seen."""
        with self._lock:
            seen = self._seen.get(issue_id)
            if not seen or len(seen) < 2:
                return None
            (began, first), (ended, last) = seen[0], seen[-1]
        seconds = (ended - began).total_seconds()
        return (last - first) / seconds if seconds >= 2 else None

    def still(self, issue_id: int, now: datetime) -> bool:
        """Whether nothing has moved for a while."""
        with self._lock:
            seen = self._seen.get(issue_id)
            if not seen or now - seen[0][0] < _STILL:
                return False
            return seen[0][1] == seen[-1][1]


def progress(issue_id: int, state: State, status: MailingStatus, pace: Pace, when: When) -> Progress:
    """Of an issue that was released."""
    done = status.candidates - status.waiting
    pace.note(issue_id, done, when.now)
    word, said, more, tone = _said(issue_id, state, status, pace, when)
    return Progress(
        word, said, more, tone, state is State.SENDING, parts_of(status), status.candidates, status.balances
    )


def _said(
    issue_id: int, state: State, status: MailingStatus, pace: Pace, when: When
) -> tuple[str, str, tuple[str, ...], str]:
    if state is State.STOPPED:
        return "Stopped", stopped(status), _in_hand(status), "not"
    if state is State.PAUSED:
        why = "" if status.paused_because in {"", "by hand"} else status.paused_because
        said = f"{_handed(status)}. Nothing more is handed over until somebody lets it go on."
        return "Paused", said, tuple(one for one in (why, *_in_hand(status)) if one), "not"
    if state is State.SENT:
        return "Out", f"{_handed(status)}.", (), "yes"
    return "Going out", *_going(issue_id, status, pace, when), ""


def _going(issue_id: int, status: MailingStatus, pace: Pace, when: When) -> tuple[str, tuple[str, ...]]:
    if status.state == "freezing":
        return f"The list of readers is being fixed. {_yet(status)}", ()
    held = status.readers_from is not None and when.now < status.readers_from
    if held and status.first_copies is not None and status.readers_from is not None:
        return _first(status), (f"It goes on in {span(status.readers_from - when.now)}.",)
    if not status.waiting:
        return f"{_handed(status)}.", (_later(status, when),)
    if not (status.accepted or status.rejected or status.uncertain or status.deferred):
        return f"It begins. {_yet(status)}", _idle(issue_id, status, pace, when)
    left = _left(issue_id, status, pace)
    moving = f"{_rate(pace.rate(issue_id))}{f'{left} left.' if left else ''}".strip()
    return f"{_handed(status)}.", tuple(one for one in (moving, *_idle(issue_id, status, pace, when)) if one)


def _first(status: MailingStatus) -> str:
    number, with_us = status.first_copies or 0, status.first_handed_over
    if not number:
        return f"None of us is among those who get it now, so there are no first copies. {_yet(status)}"
    if with_us < number:
        are = "is" if with_us == 1 else "are"
        return f"{with_us:,} of the first {number:,} copies {are} with us. {_yet(status, 'Nobody outside')}"
    first = f"first {number:,} copies are" if number > 1 else "first copy is"
    return f"The {first} with us. {_yet(status, 'Nobody outside')}"


def _yet(status: MailingStatus, who: str = "Nobody") -> str:
    """After a stop some have the version that was stopped."""
    return f"{who} has {'it' if status.rounds == 1 else 'this version'} yet."


def _handed(status: MailingStatus) -> str:
    return f"{status.accepted:,} of {status.candidates:,} handed over"


def _later(status: MailingStatus, when: When) -> str:
    if not status.deferred:
        return ""
    who = "1 is" if status.deferred == 1 else f"{status.deferred:,} are"
    next_ = f"; the next try is {to(status.next_due, when)}" if status.next_due else ""
    return f"{who} tried again, since their mail systems asked for it{next_}."


def _idle(issue_id: int, status: MailingStatus, pace: Pace, when: When) -> tuple[str, ...]:
    if not pace.still(issue_id, when.now) or status.in_hand:
        return ()
    return (_IDLE,)


def _left(issue_id: int, status: MailingStatus, pace: Pace) -> str:
    rate = pace.rate(issue_id)
    if status.spread_seconds and status.candidates and status.rounds == 1:
        return f"About {span(timedelta(seconds=status.waiting * status.spread_seconds / status.candidates))}"
    return f"About {span(timedelta(seconds=status.waiting / rate))}" if rate else ""


def _rate(rate: float | None) -> str:
    if not rate:
        return ""
    if rate >= 1:
        return f"{rate:,.0f} a second. "
    return f"{max(1, round(rate * 60)):,} a minute. "


def _in_hand(status: MailingStatus) -> tuple[str, ...]:
    if not status.in_hand:
        return ()
    return (f"{status.in_hand:,} were being handed over at that moment; their answers come within a minute.",)


def span(time: timedelta) -> str:
    """Like "8 min 41 s"; no seconds from ten minutes on."""
    minutes, seconds = divmod(max(0, round(time.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours or minutes >= 10 else seconds, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
