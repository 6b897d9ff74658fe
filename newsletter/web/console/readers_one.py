"""One reader: how they stand, how and when they signed up, what they were sent, and what can be done for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import views
from newsletter.errors import NotFound
from newsletter.readers import telling
from newsletter.rendering.words import own_name
from newsletter.web.console.desk import Desk
from newsletter.web.console.readers import STATES, WHY_NEVER
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.forms import Posted
from subscribers import Person, SubscriptionState, asking, leaving, returning

_PAGE = "/readers/{reader:int}"
_MAILS = 50  # the newest
HOW: Mapping[str, str] = {
    "mail": "They asked by mail", "phone": "They asked by phone", "person": "They asked in person",
    "staff": "Nobody asked: it is our own doing",
}  # fmt: skip
_LEFT = {
    "too_often": "too often", "not_relevant": "not what they wanted", "changed_jobs": "changed jobs",
    "never_signed_up": "said that they never signed up", "other": "for another reason",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subscription:
    """A list as the page shows it. `undo`: taken off by staff, and nothing else happened since; `asks`: whether a mail
    may ask once more.
    """

    id: int
    name: str
    state: SubscriptionState
    said: str
    more: tuple[str, ...]
    undo: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Never:
    """An entry on the do-not-mail list. `lifted`: when and why it stands no more; "" where it does."""

    why: str
    list: str
    detail: str
    since: datetime
    lifted: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to this reader, and what became of it."""

    day: date | None
    what: str
    said: str


def bring(desk: Desk, routes: Routes) -> None:
    """/console/readers/{reader} and what its forms do."""
    tending = desk.pipeline.tending

    def show(request: Request, reader: int) -> Response:
        with desk.pipeline.database.reading() as session:
            person = _required(session, reader)
            names = {face.slug: face.name for face in subscribers.lists(session)}
            languages = {code for face in subscribers.lists(session) for code in face.languages}
            held = tuple(_subscription(session, desk, one) for one in person.subscriptions)
            mails = _mails(session, person)
        never = tuple(_never(desk, one, names) for one in person.suppressions)
        spoken = {code: own_name(code) for code in sorted(languages | ({person.language} - {""}))}
        return desk.page(
            request, "readers_one", person=person, story=telling.told(person.events), never=never, how=HOW,
            barred=any(not one.lifted for one in never), liftable=_liftable(person), languages=spoken,
            states=SubscriptionState, subscriptions=held, mails=mails,
        )  # fmt: skip

    def to(reader: int, done: int) -> Response:
        return desk.to(f"/console/readers/{reader}", done)

    def take_off(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.take_off(reader, number(form.get("subscription")), form.get("how"), actor))

    def put_back(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.put_back(reader, number(form.get("subscription")), actor))

    def ask(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.ask_again(reader, number(form.get("subscription")), actor))

    def describe(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.describe(reader, form.get("name"), form.get("language"), actor))

    def bar(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.bar(reader, form.get("because"), actor))

    def unbar(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.unbar(reader, form.get("because"), actor))

    def erase(reader: int, actor: Acting, form: Posted) -> Response:
        return to(reader, tending.erase(reader, form.get("address"), actor))

    routes.get(_PAGE, "look", show)
    routes.post(f"{_PAGE}/take-off", "unsubscribe", take_off)
    routes.post(f"{_PAGE}/put-back", "unsubscribe", put_back)
    routes.post(f"{_PAGE}/ask", "ask", ask)
    routes.post(f"{_PAGE}/describe", "edit", describe)
    routes.post(f"{_PAGE}/do-not-mail", "suppress", bar)
    routes.post(f"{_PAGE}/mail-again", "unsuppress", unbar)
    routes.post(f"{_PAGE}/erase", "erase", erase)


def _required(session: Session, reader: int) -> Person:
    person = subscribers.known(session, number(str(reader)))
    if person is None:
        raise NotFound("There is no reader of that number. Whoever asked and never confirmed is deleted after 14 days.")
    return person


def _subscription(session: Session, desk: Desk, one: Mapping[str, object]) -> Subscription:
    state, id_, now = SubscriptionState(str(one["state"])), one["id"], desk.when.now
    assert isinstance(id_, int)
    more = []
    if isinstance(one["since"], date) and state is not SubscriptionState.PENDING:
        word = "Since" if state is SubscriptionState.CONFIRMED else "Was on it since"
        more.append(f"{word} {desk.when.day(one['since'])}")
    paused = one["paused_until"]
    if isinstance(paused, datetime) and paused > now and state is SubscriptionState.CONFIRMED:
        more.append(f"Paused until {desk.when.day(paused.astimezone(desk.when.zone).date())}: no mail before")
    if one["proof"] == "unknown" and state is SubscriptionState.CONFIRMED:
        more.append("Nobody can show when and to what they agreed")
    if one["left_because"]:
        more.append(f"Why, in their words: {_LEFT.get(str(one['left_because']), 'not said')}")
    undo = leaving.undoable(session, id_, now) is not None
    asks = state is SubscriptionState.PENDING and not _said_no(session, id_)
    if state is SubscriptionState.PENDING and not asks:
        more.append("Has said no to the mail that asked")
    return Subscription(id_, str(one["name"]), state, STATES[state], tuple(more), undo, asks)


def _said_no(session: Session, subscription_id: int) -> bool:
    held = leaving.subscription(session, subscription_id)
    return held is not None and asking.said_no(session, held.subscriber_id, held.list_id)


def _never(desk: Desk, one: Mapping[str, object], names: Mapping[str, str]) -> Never:
    since, lifted = one["since"], one["lifted"]
    assert isinstance(since, datetime)
    said = f"lifted {desk.when.said(lifted)}: {one['lifted_because']}" if isinstance(lifted, datetime) else ""
    where = names.get(str(one["list"]), "") if one["list"] else ""
    return Never(WHY_NEVER.get(str(one["reason"]), str(one["reason"])), where, str(one["detail"] or ""), since, said)


def _liftable(person: Person) -> bool:
    """Whether staff may lift all that stands."""
    stands = [returning.Reason(str(one["reason"])) for one in person.suppressions if not one["lifted"]]
    return bool(stands) and all(
        returning.RETURNS[one][returning.Path.STAFF] is returning.Return.STAFF_WORD for one in stands
    )


def _mails(session: Session, person: Person) -> tuple[Mail, ...]:
    found = [Mail(one.day, *telling.mail_in_words(one)) for one in views.received(session, person.id)]
    found.sort(key=lambda one: (one.day is None, one.day), reverse=True)
    return tuple(found)[:_MAILS]
