"""The rows of an issue's blocks, found and added."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues import items
from newsletter.issues.model import BlockKind
from newsletter.issues.tables import BlockRow, IssueRow


def wanted(session: Session, issue: IssueRow, kind: BlockKind, section: str | None, block_id: int | None) -> BlockRow:
    """The block to be worded or asked for: that of the id, the director's note, of which there is one, or a new one
    after the items of its section, by default of the last. BadInput where kind or section are not its own.
    """
    if block_id is not None:
        block = find(session, issue, block_id)
        if block.kind != kind.value or section is not None:
            raise BadInput(
                f"Block {block_id} is a {block.kind}, and stays where it is: give --kind {block.kind} alone."
            )
        return block
    if kind is not BlockKind.DIRECTOR:
        return _add(session, issue, kind, items.section(session, issue, section).id)
    if section is not None:
        raise BadInput("The director's note stands before the lead; it has no section.")
    return _note(session, issue) or _add(session, issue, kind, None)


def find(session: Session, issue: IssueRow, block_id: int) -> BlockRow:
    """That block of the issue; NotFound where it has none."""
    block = session.get(BlockRow, block_id)
    if block is None or block.issue_id != issue.id:
        raise NotFound(f"There is no block {block_id} in {issue.slug}; see: newsletter issue show {issue.slug}")
    return block


def _note(session: Session, issue: IssueRow) -> BlockRow | None:
    note = (BlockRow.issue_id == issue.id, BlockRow.kind == BlockKind.DIRECTOR.value)
    return session.scalar(select(BlockRow).where(*note).order_by(BlockRow.id).limit(1))


def _add(session: Session, issue: IssueRow, kind: BlockKind, section_id: int | None) -> BlockRow:
    last = session.scalar(select(func.max(BlockRow.position)).where(BlockRow.issue_id == issue.id)) or 0
    block = BlockRow(issue_id=issue.id, section_id=section_id, position=last + 1, kind=kind.value)
    session.add(block)
    session.flush()
    return block
