"""The table of the rows, and what is kept of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.crash.stage import Round

_COLUMNS = {
    "row": "row", "engine": "engine", "rounds": "rounds", "kills": "kills", "twice": "twice", "lost": "lost",
    "mean": "uncertain a kill", "worst": "worst", "arrived": "of them arrived", "missed": "missed", "failed": "gave up",
    "problems": "problems", "seconds": "seconds",
}  # fmt: skip


def summary(row: str, engine: str, played: Sequence[Round], seconds: float) -> dict[str, Any]:
    """One line of the table. `missed`: rounds whose hindrance came when the sender was at its end."""
    kills, uncertain = sum(one.kills for one in played), sum(one.uncertain for one in played)
    return {
        "row": row,
        "engine": engine,
        "rounds": len(played),
        "missed": sum(not one.hit for one in played),
        "kills": kills,
        "twice": sum(one.twice for one in played),
        "lost": sum(one.lost for one in played),
        "uncertain": uncertain,
        "mean": round(uncertain / kills, 1) if kills else float(uncertain),
        "worst": max((one.worst for one in played), default=0),
        "uncertain_arrived": sum(one.arrived for one in played),
        "failed": sum(len(one.failures) for one in played),
        "problems": sum(len(one.problems) for one in played),
        "seconds": round(seconds),
        "fell": dict(Counter(where for one in played for where in one.fell).most_common()),
        "by_mode": dict(Counter(one.mode for one in played)),
        "skipped": "",
    }


def skipped(row: str, engine: str, why: str) -> dict[str, Any]:
    """A line that could not be played, and why."""
    return summary(row, engine, (), 0.0) | {"skipped": why}


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """For people."""
    cells = [list(_COLUMNS.values())]
    for line in lines:
        shown = dict(line) | {"arrived": f"{line['uncertain_arrived']} of {line['uncertain']}"}
        cells.append([str(shown[name]) for name in _COLUMNS])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [
        "  ".join(
            cell.ljust(w) if at < 2 else cell.rjust(w) for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    left_out = [
        f"{line['row']} on {line['engine']}: not played, {line['skipped']}." for line in lines if line["skipped"]
    ]
    return "\n".join([*rows, *left_out])
