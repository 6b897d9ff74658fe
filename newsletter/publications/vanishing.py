"""Notices what a source tells no more: it is gone when its own address says so, and back when it answers again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from newsletter.database import Transactions
from newsletter.fetch import Unreachable, Web
from newsletter.publications import changes
from newsletter.publications.picturing import RECENT
from newsletter.publications.tables import PublicationRow, SightingRow

MOST_AT_ONCE = 25  # addresses that one visit looks at


@dataclass(frozen=True, slots=True)
class Looked:
    """How many are gone and how many back; `last`: the sighting that the next look begins after."""

    gone: int = 0
    back: int = 0
    last: int = 0


def mark_missing(session: Session, source_id: int, began: datetime) -> None:
    """After a visit that told everything: what it did not tell is missing."""
    session.execute(
        update(SightingRow)
        .where(
            SightingRow.source_id == source_id, SightingRow.last_seen_at < began, SightingRow.missing_since.is_(None)
        )
        .values(missing_since=began)
    )


def look(database: Transactions, web: Web, source_id: int, now: datetime, after: int = 0) -> Looked:
    """Ask the addresses of some that are missing, and write down what they answer. The recent ones only: others come
    into no mail any more.
    """
    with database.reading() as session:
        missing = session.execute(_missing(source_id, now, after)).all()
    answers = _asked(web, [(row.publication_id, row.url, row.gone_at is not None) for row in missing])
    gone = back = 0
    if answers:
        with database.transaction() as session:
            for publication_id, is_gone in answers.items():
                row = session.get_one(PublicationRow, publication_id)
                if is_gone != (row.gone_at is not None):
                    row.gone_at = now if is_gone else None
                    changes.note(session, row.id, now, changes.GONE if is_gone else changes.BACK)
                    gone, back = gone + is_gone, back + (not is_gone)
    return Looked(gone, back, missing[-1].id if len(missing) == MOST_AT_ONCE else 0)


def _missing(source_id: int, now: datetime, after: int) -> Select[tuple[int, int, str, datetime | None]]:
    today = now.date()
    recent = or_(
        PublicationRow.published_on.is_(None),
        PublicationRow.published_on >= today - RECENT,
        PublicationRow.deadline_on >= today,
        PublicationRow.starts_on >= today,
    )
    return (
        select(SightingRow.id, SightingRow.publication_id, PublicationRow.url, PublicationRow.gone_at)
        .join(PublicationRow, PublicationRow.id == SightingRow.publication_id)
        .where(SightingRow.source_id == source_id, SightingRow.missing_since.is_not(None), SightingRow.id > after)
        .where(recent)
        .order_by(SightingRow.id)
        .limit(MOST_AT_ONCE)
    )


def _asked(web: Web, known: list[tuple[int, str, bool]]) -> dict[int, bool]:
    """Publication id -> whether it is gone, where its address answers something else than before. A site that cannot be
    reached says nothing.
    """
    found: dict[int, bool] = {}
    for publication_id, url, was_gone in known:
        try:
            web.get(url)
            is_gone = False
        except Unreachable as error:
            if not error.status:
                break
            if not error.gone:
                continue
            is_gone = True
        if is_gone != was_gone:
            found[publication_id] = is_gone
    return found
