"""GET /lists, GET /lists/{slug}."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

import subscribers
from newsletter.staff.keys import Scope
from newsletter.web.api.door import Door
from newsletter.web.api.problems import missing, responses
from newsletter.web.api.shapes import ListBody, Lists, Slug
from newsletter.web.site import Site


def router(site: Site, door: Door) -> APIRouter:
    """The lists, with how many stand where."""
    routes = APIRouter(prefix="/lists", tags=["lists"])
    database = site.pipeline.database
    reader = [Depends(door.needs(Scope.LISTS))]

    @routes.get("", dependencies=reader, responses=responses(422))
    def lists() -> Lists:
        """All lists."""
        with database.reading() as session:
            counts = subscribers.counts(session)
            return Lists(items=[ListBody.of(face, counts.get(face.id, {})) for face in subscribers.lists(session)])

    @routes.get("/{slug}", dependencies=reader, responses=responses(404, 422))
    def one_list(slug: Annotated[Slug, Path(examples=["quarterly"])]) -> ListBody:
        """One list."""
        with database.reading() as session:
            face = subscribers.find_list(session, slug)
            if face is None:
                raise missing(f"There is no list {slug}.")
            return ListBody.of(face, subscribers.counts(session).get(face.id, {}))

    return routes
