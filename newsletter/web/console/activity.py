"""Who did what, in sentences: for the line after an act, and for the page that lists them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.staff.sessions import Seat
from newsletter.staff.tables import ActivityRow

_FRESH = timedelta(minutes=10)
_SENTENCES = {
    "sign-in": "You are signed in.",
    "sign-out": "You are signed out.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done, and where it can be undone: the address to post to, and the fields that go with it."""

    said: str
    undo: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def done(session: Session, text: str, seat: Seat, now: datetime) -> Done | None:
    """The act of that line of the log, if it is this person's own and just done."""
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        return None
    row = session.get(ActivityRow, int(text))
    if row is None or row.staff_id != seat.person.id or now - row.at > _FRESH:
        return None
    return Done(_SENTENCES.get(row.verb, "Done."))
