"""Places and removes the items of an issue, and notes what became of each publication."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.issues.lists import profile
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.shortening import anchor
from newsletter.issues.tables import CoverageRow, IssueRow, IssueSectionRow, ItemRow, ItemWordingRow
from newsletter.issues.wording import first_title, first_wordings
from newsletter.publications.tables import KindRow, PublicationRow


def find(session: Session, issue_id: int, publication: PublicationRow) -> ItemRow | None:
    """The item that shows the publication, or one it is a translation of."""
    family = [one.id for one in _family(session, publication)]
    return session.scalar(
        select(ItemRow)
        .where(ItemRow.issue_id == issue_id, ItemRow.publication_id.in_(family))
        .order_by(ItemRow.publication_id != publication.id)
        .limit(1)
    )


def place(
    session: Session, issue: IssueRow, publication: PublicationRow, section: str | None, role: Role | None
) -> None:
    """Put it at the end of a section: as a full item while there is room, else as one line."""
    item = find(session, issue.id, publication)
    home = _section(session, issue, publication, section, item)
    chosen = role or (Role(item.role) if item else _room(session, home))
    if chosen is Role.LEAD:
        session.execute(
            update(ItemRow)
            .where(ItemRow.issue_id == issue.id, ItemRow.role == Role.LEAD.value)
            .values(role=Role.ITEM.value)
        )
    if item is None:
        item = _new_item(session, issue, publication, home)
    elif item.section_id != home.id:
        item.position = _end(session, home)
    item.section_id, item.role = home.id, chosen.value
    session.flush()


def remove(session: Session, issue_id: int, publication: PublicationRow) -> None:
    """Take the item out, and its words with it."""
    item = find(session, issue_id, publication)
    if item is not None:
        session.execute(delete(ItemWordingRow).where(ItemWordingRow.item_id == item.id))
        session.delete(item)
        session.flush()


def cover(
    session: Session,
    issue_id: int,
    publication: PublicationRow,
    state: CoverageState,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    """Note the decision for the publication, and for those of its translations that the issue knows."""
    for one in _family(session, publication):
        row = session.get(CoverageRow, (issue_id, one.id))
        if row is None and one.id == publication.id:
            row = CoverageRow(issue_id=issue_id, publication_id=one.id)
            session.add(row)
        if row is not None:
            row.state, row.reason, row.decided_by, row.decided_at = state.value, reason, by, now
    session.flush()


def _family(session: Session, publication: PublicationRow) -> list[PublicationRow]:
    root = publication.translation_of or publication.id
    query = select(PublicationRow).where(or_(PublicationRow.id == root, PublicationRow.translation_of == root))
    return list(session.scalars(query.order_by(PublicationRow.id)))


def section(session: Session, issue: IssueRow, slug: str | None) -> IssueSectionRow:
    """The section of that name, by default the last; BadInput names those there are."""
    sections = _sections(session, issue)
    found = next((one for one in sections if one.slug == slug), None) if slug is not None else sections[-1]
    if found is None:
        raise BadInput(f"{issue.slug} has no section {slug!r}; it has: {', '.join(one.slug for one in sections)}.")
    return found


def _sections(session: Session, issue: IssueRow) -> list[IssueSectionRow]:
    own = select(IssueSectionRow).where(IssueSectionRow.issue_id == issue.id)
    return list(session.scalars(own.order_by(IssueSectionRow.position, IssueSectionRow.id)))


def _section(
    session: Session, issue: IssueRow, publication: PublicationRow, slug: str | None, item: ItemRow | None
) -> IssueSectionRow:
    """The section asked for; else where the item stands, where its kind belongs, or the first."""
    if slug is not None:
        return section(session, issue, slug)
    sections = _sections(session, issue)
    kind = session.get_one(KindRow, publication.kind)
    tests = (
        lambda one: item is not None and one.id == item.section_id,
        lambda one: kind.slug in one.kinds,
        lambda one: one.slug == kind.home_section,
    )
    return next((one for test in tests for one in sections if test(one)), sections[0])


def _room(session: Session, section: IssueSectionRow) -> Role:
    query = select(func.count()).where(ItemRow.section_id == section.id, ItemRow.role == Role.ITEM.value)
    return Role.ITEM if (session.scalar(query) or 0) < section.cap else Role.MORE


def _end(session: Session, section: IssueSectionRow) -> int:
    return (session.scalar(select(func.max(ItemRow.position)).where(ItemRow.section_id == section.id)) or 0) + 1


def _new_item(session: Session, issue: IssueRow, publication: PublicationRow, home: IssueSectionRow) -> ItemRow:
    taken = set(session.scalars(select(ItemRow.anchor).where(ItemRow.issue_id == issue.id)))
    taken |= set(session.scalars(select(IssueSectionRow.slug).where(IssueSectionRow.issue_id == issue.id)))
    speaker, labels = profile(session, issue.list_id), session.get_one(KindRow, publication.kind).labels.values()
    title = first_title(publication, labels, speaker)
    item = ItemRow(
        issue_id=issue.id,
        section_id=home.id,
        publication_id=publication.id,
        role=Role.ITEM.value,
        position=_end(session, home),
        anchor=anchor(title, f"item-{publication.id}", taken),
        media_sha256=publication.media_sha256,
        image_credit=publication.image_credit,
    )
    session.add(item)
    session.flush()
    twins = [one for one in _family(session, publication) if one.id != publication.id and one.gone_at is None]
    session.add_all(first_wordings(item.id, [publication, *twins], labels, speaker))
    return item
