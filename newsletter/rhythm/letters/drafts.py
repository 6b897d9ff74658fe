"""The letters around a draft: what should be in it, here it is, nothing could be collected."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.issues.rhythm import Dates
from newsletter.rendering.staff import Part, Row, Shown, StaffLetter
from newsletter.rhythm.letters.saying import When, dates_part, failing_rows, few, owed_rows
from newsletter.rhythm.standing import Failing, Standing


def call(name: str, dates: Dates, when: When) -> StaffLetter:
    """To everybody: what should be in it?"""
    return StaffLetter(
        subject=f"What should be in {name}? Until {when.day(dates.cut_off)}",
        heading=f"What should be in {name}?",
        lines=(
            f"What is published until {when.day(dates.cut_off)} is collected for this issue.",
            (
                "What our own pages and feeds tell is found by itself. Think of the rest: articles about us, calls and"
                " events that are open, a city's story, numbers worth telling."
            ),
        ),
        parts=(
            Part(
                "How to tell",
                ("Answer this letter: a link, a date, and one sentence that says why it matters. Or add it yourself:",),
                commands=(
                    "newsletter publications paste URL",
                    "newsletter publications add TITLE --kind KIND --url URL",
                ),
                leading=True,
            ),
            dates_part(dates, when, "The dates"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as its letter tells it: titles with their sections, what waits and why, what only a person can do."""

    standing: Standing
    dates: Dates
    picture: Shown | None
    inside: Sequence[Row]
    waiting: Sequence[Row]
    declined: int
    undated: int
    todo: Sequence[Row]
    failing: Sequence[Failing]


def draft(made: Drafted, when: When) -> StaffLetter:
    """To those who write: here it is."""
    issue, dates = made.standing.issue, made.dates
    late = dates.send <= when.now
    waits = f" {len(made.waiting)} {'waits' if len(made.waiting) == 1 else 'wait'}." if made.waiting else ""
    out = f" {made.declined} left out, each with its reason." if made.declined else ""
    lines = [f"It was collected until {when.day(issue.collects_until)}. {len(made.inside)} in the mail.{waits}{out}"]
    if late:
        lines.append(
            f"It should have gone out on {when.day(dates.send.astimezone(when.zone).date())}; nothing ran here then."
            " Plan it for a new day."
        )
    look = Part(
        "Look at it, change it, hand it in",
        commands=(
            f"newsletter issue render {issue.slug} --out FOLDER",
            f"newsletter issue show {issue.slug}",
            f"newsletter issue submit {issue.slug} --by YOUR-ADDRESS",
        ),
    )
    parts = [
        _todo(made, when),
        Part(f"In the mail ({len(made.inside)})", rows=few(made.inside)),
        *([Part(f"Waiting ({len(made.waiting)})", rows=few(made.waiting))] if made.waiting else []),
        look,
        *([] if late else [dates_part(dates, when, "What comes next")]),
    ]
    return StaffLetter(
        subject=f"Your first draft is ready: {issue.name}",
        heading=f"Your first draft of {issue.name} is ready",
        lines=tuple(lines),
        picture=made.picture,
        parts=tuple(parts),
    )


def _todo(made: Drafted, when: When) -> Part:
    rows = [*made.todo, *owed_rows(made.standing, when), *failing_rows(made.failing, when)]
    if made.undated:
        one = made.undated == 1
        rows.append(
            Row(
                f"{made.undated} {'publication has' if one else 'publications have'} no date, and so no issue",
                "newsletter publications date ID DAY",
            )
        )
    if not rows:
        return Part("What only you can do", ("Nothing must be mended. Read it once as a reader would.",), leading=True)
    return Part("What only you can do", rows=few(rows), leading=True)


def no_draft(name: str, why: str, problems: Sequence[str], failing: Sequence[Failing], when: When) -> StaffLetter:
    """To those who write: nothing could be collected."""
    return StaffLetter(
        subject=f"No draft yet: {name}",
        heading=f"There is no draft of {name} yet",
        lines=(why,),
        parts=(
            *([Part("What was found", rows=few([Row(one) for one in problems]))] if problems else []),
            *([Part("Sources that fail", rows=failing_rows(failing, when), leading=True)] if failing else []),
        ),
    )
