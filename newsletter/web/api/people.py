"""/subscribers: read, find, sign up, amend, unsubscribe, erase."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

import subscribers
from newsletter.pipeline import Pipeline
from newsletter.readers.keeping import Keeping
from newsletter.readers.model import SignUp
from newsletter.staff.keys import Key, Scope
from newsletter.web.api.door import Door
from newsletter.web.api.once import IdempotencyKey, Once
from newsletter.web.api.problems import fault, missing, responses
from newsletter.web.api.shapes import (
    Amended,
    Amending,
    Asked,
    Id,
    Leaving,
    Left,
    Lookup,
    SigningUp,
    Slug,
    State,
    Subscriber,
    Subscribers,
)
from newsletter.web.site import Site

SubscriberId = Annotated[Id, Path(alias="id", examples=[7])]
_REPLAYED = {
    "Idempotent-Replayed": {"description": "`true` when this is an earlier answer.", "schema": {"type": "string"}}
}


def router(site: Site, door: Door) -> APIRouter:
    """People: those who read, and those who act."""
    routes = APIRouter(prefix="/subscribers", tags=["subscribers"])
    _reading(routes, site, door)
    _acting(routes, site, door)
    return routes


def _reading(routes: APIRouter, site: Site, door: Door) -> None:
    pipeline = site.pipeline
    reader = [Depends(door.needs(Scope.READ))]

    @routes.get("", dependencies=reader, responses=responses(404, 422))
    def subscribers_(
        on: Annotated[
            Slug | None, Query(alias="list", description="Those on this list.", examples=["quarterly"])
        ] = None,
        state: Annotated[State | None, Query(description="Those who stand so, on that list or on any.")] = None,
        after: Annotated[int, Query(ge=0, le=2**40 - 1, description="`next` of the part before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Subscribers:
        """People by id. New ones come at the end: who walks through to the end has met everybody once."""
        with pipeline.database.reading() as session:
            if on is not None and subscribers.find_list(session, on) is None:
                raise missing(f"There is no list {on}.")
            found = subscribers.cards(session, list_slug=on, state=state, after=after, limit=limit + 1)
        shown = found[:limit]
        return Subscribers(
            items=[Subscriber.of(card) for card in shown], next=shown[-1].id if len(found) > limit else None
        )

    @routes.get("/{id}", dependencies=reader, responses=responses(404, 422))
    def subscriber(id_: SubscriberId) -> Subscriber:
        """One person."""
        with pipeline.database.reading() as session:
            card = subscribers.card(session, id_)
        if card is None:
            raise missing(f"Nobody here has the id {id_}.")
        return Subscriber.of(card)

    @routes.post("/lookup", dependencies=reader, responses=responses(400, 404, 413, 422))
    def lookup(asked: Lookup) -> Subscriber:
        """The person of an address."""
        wanted = pipeline.book.hash(subscribers.parse(asked.address))
        with pipeline.database.reading() as session:
            card = subscribers.card_of(session, wanted)
        if card is None:
            raise missing("Nobody here has this address.")
        return Subscriber.of(card)


def _acted(success: int, *refusals: int) -> dict[int | str, dict[str, Any]]:
    """What an operation that takes an Idempotency-Key may answer."""
    return {success: {"headers": _REPLAYED}} | responses(*refusals)


def _acting(routes: APIRouter, site: Site, door: Door) -> None:
    pipeline, once = site.pipeline, Once(site.pipeline)
    keeping = Keeping(pipeline.database, pipeline.clock)
    writer = Annotated[Key, Depends(door.needs(Scope.WRITE))]
    eraser = Annotated[Key, Depends(door.needs(Scope.ERASE))]

    @routes.post("", status_code=202, response_model=Asked, responses=_acted(202, 400, 409, 413, 422))
    def sign_up(request: Request, wanted: SigningUp, key: writer, name: IdempotencyKey = None) -> Response:
        """Somebody signed up at your side. They are asked by mail; nobody is subscribed by a program alone."""
        signed = _signed_up(pipeline, wanted, key)

        def work() -> Asked:
            pipeline.joining.sign_up(signed, f"key {key.prefix}")
            return Asked()

        return once(request, key, name, wanted, 202, work)

    @routes.patch("/{id}", response_model=Amended, responses=_acted(200, 400, 404, 409, 413, 422))
    def amend(
        request: Request,
        id_: SubscriberId,
        wanted: Amending,
        key: writer,
        name: IdempotencyKey = None,
    ) -> Response:
        """Set name or language."""

        def work() -> Amended:
            changed = keeping.amend(id_, key.prefix, name=wanted.name, language=wanted.language)
            return Amended(id=id_, changed=list(changed))

        return once(request, key, name, wanted, 200, work)

    @routes.post("/{id}/unsubscribe", response_model=Left, responses=_acted(200, 400, 404, 409, 413, 422))
    def unsubscribe(
        request: Request,
        id_: SubscriberId,
        wanted: Leaving,
        key: writer,
        name: IdempotencyKey = None,
    ) -> Response:
        """Off one list or all, at once. Asked again, it changes nothing."""

        def work() -> Left:
            left = keeping.leave(id_, key.prefix, list_slug=wanted.list, why=wanted.reason)
            return Left(id=id_, left=list(left))

        return once(request, key, name, wanted, 200, work)

    @routes.delete("/{id}", status_code=204, responses=_acted(204, 404, 409, 422))
    def erase(request: Request, id_: SubscriberId, key: eraser, name: IdempotencyKey = None) -> Response:
        """Forget a person: address and name go, what proves that they were forgotten stays."""
        return once(request, key, name, None, 204, lambda: keeping.erase(id_, key.prefix))


def _signed_up(pipeline: Pipeline, wanted: SigningUp, key: Key) -> SignUp:
    """The sign-up as forms are; what is wrong with it is said before anything is written."""
    subscribers.parse(wanted.address)
    open_to = {one.slug: one for one in pipeline.joining.lists()}
    for place, slug in enumerate(wanted.lists):
        if slug not in open_to:
            raise fault(f"/lists/{place}", "One cannot subscribe to a list of this name.")
    consent = wanted.consent
    detail = (
        f"{key.prefix} {consent.at.astimezone(UTC):%Y-%m-%dT%H:%MZ} {consent.source_url or ''}"
        if consent
        else key.prefix
    )
    return SignUp(
        address=wanted.address, list_slugs=tuple(dict.fromkeys(wanted.lists)),
        language=wanted.language or open_to[wanted.lists[0]].default_language,
        wording=consent.words if consent else "", name=wanted.name, source="api", detail=detail.strip(),
    )  # fmt: skip
