"""Forgetting an erased person among those who were asked for something."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.guests import letters
from newsletter.guests.tables import GuestRequestRow

_IN_PLACE = "(erased)"


def forget(session: Session, addresses: Collection[str], now: datetime) -> None:
    """Take name and address out of requests, and ask no more. What was written for an issue stays in the issue; who
    works here stays known.
    """
    typed = func.lower(GuestRequestRow.email).in_([address.lower() for address in addresses])
    for row in session.scalars(select(GuestRequestRow).where(typed, GuestRequestRow.staff_id.is_(None))):
        letters.withdraw(session, row, now)
        row.name, row.email, row.message, row.saved = _IN_PLACE, "", "", {}
        row.revoked_at = row.revoked_at or now
    session.flush()
