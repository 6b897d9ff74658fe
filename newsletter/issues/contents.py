"""Reads all of an issue that people edit, place by place, in a fixed number of queries."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import places
from newsletter.issues.model import Role
from newsletter.issues.places import Contents
from newsletter.issues.tables import (
    BlockRow,
    BlockWordingRow,
    CoverageRow,
    IssueSectionRow,
    IssueWordingRow,
    ItemRow,
    ItemWordingRow,
)


def read(session: Session, issue_id: int) -> Contents:
    """The issue as it stands, with what became of each publication."""
    found = mail(session, issue_id)
    covered = select(CoverageRow.publication_id, CoverageRow.state, CoverageRow.reason)
    for id_, state, reason in session.execute(covered.where(CoverageRow.issue_id == issue_id)):
        found[places.coverage(id_)] = {"state": state, "reason": reason}
    return found


def mail(session: Session, issue_id: int) -> Contents:
    """What of it is in the mail, or asked for."""
    found: Contents = {}
    words = select(IssueWordingRow.language, IssueWordingRow.subject, IssueWordingRow.preheader)
    for language, subject, preview in session.execute(words.where(IssueWordingRow.issue_id == issue_id)):
        found[places.subject(language)], found[places.preview(language)] = subject, preview
    slugs = _sections(session, issue_id, found)
    _items(session, issue_id, slugs, found)
    _blocks(session, issue_id, slugs, found)
    return found


def _sections(session: Session, issue_id: int, found: Contents) -> dict[int, str]:
    """Their short names by id."""
    columns = (
        IssueSectionRow.id, IssueSectionRow.slug, IssueSectionRow.titles, IssueSectionRow.kinds, IssueSectionRow.cap,
        IssueSectionRow.layout,
    )  # fmt: skip
    own = select(*columns).where(IssueSectionRow.issue_id == issue_id)
    rows = session.execute(own.order_by(IssueSectionRow.position, IssueSectionRow.id)).all()
    found[places.SECTIONS] = [row.slug for row in rows]
    for row in rows:
        found[places.section(row.slug)] = {"kinds": list(row.kinds), "layout": row.layout}
        found[places.section(row.slug, "cap")] = row.cap
        found[places.order(row.slug)] = []
        for language, title in row.titles.items():
            found[places.section(row.slug, "title", language)] = title
    return {row.id: row.slug for row in rows}


def _items(session: Session, issue_id: int, slugs: Mapping[int, str], found: Contents) -> None:
    columns = (
        ItemRow.id, ItemRow.publication_id, ItemRow.section_id, ItemRow.role, ItemRow.anchor, ItemRow.media_sha256,
        ItemRow.original_sha256, ItemRow.crop_x, ItemRow.crop_y, ItemRow.image_credit, ItemRow.seen_change,
        ItemRow.facts,
    )  # fmt: skip
    own = select(*columns).where(ItemRow.issue_id == issue_id)
    numbers: dict[int, int] = {}
    for row in session.execute(own.order_by(ItemRow.position, ItemRow.id)):
        id_, slug = row.publication_id, slugs[row.section_id]
        numbers[row.id] = id_
        found[places.order(slug)].append(id_)
        found[places.item(id_)] = {"anchor": row.anchor}
        found[places.item(id_, "place")] = {"section": slug, "role": row.role}
        found[places.item(id_, "credit")] = row.image_credit
        found[places.item(id_, "seen")] = row.seen_change
        if row.facts:
            found[places.item(id_, "facts")] = dict(row.facts)
        if row.media_sha256:
            cut = {"of": row.original_sha256, "x": row.crop_x, "y": row.crop_y} if row.original_sha256 else {}
            found[places.item(id_, "picture")] = {"sha256": row.media_sha256} | cut
    words = (
        ItemWordingRow.item_id, ItemWordingRow.language, ItemWordingRow.title, ItemWordingRow.summary,
        ItemWordingRow.action, ItemWordingRow.image_alt,
    )  # fmt: skip
    said = select(*words).join(ItemRow, ItemRow.id == ItemWordingRow.item_id).where(ItemRow.issue_id == issue_id)
    for item_id, language, *texts in session.execute(said):
        for part, text in zip(WORDS, texts, strict=True):
            found[places.item(numbers[item_id], language, part)] = text


def _blocks(session: Session, issue_id: int, slugs: Mapping[int, str], found: Contents) -> None:
    columns = (
        BlockRow.id, BlockRow.kind, BlockRow.section_id, BlockRow.media_sha256, BlockRow.owner_id, BlockRow.due_on
    )  # fmt: skip
    own = select(*columns).where(BlockRow.issue_id == issue_id).order_by(BlockRow.position, BlockRow.id)
    rows = session.execute(own).all()
    found[places.BLOCKS] = [row.id for row in rows]
    for row in rows:
        found[places.block(row.id)] = {"kind": row.kind}
        found[places.block(row.id, "place")] = slugs[row.section_id] if row.section_id else ""
        if row.media_sha256:
            found[places.block(row.id, "picture")] = row.media_sha256
        if row.owner_id is not None:
            due = row.due_on.isoformat() if row.due_on else None
            found[places.block(row.id, "owed")] = {"owner": row.owner_id, "due": due}
    words = select(BlockWordingRow.block_id, BlockWordingRow.language, BlockWordingRow.fields)
    said = words.join(BlockRow, BlockRow.id == BlockWordingRow.block_id).where(BlockRow.issue_id == issue_id)
    for id_, language, fields in session.execute(said):
        found[places.block(id_, language)] = dict(fields)


WORDS = ("title", "summary", "action", "alt")


def items(contents: Mapping[str, Any]) -> tuple[int, ...]:
    """The publications that have an item, section by section, in their order."""
    return tuple(id_ for slug in contents[places.SECTIONS] for id_ in contents[places.order(slug)])


def lead(contents: Mapping[str, Any]) -> int | None:
    """The publication that leads, where one does."""
    roles = ((id_, contents[places.item(id_, "place")]["role"]) for id_ in items(contents))
    return next((id_ for id_, role in roles if role == Role.LEAD), None)


def languages(contents: Mapping[str, Any], publication_id: int) -> tuple[str, ...]:
    """The languages that an item is worded in."""
    start = places.item(publication_id) + ":"
    return tuple(sorted(name.split(":")[2] for name in contents if name.startswith(start) and name.endswith(":title")))


def block_languages(contents: Mapping[str, Any], block_id: int) -> tuple[str, ...]:
    """The languages that a block is worded in; none where it is owed."""
    start = places.block(block_id) + ":"
    parts = (name.removeprefix(start) for name in contents if name.startswith(start))
    return tuple(sorted(part for part in parts if part not in {"place", "picture", "owed"}))
