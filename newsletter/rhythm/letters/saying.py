"""How the letters say moments, and what several of them show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from newsletter.issues.rhythm import Dates
from newsletter.preflight import Finding
from newsletter.rendering.staff import Part, Row
from newsletter.rhythm.standing import Failing, Standing

MOST_ROWS = 24  # of one part; the rest is counted


@dataclass(frozen=True, slots=True)
class When:
    """Now, and the zone in which people here say it."""

    now: datetime
    zone: tzinfo

    def said(self, at: datetime) -> str:
        """Like "tomorrow, 09:00" or "Tuesday 9 July, 09:00"."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        days = (local.date() - today.date()).days
        if days in {0, 1}:
            return f"{'today' if days == 0 else 'tomorrow'}, {local:%H:%M}"
        return f"{self.day(local.date())}, {local:%H:%M}"

    def day(self, day: date) -> str:
        """Like "Tuesday 9 July"; with the year where it is another."""
        year = "" if day.year == self.now.astimezone(self.zone).year else f" {day.year}"
        return f"{day:%A} {day.day} {day:%B}{year}"


def plan_command(slug: str) -> str:
    return f"newsletter issue plan {slug} --at MOMENT --by YOUR-ADDRESS"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def few(rows: Sequence[Row]) -> tuple[Row, ...]:
    """As many as anybody reads, and how many more there are."""
    if len(rows) <= MOST_ROWS + 1:
        return tuple(rows)
    return (*rows[:MOST_ROWS], Row(f"and {len(rows) - MOST_ROWS} more"))


def to(at: datetime, when: When) -> str:
    """Within a sentence: "on Tuesday 9 July at 09:00", "tomorrow at 09:00"."""
    said = when.said(at).replace(", ", " at ")
    return said if said.startswith(("today", "tomorrow")) else f"on {said}"


def dates_part(dates: Dates, when: When, title: str) -> Part:
    """The steps that lie ahead."""
    steps = (
        ("the first draft", dates.draft),
        ("hand in for sign-off", dates.review),
        ("it goes out", dates.send),
    )
    rows = [Row(capital(when.said(at)), label=capital(what)) for what, at in steps if at > when.now]
    return Part(title, rows=rows)


def owed_rows(standing: Standing, when: When) -> tuple[Row, ...]:
    """What staff owe, and what guests have not answered."""
    missing = (
        *((block.words, block.owner, block.due_on) for block in standing.owed),
        *((one.what, one.name, one.due_on) for one in standing.guests),
    )
    return tuple(Row(capital(what), f"{who}" + (f", by {when.day(due)}" if due else "")) for what, who, due in missing)


def found_now(found: Sequence[Finding]) -> tuple[Part, ...]:
    """What the checks found since it was signed off; nothing where that is nothing."""
    if not found:
        return ()
    why = "It was signed off, so this does not hold it. Decide whether it should wait:"
    return (
        Part("Found since it was signed off", (why,), few([Row(one.message, one.place) for one in found]), (), True),
    )


def failing_rows(sources: Sequence[Failing], when: When) -> tuple[Row, ...]:
    return tuple(
        Row(f"Nothing comes from {one.name} since {when.day(one.since.astimezone(when.zone).date())}", one.trouble)
        for one in sources
    )
