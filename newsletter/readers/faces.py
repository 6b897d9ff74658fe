"""What readers are shown of lists and addresses: public faces, masked addresses, around when the next issue comes."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.issues.send_rules import CADENCES
from newsletter.issues.tables import IssueRow, ProfileRow
from newsletter.readers.model import PublicList


def mask(address: str | None) -> str:
    """m•••@example.org: enough to know one's own address by, too little to learn somebody else's."""
    local, _, domain = (address or "").rpartition("@")
    return f"{local[:1]}•••@{domain}" if local else ""


def public_lists(session: Session) -> tuple[PublicList, ...]:
    """The lists that one can subscribe to: neither archived nor without a profile; by name."""
    profiles = {row.list_id: row for row in session.scalars(select(ProfileRow))}
    found = (
        _public(face, profiles[face.id])
        for face in subscribers.lists(session)
        if not face.archived and face.id in profiles
    )
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))


def public_list(session: Session, list_id: int) -> PublicList | None:
    """The list as readers see it; None when it is archived or has no profile."""
    return next((one for one in public_lists(session) if one.id == list_id), None)


def _public(face: subscribers.ListFace, profile: ProfileRow) -> PublicList:
    return PublicList(
        face.id, face.slug, face.name, face.description, face.languages, profile.default_language, profile.cadence
    )


def next_about(session: Session, of: PublicList, today: date) -> date | None:
    """Around when the list's next issue comes after `today`, by its rhythm from the last public one; None before the
    first.
    """
    last = session.scalar(
        select(func.max(IssueRow.public_at)).where(IssueRow.list_id == of.id, IssueRow.kind == "regular")
    )
    if last is None or of.rhythm not in CADENCES:
        return None
    found = last.date()
    while found <= today:
        found = _months_later(found, CADENCES[of.rhythm])
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
