"""What others were asked for."""

from collections.abc import Iterator

from newsletter.preflight.checks.placing import short_day
from newsletter.preflight.facts.model import Awaited, Facts
from newsletter.preflight.model import Finding, Mend, Mending, Severity, Who


def owed_texts(facts: Facts) -> Iterator[Finding]:
    """Everything that somebody was asked for is there."""
    today = facts.send.now.date()
    for one in facts.awaited:
        yield Finding(
            Severity.LOOK, "owed texts", f"{one.words[:1].upper()}{one.words[1:]}",
            f"{one.owner} has not given it yet{_due(one, late=one.due_on is not None and one.due_on < today)}."
            " The mail is complete without it.",
            Who.ASKED,
            (
                Mend(Mending.OWED, "Remind", block=one.block_id),
                Mend(Mending.OWED, "Go without it", block=one.block_id, field="without"),
            ),
        )  # fmt: skip


def _due(one: Awaited, *, late: bool) -> str:
    if one.due_on is None:
        return ""
    return f"; it was due on {short_day(one.due_on)}" if late else f"; it is due on {short_day(one.due_on)}"
