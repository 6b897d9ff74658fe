"""Writing the director's note, a text or a quote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.canonical import digest
from newsletter.guests import places
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import inserting
from newsletter.issues.blocks import FIELDS
from newsletter.issues.model import BlockKind
from newsletter.issues.tables import BlockRow, BlockWordingRow, IssueRow

WORDS = (90, 120)  # of a director's note
KINDS = (BlockKind.DIRECTOR, BlockKind.TEXT, BlockKind.QUOTE)


@dataclass(frozen=True, slots=True)
class LastNote:
    """The note of an earlier issue, for its tone."""

    issue: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Note:
    """What the page of a note shows. `fields`: what is to be filled in, as far as it is; `few` to `many`: how many
    words it should have, 0 where nobody counts. `base` names the words that stand in the issue now.
    """

    kind: BlockKind
    fields: Mapping[str, str]
    few: int
    many: int
    last: LastNote | None
    base: str


def shown(session: Session, row: GuestRequestRow) -> Note:
    """The note as it is known: what stands in the issue, else the name of who was asked."""
    block = places.block(session, row)
    assert block is not None
    kind, words = BlockKind(block.kind), current(session, row)
    last = _last(session, row) if kind is BlockKind.DIRECTOR else None
    proposed = {"name": row.name, "role": last.fields.get("role", "") if last else ""}
    known = words or {name: proposed.get(name, "") for name in _names(kind)}
    few, many = WORDS if kind is BlockKind.DIRECTOR else (0, 0)
    return Note(kind, {name: known.get(name, "") for name in _names(kind)}, few, many, last, digest(words))


def current(session: Session, row: GuestRequestRow) -> dict[str, str]:
    """The words that stand in the issue; none yet: nothing."""
    found = session.get(BlockWordingRow, (row.block_id, row.language))
    return {name: str(value) for name, value in found.fields.items()} if found is not None else {}


def land(session: Session, row: GuestRequestRow, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Put the note into the issue; the answer as it is kept."""
    block = places.block(session, row)
    assert block is not None
    kind = BlockKind(block.kind)
    fields = {name: given.get(name, "") for name in _names(kind)}
    inserting.set_block(places.hand(session, row, now), kind, fields, language=row.language, block_id=block.id)
    return current(session, row)


def _names(kind: BlockKind) -> tuple[str, ...]:
    return (*FIELDS[kind].required, *FIELDS[kind].optional)


def _last(session: Session, row: GuestRequestRow) -> LastNote | None:
    """The latest note of the list's other issues, in this language where there is one."""
    own = select(IssueRow.list_id).where(IssueRow.id == row.issue_id).scalar_subquery()
    query = (
        select(IssueRow.name, BlockWordingRow.fields)
        .join(BlockRow, BlockRow.issue_id == IssueRow.id)
        .join(BlockWordingRow, BlockWordingRow.block_id == BlockRow.id)
        .where(IssueRow.list_id == own, IssueRow.id != row.issue_id, BlockRow.kind == BlockKind.DIRECTOR.value)
        .order_by(IssueRow.collects_until.desc(), IssueRow.id.desc(), BlockWordingRow.language != row.language)
        .limit(1)
    )
    found = session.execute(query).first()
    return LastNote(found.name, {name: str(value) for name, value in found.fields.items()}) if found else None
