"""What is kept of a visit, and when the next one is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.publications.sources.model import Memory
from newsletter.publications.tables import SourceRow

EVERY = timedelta(hours=6)
FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(hours=24)
LONGEST_ASKED = timedelta(days=7)  # what a Retry-After may make us wait
MOST_TROUBLE = 500  # characters


@dataclass(frozen=True, slots=True)
class Visit:
    """How it went: with `trouble`, a sentence, or without. `retry_after`: seconds that the source wants us away.

    `memory`: the reader's, for the next visit. `last`: what is told of this one.
    """

    began: datetime
    memory: Memory
    last: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""
    retry_after: float | None = None


def record(session: Session, source_id: int, visit: Visit, now: datetime) -> None:
    """Write it down. A source that was removed meanwhile needs nothing."""
    row = session.get(SourceRow, source_id)
    if row is None:
        return
    row.last = {**row.last, **visit.last}
    if not visit.trouble:
        row.memory, row.collected_at, row.next_at = visit.memory, visit.began, now + EVERY
        row.failing_since, row.failures, row.trouble = None, 0, ""
        return
    row.failures += 1
    row.failing_since = row.failing_since or visit.began
    row.trouble = visit.trouble[:MOST_TROUBLE]
    row.next_at = now + pause(row.failures, visit.retry_after)


def pause(failures: int, retry_after: float | None = None) -> timedelta:
    """How long to stay away after so many failures in a row, and at least as long as the source asks."""
    by_itself = min(FIRST_RETRY * (1 << min(failures - 1, 10)), LONGEST_RETRY)
    asked = min(retry_after or 0.0, LONGEST_ASKED.total_seconds())
    return max(by_itself, timedelta(seconds=asked))
