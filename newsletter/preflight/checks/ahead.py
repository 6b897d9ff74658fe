"""What lies ahead for readers: closing dates and events, against the day on which they get the mail."""

from collections.abc import Iterator
from datetime import date, timedelta

from newsletter.issues.model import Item, Role
from newsletter.preflight.checks.placing import about, day, edit, short_day, take_out
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Severity
from newsletter.publications.model import Layout

SOON = timedelta(days=5)


def closing_dates(facts: Facts) -> Iterator[Finding]:
    """No call closes before readers get the mail, or within five days."""
    on = facts.send.on
    for item in facts.draft.items:
        closes = item.source.deadline_on
        if closes is None or item.role is Role.MORE:
            continue
        if closes < on:
            yield _finding(item, Severity.MUST, "closing dates", f"It closes on {_when(closes, on)}; {_get(facts)}")
        elif closes - on <= SOON:
            left = (closes - on).days
            time = "on the very day" if not left else f"only {left} {'day' if left == 1 else 'days'} later"
            yield _finding(
                item, Severity.LOOK, "closing dates",
                f"It closes on {day(closes)}, {time}: {_get(facts)} Many will read it too late.",
            )  # fmt: skip


def events_over(facts: Facts) -> Iterator[Finding]:
    """No event is over, or has begun, by the day on which readers get the mail."""
    on = facts.send.on
    for item in _events(facts):
        starts, ends = item.source.starts_on, item.source.ends_on or item.source.starts_on
        if starts is None or ends is None:
            continue
        if ends < on:
            yield _finding(item, Severity.MUST, "events over", f"It is over on {_when(ends, on)}; {_get(facts)}")
        elif starts < on:
            yield _finding(
                item,
                Severity.LOOK,
                "events over",
                f"It begins on {day(starts)}, before {_get(facts)[:-1]} and goes on.",
            )


def _events(facts: Facts) -> Iterator[Item]:
    """What invites; the report of an event may well tell its days."""
    for section in facts.draft.sections:
        for item in section.items:
            if item.role is not Role.MORE and Layout.DATE in {section.layout, item.source.layout}:
                yield item


def _when(past: date, on: date) -> str:
    return short_day(past) if past.year == on.year else day(past)


def _get(facts: Facts) -> str:
    """Readers get this mail on Tuesday, 9 July 2024."""
    return f"readers get this mail on {day(facts.send.on)}."


def _finding(item: Item, severity: Severity, check: str, message: str) -> Finding:
    mends = (edit(item, "date", "Change the date"), take_out(item))
    return Finding(severity, check, about(item), message, mends=mends)
