"""Edits an issue: its texts, and what stands in it. No state moves; whether a yes still counts is derived elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues import block_rows, items
from newsletter.issues.blocks import block_fields, block_kind
from newsletter.issues.fields import field, heading, language_code, paragraph
from newsletter.issues.model import CoverageState, IssueKind, Role
from newsletter.issues.revising import edited, opened
from newsletter.issues.tables import (
    BlockWordingRow,
    IssueRow,
    IssueWordingRow,
    ItemWordingRow,
    ProfileRow,
)
from newsletter.publications.checking import MOST_TITLE
from newsletter.publications.tables import PublicationRow

MOST_SUBJECT = 250


def edit(
    session: Session,
    issue_id: int,
    now: datetime,
    *,
    subject: str | None = None,
    preview: str | None = None,
    language: str | None = None,
) -> None:
    """Set subject and preview line in one language; by default the list's first."""
    issue = opened(session, issue_id)
    if subject is None and preview is None:
        raise BadInput("Nothing to change was given: name a subject or a preview line.")
    fresh = {
        "subject": None if subject is None else heading("subject", subject, MOST_SUBJECT),
        "preheader": None if preview is None else heading("preview line", preview, MOST_SUBJECT),
    }
    chosen = language_code(language) if language else _default_language(session, issue)
    row = session.get(IssueWordingRow, (issue_id, chosen))
    if row is None:
        if subject is None:
            raise BadInput(f"There is no subject in {chosen} yet; give one with the preview line.")
        row = IssueWordingRow(issue_id=issue_id, language=chosen, preheader="")
        session.add(row)
    _write(row, fresh)
    edited(session, issue, now)


def use(
    session: Session,
    issue_id: int,
    publication_id: int,
    now: datetime,
    *,
    section: str | None = None,
    role: Role | None = None,
    by: int | None = None,
) -> None:
    """Put a publication in the issue, or move it there. As lead, it takes the place of the one before."""
    issue = _regular(opened(session, issue_id))
    publication = _publication(session, publication_id)
    if publication.published_on is None:
        raise BadInput(f"{publication.title} has no date; it waits in the tray until it is given one.")
    items.place(session, issue, publication, section, role)
    items.cover(session, issue_id, publication, CoverageState.USED, "chosen by hand", by, now)
    edited(session, issue, now)


def hold(
    session: Session, issue_id: int, publication_id: int, now: datetime, *, reason: str = "", by: int | None = None
) -> None:
    """Keep a publication for next time; its item goes, with the words written for it."""
    _take_out(session, issue_id, publication_id, CoverageState.HELD, reason or "held by hand", by, now)


def decline(
    session: Session, issue_id: int, publication_id: int, now: datetime, *, reason: str, by: int | None = None
) -> None:
    """Leave a publication out for good, and say why."""
    _take_out(session, issue_id, publication_id, CoverageState.DECLINED, heading("reason", reason, 500), by, now)


def choose(
    session: Session,
    issue_id: int,
    verb: str,
    publications: Sequence[int],
    now: datetime,
    *,
    reason: str = "",
    staff_id: int | None = None,
) -> None:
    """`use`, `hold` or `decline` several publications at once."""
    for publication_id in publications:
        match verb:
            case "use":
                use(session, issue_id, publication_id, now, by=staff_id)
            case "hold":
                hold(session, issue_id, publication_id, now, reason=reason, by=staff_id)
            case "decline":
                decline(session, issue_id, publication_id, now, reason=reason, by=staff_id)
            case _:
                raise BadInput(f"{verb!r} is none of use, hold, decline.")


def set_wording(
    session: Session,
    issue_id: int,
    publication_id: int,
    language: str,
    now: datetime,
    *,
    title: str | None = None,
    summary: str | None = None,
    action: str | None = None,
    image_alt: str | None = None,
) -> None:
    """Word an item in one language; what is not given stays."""
    issue = opened(session, issue_id)
    item = items.find(session, issue.id, _publication(session, publication_id))
    if item is None:
        raise NotFound(f"Publication {publication_id} does not stand in {issue.slug}.")
    fresh = {
        "title": None if title is None else heading("title", title, MOST_TITLE),
        "summary": None if summary is None else paragraph("summary", summary),
        "action": None if action is None else field("link's words", action, 80),
        "image_alt": None if image_alt is None else field("picture's description", image_alt, 1000),
    }
    chosen = language_code(language)
    row = session.get(ItemWordingRow, (item.id, chosen))
    if row is None:
        if title is None:
            raise BadInput(f"There are no words in {chosen} yet; give a title with them.")
        row = ItemWordingRow(item_id=item.id, language=chosen)
        session.add(row)
    _write(row, fresh)
    edited(session, issue, now)


def set_block(
    session: Session,
    issue_id: int,
    kind: str,
    fields: Mapping[str, str],
    now: datetime,
    *,
    language: str | None = None,
    section: str | None = None,
    block_id: int | None = None,
) -> int:
    """Write the director's note, or add a text, a quote, numbers or a button; the block's id.

    There is one note, before the lead: a second one in the same language takes its place. The others stand after the
    items of their section, by default of the last. With `block_id` that one is worded (anew, or in one more language).
    """
    issue, known = opened(session, issue_id), block_kind(kind)
    read = block_fields(known, fields)
    chosen = language_code(language) if language else _default_language(session, issue)
    block = block_rows.wanted(session, issue, known, section, block_id)
    row = session.get(BlockWordingRow, (block.id, chosen))
    if row is None:
        row = BlockWordingRow(block_id=block.id, language=chosen)
        session.add(row)
    row.fields = dict(read)
    edited(session, issue, now)
    return block.id


def remove_block(session: Session, issue_id: int, block_id: int, now: datetime) -> None:
    """Take a block out, in every language."""
    issue = opened(session, issue_id)
    block = block_rows.find(session, issue, block_id)
    session.execute(delete(BlockWordingRow).where(BlockWordingRow.block_id == block.id))
    session.delete(block)
    edited(session, issue, now)


def _write(row: IssueWordingRow | ItemWordingRow, fresh: dict[str, str | None]) -> None:
    for column, text in fresh.items():
        if text is not None:
            setattr(row, column, text)


def _regular(issue: IssueRow) -> IssueRow:
    if issue.kind == IssueKind.CORRECTION:
        raise BadInput(
            f"{issue.slug} is a correction: it holds texts, and no publications. Add one with `issue block`."
        )
    return issue


def _default_language(session: Session, issue: IssueRow) -> str:
    found = session.scalar(select(ProfileRow.default_language).where(ProfileRow.list_id == issue.list_id))
    assert found is not None
    return found


def _publication(session: Session, publication_id: int) -> PublicationRow:
    found = session.get(PublicationRow, publication_id)
    if found is None:
        raise NotFound(f"There is no publication with the id {publication_id}.")
    return found


def _take_out(
    session: Session,
    issue_id: int,
    publication_id: int,
    state: CoverageState,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    issue = _regular(opened(session, issue_id))
    publication = _publication(session, publication_id)
    items.remove(session, issue.id, publication)
    items.cover(session, issue_id, publication, state, field("reason", reason, 500), by, now)
    edited(session, issue, now)
