"""Which addresses a dry run has met, and as what: eight bytes for each of a million."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable


class Met:
    """What became of hashes met before. They are told block by block, each in order, and kept as sorted runs."""

    def __init__(self) -> None:
        self._runs: dict[str, list[array[int]]] = defaultdict(list)

    def add(self, what: str, hashes: Iterable[str]) -> None:
        """Remember them; where they do not go on in order, a new run begins."""
        runs = self._runs[what]
        for short in map(_short, hashes):
            if not runs or short < runs[-1][-1]:
                runs.append(array("Q"))
            runs[-1].append(short)

    def outcomes(self, key: str) -> set[str]:
        """All that became of this hash."""
        short = _short(key)
        return {what for what, runs in self._runs.items() if any(_holds(run, short) for run in runs)}


def _short(key: str) -> int:
    return int(key[:16], 16)


def _holds(run: "array[int]", short: int) -> bool:
    place = bisect_left(run, short)
    return place < len(run) and run[place] == short
