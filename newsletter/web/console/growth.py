"""How a list grew, drawn: confirmed readers at the end of each month, who joined and who left."""

import threading
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers import growing

MONTHS = 24
_TAIL, _MARGIN = 20_000, 5_000  # events told anew for each page; and so many of the newest are never remembered
_MOST = 30_000  # events that a page waits for
_AT_ONCE = 0.05  # seconds
_WIDTH, _HEIGHT, _BARS = 720, 200, 90  # of the drawings; the page stretches them


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a drawing, and what it says."""

    x: float
    y: float
    width: float
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month: how many were confirmed at its end (or are now), how many joined in it and left in it."""

    first: date
    confirmed: int
    joined: int
    left: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Two years, the oldest month first, and the geometry of their two drawings."""

    months: tuple[Month, ...]
    line: str
    area: str
    joined: tuple[Bar, ...]
    left: tuple[Bar, ...]
    middle: float

    @property
    def all_joined(self) -> int:
        return sum(one.joined for one in self.months)

    @property
    def all_left(self) -> int:
        return sum(one.left for one in self.months)


class Remembered:
    """The sums of old events, which never change, kept in this process: each page tells only the newest anew. Where
    there are very many, they are summed up beside the first page that asks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, tuple[int, growing.Months]] = {}
        self._summing: set[int] = set()
        self._lock = threading.Lock()

    def of(self, session: Session, list_id: int) -> growing.Months | None:
        """Who joined and left, by month; None while that is being summed up."""
        last = growing.last_event(session)
        up_to, known = self._known.get(list_id, (0, {}))
        if last - up_to > _TAIL:
            self._sum_up(list_id, last - _MARGIN)
            up_to, known = self._known.get(list_id, (0, {}))
        if last - up_to > _MOST:
            return None
        return _both(known, growing.since(session, list_id, up_to, last))

    def _sum_up(self, list_id: int, up_to: int) -> None:
        with self._lock:
            if list_id in self._summing:
                return
            self._summing.add(list_id)
        thread = threading.Thread(target=self._settle, args=(list_id, up_to), name="growth", daemon=True)
        thread.start()
        thread.join(_AT_ONCE)

    def _settle(self, list_id: int, up_to: int) -> None:
        try:
            with self._database.reading() as session:
                self._known[list_id] = up_to, growing.settled(session, list_id, up_to)
        finally:
            with self._lock:
                self._summing.discard(list_id)


def growth(months: growing.Months, confirmed: int, now: datetime) -> Growth:
    """The last two years of a list on which so many are confirmed now."""
    found: list[Month] = []
    first = now.date().replace(day=1)
    later = sum((joined - left for key, (joined, left) in months.items() if key > f"{first:%Y-%m}"), 0)
    standing = max(confirmed - later, 0)
    for _ in range(MONTHS):
        joined, left = months.get(f"{first:%Y-%m}", (0, 0))
        found.append(Month(first, standing, joined, left))
        standing = max(standing - joined + left, 0)
        first = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    return _drawn(tuple(reversed(found)))


def _drawn(months: tuple[Month, ...]) -> Growth:
    step, top = _WIDTH / len(months), max((one.confirmed for one in months), default=0) or 1
    points = " ".join(
        f"{step * (n + 0.5):.1f},{_HEIGHT - one.confirmed / top * (_HEIGHT - 12):.1f}" for n, one in enumerate(months)
    )
    area = f"{step / 2:.1f},{_HEIGHT} {points} {_WIDTH - step / 2:.1f},{_HEIGHT}"
    up, down = max((one.joined for one in months), default=0), max((one.left for one in months), default=0)
    scale = _BARS / ((up + down) or 1)
    middle = up * scale

    def bar(n: int, number: int, said: str, *, below: bool = False) -> Bar:
        height = max(number * scale, 1.5 if number else 0)
        y = middle if below else middle - height
        return Bar(round(step * n + step * 0.2, 1), round(y, 1), round(step * 0.6, 1), round(height, 1), said)

    return Growth(
        months, points, area,
        tuple(bar(n, one.joined, f"{one.first:%B %Y}: {one.joined:,} joined") for n, one in enumerate(months)),
        tuple(bar(n, one.left, f"{one.first:%B %Y}: {one.left:,} left", below=True) for n, one in enumerate(months)),
        round(middle, 1),
    )  # fmt: skip


def _both(one: growing.Months, other: growing.Months) -> growing.Months:
    found = dict(one)
    for month, (joined, left) in other.items():
        before = found.get(month, (0, 0))
        found[month] = (before[0] + joined, before[1] + left)
    return found
