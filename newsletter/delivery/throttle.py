"""How many lanes: two at first, more while it pays, and half as many when the other side groans.

A number is tried for as long as new lanes need to connect and a few letters more, and kept when it is faster; where
more lanes do not pay, fewer will do. Lanes that are busy all the time, since the other side is near, are in each
other's way: there fewer are tried first.
"""

import time
from collections.abc import Callable

MEASURE = 0.25  # seconds, at least, that a speed is measured over
LETTERS = 5  # and so many through each lane, or what a second brings
SETTLE = 0.1  # seconds, at least, before that
CONNECT = 6  # a connection takes as long as so many letters, since both are round trips
LONGEST = 2.0  # seconds to connect or to measure, at most
BUSY = 500  # letters a second through a lane: it does not wait for the other side, and more lanes are no remedy
PAYS = 1.08  # so much faster at least, or more lanes go again
SAME = 0.97  # so much as fast at least, and fewer lanes stay
AGAIN = 20.0  # seconds until other numbers are tried once more
CHANGED = 2.0  # so much faster all of a sudden, and everything is tried anew: a limit was lifted
QUIET = 1.0  # seconds in which several groans are one


class Throttle:
    """Tells the number of lanes wanted. `count` is called for each letter, `groan` for each reply that asks for less.

    Not for several threads at once, but for counts that may be lost.
    """

    def __init__(self, at_first: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.wanted = at_first
        self._most = most
        self._clock = clock
        self._counted = 0
        self._settled_at: float | None = None  # None: before the first letter
        self._from: tuple[float, int] | None = None  # since when it is measured, and the count then
        self._base: tuple[int, float] | None = None  # the number to go back to, and its speed, during a trial
        self._leap = 4  # the first step is a bold one
        self._upwards = True
        self._turned = False  # in this trial nothing else is left to be tried: the other direction was, or one has paid
        self._rests_until = 0.0
        self._usual = float("inf")  # the speed while nothing is tried
        self._groaned_at = float("-inf")

    def count(self) -> None:
        """One letter is through."""
        self._counted += 1

    def groan(self) -> None:
        """A 421, a 4.7.x, a connection refused: half as many lanes, and no more of them for a while."""
        now = self._clock()
        if now - self._groaned_at < QUIET:
            return
        self._groaned_at = now
        self.wanted = max(1, self.wanted // 2)
        self._rest(now)
        self._measure_from(now + SETTLE)

    def look(self) -> int:
        """The number of lanes wanted now."""
        now = self._clock()
        if self._settled_at is None:
            if not self._counted:
                return self.wanted
            self._measure_from(now + SETTLE)
        if self._from is None:
            if self._settled_at is not None and now >= self._settled_at:
                self._from = (now, self._counted)
            return self.wanted
        took, through = now - self._from[0], self._counted - self._from[1]
        enough = through >= self.wanted * LETTERS or (took >= LONGEST / 2 and through >= self.wanted)
        if took >= MEASURE and enough:
            self._decide(through / took, now)
        return self.wanted

    def _decide(self, speed: float, now: float) -> None:
        """The speed of `wanted` lanes is known."""
        tried, self._from = self.wanted, None
        if self._base is None:
            lifted = speed > self._usual * CHANGED and now >= self._groaned_at + AGAIN
            self._usual = min(speed, self._usual * PAYS)  # slowly, so that a jump is seen in the middle of a measure
            if lifted:
                self._leap = 4
            if lifted or now >= self._rests_until:
                self._base = (tried, speed)
                self._upwards, self._turned = lifted or speed < tried * BUSY, False
                self._try_next(speed, now)
            return
        number, before = self._base
        if speed >= before * (PAYS if tried > number else SAME):
            self._base = (tried, speed)
            self._leap, self._turned = 2, True
            self._try_next(speed, now)
        elif tried > number * 2:
            self._leap = 2
            self.wanted = number
            self._try_next(before, now)
        else:
            self.wanted = number
            self._turn(before, now)

    def _turn(self, speed: float, now: float) -> None:
        """In this direction there is nothing better: the other one, or a rest."""
        if self._turned:
            self._rest(now)
            self._measure_from(now + SETTLE)
        else:
            self._turned, self._upwards = True, not self._upwards
            self._try_next(speed, now)

    def _try_next(self, speed: float, now: float) -> None:
        """Another number of lanes, upwards or downwards."""
        at = self.wanted
        self.wanted = min(self._most, at * self._leap) if self._upwards else max(1, at // 2)
        if self.wanted == at:
            self._turn(speed, now)
            return
        connecting = CONNECT * at / speed if self.wanted > at else 0.0
        self._measure_from(now + min(LONGEST, max(SETTLE, connecting)))

    def _rest(self, now: float) -> None:
        self._base, self._leap, self._rests_until, self._usual = None, 2, now + AGAIN, float("inf")

    def _measure_from(self, when: float) -> None:
        self._settled_at, self._from = when, None
