"""Looking through the address book: one person after another by id, and how many stand where on each list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from subscribers.model import SubscriptionState
from subscribers.tables import ListRow, SubscriberRow, SubscriptionRow, SuppressionRow


@dataclass(frozen=True, slots=True)
class OnList:
    """How a person stands with one list. `id`: the subscription's."""

    id: int
    list_slug: str
    state: SubscriptionState
    since: date | None
    source: str
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """A person as a card in the book. `suppressed`: (reason, list or "" for all) of what forbids to mail him."""

    id: int
    address: str | None
    name: str
    language: str
    created_at: datetime
    erased_at: datetime | None
    lists: tuple[OnList, ...]
    suppressed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many joined a list and left it."""

    joined: int
    left: int


def cards(
    session: Session, *, list_slug: str | None = None, state: str | None = None, after: int = 0, limit: int = 100
) -> tuple[Card, ...]:
    """The next people after an id: all, or those who stand so on a list (or, without a list, on any)."""
    wanted = select(SubscriberRow).where(SubscriberRow.id > after)
    if list_slug is not None or state is not None:
        wanted = wanted.where(_stands(list_slug, state))
    people = session.scalars(wanted.order_by(SubscriberRow.id).limit(limit)).all()
    return filled(session, people)


def card(session: Session, subscriber_id: int) -> Card | None:
    """The card of one person."""
    row = session.get(SubscriberRow, subscriber_id)
    return filled(session, [row])[0] if row else None


def card_of(session: Session, address_hash: str) -> Card | None:
    """The card of the person behind a keyed hash; who was erased is nobody's address any more."""
    known = (SubscriberRow.address_hash == address_hash, SubscriberRow.address.is_not(None))
    row = session.scalar(select(SubscriberRow).where(*known))
    return filled(session, [row])[0] if row else None


def search(session: Session, list_id: int, text: str, most: int = 8) -> tuple[Card, ...]:
    """People on a list (also those who left it) in whose address or name that text stands; exact addresses first."""
    wanted = text.strip().lower()
    if not wanted:
        return ()
    on_list = exists().where(SubscriptionRow.subscriber_id == SubscriberRow.id, SubscriptionRow.list_id == list_id)
    address, name = func.lower(SubscriberRow.address), func.lower(SubscriberRow.name)
    found = or_(address.contains(wanted, autoescape=True), name.contains(wanted, autoescape=True))
    rows = session.scalars(
        select(SubscriberRow)
        .where(SubscriberRow.address.is_not(None), found, on_list)
        .order_by(address != wanted, ~address.startswith(wanted, autoescape=True), SubscriberRow.id)
        .limit(most)
    ).all()
    return filled(session, rows)


def moved(session: Session, list_id: int, after: datetime) -> Moved:
    """Who joined a list and who left it after a moment. Who only came back from a pause did neither."""
    theirs = (SubscriptionRow.list_id == list_id, SubscriptionRow.changed_at > after)
    fresh = or_(SubscriptionRow.created_at > after, SubscriptionRow.since >= after.date())
    joined = select(func.count()).where(*theirs, SubscriptionRow.state == SubscriptionState.CONFIRMED, fresh)
    left = select(func.count()).where(*theirs, SubscriptionRow.state == SubscriptionState.UNSUBSCRIBED)
    return Moved(session.scalar(joined) or 0, session.scalar(left) or 0)


def everybody(session: Session) -> Select[tuple[int, str | None, str, str, str | None]]:
    """`subscriber_id, address, name, language, domain` of everybody, to be used as a subquery; the erased have no
    address and no domain.
    """
    address = SubscriberRow.address
    if session.get_bind().dialect.name == "sqlite":
        domain = func.substr(address, func.instr(address, "@") + 1)
    else:
        domain = func.split_part(address, "@", 2)
    return select(
        SubscriberRow.id.label("subscriber_id"), address, SubscriberRow.name, SubscriberRow.language,
        domain.label("domain"),
    )  # fmt: skip


def counts(session: Session) -> dict[int, dict[str, int]]:
    """How many stand in which state, by list."""
    rows = session.execute(
        select(SubscriptionRow.list_id, SubscriptionRow.state, func.count()).group_by(
            SubscriptionRow.list_id, SubscriptionRow.state
        )
    )
    found: dict[int, dict[str, int]] = {}
    for list_id, state, number in rows:
        found.setdefault(list_id, {})[state] = number
    return found


def _stands(list_slug: str | None, state: str | None) -> ColumnElement[bool]:
    found = select(SubscriptionRow.id).where(SubscriptionRow.subscriber_id == SubscriberRow.id)
    if list_slug is not None:
        found = found.join(ListRow, ListRow.id == SubscriptionRow.list_id).where(ListRow.slug == list_slug)
    if state is not None:
        found = found.where(SubscriptionRow.state == state)
    return found.exists()


def filled(session: Session, people: Collection[SubscriberRow]) -> tuple[Card, ...]:
    """The cards of these people."""
    on_lists = _on_lists(session, [one.id for one in people])
    stops = _suppressions(session, [one.address_hash for one in people])
    return tuple(
        Card(
            one.id, one.address, one.name, one.language, one.created_at, one.erased_at,
            on_lists.get(one.id, ()), stops.get(one.address_hash, ()),
        )
        for one in people
    )  # fmt: skip


def _on_lists(session: Session, ids: Collection[int]) -> Mapping[int, tuple[OnList, ...]]:
    rows = session.execute(
        select(SubscriptionRow, ListRow.slug)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
        .where(SubscriptionRow.subscriber_id.in_(ids))
        .order_by(ListRow.slug)
    )
    found: dict[int, tuple[OnList, ...]] = {}
    for row, slug in rows:
        line = OnList(row.id, slug, SubscriptionState(row.state), row.since, row.source, row.paused_until)
        found[row.subscriber_id] = (*found.get(row.subscriber_id, ()), line)
    return found


def _suppressions(session: Session, hashes: Collection[str]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    rows = session.execute(
        select(SuppressionRow.address_hash, SuppressionRow.reason, ListRow.slug)
        .outerjoin(ListRow, ListRow.id == SuppressionRow.list_id)
        .where(SuppressionRow.address_hash.in_(hashes), SuppressionRow.lifted_at.is_(None))
        .order_by(SuppressionRow.id)
    )
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for key, reason, slug in rows:
        found[key] = (*found.get(key, ()), (reason, slug or ""))
    return found
