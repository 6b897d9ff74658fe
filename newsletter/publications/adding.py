"""Adds one publication by hand."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.publications import matching
from newsletter.publications.checking import columns
from newsletter.publications.finding import Here
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.reading import one
from newsletter.publications.store import land_one, one_at_a_time, set_day, stored
from newsletter.publications.tables import PublicationRow

SOURCE = "manual"


class AlreadyHere(BadInput):
    """The publication is here already, under that number."""

    def __init__(self, message: str, publication_id: int) -> None:
        super().__init__(message)
        self.publication_id = publication_id


def add(
    session: Session, publication: Publication, now: datetime, source: str = SOURCE, flags: Sequence[str] = ()
) -> int:
    """Add it under the rules of the import; its id. BadInput where it is here already, or a field is wrong."""
    checked = one(columns(publication), tuple(kind.slug for kind in kinds(session)))
    one_at_a_time(session)
    if same := stored(session, [checked.external_id]):
        said = f"A publication with the external id {checked.external_id} is here already."
        raise AlreadyHere(said, same[checked.external_id].id)
    entry = matching.known(0, checked)
    twin = Here(session, [entry]).twin(entry)
    # Under another title, somebody who types it in wants another item that leads to the same page.
    if twin is not None and (source != SOURCE or twin.title_key == entry.title_key):
        said = f"This is here already, as publication {twin.id}. See: newsletter publications list"
        raise AlreadyHere(said, twin.id)
    land_one(session, None, checked, None, source, now)
    session.flush()
    row = stored(session, [checked.external_id])[checked.external_id]
    row.flags = sorted(flags)
    return row.id


def day_of(session: Session, publication_id: int) -> date | None:
    """Its day, where it has one."""
    return session.scalar(select(PublicationRow.published_on).where(PublicationRow.id == publication_id))


def give_day(session: Session, publication_id: int, day: date | None, now: datetime) -> str:
    """Give it its day, or none; its title. NotFound where there is no such publication."""
    row = session.get(PublicationRow, publication_id)
    if row is None:
        raise NotFound(f"There is no publication {publication_id}. See: newsletter publications list")
    set_day(session, row, day, now)
    return row.title
