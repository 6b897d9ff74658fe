"""What the console has found out and need not find out again for every page: kept in this process, and never trusted
for more than a sentence.
"""

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from newsletter.issues.views import IssueSummary
from newsletter.preflight import Finding, Severity

MOST = 200  # issues
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Sum:
    """What the last check of an issue found. `revision`: the issue's at that time."""

    revision: int
    musts: int
    looks: int


class Checks:
    """The sums of the last checks, by issue."""

    def __init__(self) -> None:
        self._sums: dict[int, Sum] = {}

    def keep(self, issue: IssueSummary, findings: Sequence[Finding]) -> Sum:
        """Remember what a check found."""
        grave = [one.severity for one in findings]
        found = Sum(issue.revision, grave.count(Severity.MUST), grave.count(Severity.LOOK))
        if len(self._sums) >= MOST:
            self._sums.clear()
        self._sums[issue.id] = found
        return found

    def of(self, issue: IssueSummary) -> Sum | None:
        """The sum, where the issue is still the one that was checked."""
        found = self._sums.get(issue.id)
        return found if found and found.revision == issue.revision else None


class Briefly(Generic[Value]):
    """Answers that stay good for a short time."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts = lasts
        self._known: dict[Hashable, tuple[datetime, Value]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: datetime) -> Value | None:
        """What is known, if it is not too old."""
        at, value = self._known.get(key, (None, None))
        return value if at is not None and timedelta() <= now - at < self._lasts else None

    def put(self, key: Hashable, value: Value, now: datetime) -> Value:
        """Keep it, and give it back."""
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = (now, value)
        return value
