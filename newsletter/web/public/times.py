"""The times that somebody can choose who says yes after the planned one has passed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

_AHEAD = timedelta(minutes=45)  # a person must be able to stop it
_AFTERNOON, _LAST, _MORNING = time(14), time(17), time(9)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """A time, as a button says it, and as a form brings it back."""

    at: datetime
    said: str

    @property
    def value(self) -> str:
        """As a form brings it back."""
        return self.at.isoformat(timespec="minutes")


def slots(now: datetime, zone: tzinfo) -> tuple[Slot, ...]:
    """Today at 14:00, or the next full hour of an afternoon that has begun; the next working day at 09:00."""
    local = now.astimezone(zone)
    found = []
    if local.weekday() < _SATURDAY:
        full = (local + _AHEAD + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        today = max(full, local.replace(hour=_AFTERNOON.hour, minute=0, second=0, microsecond=0))
        if today.date() == local.date() and today.time() <= _LAST:
            found.append(Slot(today, f"Today {today:%H:%M}"))
    day = local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    morning = datetime.combine(day, _MORNING, zone)
    name = "Tomorrow" if day == local.date() + timedelta(days=1) else f"{day:%A}"
    found.append(Slot(morning, f"{name} {morning:%H:%M}"))
    return tuple(found)
