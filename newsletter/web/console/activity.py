"""Who did what, in sentences: for the line after an act, and for the page that lists them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.rendering.words import own_name
from newsletter.staff.sessions import Seat
from newsletter.staff.tables import ActivityRow

_FRESH = timedelta(minutes=10)


def _tested(detail: Mapping[str, Any]) -> str:
    languages: list[str] = detail.get("languages") or []
    if len(languages) == 1:
        return f"On its way to {detail.get('to')}: the {own_name(languages[0])} version."
    return f"On its way to {detail.get('to')}: {len(languages)} language versions."


def _collected(detail: Mapping[str, Any]) -> str:
    if detail.get("created"):
        return "The draft is collected."
    new = detail.get("offered") or 0
    found = {0: "Nothing new", 1: "1 new publication waits"}.get(new, f"{new} new publications wait")
    return f"This issue was begun before. {found}{' for your choice' if new else ''}."


_SENTENCES: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "sign-in": "You are signed in.",
    "sign-out": "You are signed out.",
    "test": _tested,
    "assemble": _collected,
    "ask-guest": lambda detail: f"{detail.get('guest')} is asked: a mail with a page to answer on is on its way.",
    "remind-guest": lambda detail: f"{detail.get('guest')} is reminded: a mail is on its way.",
    "go-without": lambda detail: f"The issue goes without it. The page of {detail.get('guest')} says so.",
    "restore-guest": lambda detail: f"{detail.get('guest')} is asked again after all, by the same link.",
    "count-as-said": lambda detail: f"Written down, as {detail.get('guest')} said it.",
}
# Where it is undone, and that is more than a word: the address to post to.
_UNDO: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "go-without": lambda detail: f"/console/requests/{detail.get('request')}/restore",
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
    said = _SENTENCES.get(row.verb, "Done.")
    sentence = said if isinstance(said, str) else said(row.detail)
    undo = _UNDO.get(row.verb)
    return Done(sentence, undo(row.detail)) if undo else Done(sentence)


def last(session: Session, staff_id: int | None) -> int | None:
    """The line of what somebody did last."""
    query = select(ActivityRow.id).where(ActivityRow.staff_id == staff_id).order_by(ActivityRow.id.desc()).limit(1)
    return session.scalar(query) if staff_id is not None else None
