"""The letters about a send: it has started, it's out, it was not sent."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.delivery.views import MailingStatus
from newsletter.preflight import Finding
from newsletter.rendering.staff import Part, Row, StaffLetter
from newsletter.rhythm.letters.saying import When, few, found_now, plan_command


def started(
    name: str, slug: str, readers: int, when: When, *, by: str, calm: bool, found: Sequence[Finding] = ()
) -> StaffLetter:
    """To everybody: it has begun. `found`: what must be told now, though it was signed off."""
    whom = f"{readers:,} {'reader' if readers == 1 else 'readers'}"
    how = " You have it first; nobody outside has it yet." if calm else ""
    return StaffLetter(
        subject=f"{name} has started",
        heading=f"{name} is on its way",
        lines=(f"It began at {when.now.astimezone(when.zone):%H:%M}, to {whom}, as {by} had planned.{how}",),
        parts=(
            *found_now(found),
            Part(
                "To hold it, or to see how far it is",
                commands=(
                    f"newsletter issue pause {slug} --by YOUR-ADDRESS",
                    f"newsletter issue status {slug}",
                ),
            ),
        ),
    )


def out(name: str, slug: str, status: MailingStatus) -> StaffLetter:
    """To everybody: it's out, and the sum."""
    others = (
        (status.deferred, "being tried again"), (status.rejected, "refused"), (status.uncertain, "without an answer"),
        *((number, f"left out at their turn: {reason.replace('_', ' ')}") for reason, number in sorted(
            status.excluded.items())),
    )  # fmt: skip
    rows = [Row(text, number=f"{number:,}") for number, text in others if number]
    wrong = () if status.balances else ("The sum is wrong. Please report this.",)
    return StaffLetter(
        subject=f"{name} is out: {status.accepted:,} of {status.candidates:,}",
        heading=f"It's out: {status.accepted:,} of {status.candidates:,}",
        lines=(
            f"{name} was handed over to the mail service for {status.accepted:,} of {status.candidates:,} readers.",
        ),
        parts=(
            Part(
                "The sum",
                wrong,
                rows=(
                    Row("handed over", number=f"{status.accepted:,}"),
                    *rows,
                    Row("on the list when it began", number=f"{status.candidates:,}"),
                ),
            ),
            Part("Who, and why", commands=(f"newsletter issue report {slug}",)),
        ),
    )


def not_sent(name: str, slug: str, at: datetime, why: str, changes: Sequence[str], when: When) -> StaffLetter:
    """To everybody: its time has come, and it was not sent."""
    return StaffLetter(
        subject=f"Not sent: {name}",
        heading=f"{name} was not sent",
        lines=(
            f"It was planned for {when.said(at)}.",
            why,
            "Nothing was handed over, and nothing goes out by itself.",
        ),
        parts=(
            *([Part("What has changed", rows=few([Row(one) for one in changes]))] if changes else []),
            Part(
                "When that is mended, give it a new time, or send it now",
                commands=(plan_command(slug), f"newsletter issue send {slug} --by YOUR-ADDRESS"),
                leading=True,
            ),
        ),
    )
