"""What pages and commands read of publications."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.publications import checking
from newsletter.publications.model import Publication
from newsletter.publications.tables import PublicationRow


@dataclass(frozen=True, slots=True)
class Listed:
    """A publication as it lies here."""

    id: int
    publication: Publication
    source: str
    media_sha256: str | None
    gone: bool
    flags: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Its import columns, absent ones left out."""
        return checking.columns(self.publication)


def publications(session: Session, period_from: date | None = None, until: date | None = None) -> tuple[Listed, ...]:
    """Those published from the first to the last day, both included; without days, all. Undated ones come last."""
    query = select(PublicationRow).order_by(
        PublicationRow.published_on.is_(None), PublicationRow.published_on, PublicationRow.id
    )
    if period_from:
        query = query.where(PublicationRow.published_on >= period_from)
    if until:
        query = query.where(PublicationRow.published_on <= until)
    return tuple(_listed(row) for row in session.scalars(query))


def undated(session: Session) -> tuple[Listed, ...]:
    """The tray: publications that wait for a date."""
    query = select(PublicationRow).where(PublicationRow.published_on.is_(None)).order_by(PublicationRow.id)
    return tuple(_listed(row) for row in session.scalars(query))


def number(session: Session) -> int:
    """How many are here, and not gone from where they were published."""
    return session.scalar(select(func.count()).where(PublicationRow.gone_at.is_(None))) or 0


def _listed(row: PublicationRow) -> Listed:
    publication = Publication(**{column: getattr(row, column) for column in checking.COLUMNS})
    return Listed(row.id, publication, row.source, row.media_sha256, row.gone_at is not None, tuple(row.flags))
