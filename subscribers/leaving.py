"""Leaving a list, saying why, and coming back: each once however often it is asked, each with its consent event."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from subscribers import landing
from subscribers.model import Consent
from subscribers.returning import Path, Return, may_return
from subscribers.rules import Standing
from subscribers.suppressing import against, lift
from subscribers.tables import ConsentEventRow, ImportBatchRow, ListRow, SubscriberRow, SubscriptionRow

BACK_CONFIRMED = "put back, confirmed as before"
BACK_PENDING = "put back, not confirmed as before"
UNDO_LASTS = timedelta(days=1)
_UNDONE_BY_STAFF = frozenset({"staff", "phone", "mail", "person"})  # whoever took him off can have been mistaken
WHYS = ("too_often", "not_relevant", "changed_jobs", "never_signed_up", "other")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as its way out names it. `address` is None once the person is erased."""

    id: int
    subscriber_id: int
    list_id: int
    state: str
    paused_until: datetime | None
    since: date | None
    left_because: str
    address: str | None
    address_hash: str
    language: str
    archived: bool


def subscription(session: Session, id_: int, *, lock: bool = False) -> Subscription | None:
    """The subscription of that id. With `lock` it stays as it is until the transaction ends."""
    if lock:
        session.execute(select(SubscriptionRow.id).where(SubscriptionRow.id == id_).with_for_update())
    row = session.execute(_of_people().where(SubscriptionRow.id == id_)).one_or_none()
    return _subscription(row) if row else None


def subscriptions_of(session: Session, subscriber_id: int) -> tuple[Subscription, ...]:
    """All of one person, by list."""
    rows = session.execute(
        _of_people().where(SubscriptionRow.subscriber_id == subscriber_id).order_by(SubscriptionRow.list_id)
    )
    return tuple(_subscription(row) for row in rows)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        row.id, row.subscriber_id, row.list_id, row.state, row.paused_until, row.since, row.left_because, row.address,
        row.address_hash, row.language, row.archived_at is not None,
    )  # fmt: skip


def _of_people() -> Select[Any]:
    return (
        select(
            SubscriptionRow.id, SubscriptionRow.subscriber_id, SubscriptionRow.list_id, SubscriptionRow.state,
            SubscriptionRow.paused_until, SubscriptionRow.since, SubscriptionRow.left_because,
            SubscriberRow.address, SubscriberRow.address_hash, SubscriberRow.language, ListRow.archived_at,
        )
        .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
    )  # fmt: skip


def leave(session: Session, subscription_id: int, consent: Consent, now: datetime) -> bool:
    """Withdraw; whether anything changed. Seen by a running send on its next claim.

    Who was taken off by staff and goes himself as well says so: that is written down, and cannot be undone any more.
    """
    session.flush()  # these statements are none of the ORM's: it would not do so by itself
    done = session.execute(_LEAVE, {"of": subscription_id, "now": now}).first()
    if done is None:
        return _goes_himself(session, subscription_id, consent, now)
    session.expire_all()  # what was read of it before is no longer so
    record(session, done.subscriber_id, done.list_id, "withdrawal", consent, now)
    return True


def _goes_himself(session: Session, subscription_id: int, consent: Consent, now: datetime) -> bool:
    if consent.source in _UNDONE_BY_STAFF or undoable(session, subscription_id, now) is None:
        return False
    held = subscription(session, subscription_id, lock=True)
    if held is not None and held.state != "unsubscribed":  # undone at this very moment
        return leave(session, subscription_id, consent, now)
    if held is not None:
        record(session, held.subscriber_id, held.list_id, "withdrawal", consent, now)
    return False


def may_come_back(session: Session, held: Subscription, path: Path = Path.LINK) -> bool:
    """Whether something stands against mailing this person, all of which this way back lifts at once."""
    reasons = against(session, held.address_hash, held.list_id)
    return bool(reasons) and may_return(reasons, path) is Return.NOW


def come_back(session: Session, subscription_id: int, consent: Consent, now: datetime) -> bool:
    """As it was before he left: by a signed link that was mailed to him, so what it may lift is lifted. Whether
    anything changed; nothing does where `returning` says no.
    """
    held = subscription(session, subscription_id, lock=True)
    if held is None or not may_come_back(session, held):
        return False
    reasons = against(session, held.address_hash, held.list_id)
    lift(session, held.address_hash, held.list_id, reasons, "came back by a link mailed to this address", now)
    row = session.get_one(SubscriptionRow, subscription_id, populate_existing=True)
    row.since, row.source = (row.since, row.source) if row.since else (consent.at.date(), consent.source)
    row.state, row.left_because, row.changed_at = "confirmed", "", now
    record(session, held.subscriber_id, held.list_id, "confirmation", consent, now)
    return True


