"""Loads an issue as it stands: one value that holds all that rendering needs, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.issues import stating
from newsletter.issues.lists import profile
from newsletter.issues.model import (
    Block,
    BlockKind,
    Corrects,
    Draft,
    IssueKind,
    Item,
    Picture,
    Role,
    Section,
    Source,
    Wording,
)
from newsletter.issues.tables import (
    BlockRow,
    BlockWordingRow,
    IssueRow,
    IssueSectionRow,
    IssueWordingRow,
    ItemRow,
    ItemWordingRow,
)
from newsletter.media.tables import MediaRow
from newsletter.publications.model import Layout
from newsletter.publications.tables import KindRow, PublicationRow

_ORDER = (Role.LEAD, Role.ITEM, Role.MORE)


def load(session: Session, issue_id: int) -> Draft:
    """The issue's draft. In a section the lead comes first, then the full items, then the one-liners."""
    issue = session.get(IssueRow, issue_id)
    if issue is None:
        raise NotFound(f"There is no issue with the id {issue_id}.")
    speaker = profile(session, issue.list_id)
    texts = session.scalars(
        select(IssueWordingRow).where(IssueWordingRow.issue_id == issue_id).order_by(IssueWordingRow.language)
    ).all()
    items = _items(session, issue_id, speaker.default_language)
    blocks = _blocks(session, issue_id, speaker.default_language)
    return Draft(
        issue_id=issue.id,
        slug=issue.slug,
        name=issue.name,
        ordinal=issue.ordinal,
        kind=IssueKind(issue.kind),
        period=issue.period,
        profile=speaker,
        subjects={text.language: text.subject for text in texts},
        preheaders={text.language: text.preheader for text in texts},
        sections=_sections(session, issue_id, items, blocks),
        opening=tuple(blocks[None]),
        corrects=_corrects(session, issue),
    )


def _corrects(session: Session, issue: IssueRow) -> Corrects | None:
    if issue.corrects_issue_id is None:
        return None
    first = session.get_one(IssueRow, issue.corrects_issue_id)
    return Corrects(first.slug, first.name, issue.corrects_uncertain)


def _sections(
    session: Session, issue_id: int, items: Mapping[int, list[Item]], blocks: Mapping[int | None, list[Block]]
) -> tuple[Section, ...]:
    rows = session.scalars(
        select(IssueSectionRow)
        .where(IssueSectionRow.issue_id == issue_id)
        .order_by(IssueSectionRow.position, IssueSectionRow.id)
    )
    return tuple(
        Section(
            slug=row.slug,
            titles=row.titles,
            kinds=tuple(row.kinds),
            cap=row.cap,
            layout=Layout(row.layout),
            items=tuple(items[row.id]),
            blocks=tuple(blocks[row.id]),
        )
        for row in rows
    )


def _items(session: Session, issue_id: int, default: str) -> defaultdict[int, list[Item]]:
    rows = session.execute(
        select(ItemRow, PublicationRow, KindRow)
        .join(PublicationRow, PublicationRow.id == ItemRow.publication_id)
        .join(KindRow, KindRow.slug == PublicationRow.kind)
        .where(ItemRow.issue_id == issue_id)
        .order_by(ItemRow.position, ItemRow.id)
    ).all()
    words = _wordings(session, issue_id)
    pictures = pictures_of(session, {item.media_sha256 for item, _, _ in rows if item.media_sha256})
    found: defaultdict[int, list[Item]] = defaultdict(list)
    for item, publication, kind in sorted(rows, key=lambda row: _ORDER.index(Role(row[0].role))):
        own = sorted(words[item.id], key=lambda word: (word.language != publication.language, word.language))
        found[item.section_id].append(_item(item, source_of(publication, kind, item.facts), own, pictures, default))
    return found


def _item(
    row: ItemRow, source: Source, words: list[ItemWordingRow], pictures: Mapping[str, Picture], default: str
) -> Item:
    picture = pictures.get(row.media_sha256 or "")
    if picture:
        alts = {word.language: word.image_alt for word in words if word.image_alt}
        alt = alts.get(default) or next(iter(alts.values()), "")
        picture = replace(picture, alt=alt, credit=row.image_credit)
    return Item(
        id=row.id,
        anchor=row.anchor,
        role=Role(row.role),
        source=source,
        wordings={word.language: Wording(word.title, word.summary, word.action) for word in words},
        picture=picture,
    )


def source_of(row: PublicationRow, kind: KindRow, own: Mapping[str, Any]) -> Source:
    """The publication as the mail shows it. `own`: the facts that the issue states otherwise."""
    return Source(
        publication_id=row.id,
        kind=row.kind,
        kind_labels=kind.labels,
        layout=Layout(kind.layout),
        title=row.title,
        language=row.language,
        original_source=row.original_source,
        gone=row.gone_at is not None,
        **stating.told(row, own),
    )


def _wordings(session: Session, issue_id: int) -> defaultdict[int, list[ItemWordingRow]]:
    rows = session.scalars(
        select(ItemWordingRow).join(ItemRow, ItemRow.id == ItemWordingRow.item_id).where(ItemRow.issue_id == issue_id)
    )
    found: defaultdict[int, list[ItemWordingRow]] = defaultdict(list)
    for row in rows:
        found[row.item_id].append(row)
    return found


def pictures_of(session: Session, hashes: Collection[str]) -> dict[str, Picture]:
    """Without their bytes; each place adds its own description and credit."""
    rows = session.execute(
        select(MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height).where(
            MediaRow.sha256.in_(list(hashes))
        )
    )
    return {row.sha256: Picture(row.sha256, row.extension, row.width, row.height, alt="") for row in rows}


def _blocks(session: Session, issue_id: int, default: str) -> defaultdict[int | None, list[Block]]:
    """By section; under None those that stand before the lead. What is owed and not written yet is not in the mail."""
    rows = session.scalars(
        select(BlockRow).where(BlockRow.issue_id == issue_id).order_by(BlockRow.position, BlockRow.id)
    ).all()
    words = session.scalars(
        select(BlockWordingRow)
        .join(BlockRow, BlockRow.id == BlockWordingRow.block_id)
        .where(BlockRow.issue_id == issue_id)
        .order_by(BlockWordingRow.language)
    ).all()
    pictures = pictures_of(session, {row.media_sha256 for row in rows if row.media_sha256})
    found: defaultdict[int | None, list[Block]] = defaultdict(list)
    for row in rows:
        own = {word.language: _texts(word) for word in words if word.block_id == row.id}
        if not own:
            continue
        picture = pictures.get(row.media_sha256 or "")
        if picture:
            said = own.get(default) or next(iter(own.values()), {})
            picture = replace(picture, alt=said.get("image_alt") or said.get("name", ""))
        found[row.section_id].append(Block(row.id, BlockKind(row.kind), own, picture))
    return found


def _texts(word: BlockWordingRow) -> dict[str, str]:
    return {name: str(value) for name, value in word.fields.items()}
