"""Mails that ask a reader something, and the one that welcomes him: queued as notices without address and link.

Both come at its turn: the address as it stands then, if the question is still to be asked, and the link's token, which
is stored nowhere but as a hash. A mail that is tried again gets a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.letters import return_path
from newsletter.delivery.model import Letter
from newsletter.delivery.tables import NoticeRow
from newsletter.delivery.turns import exclude
from newsletter.issues.model import Profile
from newsletter.issues.tables import IssueRow
from newsletter.rendering import notices as rendering
from newsletter.rendering.headers import date as date_line
from newsletter.rendering.headers import list_unsubscribe, mailbox, verbatim
from newsletter.rendering.notices import Writer
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import dump
from newsletter.rendering.words import words
from subscribers import Links, Purpose, asking, purging

WELCOME = "welcome"
MOVING = "moving"
_KIND = {
    asking.Question.SUBSCRIBE: "confirm",
    asking.Question.INVITE: "invite",
    asking.Question.ADDRESS: "address",
    asking.Question.RENEW: "renew",
}
KINDS = frozenset({WELCOME, MOVING, *_KIND.values()})


@dataclass(frozen=True, slots=True)
class Greeting:
    """What such a notice needs at its turn. `way_out`: the token of its List-Unsubscribe."""

    kind: str
    address: str
    way_out: str
    preferences: str
    issue: str = ""
    confirmation_id: int | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Latest:
    """The issue that a welcome shows."""

    issue_id: int
    name: str
    subject: str


def ask(session: Session, confirmation_id: int, profile: Profile, language: str, now: datetime) -> int:
    """Queue the mail of a question; the notice's id. `profile`: of the list that asks."""
    asked = asking.asked(session, confirmation_id)
    writer = replace(
        _writer(session, profile, asked.list_ids),
        days=asking.LASTS[asked.purpose].days,
        kept_days=purging.UNANSWERED.days,
    )
    kind = _KIND[asked.purpose]
    part = rendering.render(kind, rendering.spoken(language, profile.default_language), writer)
    return _queue(session, kind, part, profile, asked.subscriber_id, now, confirmation_id=confirmation_id)


def tell_old_address(session: Session, confirmation_id: int, profile: Profile, language: str, now: datetime) -> int:
    """Queue the mail that tells the present address that another one was asked for; the notice's id. It stands before
    the question in the queue: whoever has a forwarded issue must not move a reader behind his back.
    """
    asked = asking.asked(session, confirmation_id)
    writer = _writer(session, profile, asked.list_ids)
    part = rendering.render(MOVING, rendering.spoken(language, profile.default_language), writer)
    return _queue(session, MOVING, part, profile, asked.subscriber_id, now, confirmation_id=confirmation_id)


def welcome(
    session: Session, subscriber_id: int, profile: Profile, latest: Latest, next_about: date | None, language: str,
    now: datetime,
) -> int:  # fmt: skip
    """Queue the mail that welcomes a confirmed reader; the notice's id."""
    spoken = rendering.spoken(language, profile.default_language)
    writer = Writer(
        organisation=profile.legal_name or profile.from_name,
        postal_address=profile.postal_address,
        lists=(profile.name,),
        issue=(latest.name, latest.subject),
        next_month=words(spoken).month(next_about) if next_about else "",
    )
    part = rendering.render(WELCOME, spoken, writer)
    return _queue(session, WELCOME, part, profile, subscriber_id, now, issue_id=latest.issue_id)


def _writer(session: Session, profile: Profile, list_ids: Sequence[int]) -> Writer:
    names = {face.id: face.name for face in subscribers.lists(session)}
    return Writer(
        organisation=profile.legal_name or profile.from_name,
        postal_address=profile.postal_address,
        lists=tuple(names[one] for one in list_ids),
    )


