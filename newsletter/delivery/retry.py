"""When a copy that was put off is tried again: by a schedule, for up to 72 hours (RFC 5321 4.5.4.1)."""

from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(hours=72)
_WAITS = tuple(timedelta(minutes=m) for m in (10, 20, 30, 60, 120, 240, 480))


def next_due(attempt: int, first_at: datetime, now: datetime, retry_after: timedelta | None = None) -> datetime | None:
    """The time of the next try after `attempt` (1 is the first), or None when it is given up.

    Greylisting wants the same triple again after 5 to 15 minutes, hence the short first wait. Who asks to wait past
    the end gets one last try at the end.
    """
    wait = _WAITS[max(1, min(attempt, len(_WAITS))) - 1]
    end = first_at + GIVE_UP_AFTER
    if now + wait > end:
        return None
    return min(now + max(wait, min(retry_after or wait, GIVE_UP_AFTER)), end)
