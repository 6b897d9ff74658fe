"""How often somebody may ask: counted in this process; several processes allow as many times more."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime

_REMEMBERED = 10_000


class Rate:
    """`number` requests in `seconds`, evenly refilled: a bucket for each asker, the longest silent forgotten first."""

    def __init__(self, number: int, seconds: float) -> None:
        self.number, self.seconds = number, seconds
        self._left: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: Hashable, now: datetime) -> float:
        """Take one; 0, or the seconds to wait when there is none (and none is taken)."""
        with self._lock:
            left = self._refilled(who, now)
            if left >= 1:
                self._keep(who, left - 1, now)
                return 0.0
            return (1 - left) * self.seconds / self.number

    def wait(self, who: Hashable, now: datetime) -> float:
        """The seconds until one could be taken; 0 for now."""
        with self._lock:
            left = self._refilled(who, now)
        return max(0.0, (1 - left) * self.seconds / self.number)

    def _refilled(self, who: Hashable, now: datetime) -> float:
        left, at = self._left.get(who, (float(self.number), now))
        passed = max(0.0, (now - at).total_seconds())
        return min(float(self.number), left + passed * self.number / self.seconds)

    def _keep(self, who: Hashable, left: float, now: datetime) -> None:
        self._left[who] = (left, now)
        self._left.move_to_end(who)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
