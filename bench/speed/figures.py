"""The arithmetic: runs in turn, their median and spread, and whether an aim is met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

Side = Callable[[], float]


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))

    def shown(self) -> str:
        """For people: the median, and from the least to the most where there are several."""
        alone = f"{number(self.median)}"
        return alone if self.least == self.most else f"{alone} ({number(self.least)} to {number(self.most)})"


def number(value: float) -> str:
    """Three digits that say something, and thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


@dataclass(frozen=True)
class Aim:
    """What is to be reached: by the ratio of the two sides, or (`of_ratio` false) by the first side alone."""

    bound: float
    at_least: bool = True
    of_ratio: bool = True
    unit: str = "x"

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def shown(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}{self.unit}"


@dataclass
class Finding:
    """One comparison, measured: the values of each side by round, and which two of them are held against each other."""

    name: str
    title: str
    unit: str
    sides: dict[str, list[float]] = field(default_factory=dict)
    compared: tuple[str, str] | None = None
    aim: Aim | None = None
    notes: list[str] = field(default_factory=list)
    skipped: str = ""
    failed: str = ""

    def ratios(self) -> list[float]:
        """Of each round, the first side by the second."""
        if self.compared is None:
            return []
        first, second = (self.sides[name] for name in self.compared)
        return [a / b for a, b in zip(first, second, strict=True)]

    def ratio(self) -> Spread | None:
        found = self.ratios()
        return Spread.of(found) if found else None

    def is_met(self) -> bool | None:
        """Whether the median reaches the aim; None where there is none, or nothing was measured."""
        if self.aim is None or not self.sides:
            return None
        if not self.aim.of_ratio:
            return self.aim.is_met(Spread.of(next(iter(self.sides.values()))).median)
        ratio = self.ratio()
        return None if ratio is None else self.aim.is_met(ratio.median)

    def as_json(self) -> dict[str, Any]:
        ratio = self.ratio()
        return {
            "name": self.name, "title": self.title, "unit": self.unit, "sides": self.sides,
            "spread": {name: asdict(Spread.of(values)) for name, values in self.sides.items() if values},
            "compared": self.compared, "ratios": self.ratios(), "ratio": asdict(ratio) if ratio else None,
            "aim": self.aim.shown() if self.aim else None, "met": self.is_met(), "notes": self.notes,
            "skipped": self.skipped, "failed": self.failed,
        }  # fmt: skip


def order(names: Sequence[str], rounds: int) -> list[list[str]]:
    """A B, B A, A B, ...: what grows warm, or busy, over time favours no side."""
    return [list(names) if turn % 2 == 0 else list(reversed(names)) for turn in range(rounds)]


def in_turn(
    sides: Mapping[str, Side], rounds: int, tell: Callable[[str], None] = lambda _: None
) -> dict[str, list[float]]:
    """Measure each side so many times, one after the other."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for turn, names in enumerate(order(list(sides), rounds), start=1):
        for name in names:
            found[name].append(sides[name]())
            tell(f"{turn} of {rounds}, {name}: {number(found[name][-1])}")
    return found


def best(sides: Mapping[str, Sequence[float]]) -> str:
    """The side with the highest median."""
    return max(sides, key=lambda name: median(sides[name]))


def table(findings: Sequence[Finding]) -> str:
    """For people: a row a finding."""
    rows = [("", "measured", "median (from to)", "ratio", "aim", "met")]
    for one in findings:
        if not one.sides:
            rows.append(
                (one.name, one.failed or f"not measured: {one.skipped}", "", "", "", "no" if one.failed else "-")
            )
            continue
        ratio = one.ratio()
        facts = (ratio.shown() if ratio else "", one.aim.shown() if one.aim else "none", _YES[one.is_met()])
        for at, (name, values) in enumerate(one.sides.items()):
            rest = facts if at == 0 else ("", "", "")
            rows.append((one.name if at == 0 else "", name, f"{Spread.of(values).shown()} {one.unit}", *rest))
    long = [max(len(row[at]) for row in rows if row[2] or at != 1) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, long, strict=True)).rstrip() for row in rows
    )


_YES = {True: "yes", False: "NO", None: "-"}