def _queue(
    session: Session, kind: str, part: Rendered, profile: Profile, subscriber_id: int, now: datetime, *,
    confirmation_id: int | None = None, issue_id: int | None = None,
) -> int:  # fmt: skip
    row = NoticeRow(
        kind=kind, subscriber_id=subscriber_id, confirmation_id=confirmation_id, issue_id=issue_id,
        list_id=profile.list_id, language=part.language, subject=part.subject, html=dump(part.html),
        text_body=dump(part.text), state="waiting", attempts=0, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def at_its_turn(session: Session, notice: NoticeRow, links: Links, now: datetime) -> Greeting | str:
    """The mail as it is to go now, or why it is not; that is written down."""
    found = _TURNS.get(notice.kind, _asked)(session, notice, links, now)
    if isinstance(found, str):
        exclude(session, notice, found, now)
    return found


def with_token(session: Session, greeting: Greeting, now: datetime) -> Greeting:
    """The mail with the token of its link, made now: in the transaction that commits to handing it over."""
    if greeting.confirmation_id is None:
        return greeting
    return replace(greeting, token=asking.mint(session, greeting.confirmation_id, now))


def letter(
    greeting: Greeting, notice: NoticeRow, links: Links, now: datetime, *, from_address: str, return_to: str,
    base_url: str, loopback: bool,
) -> Letter:  # fmt: skip
    """Addressed to the bare address: not even the name was necessarily typed by whoever reads it."""
    token = links.token(Purpose.NOTICE, notice.id)
    way_out = f"{base_url}/u/{greeting.way_out}"
    headers = (
        mailbox("To", "", greeting.address),
        verbatim("Message-ID", f"<{token}@{from_address.rpartition('@')[2]}>"),
        date_line(now.replace(microsecond=0)),
        list_unsubscribe(way_out, insecure_ok=loopback),
    )
    values = {
        "unsubscribe_url": way_out,
        "preferences_url": f"{base_url}/p/{greeting.preferences}",
        "confirm_url": f"{base_url}/c/{greeting.token}",
        "issue_url": f"{base_url}/issues/{greeting.issue}",
    }
    path = return_path(return_to, token, from_address)
    return Letter(notice.id, notice.language, greeting.address, "", path, headers, values)


def _asked(session: Session, notice: NoticeRow, links: Links, now: datetime) -> Greeting | str:
    to = asking.addressee(session, notice.confirmation_id, now)
    if isinstance(to, str):
        return to
    assert notice.confirmation_id is not None
    way_out = links.token(Purpose.REQUEST, notice.confirmation_id)
    if to.purpose is asking.Question.RENEW and to.subscription_id is not None:
        # He is a subscriber: his way out is that of every issue.
        way_out = links.token(Purpose.UNSUBSCRIBE, to.subscription_id)
    preferences = links.token(Purpose.PREFERENCES, to.subscriber_id)
    return Greeting(notice.kind, to.address, way_out, preferences, confirmation_id=notice.confirmation_id)


def _welcomed(session: Session, notice: NoticeRow, links: Links, now: datetime) -> Greeting | str:
    found = _on_the_list(session, notice, links, now)
    if isinstance(found, str):
        return found
    slug = session.scalars(select(IssueRow.slug).where(IssueRow.id == notice.issue_id)).one()
    return replace(found, issue=slug)


def _moving(session: Session, notice: NoticeRow, links: Links, now: datetime) -> Greeting | str:
    """While the question is open; who has paused is told as well."""
    to = asking.addressee(session, notice.confirmation_id, now)
    return to if isinstance(to, str) else _on_the_list(session, notice, links, now, although="paused")


def _on_the_list(
    session: Session, notice: NoticeRow, links: Links, now: datetime, although: str | None = None
) -> Greeting | str:
    """To the reader's address as it stands now, or why he may not be mailed; that reason `although` is none."""
    assert notice.list_id is not None
    people = subscribers.mailability(notice.list_id, now).subquery()
    found = session.execute(select(people).where(people.c.subscriber_id == notice.subscriber_id)).one_or_none()
    if found is None or found.reason not in {None, although}:
        return "unsubscribed" if found is None else str(found.reason)
    way_out = links.token(Purpose.UNSUBSCRIBE, found.subscription_id)
    preferences = links.token(Purpose.PREFERENCES, found.subscriber_id)
    return Greeting(notice.kind, str(found.address), way_out, preferences)


_TURNS = {WELCOME: _welcomed, MOVING: _moving}
