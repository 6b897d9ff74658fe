"""Asking a guest for one act, and what staff do with a request afterwards."""

from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.guests import places
from newsletter.guests.model import OPEN, Act, Standing, Wish
from newsletter.guests.notes import KINDS
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import fields, inserting, lists, owed
from newsletter.issues.blocks import block_kind
from newsletter.issues.model import BlockKind, State
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.revising import Hand
from newsletter.issues.tables import BlockRow, BlockWordingRow, IssueRow, IssueSectionRow
from newsletter.issues.views import IssueSummary, find
from newsletter.staff.people import Person
from newsletter.staff.tables import StaffRow

MOST_MESSAGE = 1000
REMIND_AGAIN = timedelta(hours=4)


def ask(session: Session, issue: IssueSummary, wish: Wish, by: Person, now: datetime, zone: tzinfo) -> GuestRequestRow:
    """Write the request down; for a note, the block that is owed. BadInput or IllegalMove where nobody could answer."""
    if places.is_closed(wish.act, issue.state):
        raise IllegalMove(f"{issue.slug} is {IN_WORDS[issue.state]}; nobody can be asked for that any more.")
    row = _row(session, issue, wish, by, now)
    if row.due_on < places.today(now, zone):
        raise BadInput(f"{row.due_on} has passed; give a day from today on.")
    match wish.act:
        case Act.NOTE:
            _note(session, row, wish, by, now, zone)
        case Act.CLEAR:
            row.publication_id = _cleared(session, issue, wish)
        case Act.TRANSLATE:
            row.publication_id = _translated(session, row, issue, wish)
    if wish.act is not Act.NOTE:
        _once(session, row, now, zone)
    session.add(row)
    session.flush()
    return row


