"""Adds one publication by hand."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.publications.checking import columns
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.reading import one
from newsletter.publications.store import land_one, stored

SOURCE = "manual"


def add(session: Session, publication: Publication, now: datetime) -> int:
    """Add it under the rules of the import; its id. BadInput where it is here already, or a field is wrong."""
    checked = one(columns(publication), tuple(kind.slug for kind in kinds(session)))
    if stored(session, [checked.external_id]):
        raise BadInput(f"A publication with the external id {checked.external_id} is here already.")
    land_one(session, None, checked, None, SOURCE, now)
    session.flush()
    return stored(session, [checked.external_id])[checked.external_id].id
