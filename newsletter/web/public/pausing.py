"""Pauses as pages offer them: until the first of a month."""

from datetime import date

MONTHS = (3, 6, 12)
USUAL = 6  # the one offered beside the way out


def until(today: date, months: int) -> date:
    """The first of the month that lies so many months ahead."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)


def offered(today: date) -> tuple[date, ...]:
    """What one can choose from."""
    return tuple(until(today, months) for months in MONTHS)


def chosen(text: str) -> date | None:
    """The day that a form names, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
