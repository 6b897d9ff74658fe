"""What a guest hands in, or somebody of the staff for her: it lands by the verbs of those who write."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.guests import clearing, notes, suggestions, translations
from newsletter.guests.model import Act
from newsletter.guests.tables import GuestRequestRow
from newsletter.staff.people import Person

POSTS_PER_HOUR = 120
MOST_SAVED = 40_000  # characters of all that is kept for later

_HOUR = timedelta(hours=1)


def allow(row: GuestRequestRow, now: datetime) -> bool:
    """Count a post to her page; False where it was posted to too often within the hour."""
    if row.posts_from is None or now - row.posts_from >= _HOUR:
        row.posts, row.posts_from = 0, now
    row.posts += 1
    return row.posts <= POSTS_PER_HOUR


def save(row: GuestRequestRow, given: Mapping[str, str], now: datetime) -> None:
    """Keep what was typed, without handing anything in."""
    left = MOST_SAVED
    kept: dict[str, Any] = {}
    for name, text in given.items():
        kept[name] = text[:left]
        left -= len(kept[name])
    row.saved, row.saved_at = kept, now
    row.opened_at = row.opened_at or now


def hand_in(
    session: Session, row: GuestRequestRow, given: Mapping[str, str], now: datetime, by: Person | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Take the answer: her own, or as she gave it by phone to `by`; the one before, and this one."""
    before = dict(row.answer)
    row.answer = _land(session, row, given, now)
    row.answered_at = now
    row.opened_at = row.opened_at or (now if by is None else None)
    row.said_by = by.id if by is not None else None
    row.saved, row.saved_at = {}, None
    session.flush()
    return before, row.answer


def is_stale(session: Session, row: GuestRequestRow, base: str) -> bool:
    """Whether what she was shown has changed since."""
    match Act(row.act):
        case Act.NOTE:
            return notes.shown(session, row).base != base
        case Act.CLEAR:
            return clearing.shown(session, row).base != base
        case Act.TRANSLATE:
            return translations.shown(session, row).base != base
        case Act.SUGGEST:
            return False


def _land(session: Session, row: GuestRequestRow, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    match Act(row.act):
        case Act.NOTE:
            return notes.land(session, row, given, now)
        case Act.SUGGEST:
            return suggestions.land(session, row, given, now)
        case Act.CLEAR:
            return clearing.land(session, row, given)
        case Act.TRANSLATE:
            return translations.land(session, row, given, now)
