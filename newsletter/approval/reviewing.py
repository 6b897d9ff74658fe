"""The letters of sign-off: what asks for it, and what tells those who work on it how it was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.approval.differences import Difference
from newsletter.approval.model import Snapshot
from newsletter.rendering.staff import Part, Row, StaffLetter, at_most
from newsletter.staff.authority import may
from newsletter.staff.people import Person

_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Standin:
    """That somebody is away and somebody else is asked as well: `until`, a day in words. `you`: the letter goes to the
    one who is away; else to the deputy.
    """

    name: str
    until: str
    you: bool

    @property
    def said(self) -> str:
        """In one sentence."""
        if self.you:
            return f"You are away until {self.until}, so {self.name} is asked as well. One yes is enough."
        return f"You are asked because {self.name} is away until {self.until}, and has named you. One yes is enough."


def may_sign_off(person: Person) -> bool:
    """Whether this person is asked."""
    return may("approve", person.role)


def request(
    name: str, slug: str, version: Snapshot, asked_by: str, comment: str, since: Sequence[Difference] | None,
    standins: Sequence[Standin] = (), page: str = "",
) -> StaffLetter:  # fmt: skip
    """To somebody who may say yes. `since`: what changed since the last yes; None where nobody said one yet; `page`:
    the address of the console's page.
    """
    rows = at_most([Row(one.place, _gone_and_new(one)) for one in since or ()], _MOST_ROWS)
    parts = [
        *([Part(f"{asked_by} writes", (comment,))] if comment else []),
        *([Part("What changed since the last yes", rows=rows, leading=True)] if rows else []),
        *([Part("Or sign in", ("The same stands in the console:", page))] if page else []),
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
            f"You are asked about version {version.number}, word for word. It stands below, as readers will get it.",
            "The button leads to a page of your own, to say yes or ask for a change. Opening it decides nothing.",
            "You need no password; in a browser that we do not know, we mail you a code first.",
            *(one.said for one in standins),
            "Nothing goes out before somebody other than its author has said yes.",
            f"An answer to this mail reaches {asked_by}, and does not count as a yes.",
        ),
        parts=parts,
        button="Read and decide",
    )


BELOW = "From here on, the mail as readers will get it. Its links to leave or change things do nothing in this copy."


def others(names: Sequence[str]) -> str:
    """`names`: the other language versions, as they call themselves."""
    return f"{BELOW} On your page stand also: {', '.join(names)}." if names else BELOW


def decided(name: str, number: int, by: str, comment: str, *, yes: bool, late: str = "") -> StaffLetter:
    """To whoever asked, and whoever looks after the system. `late`: the planned time, where it has passed."""
    return StaffLetter(
        subject=f"{by} {_did(name, number, yes=yes)}",
        heading=f"{by} {_did(name, number, yes=yes)}",
        lines=(
            *_means(late, yes=yes),
            f"Does this surprise you? Ask {by}. As long as nothing has left, it can be taken back into the draft.",
        ),
        parts=_words(by, comment),
    )


def own_decision(name: str, number: int, by: str, comment: str, *, yes: bool, late: str = "") -> StaffLetter:
    """To the one who decided: it may not have been them."""
    did = f"have said yes to {name}" if yes else f"have asked for a change of {name}"
    return StaffLetter(
        subject=f"You {did}, version {number}",
        heading=f"You {did}",
        lines=(
            *_means(late, yes=yes),
            "If that was you, all is well. If it was not, the button leads to a page with one more.",
            f"It {'takes the yes back, and ' if yes else ''}tells whoever looks after the system.",
        ),
        parts=_words(by, comment),
        button="This was not me",
    )


def not_me(name: str, by: str, *, taken_back: bool, released: bool, counts: bool = False) -> StaffLetter:
    """The alarm, to whoever looks after the system, whoever asked, and the one in whose name it was."""
    first = (
        f"{name} has left already, so the yes could not be taken back. Look at once whether it should be stopped."
        if released
        else "That yes is taken back, but another one counts: it still goes out as planned. Look at once."
        if counts
        else "The yes is taken back, and the plan with it. Nothing goes out."
        if taken_back
        else "There was no yes to be taken back. What was asked for still stands on the sign-off page."
    )
    return StaffLetter(
        subject=f"Look at this now: {by} says it was somebody else who decided about {name}",
        heading=f"Somebody decided about {name} in the name of {by}",
        lines=(
            f"{by} has pressed “This was not me” in the mail about the decision.",
            first,
            f"{by} is signed out everywhere, and no browser passes without a code any more.",
        ),
        parts=(
            Part(
                "What to do",
                (
                    f"Ask {by} by telephone, not by mail: somebody may read their inbox.",
                    "Then have its password changed, and look at Activity for what else was done in their name.",
                ),
                leading=True,
            ),
        ),
    )


def remark(name: str, by: str, place: str, text: str, page: str) -> StaffLetter:
    """To those who work on its sign-off: somebody has said something. `place`: what it is about; `page`: an address."""
    return StaffLetter(
        subject=f"{by} says something about {name}",
        heading=f"{by} says something about {name}",
        lines=("It decides nothing. Answer it where the others see it, too:", page),
        parts=(Part(f"About {place}" if place else "About the whole", text.split("\n"), leading=True),),
    )


def taken_back(name: str, by: str) -> StaffLetter:
    """To the same."""
    return StaffLetter(
        subject=f"{by} has taken back the yes to {name}",
        heading=f"{by} has taken back the yes to {name}",
        lines=("It does not go out; a plan for it is forgotten. It waits for sign-off again.",),
    )


def _did(name: str, number: int, *, yes: bool) -> str:
    return f"has said yes to {name}, version {number}" if yes else f"asks for a change of {name}, version {number}"


def _means(late: str, *, yes: bool) -> tuple[str, ...]:
    if not yes:
        return ("It is back with those who write. After the change it is handed in again.",)
    if late:
        return (
            f"The planned time, {late}, has passed. Nothing was sent, and nothing goes out until a new time is set.",
        )
    return ("Nothing has gone out by that. A change to the issue asks for a new yes.",)


def _words(by: str, comment: str) -> tuple[Part, ...]:
    return (Part(f"{by} writes", (comment,), leading=True),) if comment else ()


def _gone_and_new(one: Difference) -> str:
    gone, new = (" ".join(word.text for word in one.words if word.mark == mark) for mark in ("gone", "new"))
    return f"before: {gone or 'nothing'} · now: {new or 'nothing'}" if gone or new else ""
