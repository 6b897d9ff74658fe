"""Where in its issue a request belongs, and whether it still takes an answer."""

from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.guests.model import Act, Standing
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import items
from newsletter.issues.model import RELEASED, State
from newsletter.issues.revising import Hand
from newsletter.issues.tables import BlockRow, ItemRow
from newsletter.publications.tables import PublicationRow

LATE = timedelta(days=14)  # an answer is still welcome for so long after its day
_SIGNED_OFF = frozenset({State.APPROVED, State.PLANNED})
WORDING = frozenset({Act.NOTE, Act.TRANSLATE})  # these change what readers see, and so need a new yes


def standing(row: GuestRequestRow, state: State, now: datetime, zone: tzinfo, *, has_place: bool) -> Standing:
    """Where it stands. Late is better than never: the day that was named ends changes, not the first answer."""
    day = today(now, zone)
    if row.revoked_at is not None:
        return Standing.WITHOUT if row.went_without else Standing.REVOKED
    closed = is_closed(Act(row.act), state)
    if row.answered_at is not None:
        return Standing.SETTLED if closed or not has_place or day > until(row, zone) else Standing.ANSWERED
    if closed:
        return Standing.CLOSED
    if not has_place:
        return Standing.WITHOUT
    if day > row.due_on + LATE:
        return Standing.EXPIRED
    return Standing.OPENED if row.opened_at is not None else Standing.ASKED


def is_closed(act: Act, state: State) -> bool:
    """Whether the issue takes no such answer any more: words until it is signed off, all else until it goes out."""
    return state in RELEASED or (act in WORDING and state in _SIGNED_OFF)


def until(row: GuestRequestRow, zone: tzinfo) -> date:
    """The last day on which an answer can be changed: the day that was named, or that of a late answer."""
    return max(row.due_on, today(row.answered_at, zone)) if row.answered_at else row.due_on


def has_place(session: Session, row: GuestRequestRow) -> bool:
    """Whether what it is about still stands in the issue."""
    if row.act == Act.NOTE:
        return block(session, row) is not None
    return row.publication_id is None or item(session, row) is not None


def block(session: Session, row: GuestRequestRow) -> BlockRow | None:
    """The block that a note is written into."""
    found = session.get(BlockRow, row.block_id) if row.block_id is not None else None
    return found if found is not None and found.issue_id == row.issue_id else None


def item(session: Session, row: GuestRequestRow) -> ItemRow | None:
    """The item that it is about."""
    return item_of(session, row.issue_id, row.publication_id) if row.publication_id is not None else None


def item_of(session: Session, issue_id: int, publication_id: int) -> ItemRow | None:
    """The item that shows the publication, or one it is a translation of."""
    publication = session.get(PublicationRow, publication_id)
    if publication is None:
        return None
    family = [one.id for one in items.family(session, publication)]
    return session.scalar(
        select(ItemRow)
        .where(ItemRow.issue_id == issue_id, ItemRow.publication_id.in_(family))
        .order_by(ItemRow.publication_id != publication_id)
        .limit(1)
    )


def hand(session: Session, row: GuestRequestRow, now: datetime) -> Hand:
    """Whose edit it is that an answer makes: a guest's, who is nobody of the staff."""
    return Hand(session, row.issue_id, now)


def today(now: datetime, zone: tzinfo) -> date:
    return now.astimezone(zone).date()
