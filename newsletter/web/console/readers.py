"""Readers: how many there are on each list and how it grew, and one of them found."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.web.console.desk import Desk
from newsletter.web.console.growth import Remembered, growth
from newsletter.web.console.routes import Routes
from subscribers import Card, ListFace, SubscriptionState, barring, finding

_LONGEST = 200  # of what is searched for
_FIRST = 8  # of the newest, before anybody is searched for
STATES: Mapping[SubscriptionState, str] = {
    SubscriptionState.CONFIRMED: "confirmed",
    SubscriptionState.PENDING: "not confirmed yet",
    SubscriptionState.UNSUBSCRIBED: "left",
}
WHY_NEVER: Mapping[str, str] = {
    "hard_bounce": "the address no longer works",
    "soft_bounce": "mails did not get through several times",
    "complaint": "marked as spam by the reader",
    "blocked": "asked never to be written to again",
    "staff": "put there by somebody who works here",
    "erased": "was erased",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A list, and how many stand how on it."""

    face: ListFace
    confirmed: int
    pending: int
    left: int

    @property
    def all(self) -> int:
        return self.confirmed + self.pending + self.left


@dataclass(frozen=True, slots=True)
class Asked:
    """What was searched for. A list or state that there is none of counts as not chosen."""

    text: str
    face: ListFace | None
    state: SubscriptionState | None
    before: int | None
    all: bool  # everybody was asked for, a page at a time

    def __bool__(self) -> bool:
        return bool(self.all or self.text or self.face or self.state or self.before)

    def query(self, before: int | None = None) -> str:
        """For a link to another page of the same."""
        chosen = {"list": self.face.slug if self.face else "", "state": self.state or "", "before": before or ""}
        return urlencode({"q": self.text} | {name: str(value) for name, value in chosen.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """A person as the list shows him: how he stands with each list in words, and why he is never mailed."""

    card: Card
    stands: tuple[tuple[str, str], ...]  # list, in words
    never: str


def bring(desk: Desk, routes: Routes) -> None:
    """/console/readers (`?q=`, `list=`, `state=`, `before=`)."""
    remembered = Remembered(desk.pipeline.database)

    def show(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            faces = subscribers.lists(session)
            asked = _asked(request, faces)
            counted = _counted(session, faces)
            found = finding.find(
                session, asked.text, list_id=asked.face.id if asked.face else None, state=asked.state,
                before=asked.before,
            )  # fmt: skip
            names = {face.slug: face.name for face in faces}
            drawn = None if asked else _growth(session, desk, remembered, counted, request)
            never = barring.counts(session)
        return desk.page(
            request, "readers", counted=counted, asked=asked, states=STATES, faces=faces, growth=drawn,
            rows=tuple(row(one, names, desk) for one in found.cards[: None if asked else _FIRST]), never=never,
            earlier=asked.query(found.before) if found.before else "", base=desk.pipeline.settings.base_url,
        )  # fmt: skip

    routes.get("/readers", "look", show)


def row(card: Card, names: Mapping[str, str], desk: Desk) -> Row:
    """How somebody stands, in the words of those who work here."""
    now = desk.when.now
    stands = []
    for one in card.lists:
        said = STATES[one.state]
        if one.state is SubscriptionState.CONFIRMED and one.paused_until and one.paused_until > now:
            said += f", paused until {desk.when.day(one.paused_until.astimezone(desk.when.zone).date())}"
        stands.append((names.get(one.list_slug, one.list_slug), said))
    reasons = [
        WHY_NEVER.get(reason, reason) + (f" ({names.get(slug, slug)} only)" if slug else "")
        for reason, slug in card.suppressed
    ]
    return Row(card, tuple(stands), "; ".join(dict.fromkeys(reasons)))


def _asked(request: Request, faces: tuple[ListFace, ...]) -> Asked:
    asked = request.query_params
    state, before = asked.get("state", ""), asked.get("before", "")
    return Asked(
        text=" ".join(asked.get("q", "").replace("\0", "").split())[:_LONGEST],
        face=next((one for one in faces if one.slug == asked.get("list", "")), None),
        state=SubscriptionState(state) if state in set(SubscriptionState) else None,
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
        all="q" in asked,
    )


def _counted(session: Session, faces: tuple[ListFace, ...]) -> tuple[Counted, ...]:
    by_list = subscribers.counts(session)
    return tuple(
        Counted(face, *(by_list.get(face.id, {}).get(state.value, 0) for state in STATES))
        for face in faces
        if not face.archived or face.id in by_list
    )


def _growth(
    session: Session, desk: Desk, remembered: Remembered, counted: tuple[Counted, ...], request: Request
) -> object:
    """Of the list that was asked for, or of the largest."""
    wanted = request.query_params.get("growth", "")
    chosen = next((one for one in counted if one.face.slug == wanted), None)
    chosen = chosen or max(counted, key=lambda one: one.confirmed, default=None)
    if chosen is None or not chosen.all:
        return None
    months = remembered.of(session, chosen.face.id)
    return chosen.face, None if months is None else growth(months, chosen.confirmed, desk.when.now)
