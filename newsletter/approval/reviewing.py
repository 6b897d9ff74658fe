"""The letters of sign-off: what asks for it, and what tells those who work on it how it was decided."""

from collections.abc import Sequence

from newsletter.approval.differences import Difference
from newsletter.approval.model import Snapshot
from newsletter.rendering.staff import Part, Row, StaffLetter, at_most
from newsletter.staff.authority import may
from newsletter.staff.people import Person

_MOST_ROWS = 12


def may_sign_off(person: Person) -> bool:
    """Whether this person is asked."""
    return may("approve", person.role)


def request(
    name: str, slug: str, version: Snapshot, asked_by: str, comment: str, since: Sequence[Difference] | None
) -> StaffLetter:
    """To somebody who may say yes. `since`: what changed since the last yes; None where nobody said one yet."""
    rows = at_most([Row(one.place, _gone_and_new(one)) for one in since or ()], _MOST_ROWS)
    parts = [
        *([Part(f"{asked_by} writes", (comment,))] if comment else []),
        *([Part("What changed since the last yes", rows=rows, leading=True)] if rows else []),
        Part(
            "On the machine, instead",
            commands=(
                f"newsletter issue approve {slug} --by YOUR-ADDRESS",
                f"newsletter issue request-changes {slug} --by YOUR-ADDRESS --comment 'what and where'",
            ),
        ),
    ]
    return StaffLetter(
        subject=f"Please approve: {name}, version {version.number}",
        heading=f"{asked_by} asks you to approve {name}",
        lines=(
            f"You are asked about version {version.number}, word for word. Read it, then say yes or ask for a change.",
            "The button leads to a page that signs you in; it works once, for seven days. Opening it decides nothing.",
            "Nothing goes out before somebody other than its author has said yes. A reply to this decides nothing.",
        ),
        parts=parts,
        button="Read and decide",
    )


def decided(name: str, number: int, by: str, comment: str, *, yes: bool) -> StaffLetter:
    """To whoever asked, and whoever looks after the system; to the one who decided, too: it may not have been them."""
    what = f"has said yes to {name}, version {number}" if yes else f"asks for a change of {name}, version {number}"
    return StaffLetter(
        subject=f"{by} {what}",
        heading=f"{by} {what}",
        lines=(
            "Nothing has gone out by that. A change to the issue asks for a new yes."
            if yes
            else "It is back with those who write. After the change it is handed in again.",
        ),
        parts=(
            *([Part(f"{by} writes", (comment,), leading=True)] if comment else []),
            Part(
                "This was not me",
                ("Take it back on the issue's sign-off page, and tell whoever looks after the system.",),
            ),
        ),
    )


def taken_back(name: str, by: str) -> StaffLetter:
    """To the same."""
    return StaffLetter(
        subject=f"{by} has taken back the yes to {name}",
        heading=f"{by} has taken back the yes to {name}",
        lines=("It does not go out; a plan for it is forgotten. It waits for sign-off again.",),
    )


def _gone_and_new(one: Difference) -> str:
    gone, new = (" ".join(word.text for word in one.words if word.mark == mark) for mark in ("gone", "new"))
    return f"before: {gone or 'nothing'} · now: {new or 'nothing'}" if gone or new else ""
