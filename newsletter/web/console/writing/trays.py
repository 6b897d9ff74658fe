"""What is not in the mail: what waits for a word, what was saved or left out and why, and what nobody has dated."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.model import CoverageState
from newsletter.issues.tables import CoverageRow
from newsletter.publications.tables import KindRow, PublicationRow


@dataclass(frozen=True, slots=True)
class Other:
    """A publication that is not in the mail."""

    publication_id: int
    title: str
    language: str
    kind_label: str
    published_on: date | None
    url: str
    outlet: str
    state: CoverageState | None
    reason: str


def others(session: Session, issue_id: int) -> tuple[Other, ...]:
    """Those that were looked at for the issue and are not used, the newest first."""
    rows = session.execute(
        select(PublicationRow, KindRow.labels, CoverageRow.state, CoverageRow.reason)
        .join(KindRow, KindRow.slug == PublicationRow.kind)
        .join(CoverageRow, CoverageRow.publication_id == PublicationRow.id)
        .where(CoverageRow.issue_id == issue_id, CoverageRow.state != CoverageState.USED.value)
        .order_by(PublicationRow.published_on.desc(), PublicationRow.id.desc())
    )
    return tuple(_other(row, labels, CoverageState(state), reason) for row, labels, state, reason in rows)


def undated(session: Session) -> tuple[Other, ...]:
    """Those without a date, the newest found first; one that is gone from its website is not asked for."""
    rows = session.execute(
        select(PublicationRow, KindRow.labels)
        .join(KindRow, KindRow.slug == PublicationRow.kind)
        .where(PublicationRow.published_on.is_(None), PublicationRow.gone_at.is_(None))
        .order_by(PublicationRow.id.desc())
    )
    return tuple(_other(row, labels, None, "") for row, labels in rows)


def _other(
    row: PublicationRow, labels: dict[str, str], state: CoverageState | None, reason: str
) -> Other:
    label = labels.get("en") or next(iter(labels.values()), row.kind)
    return Other(row.id, row.title, row.language, label, row.published_on, row.url, row.outlet, state, reason)
