"""Letters to those who owe something: words, a draft to be handed in, an answer; and about a source that fails."""

from datetime import datetime

from newsletter.issues.blocks import FIELDS
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.owed import Owed
from newsletter.issues.rhythm import Dates
from newsletter.rendering.staff import Part, StaffLetter
from newsletter.rhythm.letters.saying import When, capital, owed_rows, to
from newsletter.rhythm.standing import Failing, Standing


def owed(name: str, slug: str, block: Owed, when: When, *, has_page: bool = False) -> StaffLetter:
    """To whoever owes a block. `has_page`: there is a page for it, which the letter's button leads to."""
    what = capital(block.words)
    by = f", by {when.day(block.due_on)}" if block.due_on else ""
    today = when.now.astimezone(when.zone).date()
    if block.due_on is not None and block.due_on <= today:
        subject, heading = f"Today: {block.words} for {name}", f"{what} is due today"
    else:
        subject, heading = f"You are asked for {block.words} for {name}{by}", f"You are asked for {block.words}{by}"
    fields = " ".join(f"--field {name}='…'" for name in FIELDS[block.kind].required)
    command = f"newsletter issue block {slug} --kind {block.kind} --block {block.id} {fields} --by {block.email}"
    made_for = f"It is for {name}. Until it is written, the issue is made without it."
    if has_page:
        how = "Write it on the page that is made for it, without a password; what you keep there waits for you."
        return StaffLetter(subject, heading, (made_for, how), button="Write it")
    return StaffLetter(
        subject=subject,
        heading=heading,
        lines=(
            made_for,
            "Answer this letter with your words, and whoever writes the issue puts them in. Or write it yourself:",
        ),
        parts=(Part(commands=(command,)),),
    )


def review(standing: Standing, dates: Dates, when: When) -> StaffLetter:
    """To those who write: hand it in."""
    issue = standing.issue
    rows = owed_rows(standing, when)
    return StaffLetter(
        subject=f"Please hand in {issue.name} for sign-off",
        heading=f"Time to hand in {issue.name}",
        lines=(
            f"It goes out {to(dates.send, when)}. Whoever signs off needs time to read, and you to mend.",
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
    goes = f" It is to go out {to(send, when)}." if send and send > when.now else ""
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
