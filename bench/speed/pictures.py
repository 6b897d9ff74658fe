"""Pictures as SVG, for light and dark, told in words too: rounds of two sides, curves, and courses over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from bench.speed.figures import Spread, number

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 150, 52, 50
LINE = 16  # from one line's name to the next
MARKS = ("circle", "square", "diamond", "triangle")

_STYLE = """
svg { --ground: #ffffff; --ink: #1d2329; --faint: #d5d9de; --c0: #0b5fa5; --c1: #a8470a; --c2: #23744a; --c3: #7b3fa0;
  font: 13px system-ui, sans-serif; background: var(--ground); }
@media (prefers-color-scheme: dark) { svg { --ground: #14181d; --ink: #e8ebee; --faint: #3a424b;
  --c0: #6cb6f5; --c1: #f2a168; --c2: #6fcf9b; --c3: #c99bea; } }
text { fill: var(--ink); } .title { font-size: 16px; font-weight: 600; } .small { font-size: 11px; }
.ground { fill: var(--ground); } .grid { stroke: var(--faint); } .axis { stroke: var(--ink); }
.line { fill: none; stroke-width: 2; } .mark { stroke: var(--ground); }
"""
_STYLE += "".join(f".c{n} {{ stroke: var(--c{n}); }} .f{n} {{ fill: var(--c{n}); }}\n" for n in range(len(MARKS)))


@dataclass(frozen=True)
class Axis:
    """A range on the page."""

    least: float
    most: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        return self.begin + (value - self.least) / (self.most - self.least or 1) * (self.end - self.begin)


def rounds(title: str, unit: str, sides: Mapping[str, Sequence[float]]) -> str:
    """Both sides of each round, with their numbers."""
    count = max(len(values) for values in sides.values())
    words = "; ".join(f"{name}: {', '.join(number(value) for value in values)}" for name, values in sides.items())
    panel = _Panel(unit, Axis(0.5, count + 0.5, LEFT, WIDTH - RIGHT), _most(sides.values()), TOP)
    panel.ticks_x([(float(n), f"round {n}") for n in range(1, count + 1)])
    for at, (name, values) in enumerate(sides.items()):
        panel.series(at, name, [(float(n), value) for n, value in enumerate(values, start=1)], told=True)
    return _document(title, f"{unit} by round. {words}.", panel.parts, HEIGHT)


def curves(title: str, of: str, unit: str, lines: Mapping[str, Sequence[tuple[float, float, float, float]]]) -> str:
    """Lines of points (x, median, least, most); each point of a line stands as far from the last as the others do."""
    places = [point[0] for point in next(iter(lines.values()))]
    middles = {name: [point[1] for point in points] for name, points in lines.items()}
    panel = _Panel(
        unit,
        Axis(-0.3, len(places) - 0.7, LEFT, WIDTH - RIGHT),
        _most([p[3] for p in points] for points in lines.values()),
        TOP,
    )
    panel.ticks_x([(float(n), f"{of} {place:g}" if n == 0 else f"{place:g}") for n, place in enumerate(places)])
    for at, (name, points) in enumerate(lines.items()):
        panel.spreads(at, [(float(n), low, high) for n, (_, _, low, high) in enumerate(points)])
        panel.series(at, name, [(float(n), value) for n, value in enumerate(middles[name])], told=True)
    words = "; ".join(f"{name}: {_told(places, values)}" for name, values in middles.items())
    return _document(title, f"{unit} by {of}, median of the rounds. {words}.", panel.parts, HEIGHT)


def _told(places: Sequence[float], values: Sequence[float]) -> str:
    return ", ".join(f"{place:g} gives {number(value)}" for place, value in zip(places, values, strict=True))


def courses(title: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """One panel a unit, below each other, over the same seconds."""
    end = max((at for points in lines.values() for at, _ in points), default=1.0)
    parts, words, top = [], [], TOP
    for at, (unit, points) in enumerate(lines.items()):
        values = [value for _, value in points] or [0.0]
        panel = _Panel(unit, Axis(0, end, LEFT, WIDTH - RIGHT), _most([values]), top)
        panel.ticks_x([(step, f"{step:g} s") for step in _steps(0, end) if step <= end])
        panel.series(at, unit, points, marks=False)
        parts += panel.parts
        top += HEIGHT - TOP
        words.append(
            f"{unit}: median {number(Spread.of(values).median)}, from {number(min(values))} to {number(max(values))}"
        )
    return _document(title, f"Over {number(end)} seconds. {'; '.join(words)}.", parts, top + 8)


class _Panel:
    """Axes, and what is drawn between them."""

    def __init__(self, unit: str, x: Axis, most: float, top: float) -> None:
        self._x = x
        steps = _steps(0, most)
        self._y = Axis(0, steps[-1], top + HEIGHT - TOP - BOTTOM, top + 8)
        self.parts: list[str] = []
        for step in steps:
            y = self._y.at(step)
            self.parts.append(f'<line class="grid" x1="{x.begin:.1f}" x2="{x.end:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
            self.parts.append(_text(x.begin - 8, y + 4, f"{step:,g}", "end"))
        self.parts.append(_text(16, top - 6, unit, "start", "small"))
        self._names: list[float] = []  # where the lines' names stand

    def ticks_x(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Words below the axis."""
        y = self._y.begin
        self.parts.append(f'<line class="axis" x1="{self._x.begin}" x2="{self._x.end}" y1="{y:.1f}" y2="{y:.1f}"/>')
        self.parts += [_text(self._x.at(at), y + 20, words, "middle") for at, words in ticks]

    def series(
        self, n: int, name: str, points: Sequence[tuple[float, float]], *, marks: bool = True, told: bool = False
    ) -> None:
        """A line with its name at its end; `told`: and its numbers."""
        places = [(self._x.at(x), self._y.at(y)) for x, y in points]
        if not places:
            return
        self.parts.append(f'<polyline class="line c{n}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        if marks:
            self.parts += [_mark(n, x, y) for x, y in places]
        if told:
            for (x, y), (_, value) in zip(places, points, strict=True):
                below = 20 if n % 2 and y + 24 < self._y.begin else -10
                self.parts.append(_text(x, y + below, number(value), "middle", "small"))
        y = places[-1][1]
        while any(abs(y - other) < LINE for other in self._names):
            y += 1
        self._names.append(y)
        self.parts.append(_text(self._x.end + 12, y + 4, name, "start", f"f{n}"))

    def spreads(self, n: int, points: Sequence[tuple[float, float, float]]) -> None:
        """From the least to the most at each place."""
        for at, low, high in points:
            x, y1, y2 = self._x.at(at), self._y.at(low), self._y.at(high)
            self.parts.append(f'<line class="c{n}" x1="{x:.1f}" x2="{x:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>')


def _mark(n: int, x: float, y: float) -> str:
    match MARKS[n % len(MARKS)]:
        case "circle":
            return f'<circle class="mark f{n}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
        case "square":
            return f'<rect class="mark f{n}" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
        case "diamond":
            return f'<path class="mark f{n}" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z"/>'
        case _:
            return f'<path class="mark f{n}" d="M{x:.1f} {y - 6:.1f}l6 11h-12z"/>'


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _document(title: str, told: str, parts: Sequence[str], height: float) -> str:
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title told">'
    names = f'<title id="title">{escape(title)}</title>\n<desc id="told">{escape(told)}</desc>'
    ground = f'<rect class="ground" width="{WIDTH}" height="{height:.0f}"/>'
    body = "\n".join((ground, _text(16, 24, title, "start", "title"), *parts))
    return f"{head}\n{names}\n<style>{_STYLE}</style>\n{body}\n</svg>\n"


def _most(groups: Iterable[Sequence[float]]) -> float:
    return max((max(group) for group in groups), default=1.0) * 1.08


def _steps(least: float, most: float) -> list[float]:
    """Round numbers from the least to above the most: five or so."""
    rough = (most - least or 1.0) / 5
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [least + n * step for n in range(ceil((most - least) / step - 1e-9) + 1)]
