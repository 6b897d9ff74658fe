"""The rows of an issue's blocks, found and added."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.issues.model import BlockKind
from newsletter.issues.tables import BlockRow, IssueRow


def find(session: Session, issue: IssueRow, block_id: int) -> BlockRow:
    """That block of the issue; NotFound where it has none."""
    block = session.get(BlockRow, block_id)
    if block is None or block.issue_id != issue.id:
        raise NotFound(f"There is no block {block_id} in {issue.slug}; see: newsletter issue show {issue.slug}")
    return block


def note(session: Session, issue: IssueRow) -> BlockRow | None:
    """The director's note, written or owed."""
    note = (BlockRow.issue_id == issue.id, BlockRow.kind == BlockKind.DIRECTOR.value)
    return session.scalar(select(BlockRow).where(*note).order_by(BlockRow.id).limit(1))


def add(session: Session, issue: IssueRow, kind: BlockKind, section_id: int | None) -> BlockRow:
    """A block without words yet, after all others."""
    last = session.scalar(select(func.max(BlockRow.position)).where(BlockRow.issue_id == issue.id)) or 0
    block = BlockRow(issue_id=issue.id, section_id=section_id, position=last + 1, kind=kind.value)
    session.add(block)
    session.flush()
    return block
