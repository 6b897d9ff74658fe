"""What was seen of the network when somebody last looked: kept, so that a page can tell it without looking."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.health.tables import SeenRow

CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Seen:
    """How something was at that moment. `until`: how long it holds, where that was seen."""

    at: datetime
    good: bool
    said: str
    until: datetime | None = None


def service(name: str) -> str:
    """Under which name a mail service is kept."""
    return f"mail {name}"


def keep(session: Session, name: str, seen: Seen) -> None:
    """Write it over what was seen before."""
    session.merge(SeenRow(name=name, at=seen.at, good=seen.good, said=seen.said[:1000], until=seen.until))


def seen(session: Session) -> dict[str, Seen]:
    """All that was seen, by its name."""
    rows = session.scalars(select(SeenRow))
    return {row.name: Seen(row.at, row.good, row.said, row.until) for row in rows}
