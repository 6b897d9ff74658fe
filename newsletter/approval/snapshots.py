"""Snapshots: the stored rendering that will go out, kept with what it was made from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.approval.model import Snapshot, fingerprint
from newsletter.approval.tables import SnapshotPartRow, SnapshotRow
from newsletter.canonical import digest
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import dump, load


def keep(
    session: Session,
    issue_id: int,
    parts: Mapping[str, Rendered],
    envelope: Mapping[str, Any],
    basis_facts: Mapping[str, Any],
    staff_id: int | None,
    now: datetime,
) -> Snapshot:
    """Store a version; the earlier one again where nothing differs from it, word for word."""
    print_, basis = fingerprint(parts, envelope), digest(basis_facts)
    same = session.scalar(
        select(SnapshotRow)
        .where(SnapshotRow.issue_id == issue_id, SnapshotRow.fingerprint == print_, SnapshotRow.basis == basis)
        .order_by(SnapshotRow.id.desc())
        .limit(1)
    )
    if same is not None:
        return of(same)
    number = session.scalar(select(func.max(SnapshotRow.number)).where(SnapshotRow.issue_id == issue_id)) or 0
    row = SnapshotRow(
        issue_id=issue_id, number=number + 1, fingerprint=print_, basis=basis, basis_facts=dict(basis_facts),
        envelope=dict(envelope), made_by=staff_id, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(_part_row(row.id, part) for part in parts.values())
    session.flush()
    return of(row)


def snapshot(session: Session, snapshot_id: int) -> Snapshot:
    """A stored version."""
    return of(session.get_one(SnapshotRow, snapshot_id))


def parts(session: Session, snapshot_id: int) -> dict[str, Rendered]:
    """The stored language versions of a snapshot."""
    rows = session.scalars(select(SnapshotPartRow).where(SnapshotPartRow.snapshot_id == snapshot_id))
    return {
        row.language: Rendered(
            row.language, row.subject, row.preheader, load(row.html), load(row.text), row.web.decode()
        )
        for row in rows
    }


def languages(session: Session, snapshot_id: int) -> tuple[str, ...]:
    """The languages of a snapshot, without what is stored in them."""
    query = select(SnapshotPartRow.language).where(SnapshotPartRow.snapshot_id == snapshot_id)
    return tuple(session.scalars(query.order_by(SnapshotPartRow.language)))


def inbox_lines(session: Session, snapshot_id: int) -> tuple[tuple[str, str, str], ...]:
    """Language, subject and preview line of each language version, without the rest."""
    row = SnapshotPartRow
    query = select(row.language, row.subject, row.preheader).where(row.snapshot_id == snapshot_id)
    return tuple(session.execute(query.order_by(row.language)).tuples())


def is_intact(session: Session, stored: Snapshot) -> bool:
    """Whether the stored bytes still give the fingerprint that was approved."""
    try:
        return fingerprint(parts(session, stored.id), stored.envelope) == stored.fingerprint
    except ValueError:  # what was stored can no longer be read at all
        return False


def _part_row(snapshot_id: int, part: Rendered) -> SnapshotPartRow:
    return SnapshotPartRow(
        snapshot_id=snapshot_id, language=part.language, subject=part.subject, preheader=part.preheader,
        html=dump(part.html), text=dump(part.text), web=part.web.encode(),
    )  # fmt: skip


def of(row: SnapshotRow) -> Snapshot:
    """The version that a row holds."""
    return Snapshot(
        row.id, row.issue_id, row.number, row.fingerprint, row.basis, row.basis_facts, row.envelope, row.created_at
    )
