"""Waiting for others: what somebody else owes the issue, and what can be done about it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from newsletter.guests import views as guests
from newsletter.guests.model import Asked, Standing
from newsletter.issues.model import BlockKind
from newsletter.issues.owed import Owed, owed
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When
from newsletter.web.console.desk import Desk
from newsletter.web.console.mending import BLOCK, Button

REQUESTS = "/console/requests"
MORE_DAYS = 3
BY_MAIL = frozenset({BlockKind.DIRECTOR, BlockKind.TEXT, BlockKind.QUOTE})  # what has a page to write it on


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody owes something. `late`: its day has passed. `stands`: how far it is, in words."""

    who: str
    what: str
    due: str
    late: bool
    stands: str
    buttons: tuple[Button, ...]


def waiting(session: Session, desk: Desk, issue: IssueSummary, when: When) -> tuple[Waits, ...]:
    """Who was asked and has not answered, then what staff owe without having been asked by mail."""
    asked = guests.waiting(session, issue.id, when.now, when.zone)
    told = {one.block_id for one in asked}
    return (
        *(_asked(one, when) for one in asked),
        *(_owed(one, desk, issue, when) for one in owed(session, issue.id) if one.id not in told),
    )


def _asked(one: Asked, when: When) -> Waits:
    page, expired = f"{REQUESTS}/{one.id}", one.standing is Standing.EXPIRED
    asked = f"asked {_lately(one, when)}"
    buttons = (
        Button(f"Remind, with {MORE_DAYS} more days", f"{page}/remind", post=True, fields=(("more", "yes"),))
        if expired
        else Button("Remind", f"{page}/remind", post=True),
        Button("Go without it", f"{page}/without", post=True),
        Button("Count as said by phone", f"{page}/said"),
    )
    late = expired or one.due_on < _today(when)
    stands = asked if one.standing is Standing.ASKED else f"{one.words}; {asked}"
    return Waits(one.name, one.what, f"by {when.day(one.due_on)}", late, stands, buttons)


def _lately(one: Asked, when: When) -> str:
    """When the last mail about it went: the asking, or the reminder."""
    if one.reminded_at is not None:
        return f"{when.said(one.asked_at)}, reminded {when.said(one.reminded_at)}"
    return when.said(one.asked_at)


def _owed(one: Owed, desk: Desk, issue: IssueSummary, when: When) -> Waits:
    here, buttons = f"/console/issues/{issue.slug}", []
    if one.kind in BY_MAIL:
        buttons.append(Button("Remind", f"{here}/owed/{one.id}/remind", post=True))
    if desk.leads(BLOCK):
        buttons.append(Button("Write it, or go without it", f"{here}/write/block/{one.id}"))
    due = f"by {when.day(one.due_on)}" if one.due_on else ""
    late = one.due_on is not None and one.due_on < _today(when)
    return Waits(one.owner, one.words, due, late, "not written yet", tuple(buttons))


def _today(when: When) -> date:
    return when.now.astimezone(when.zone).date()
