"""Asking a guest for one act, and what staff do with a request afterwards. What is owed by staff is an edit as well."""

from collections.abc import Collection
from datetime import date, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.guests import standings
from newsletter.guests.model import OPEN, Act, Standing, Wish
from newsletter.guests.notes import KINDS
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import fields, inserting, items, lists, owed
from newsletter.issues.blocks import block_kind
from newsletter.issues.model import BlockKind
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.revising import Hand
from newsletter.issues.tables import BlockRow, BlockWordingRow, IssueSectionRow
from newsletter.issues.views import IssueSummary, find
from newsletter.staff.people import Person
from newsletter.staff.tables import StaffRow

MOST_MESSAGE = 1000
REMIND_AGAIN = timedelta(hours=4)


def ask(hand: Hand, issue: IssueSummary, wish: Wish, by: Person, zone: tzinfo) -> GuestRequestRow:
    """Write the request down; for a note of somebody who works here, who owes it. BadInput or IllegalMove where nobody
    could answer.
    """
    if standings.is_closed(wish.act, issue.state):
        raise IllegalMove(f"{issue.slug} is {IN_WORDS[issue.state]}; nobody can be asked for that any more.")
    row = _row(hand, issue, wish, by)
    if row.due_on < standings.today(hand.now, zone):
        raise BadInput(f"{row.due_on} has passed; give a day from today on.")
    match wish.act:
        case Act.NOTE:
            _note(hand, row, wish, zone)
        case Act.CLEAR:
            row.publication_id = _cleared(hand.session, issue, wish)
        case Act.TRANSLATE:
            row.publication_id = _translated(hand.session, row, issue, wish)
    if wish.act is not Act.NOTE:
        _once(hand, row, zone)
    hand.session.add(row)
    hand.session.flush()
    return row


