"""The geometry of small drawings: bars of parts, steps over time, bars side by side. The numbers stand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WIDTH = 1000.0  # of a drawing; the page stretches it
HEIGHT = 240.0
_LEAST = 5.0  # of a part that is there at all
_FEW = 10  # rows of a table over time
_ALMOST_ALL = 0.98
_SIZES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)  # minutes


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its kind (a class of the style sheet), what it is, how many; where it stands."""

    kind: str
    words: str
    number: int
    x: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """So many between two moments; `total`: with all before."""

    since: datetime
    until: datetime
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Steps:
    """How a number grew: the outline of an area, the rows that say the same, and what came later than it shows."""

    area: str
    line: str
    rows: tuple[Row, ...]
    later: Row | None
    since: datetime
    until: datetime


def stacked(parts: Sequence[tuple[str, str, int]], width: float = WIDTH) -> tuple[Part, ...]:
    """Parts side by side. What is there is seen, however few it is; nothing is drawn for none."""
    there = [one for one in parts if one[2]]
    total = sum(number for _, _, number in there)
    least = min(_LEAST * width / WIDTH, width / max(len(there), 1))
    small = [number for _, _, number in there if number / total * width < least]
    free, rest = width - least * len(small), total - sum(small)
    found, x = [], 0.0
    for kind, words, number in there:
        wide = least if number / total * width < least else free * number / rest
        found.append(Part(kind, words, number, round(x, 1), round(wide, 1)))
        x += wide
    return tuple(found)


def bar(number: int, most: int, width: float = WIDTH) -> float:
    """How long a bar is beside one of `most`."""
    return round(max(number / most * width, _LEAST), 1) if number and most else 0.0


def steps(minutes: Sequence[tuple[datetime, int]], zone: tzinfo) -> Steps | None:
    """How many were handed over when: drawn by the minute until almost all were, told in at most some ten rows."""
    if not minutes:
        return None
    total, so_far, almost = sum(number for _, number in minutes), 0, minutes[-1][0]
    for at, number in minutes:
        so_far += number
        if so_far >= total * _ALMOST_ALL:
            almost = at
            break
    first, minute = minutes[0][0], timedelta(minutes=1)
    size = next((one for one in _SIZES if (almost - first) / (one * minute) < _FEW), _SIZES[-1])
    if (minutes[-1][0] - first) / (size * minute) < _FEW + 2:
        almost = minutes[-1][0]  # the rest is not worth a row of its own
    rows = _rows(minutes, size, zone, almost)
    end = min(rows[-1].until, minutes[-1][0] + minute)
    told = rows[-1].total
    later = (
        Row(rows[-1].until, (minutes[-1][0] + minute).astimezone(zone), total - told, total) if total > told else None
    )
    line = _line([one for one in minutes if one[0] < end], first, end, total)
    area = f"0,{HEIGHT:g} {line} {WIDTH:g},{HEIGHT:g}"
    return Steps(area, line, rows, later, first.astimezone(zone), end.astimezone(zone))


def _rows(minutes: Sequence[tuple[datetime, int]], size: int, zone: tzinfo, almost: datetime) -> tuple[Row, ...]:
    sums: dict[datetime, int] = {}
    for at, number in minutes:
        start = _floor(at, size, zone)
        if start <= almost:
            sums[start] = sums.get(start, 0) + number
    found, total = [], 0
    for start, number in sorted(sums.items()):
        total += number
        found.append(Row(start, start + timedelta(minutes=size), number, total))
    return tuple(found)


def _floor(at: datetime, size: int, zone: tzinfo) -> datetime:
    local = at.astimezone(zone)
    past = (local.hour * 60 + local.minute) % size
    return (local - timedelta(minutes=past)).replace(second=0, microsecond=0)


def _line(shown: Sequence[tuple[datetime, int]], since: datetime, until: datetime, total: int) -> str:
    span, so_far = (until - since) / timedelta(minutes=1), 0
    points = [(0.0, HEIGHT)]
    for at, number in shown:
        x = (at - since) / timedelta(minutes=1)
        points.append((x / span * WIDTH, _height(so_far, total)))
        so_far += number
        points.append(((x + 1) / span * WIDTH, _height(so_far, total)))
    points.append((WIDTH, _height(so_far, total)))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _height(number: int, total: int) -> float:
    return HEIGHT - number / total * (HEIGHT - 4)
