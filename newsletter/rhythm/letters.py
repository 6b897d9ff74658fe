"""What the calendar's letters say: pure words from facts. They name the command to type, and carry no link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from newsletter.delivery.views import MailingStatus
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.owed import Owed
from newsletter.issues.rhythm import Dates
from newsletter.rendering.staff import Part, Row, Shown, StaffLetter
from newsletter.rhythm.standing import Failing, Standing

MOST_ROWS = 14  # of one part; the rest is counted


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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """As many as anybody reads, and how many more there are."""
    if len(rows) <= MOST_ROWS + 1:
        return tuple(rows)
    return (*rows[:MOST_ROWS], Row(f"and {len(rows) - MOST_ROWS} more"))


# -- before there is a draft ------------------------------------------------------------------------------------------


def call(name: str, dates: Dates, when: When) -> StaffLetter:
    """To everybody: what should be in it?"""
    return StaffLetter(
        subject=f"What should be in {name}? Until {when.day(dates.cut_off)}",
        heading=f"What should be in {name}?",
        lines=(
            (
                f"What is published until {when.day(dates.cut_off)} is collected for this issue. The first draft is"
                f" made on {when.said(dates.draft)}."
            ),
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
            _dates(dates, when),
        ),
    )


def _dates(dates: Dates, when: When, title: str = "The dates") -> Part:
    steps = (
        ("the last day that is collected", when.day(dates.cut_off)),
        ("the first draft", when.said(dates.draft)),
        ("hand in for sign-off", when.said(dates.review)),
        ("it goes out", when.said(dates.send)),
    )
    return Part(title, rows=tuple(Row(_capital(at), note=what) for what, at in steps))


# -- the draft --------------------------------------------------------------------------------------------------------


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
        Part(f"In the mail ({len(made.inside)})", rows=_rows(made.inside)),
        *([Part(f"Waiting ({len(made.waiting)})", rows=_rows(made.waiting))] if made.waiting else []),
        look,
        *([] if late else [_dates(dates, when, "What comes next")]),
    ]
    return StaffLetter(
        subject=f"Your first draft is ready: {issue.name}",
        heading=f"Your first draft of {issue.name} is ready",
        lines=tuple(lines),
        picture=made.picture,
        parts=tuple(parts),
    )


def _todo(made: Drafted, when: When) -> Part:
    rows = [*made.todo, *_owed_rows(made.standing.owed, when), *_failing_rows(made.failing, when)]
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
    return Part("What only you can do", rows=_rows(rows), leading=True)


def no_draft(name: str, why: str, problems: Sequence[str], failing: Sequence[Failing], when: When) -> StaffLetter:
    """To those who write: nothing could be collected."""
    return StaffLetter(
        subject=f"No draft yet: {name}",
        heading=f"There is no draft of {name} yet",
        lines=(why,),
        parts=(
            *([Part("What was found", rows=_rows([Row(one) for one in problems]))] if problems else []),
            *([Part("Sources that fail", rows=_failing_rows(failing, when), leading=True)] if failing else []),
        ),
    )


# -- reminders --------------------------------------------------------------------------------------------------------


def owed(name: str, slug: str, block: Owed, when: When) -> StaffLetter:
    """To whoever owes a block."""
    what = _capital(block.words)
    by = f", by {when.day(block.due_on)}" if block.due_on else ""
    today = when.now.astimezone(when.zone).date()
    if block.due_on is not None and block.due_on <= today:
        subject, heading = f"Today: {block.words} for {name}", f"{what} is due today"
    else:
        subject, heading = f"You are asked for {block.words} for {name}{by}", f"You are asked for {block.words}{by}"
    fields = "--field figures='…'" if block.kind == "numbers" else "--field text='…'"
    return StaffLetter(
        subject=subject,
        heading=heading,
        lines=(
            f"It is for {name}. Until it is written, the issue is made without it.",
            "Answer this letter with your words, and whoever writes the issue puts them in. Or write it yourself:",
        ),
        parts=(Part(commands=(f"newsletter issue block {slug} --kind {block.kind} {fields} --by {block.email}",)),),
    )


def review(standing: Standing, dates: Dates, when: When) -> StaffLetter:
    """To those who write: hand it in."""
    issue = standing.issue
    rows = _owed_rows(standing.owed, when)
    return StaffLetter(
        subject=f"Please hand in {issue.name} for sign-off",
        heading=f"Time to hand in {issue.name}",
        lines=(
            f"It goes out {_at(dates, when)}. Whoever signs off needs time to read it, and you to mend what they find.",
            f"It is {IN_WORDS[issue.state]} now." + (" A check says what must be mended first." if not rows else ""),
        ),
        parts=(
            *([Part("Still missing", rows=rows, leading=True)] if rows else []),
            Part(
                "What to type",
                commands=(
                    f"newsletter issue check {issue.slug}",
                    f"newsletter issue submit {issue.slug} --by YOUR-ADDRESS",
                ),
            ),
        ),
    )


def unanswered(standing: Standing, asked_by: str, asked_at: datetime, send: datetime | None, when: When) -> StaffLetter:
    """To those who may sign off, and have not."""
    issue = standing.issue
    goes = f" It is to go out {_to(send, when)}." if send and send > when.now else ""
    return StaffLetter(
        subject=f"Still waiting for your yes: {issue.name}",
        heading=f"{issue.name} waits for sign-off",
        lines=(
            (
                f"{asked_by} asked for it on {when.day(asked_at.astimezone(when.zone).date())}.{goes}"
                " One yes is enough, by somebody other than who asked."
            ),
        ),
        parts=(
            Part("Read it", commands=(f"newsletter issue render {issue.slug} --out FOLDER",)),
            Part(
                "Say yes to exactly this version, or ask for a change",
                commands=(
                    f"newsletter issue approve {issue.slug} --by YOUR-ADDRESS",
                    f"newsletter issue request-changes {issue.slug} --by YOUR-ADDRESS --comment 'what and where'",
                ),
                leading=True,
            ),
        ),
    )


# -- the days before --------------------------------------------------------------------------------------------------


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
    if standing.owed:
        parts.append(Part("Still owed", rows=_owed_rows(standing.owed, when)))
    if failing:
        parts.append(Part("Sources that fail", rows=_failing_rows(failing, when)))
    return tuple(parts)


def _no_yes(standing: Standing) -> Part:
    slug = standing.issue.slug
    submit = f"newsletter issue submit {slug} --by YOUR-ADDRESS"
    if standing.changes:
        rows = _rows([Row(one) for one in standing.changes])
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


def risk(name: str, dates: Dates, parts: Sequence[Part], when: When) -> StaffLetter:
    """To everybody: the date is at risk."""
    return StaffLetter(
        subject=f"At risk: {name}, {_at(dates, when)}",
        heading=f"The date of {name} is at risk",
        lines=(f"It is to go out {_at(dates, when)}, and is not ready. There is still time, or the day can be moved.",),
        parts=(*parts, _move(dates)),
    )


def not_planned(name: str, dates: Dates, parts: Sequence[Part], when: When) -> StaffLetter:
    """On the eve, to everybody: it will not go out by itself."""
    return StaffLetter(
        subject=f"{_capital(_at(dates, when))}: {name} will not go out by itself",
        heading=f"{name} is not ready",
        lines=(f"Its day is {_at(dates, when)}. Nothing goes out then unless somebody does what is missing.",),
        parts=(*parts, _move(dates)),
    )


def _move(dates: Dates) -> Part:
    return Part(
        "To move the day",
        commands=(f"newsletter lists dates LIST --set {dates.period.label}=MOMENT --by YOUR-ADDRESS",),
    )


def ready(standing: Standing, at: datetime, by: str, readers: int, when: When, *, calm: bool) -> StaffLetter:
    """On the eve of a planned issue, to everybody: all is well."""
    issue, yes = standing.issue, standing.yes
    assert yes is not None
    how = " To us first, and to the readers some time later." if calm else ""
    return StaffLetter(
        subject=f"{_capital(when.said(at))}: {issue.name} goes out. All is ready",
        heading=f"{_capital(when.said(at))}, all is ready",
        lines=(
            f"{issue.name} goes to {readers:,} readers {_to(at, when)}, by itself.{how}",
            f"Exactly version {yes.number} goes out, as {yes.by} has signed it off. {by} has planned it.",
        ),
        parts=(
            *([Part("Still owed", ("It goes without:",), _owed_rows(standing.owed, when))] if standing.owed else []),
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
        subject=f"{name} will not go out {_to(at, when)}",
        heading=f"As it stands, {name} will not go out",
        lines=(f"It is planned for {when.said(at)}.", *([why] if why else [])),
        parts=tuple(parts),
    )


# -- sending ----------------------------------------------------------------------------------------------------------


def started(name: str, slug: str, readers: int, when: When, *, by: str, calm: bool) -> StaffLetter:
    """To everybody: it has begun."""
    how = " You have it first; nobody outside has it yet." if calm else ""
    return StaffLetter(
        subject=f"{name} has started",
        heading=f"{name} is on its way",
        lines=(
            f"It began at {when.now.astimezone(when.zone):%H:%M}, to {readers:,} readers, as {by} had planned.{how}",
        ),
        parts=(
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
        heading=f"It’s out: {status.accepted:,} of {status.candidates:,}",
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
        lines=(f"It was planned for {when.said(at)}.", why, "Nobody has it, and nothing goes out by itself any more."),
        parts=(
            *([Part("What has changed", rows=_rows([Row(one) for one in changes]))] if changes else []),
            Part(
                "When that is mended, give it a new time, or send it now",
                commands=(plan_command(slug), f"newsletter issue send {slug} --by YOUR-ADDRESS"),
                leading=True,
            ),
        ),
    )


def source_fails(one: Failing, when: When) -> StaffLetter:
    """To those who look after the system."""
    since = when.day(one.since.astimezone(when.zone).date())
    return StaffLetter(
        subject=f"Nothing comes from {one.name} since {since}",
        heading=f"{one.name} tells nothing any more",
        lines=(
            f"Each visit since {since} has failed. What is published there does not come into the next issue.",
            f"The last answer: {one.trouble}",
        ),
        parts=(
            Part(
                "To try it, or to leave it alone",
                commands=(f"newsletter collect {one.slug}", f"newsletter sources pause {one.slug}"),
            ),
        ),
    )


def _owed_rows(blocks: Sequence[Owed], when: When) -> tuple[Row, ...]:
    return tuple(
        Row(_capital(block.words), f"{block.owner}" + (f", by {when.day(block.due_on)}" if block.due_on else ""))
        for block in blocks
    )


def _failing_rows(sources: Sequence[Failing], when: When) -> tuple[Row, ...]:
    return tuple(
        Row(f"Nothing comes from {one.name} since {when.day(one.since.astimezone(when.zone).date())}", one.trouble)
        for one in sources
    )


def _at(dates: Dates, when: When) -> str:
    return _to(dates.send, when)


def _to(at: datetime, when: When) -> str:
    """Within a sentence: "on Tuesday 9 July at 09:00", "tomorrow at 09:00"."""
    said = when.said(at).replace(", ", " at ")
    return said if said.startswith(("today", "tomorrow")) else f"on {said}"