def required(session: Session, request_id: int) -> GuestRequestRow:
    """The request, held until the transaction ends, and its issue with it. NotFound says how to see them all."""
    issue_id = session.scalar(select(GuestRequestRow.issue_id).where(GuestRequestRow.id == request_id))
    if issue_id is None:
        raise NotFound(f"There is no request {request_id}. See: newsletter guests list ISSUE")
    find(session, issue_id, lock=True)
    query = select(GuestRequestRow).where(GuestRequestRow.id == request_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def require_open(hand: Hand, row: GuestRequestRow, zone: tzinfo) -> None:
    """Raise IllegalMove where no answer can be taken any more; staff may write one down after the day has passed."""
    standing, state = standings.of(hand.session, row, hand.now, zone), standings.state_of(hand.session, row)
    if standing in OPEN or standing is Standing.EXPIRED:
        return
    if standing is Standing.SETTLED and not standings.is_closed(Act(row.act), state):
        return
    raise IllegalMove(_WHY_NOT.get(standing, f"The issue is {IN_WORDS[state]}; it takes no such answer any more."))


_WHY_NOT = {
    Standing.REVOKED: "Nobody is asked for that any more. Ask again first.",
    Standing.WITHOUT: "The issue goes without it. Ask again first.",
}


def remind(hand: Hand, row: GuestRequestRow, zone: tzinfo, due_on: date | None, message: str | None) -> None:
    """Note that she is reminded; with another day where one is given, which also opens what has expired."""
    now = hand.now
    if due_on is not None:
        if due_on < standings.today(now, zone):
            raise BadInput(f"{due_on} has passed; give a day from today on.")
        row.due_on = due_on
    if message is not None:
        row.message = _message(message)
    standing = standings.of(hand.session, row, now, zone)
    if standing is Standing.ANSWERED or standing is Standing.SETTLED:
        raise IllegalMove(f"{row.name} has answered already.")
    if standing is Standing.EXPIRED:
        raise IllegalMove(f"The day for {row.name} was {row.due_on}; give another one with the reminder.")
    if standing not in OPEN:
        raise IllegalMove(f"{row.name} cannot answer any more; there is nothing to remind of.")
    if now - row.mailed_at < REMIND_AGAIN:
        raise IllegalMove(f"{row.name} was written to at {row.mailed_at.astimezone(zone):%H:%M}. Give it some hours.")
    if due_on is not None:
        _owes(hand, row, zone)
    row.reminded_at = row.mailed_at = now


def revoke(hand: Hand, row: GuestRequestRow) -> None:
    """She is asked no more. What she has answered stays where it is."""
    if row.revoked_at is not None:
        raise IllegalMove(f"{row.name} is asked no more already.")
    row.revoked_at, row.went_without = hand.now, False
    hand.session.flush()


def go_without(hand: Hand, row: GuestRequestRow) -> None:
    """The issue is made without it: a note that is owed is owed no more."""
    if row.answered_at is not None:
        raise IllegalMove(f"{row.name} has answered; take it out where it stands.")
    revoke(hand, row)
    row.went_without = True
    block = standings.block(hand.session, row)
    if block is not None and not _is_written(hand.session, block.id):
        inserting.remove_block(hand, block.id)


def restore(hand: Hand, row: GuestRequestRow, zone: tzinfo) -> None:
    """She is asked again, as before: a note that was owed is owed again."""
    if row.revoked_at is None:
        raise IllegalMove(f"{row.name} is still asked.")
    if row.answered_at is None:
        _owes(hand, row, zone)
    row.revoked_at, row.went_without = None, False
    hand.session.flush()


# -- what each act needs before it can be asked for -------------------------------------------------------------------


def _row(hand: Hand, issue: IssueSummary, wish: Wish, by: Person) -> GuestRequestRow:
    profile = lists.profile(hand.session, issue.list_id)
    email = fields.address(wish.email, "guest's address")
    known = (StaffRow.email == email.lower(), StaffRow.disabled_at.is_(None))
    return GuestRequestRow(
        act=wish.act.value, issue_id=issue.id, block_kind="", section="",
        language=fields.language_code(wish.language) if wish.language else profile.default_language,
        speaks=fields.language_code(wish.speaks) if wish.speaks else profile.default_language,
        staff_id=hand.session.scalar(select(StaffRow.id).where(*known)),
        name=fields.heading("guest's name", wish.name, 200), email=email, message=_message(wish.message),
        created_by=by.id, created_at=hand.now, due_on=wish.due_on, saved={}, answer={}, mailed_at=hand.now,
        went_without=False, posts=0, told=0,
    )  # fmt: skip


def _note(hand: Hand, row: GuestRequestRow, wish: Wish, zone: tzinfo) -> None:
    kind = block_kind(wish.block)
    if kind not in KINDS:
        raise BadInput(f"A guest can write: {', '.join(KINDS)}; not {kind}.")
    row.block_kind, row.section = kind.value, wish.section or ""
    others = [one for one in _open_ones(hand, row, zone) if one.block_kind == kind]
    if row.staff_id is not None:
        _owes(hand, row, zone, wish.block_id)
    else:
        _place(hand, row, kind, wish)
    for other in others:
        same = row.block_id or wish.block_id
        if kind is BlockKind.DIRECTOR or (same is not None and other.block_id == same):
            other.revoked_at = hand.now  # the note passes to somebody else


def _owes(hand: Hand, row: GuestRequestRow, zone: tzinfo, block_id: int | None = None) -> None:
    """Who works here owes the note as a block, on the calendar and in the issue's list; guests do not."""
    if row.act != Act.NOTE or row.staff_id is None:
        return
    held = standings.block(hand.session, row)
    known = block_id if block_id is not None else held.id if held is not None else None
    if held is not None and _is_written(hand.session, held.id):
        return
    day = standings.today(hand.now, zone)
    section = row.section or None if known is None else None
    row.block_id = owed.ask(
        hand, row.block_kind, row.email, max(row.due_on, day), day, section=section, block_id=known
    ).id  # fmt: skip


def _place(hand: Hand, row: GuestRequestRow, kind: BlockKind, wish: Wish) -> None:
    """What somebody writes who does not work here gets its block when it comes; what stands there is looked at now."""
    session = hand.session
    if wish.section is not None:
        if kind is BlockKind.DIRECTOR:
            raise BadInput("The director's note stands before the lead; it has no section.")
        own = select(IssueSectionRow.slug).where(IssueSectionRow.issue_id == hand.issue_id)
        slugs = session.scalars(own.order_by(IssueSectionRow.position)).all()
        if wish.section not in slugs:
            raise BadInput(f"The issue has no section {wish.section!r}; it has: {', '.join(slugs)}.")
    wanted = wish.block_id
    if kind is BlockKind.DIRECTOR and wanted is None:
        note = select(BlockRow.id).where(BlockRow.issue_id == hand.issue_id, BlockRow.kind == kind.value)
        wanted = session.scalar(note.order_by(BlockRow.id).limit(1))
    if wanted is None:
        return
    row.block_id = wanted
    if standings.block(session, row) is None:
        raise NotFound(f"There is no block {wanted} in this issue.")
    if _is_written(session, wanted):
        raise BadInput(f"Block {wanted} is written already; whoever writes the issue can word it.")
    inserting.remove_block(hand, wanted)  # nobody here owes it any more
    row.block_id = None


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
    """The publication under which the issue shows this one, or one it is a translation of."""
    family = items.family(session, items.publication(session, publication_id))
    ids: Collection[int] = dict.fromkeys((publication_id, *(one.id for one in family)))
    found = next((id_ for id_ in ids if standings.has_item(session, issue.id, id_)), None)
    if found is None:
        raise NotFound(f"Publication {publication_id} does not stand in {issue.slug}.")
    return found


def _once(hand: Hand, row: GuestRequestRow, zone: tzinfo) -> None:
    """The same person is not asked twice for the same."""
    about = (row.publication_id, row.language)
    for other in _open_ones(hand, row, zone):
        if other.email.lower() == row.email.lower() and (other.publication_id, other.language) == about:
            raise BadInput(f"{row.email} is asked for that already (request {other.id}); remind them instead.")


def _open_ones(hand: Hand, row: GuestRequestRow, zone: tzinfo) -> list[GuestRequestRow]:
    """The issue's other requests for the same act that still take an answer."""
    same = (GuestRequestRow.issue_id == row.issue_id, GuestRequestRow.act == row.act)
    others = hand.session.scalars(select(GuestRequestRow).where(*same).order_by(GuestRequestRow.id)).all()
    return [
        other for other in others if other is not row and standings.of(hand.session, other, hand.now, zone) in OPEN
    ]  # fmt: skip


def _is_written(session: Session, block_id: int) -> bool:
    written = select(BlockWordingRow.language).where(BlockWordingRow.block_id == block_id).limit(1)
    return session.scalar(written) is not None


def _message(text: str) -> str:
    said = fields.paragraph("message", text)
    if len(said) > MOST_MESSAGE:
        raise BadInput(f"The message has {len(said)} characters; at most {MOST_MESSAGE} fit.")
    return said
