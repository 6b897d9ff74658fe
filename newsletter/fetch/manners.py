"""When a site may be asked again: what its robots.txt and its Retry-After want, remembered for each site."""

import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from newsletter.fetch.allowance import Allowance
from newsletter.fetch.robots import Rules
from newsletter.fetch.unreachable import Obstacle

_SITES = 100  # remembered; the rules of one can be megabytes
LONGEST_WAIT = 7 * 24 * 3600.0  # seconds of a Retry-After that are believed
RULES_LAST = 24 * 3600.0  # RFC 9309 2.4
FAILURES_LAST = 60.0
_REMEMBERED = 3600.0  # seconds of a wish to be left alone; longer ones are the caller's to keep


@dataclass(slots=True)
class _Site:
    rules: Rules | Obstacle | None = None
    rules_until: float = 0.0
    next_turn: float = 0.0
    away_until: float = 0.0
    away_status: int = 0


@dataclass(slots=True)
class Manners:
    """Times are the clock's, in seconds."""

    clock: Callable[[], float]
    pause: Callable[[float], None]
    _sites: dict[str, _Site] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known_rules(self, origin: str) -> Rules | Obstacle | None:
        """What its robots.txt said or why it could not be read, while that lasts."""
        with self._lock:
            site = self._site(origin)
            return site.rules if self.clock() < site.rules_until else None

    def learn(self, origin: str, rules: Rules | Obstacle) -> None:
        with self._lock:
            site = self._site(origin)
            site.rules = rules if isinstance(rules, Rules) else rules.with_traceback(None)
            site.rules_until = self.clock() + (RULES_LAST if isinstance(rules, Rules) else FAILURES_LAST)

    def wait(self, origin: str, delay: float, allowance: Allowance) -> None:
        """Pause until `delay` seconds after the last turn of this site."""
        with self._lock:
            site, now = self._site(origin), self.clock()
            turn = max(now, site.next_turn)
            site.next_turn = turn + delay
        if turn > now:
            allowance.add(turn - now)
            self.pause(turn - now)

    def stay_away(self, origin: str, status: int, seconds: float) -> None:
        with self._lock:
            site = self._site(origin)
            site.away_until, site.away_status = self.clock() + min(seconds, _REMEMBERED), status

    def check(self, origin: str) -> None:
        """Obstacle while the site wants to be left alone."""
        with self._lock:
            site = self._site(origin)
            left = site.away_until - self.clock()
        if left > 0:
            raise Obstacle(
                f"answered {named(site.away_status)} a moment ago and asks to be left alone for {_span(left)} more",
                retry_after=left,
                status=site.away_status,
            )

    def _site(self, origin: str) -> _Site:
        """The sites asked last are kept."""
        site = self._sites.pop(origin, None) or _Site()
        self._sites[origin] = site
        if len(self._sites) > _SITES:
            del self._sites[next(iter(self._sites))]
        return site


def busy(status: int, seconds: float) -> Obstacle:
    """The site's wish to be left alone, as a reason."""
    wish = f" and asks to be left alone for {_span(seconds)}" if seconds else ""
    return Obstacle(f"answers {named(status)}{wish}", retry_after=seconds, status=status)


def named(status: int) -> str:
    """404 (not found)."""
    try:
        return f"{status} ({HTTPStatus(status).phrase.lower()})"
    except ValueError:
        return str(status)


def _span(seconds: float) -> str:
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{math.ceil(seconds / length)} {unit}"
    return f"{math.ceil(seconds)} seconds"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After, told as a number or as a date that the answer's own Date measures (RFC 9110 10.2.3).

    `headers` answer to small letters.
    """
    told = headers.get("retry-after", "")
    try:
        if re.fullmatch(r"[0-9]{1,9}", told):
            seconds = float(told)
        else:
            end, now = parsedate_to_datetime(told), parsedate_to_datetime(headers.get("date", ""))
            seconds = (end - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