def undoable(session: Session, subscription_id: int, now: datetime) -> int | None:
    """The withdrawal that `put_back` would undo: the last thing that happened, by staff, within a day. A file that was
    brought to the list since may say that he left.
    """
    held = subscription(session, subscription_id)
    if held is None or held.state != "unsubscribed" or held.address is None or held.archived:
        return None
    last = session.execute(
        select(ConsentEventRow.id, ConsentEventRow.kind, ConsentEventRow.source, ConsentEventRow.recorded_at)
        .where(
            ConsentEventRow.subscriber_id == held.subscriber_id,
            or_(ConsentEventRow.list_id == held.list_id, ConsentEventRow.list_id.is_(None)),
        )
        .order_by(ConsentEventRow.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.kind != "withdrawal" or last.source not in _UNDONE_BY_STAFF:
        return None
    since = select(ImportBatchRow.id).where(
        ImportBatchRow.list_id == held.list_id, ImportBatchRow.created_at >= last.recorded_at
    )
    if now - last.recorded_at > UNDO_LASTS or session.scalar(since.limit(1)) is not None:
        return None
    return int(last.id)


def put_back(session: Session, subscription_id: int, now: datetime) -> bool:
    """Undo what staff did by mistake: as it was before he was taken off, if nothing else happened; whether it did.

    He confirmed nothing by it, and the event says so: a change by staff.
    """
    held = subscription(session, subscription_id, lock=True)
    if held is None or undoable(session, subscription_id, now) is None:
        return False
    was_on = _was_confirmed(session, held)
    row = session.get_one(SubscriptionRow, subscription_id, populate_existing=True)
    row.state, row.changed_at = "confirmed" if was_on else "pending", now
    back = Consent("staff", now, detail=BACK_CONFIRMED if was_on else BACK_PENDING)
    record(session, held.subscriber_id, held.list_id, "change", back, now)
    return True


def _was_confirmed(session: Session, held: Subscription) -> bool:
    """Whether he was confirmed before he was taken off, by the event before that."""
    turns = ("confirmation", "import", "withdrawal")
    kinds = session.execute(
        select(ConsentEventRow.kind, ConsentEventRow.detail)
        .where(
            ConsentEventRow.subscriber_id == held.subscriber_id, ConsentEventRow.list_id == held.list_id,
            or_(ConsentEventRow.kind.in_(turns), ConsentEventRow.detail.in_((BACK_CONFIRMED, BACK_PENDING))),
        )
        .order_by(ConsentEventRow.id.desc())
        .limit(2)
    ).all()  # fmt: skip
    return len(kinds) == 2 and (kinds[1].kind in turns[:2] or kinds[1].detail == BACK_CONFIRMED)


def say_why(session: Session, subscription_id: int, why: str, consent: Consent, now: datetime) -> bool:
    """What somebody says who has left: one of WHYS; whether that is new."""
    if why not in WHYS:
        raise ValueError(f"{why!r} is none of {', '.join(WHYS)}")
    done = session.execute(
        update(SubscriptionRow)
        .where(
            SubscriptionRow.id == subscription_id, SubscriptionRow.state == "unsubscribed",
            SubscriptionRow.left_because != why,
        )
        .values(left_because=why, changed_at=now)
        .returning(SubscriptionRow.subscriber_id, SubscriptionRow.list_id),
        execution_options={"synchronize_session": "fetch"},
    ).first()  # fmt: skip
    if done is None:
        return False
    said = Consent(consent.source, consent.at, detail=f"left because: {why}", network=consent.network)
    record(session, done.subscriber_id, done.list_id, "change", said, now)
    return True


def record(
    session: Session, subscriber_id: int, list_id: int | None, kind: str, consent: Consent, now: datetime
) -> None:
    """Write a consent event about a person as the book has him now."""
    session.flush()
    row = session.execute(_WHO, {"of": subscriber_id}).one()
    person = Standing(subscriber_id, row.address, row.language)
    session.execute(_EVENT, landing.event(person, row.address_hash, list_id, kind, consent, now))


# Statements made once: providers post hundreds of withdrawals at a time, and making one costs more than running it.
_SUBSCRIPTIONS = cast("Table", SubscriptionRow.__table__)
_SUBSCRIBERS = cast("Table", SubscriberRow.__table__)
_LEAVE = (
    update(_SUBSCRIPTIONS)
    .where(_SUBSCRIPTIONS.c.id == bindparam("of"), _SUBSCRIPTIONS.c.state != "unsubscribed")
    .values(state="unsubscribed", left_because="", changed_at=bindparam("now"))
    .returning(_SUBSCRIPTIONS.c.subscriber_id, _SUBSCRIPTIONS.c.list_id)
)
_WHO = select(_SUBSCRIBERS.c.address, _SUBSCRIBERS.c.address_hash, _SUBSCRIBERS.c.language).where(
    _SUBSCRIBERS.c.id == bindparam("of")
)
_EVENT = insert(cast("Table", ConsentEventRow.__table__))