def required(session: Session, request_id: int) -> GuestRequestRow:
    """The request, held until the transaction ends; its issue is held before it. NotFound says how to see them all."""
    issue_id = session.scalar(select(GuestRequestRow.issue_id).where(GuestRequestRow.id == request_id))
    if issue_id is None:
        raise NotFound(f"There is no request {request_id}. See: newsletter guests list ISSUE")
    find(session, issue_id, lock=True)
    query = select(GuestRequestRow).where(GuestRequestRow.id == request_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def standing_of(session: Session, row: GuestRequestRow, now: datetime, zone: tzinfo) -> Standing:
    """Where it stands now."""
    state = State(session.scalars(select(IssueRow.state).where(IssueRow.id == row.issue_id)).one())
    return places.standing(row, state, now, zone, has_place=places.has_place(session, row))


def require_open(session: Session, row: GuestRequestRow, now: datetime, zone: tzinfo) -> None:
    """Raise IllegalMove where no answer can be taken any more; staff may write one down after the day has passed."""
    standing = standing_of(session, row, now, zone)
    if standing in OPEN or standing is Standing.EXPIRED:
        return
    state = State(session.scalars(select(IssueRow.state).where(IssueRow.id == row.issue_id)).one())
    if standing is Standing.SETTLED and not places.is_closed(Act(row.act), state):
        return
    raise IllegalMove(_WHY_NOT.get(standing, f"The issue is {IN_WORDS[state]}; it takes no such answer any more."))


_WHY_NOT = {
    Standing.REVOKED: "Nobody is asked for that any more. Ask again first.",
    Standing.WITHOUT: "The issue goes without it. Ask again first.",
}


def remind(
    session: Session, row: GuestRequestRow, now: datetime, zone: tzinfo, due_on: date | None, message: str | None
) -> None:
    """Note that she is reminded; with another day where one is given, which also opens what has expired."""
    if due_on is not None:
        if due_on < places.today(now, zone):
            raise BadInput(f"{due_on} has passed; give a day from today on.")
        row.due_on = due_on
        _owed_by(session, row, now)
    if message is not None:
        row.message = _message(message)
    standing = standing_of(session, row, now, zone)
    if standing is Standing.ANSWERED or standing is Standing.SETTLED:
        raise IllegalMove(f"{row.name} has answered already.")
    if standing is Standing.EXPIRED:
        raise IllegalMove(f"The day for {row.name} was {row.due_on}; give another one with the reminder.")
    if standing not in OPEN:
        raise IllegalMove(f"{row.name} cannot answer any more; there is nothing to remind of.")
    if now - row.mailed_at < REMIND_AGAIN:
        raise IllegalMove(f"{row.name} was written to at {row.mailed_at.astimezone(zone):%H:%M}. Give it some hours.")
    row.reminded_at = row.mailed_at = now


def revoke(session: Session, row: GuestRequestRow, now: datetime) -> None:
    """She is asked no more. What she has answered stays where it is."""
    if row.revoked_at is not None:
        raise IllegalMove(f"{row.name} is asked no more already.")
    row.revoked_at, row.went_without = now, False
    session.flush()


def go_without(session: Session, row: GuestRequestRow, now: datetime) -> None:
    """The issue is made without it: a note's block is dropped where it is not written yet."""
    if row.answered_at is not None:
        raise IllegalMove(f"{row.name} has answered; take it out where it stands.")
    revoke(session, row, now)
    row.went_without = True
    block = places.block(session, row) if row.act == Act.NOTE else None
    if block is not None and not _is_written(session, block):
        inserting.remove_block(places.hand(session, row, now), block.id)


def restore(session: Session, row: GuestRequestRow, now: datetime) -> None:
    """She is asked again, as before: a block that was dropped is owed again."""
    if row.revoked_at is None:
        raise IllegalMove(f"{row.name} is still asked.")
    if row.act == Act.NOTE and row.went_without and places.block(session, row) is None:
        kind, section = block_kind(row.block_kind), row.section or None
        row.block_id = owed.owe(places.hand(session, row, now), kind, row.staff_id, row.due_on, section=section).id
    row.revoked_at, row.went_without = None, False
    session.flush()


# -- what each act needs before it can be asked for -------------------------------------------------------------------


def _row(session: Session, issue: IssueSummary, wish: Wish, by: Person, now: datetime) -> GuestRequestRow:
    profile = lists.profile(session, issue.list_id)
    email = fields.address(wish.email, "guest's address")
    staff = session.scalar(select(StaffRow.id).where(StaffRow.email == email.lower(), StaffRow.disabled_at.is_(None)))
    return GuestRequestRow(
        act=wish.act.value, issue_id=issue.id, publication_id=None, block_id=None,
        language=fields.language_code(wish.language) if wish.language else profile.default_language,
        speaks=fields.language_code(wish.speaks) if wish.speaks else profile.default_language,
        staff_id=staff, name=fields.heading("guest's name", wish.name, 200), email=email,
        message=_message(wish.message), created_by=by.id, created_at=now, due_on=wish.due_on, saved={}, answer={},
        mailed_at=now, went_without=False, posts=0,
    )  # fmt: skip


def _note(session: Session, row: GuestRequestRow, wish: Wish, by: Person, now: datetime, zone: tzinfo) -> None:
    kind = block_kind(wish.block)
    if kind not in KINDS:
        raise BadInput(f"A guest can write: {', '.join(KINDS)}; not {kind}.")
    row.block_id, row.section = _block(session, row, kind, wish, by, now)
    row.block_kind = kind.value
    for other in _open_ones(session, row, now, zone):
        if other.block_id == row.block_id:  # the note passes to somebody else
            other.revoked_at = now


def _block(
    session: Session, row: GuestRequestRow, kind: BlockKind, wish: Wish, by: Person, now: datetime
) -> tuple[int, str]:
    """The block that is owed, and its section."""
    hand = Hand(session, row.issue_id, now, by.id)
    made = owed.owe(hand, kind, row.staff_id, row.due_on, section=wish.section, block_id=wish.block_id)
    block = session.get_one(BlockRow, made.id)
    section = session.get(IssueSectionRow, block.section_id) if block.section_id is not None else None
    return block.id, section.slug if section is not None else ""


def _cleared(session: Session, issue: IssueSummary, wish: Wish) -> int:
    if wish.publication_id is None:
        raise BadInput("Say which item is to be looked at.")
    return _item(session, issue, wish.publication_id)


def _translated(session: Session, row: GuestRequestRow, issue: IssueSummary, wish: Wish) -> int | None:
    profile = lists.profile(session, issue.list_id)
    others = [language for language in profile.languages if language != profile.default_language]
    if row.language not in others:
        raise BadInput(f"{profile.name} can be translated into: {', '.join(others) or 'no language'}.")
    return _item(session, issue, wish.publication_id) if wish.publication_id is not None else None


def _item(session: Session, issue: IssueSummary, publication_id: int) -> int:
    item = places.item_of(session, issue.id, publication_id)
    if item is None:
        raise NotFound(f"Publication {publication_id} does not stand in {issue.slug}.")
    return item.publication_id


def _once(session: Session, row: GuestRequestRow, now: datetime, zone: tzinfo) -> None:
    """The same person is not asked twice for the same."""
    about = (row.publication_id, row.language)
    for other in _open_ones(session, row, now, zone):
        if other.email.lower() == row.email.lower() and (other.publication_id, other.language) == about:
            raise BadInput(f"{row.email} is asked for that already (request {other.id}); remind them instead.")


def _open_ones(session: Session, row: GuestRequestRow, now: datetime, zone: tzinfo) -> list[GuestRequestRow]:
    """The issue's other requests for the same act that still take an answer."""
    same = (GuestRequestRow.issue_id == row.issue_id, GuestRequestRow.act == row.act)
    others = session.scalars(select(GuestRequestRow).where(*same).order_by(GuestRequestRow.id))
    return [other for other in others if other is not row and standing_of(session, other, now, zone) in OPEN]


def _owed_by(session: Session, row: GuestRequestRow, now: datetime) -> None:
    """The block says as well who owes it, and by when."""
    block = places.block(session, row) if row.act == Act.NOTE else None
    if block is not None and not _is_written(session, block):
        kind = BlockKind(block.kind)
        owed.owe(places.hand(session, row, now), kind, row.staff_id, row.due_on, block_id=block.id)


def _is_written(session: Session, block: BlockRow) -> bool:
    written = select(BlockWordingRow.language).where(BlockWordingRow.block_id == block.id).limit(1)
    return session.scalar(written) is not None


def _message(text: str) -> str:
    said = fields.paragraph("message", text)
    if len(said) > MOST_MESSAGE:
        raise BadInput(f"The message has {len(said)} characters; at most {MOST_MESSAGE} fit.")
    return said
