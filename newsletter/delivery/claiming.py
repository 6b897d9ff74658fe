"""The claim: whose turn it is, and whether he may still be mailed, decided row by row when his turn comes."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, Table, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval.tables import DecisionRow, SnapshotRow
from newsletter.delivery.tables import DeliveryRow, MailingRow, WorkerRow


class Claimed(NamedTuple):
    """A delivery that is ours, with what the address book says of its reader at this moment."""

    delivery: int
    subscriber: int
    subscription: int
    address: str
    name: str
    language: str
    since: date | None
    source: str


def claim(
    session: Session, mailing_id: int, worker_id: int, limit: int, now: datetime, transport: str | None = None
) -> list[Claimed]:
    """Take up to `limit` waiting copies (then deferred ones that are due). Those who may not be mailed any more are
    excluded with the reason, so the answer may be shorter than what was taken. Nothing is taken unless the mailing
    is sending (over `transport`, where one is named), its decision counts, and the worker lives.
    """
    if not may_go_on(session, mailing_id, worker_id, transport):
        return []
    found: list[Claimed] = []
    while len(found) < limit:
        taken = _take(session, mailing_id, worker_id, limit - len(found), now)
        if not taken:
            break
        found += _still_mailable(session, mailing_id, taken, now)
    return found


def may_go_on(session: Session, mailing_id: int, worker_id: int, transport: str | None = None) -> bool:
    """Whether anything may be claimed: the mailing sends, its decision counts, and this worker lives. With a
    `transport`: and no other one has taken the mailing over.
    """
    values = {"mailing": mailing_id, "of_worker": worker_id, "over": transport}
    return session.connection().execute(_going(named=transport is not None), values).first() is not None


@cache
def _going(*, named: bool) -> Select[tuple[int]]:
    """Built once: building it costs more than asking. `named`: it must go over the transport `over`."""
    approved = (
        select(DecisionRow.id)
        .join(SnapshotRow, SnapshotRow.fingerprint == DecisionRow.fingerprint)
        .where(
            DecisionRow.id == MailingRow.decision_id,
            SnapshotRow.id == MailingRow.snapshot_id,
            DecisionRow.kind == "approve",
            DecisionRow.revoked_at.is_(None),
            DecisionRow.issue_id == MailingRow.issue_id,
        )
    )
    return select(MailingRow.id).where(
        MailingRow.id == bindparam("mailing"),
        MailingRow.state == "sending",
        *([MailingRow.transport == bindparam("over")] if named else []),
        # A practice run needs no yes: it goes over `null`, and nowhere else.
        or_(MailingRow.kind == "rehearsal", approved.exists()),
        select(WorkerRow.id).where(WorkerRow.id == bindparam("of_worker"), WorkerRow.ended_at.is_(None)).exists(),
    )


def due(session: Session, mailing_id: int, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What may be claimed now: the copies that wait (before the readers' time: the team's only), and of those that
    were put off the ones whose time has come. Two conditions, not one with OR: each can walk the index.
    """
    first_up_to, readers_from = session.execute(
        select(MailingRow.first_up_to, MailingRow.readers_from).where(MailingRow.id == mailing_id)
    ).one()
    waiting = and_(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "waiting")
    if readers_from is not None and now < readers_from:
        waiting = and_(waiting, DeliveryRow.id <= (first_up_to or 0))
    put_off = and_(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "deferred", DeliveryRow.due_at <= now)
    return waiting, put_off


def _take(session: Session, mailing_id: int, worker_id: int, limit: int, now: datetime) -> dict[int, int]:
    for condition in due(session, mailing_id, now):
        # Each walks the index (mailing, state, id) and stops at the limit.
        found = _mark(session, select(DeliveryRow.id).where(condition).order_by(DeliveryRow.id), worker_id, limit)
        if found:
            return found
    return {}


def _mark(session: Session, candidates: Select[tuple[int]], worker_id: int, limit: int) -> dict[int, int]:
    # SKIP LOCKED is PostgreSQL's; SQLite has one writer and leaves it out. The row's own condition is asked again:
    # under READ COMMITTED the row that the sub-select saw may have moved on.
    chosen = candidates.limit(limit).with_for_update(skip_locked=True)
    ids = list(session.scalars(chosen))
    if not ids:
        return {}
    marked = session.connection().execute(_MARK, {"ids": ids, "of_worker": worker_id})
    return {subscriber: delivery for subscriber, delivery in marked}  # noqa: C416 -- rows are no pairs to mypy


_ROWS = DeliveryRow.__table__
assert isinstance(_ROWS, Table)
_MARK = (
    update(_ROWS)
    .where(_ROWS.c.id.in_(bindparam("ids", expanding=True)), _ROWS.c.state.in_(("waiting", "deferred")))
    .values(state="claimed", worker_id=bindparam("of_worker"), handover_id=None)
    .returning(_ROWS.c.subscriber_id, _ROWS.c.id)
)


def _still_mailable(session: Session, mailing_id: int, taken: dict[int, int], now: datetime) -> list[Claimed]:
    list_id = session.scalars(select(MailingRow.list_id).where(MailingRow.id == mailing_id)).one()
    # Core and positions: this runs for each reader, and building objects of the mapping would cost more than asking.
    rows = session.connection().execute(_people(), {"of_list": list_id, "at": now, "whom": list(taken)}).all()
    reasons = dict.fromkeys(taken, "unsubscribed") | {row[0]: row[1] for row in rows}
    _exclude(session, [(str(reason), taken[who]) for who, reason in reasons.items() if reason is not None], now)
    claimed = [
        Claimed(taken[who], who, subscription, address, name, language, since, source)
        for who, reason, address, name, language, subscription, since, source in rows
        if reason is None
    ]
    return sorted(claimed, key=attrgetter("delivery"))


@cache
def _people() -> Select[tuple[int, str | None, str | None, str, str, int, date | None, str]]:
    """Built once, too: those of a list among some readers, and whether they may be mailed."""
    of_list: BindParameter[int] = bindparam("of_list")
    at: BindParameter[datetime] = bindparam("at", type_=subscribers.Instant)
    people = subscribers.mailability(of_list, at).subquery()
    return select(people).where(people.c.subscriber_id.in_(bindparam("whom", expanding=True)))


def _exclude(session: Session, whom: Sequence[tuple[str, int]], now: datetime) -> None:
    for reason, group in groupby(sorted(whom), key=lambda pair: pair[0]):
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_([id_ for _, id_ in group]))
            .values(state="excluded", excluded=reason, worker_id=None, changed_at=now),
            execution_options={"synchronize_session": False},
        )
