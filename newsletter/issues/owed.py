"""Blocks that somebody owes: no words yet, so the mail knows nothing of them; who writes them, and by when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.issues import contents, inserting, places
from newsletter.issues.blocks import block_kind
from newsletter.issues.model import BlockKind
from newsletter.issues.revising import Hand, Revision, editing
from newsletter.issues.tables import BlockRow, BlockWordingRow, IssueSectionRow
from newsletter.staff import people
from newsletter.staff.tables import StaffRow

IN_WORDS = {
    BlockKind.DIRECTOR: "the director's note", BlockKind.TEXT: "a text", BlockKind.QUOTE: "a quote",
    BlockKind.NUMBERS: "numbers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """A block that is not written yet. `section`: "" before the lead. `owner`: a name, else the address."""

    id: int
    kind: BlockKind
    section: str
    owner_id: int
    owner: str
    email: str
    due_on: date | None

    @property
    def words(self) -> str:
        """What it is, in a sentence."""
        return IN_WORDS[self.kind]


def ask(
    hand: Hand, kind: str, owner: str, due_on: date, today: date, *, section: str | None = None,
    block_id: int | None = None,
) -> Revision:  # fmt: skip
    """Note that a member of staff (by address) owes a block by that day; the block's id. With `block_id`, an owed block
    passes to another person or day; the director's note, of which there is one, does so by itself.
    """
    known = block_kind(kind)
    if known not in IN_WORDS:
        raise BadInput(f"A {known} cannot be asked for; give it with `issue block`.")
    if due_on < today:
        raise BadInput(f"{due_on} has passed; give a day from today on.")
    return owe(hand, known, people.find(hand.session, owner).id, due_on, section=section, block_id=block_id)


def owe(
    hand: Hand, kind: BlockKind, owner_id: int | None, due_on: date, *, section: str | None = None,
    block_id: int | None = None,
) -> Revision:  # fmt: skip
    """Note that a block is owed by that day; the block's id. `owner_id`: None where it is nobody of the staff."""
    with editing(hand, "ask") as edit:
        block = inserting.wanted(edit, kind, section, block_id)
        if contents.block_languages(edit.draft, block):
            raise BadInput(f"Block {block} of {edit.issue.slug} is written already; word it anew with --block {block}.")
        edit.id = block
        edit.write({places.block(block, "owed"): {"owner": owner_id, "due": due_on.isoformat()}})
    return edit.done


def owed(session: Session, issue_id: int) -> tuple[Owed, ...]:
    """What is not written yet, the first due first."""
    written = select(BlockWordingRow.block_id).where(BlockWordingRow.block_id == BlockRow.id).exists()
    rows = session.execute(
        select(BlockRow, IssueSectionRow.slug, StaffRow)
        .join(StaffRow, StaffRow.id == BlockRow.owner_id)
        .outerjoin(IssueSectionRow, IssueSectionRow.id == BlockRow.section_id)
        .where(BlockRow.issue_id == issue_id, ~written)
        .order_by(BlockRow.due_on, BlockRow.position, BlockRow.id)
    )
    return tuple(
        Owed(
            row.id, BlockKind(row.kind), section or "", staff.id, staff.name or staff.email, staff.email, row.due_on
        )
        for row, section, staff in rows
    )  # fmt: skip
