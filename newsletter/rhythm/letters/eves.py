"""The letters of the last days: the date is at risk, all is ready, or it will not go."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.issues.moves import IN_WORDS
from newsletter.issues.rhythm import Dates
from newsletter.preflight import Finding
from newsletter.rendering.staff import Part, Row, StaffLetter
from newsletter.rhythm.letters.saying import When, capital, failing_rows, few, found_now, owed_rows, plan_command, to
from newsletter.rhythm.standing import Failing, Standing


def missing(standing: Standing | None, failing: Sequence[Failing], when: When, *, planned: bool) -> tuple[Part, ...]:
    """What stands between an issue and its day; nothing where it is ready. `planned`: whether it has a time."""
    if standing is None:
        return (Part("There is no draft", ("Nothing has been collected for it yet.",), leading=True),)
    issue, parts = standing.issue, []
    if standing.yes is None:
        parts.append(_no_yes(standing))
    elif not planned:
        parts.append(
            Part(
                "It is signed off, and nobody has planned it",
                ("Plan it, and it goes out by itself at that time.",),
                commands=(plan_command(issue.slug),),
                leading=True,
            )
        )
    if rows := owed_rows(standing, when):
        parts.append(Part("Still owed", rows=rows))
    if failing:
        parts.append(Part("Sources that fail", rows=failing_rows(failing, when)))
    return tuple(parts)


def _no_yes(standing: Standing) -> Part:
    slug = standing.issue.slug
    submit = f"newsletter issue submit {slug} --by YOUR-ADDRESS"
    if standing.changes:
        rows = few([Row(one) for one in standing.changes])
        why = ("It has changed since somebody said yes. Undo that, or hand it in again.",)
        return Part("It needs a new yes", why, rows, (submit,), leading=True)
    if standing.awaits:
        return Part(
            "Nobody has said yes yet",
            ("It is handed in, and waits for an answer.",),
            commands=(f"newsletter issue approve {slug} --by YOUR-ADDRESS",),
            leading=True,
        )
    return Part("It is not handed in for sign-off", (f"It is {IN_WORDS[standing.issue.state]}.",), (), (submit,), True)


def risk(name: str, list_slug: str, dates: Dates, parts: Sequence[Part], when: When) -> StaffLetter:
    """To everybody: the date is at risk."""
    return StaffLetter(
        subject=f"At risk: {name}, {to(dates.send, when)}",
        heading=f"The date of {name} is at risk",
        lines=(
            f"It is to go out {to(dates.send, when)}, and is not ready. There is still time, or the day can be moved.",
        ),
        parts=(*parts, _move(list_slug, dates)),
    )


def not_planned(name: str, list_slug: str, dates: Dates, parts: Sequence[Part], when: When) -> StaffLetter:
    """On the eve, to everybody: it will not go out by itself."""
    return StaffLetter(
        subject=f"{capital(to(dates.send, when))}: {name} will not go out by itself",
        heading=f"{name} is not ready",
        lines=(f"Its day is {to(dates.send, when)}. Nothing goes out then unless somebody does what is missing.",),
        parts=(*parts, _move(list_slug, dates)),
    )


def _move(list_slug: str, dates: Dates) -> Part:
    return Part(
        "To move the day",
        commands=(f"newsletter lists dates {list_slug} --set {dates.period.label}=MOMENT --by YOUR-ADDRESS",),
    )


def ready(
    standing: Standing, at: datetime, by: str, readers: int, when: When, *, calm: bool, found: Sequence[Finding] = ()
) -> StaffLetter:
    """On the eve of a planned issue, to everybody: all is well, but for what the checks found since the sign-off."""
    issue, yes = standing.issue, standing.yes
    assert yes is not None
    how = " We have it first, some minutes before." if calm else ""
    well = f"{len(found)} {'thing was' if len(found) == 1 else 'things were'} found" if found else "all is ready"
    owed = owed_rows(standing, when)
    return StaffLetter(
        subject=f"{capital(when.said(at))}: {issue.name} goes out. {capital(well)}",
        heading=f"{capital(when.said(at))}, {well}",
        lines=(
            f"{issue.name} goes to {readers:,} readers {to(at, when)}, by itself.{how}",
            f"Exactly version {yes.number} goes out, as {yes.by} has signed it off. {by} has planned it.",
        ),
        parts=(
            *found_now(found),
            *([Part("Still owed", ("It goes without:",), owed)] if owed else []),
            Part(
                "If it should not",
                ("Plan it for another time, or take it back:",),
                commands=(plan_command(issue.slug), f"newsletter issue withdraw {issue.slug} --by YOUR-ADDRESS"),
            ),
        ),
    )


def not_ready(standing: Standing, at: datetime, why: str, parts: Sequence[Part], when: When) -> StaffLetter:
    """On the eve of a planned issue, to everybody: as it stands it will not go."""
    name = standing.issue.name
    return StaffLetter(
        subject=f"{name} will not go out {to(at, when)}",
        heading=f"As it stands, {name} will not go out",
        lines=(f"It is planned for {when.said(at)}.", *([why] if why else [])),
        parts=tuple(parts),
    )
