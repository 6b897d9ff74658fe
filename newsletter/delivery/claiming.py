"""The claim: whose turn it is, and whether he may still be mailed, decided row by row when his turn comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval.tables import DecisionRow, SnapshotRow
from newsletter.delivery.tables import DeliveryRow, MailingRow, WorkerRow


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours, with what the address book says of its reader at this moment."""

    delivery: int
    subscriber: int
    subscription: int
    address: str
    name: str
    language: str
    since: date | None
    source: str


def claim(session: Session, mailing_id: int, worker_id: int, limit: int, now: datetime) -> list[Claimed]:
    """Take up to `limit` waiting copies (then deferred ones that are due). Those who may not be mailed any more are
    excluded with the reason, so the answer may be shorter than what was taken. Nothing is taken unless the mailing
    is sending, its decision counts, and the worker lives.
    """
    if not may_go_on(session, mailing_id, worker_id):
        return []
    found: list[Claimed] = []
    while len(found) < limit:
        taken = _take(session, mailing_id, worker_id, limit - len(found), now)
        if not taken:
            break
        found += _still_mailable(session, mailing_id, taken, now)
    return found


def may_go_on(session: Session, mailing_id: int, worker_id: int) -> bool:
    """Whether anything may be claimed: the mailing sends, its decision counts, and this worker lives."""
    found = session.scalar(
        select(MailingRow.id)
        .join(SnapshotRow, SnapshotRow.id == MailingRow.snapshot_id)
        .join(DecisionRow, DecisionRow.id == MailingRow.decision_id)
        .where(
            MailingRow.id == mailing_id,
            MailingRow.state == "sending",
            DecisionRow.kind == "approve",
            DecisionRow.revoked_at.is_(None),
            DecisionRow.fingerprint == SnapshotRow.fingerprint,
            DecisionRow.issue_id == MailingRow.issue_id,
            select(WorkerRow.id).where(WorkerRow.id == worker_id, WorkerRow.ended_at.is_(None)).exists(),
        )
    )
    return found is not None


def _take(session: Session, mailing_id: int, worker_id: int, limit: int, now: datetime) -> dict[int, int]:
    ours = select(DeliveryRow.id).where(DeliveryRow.mailing_id == mailing_id)
    # Two look-ups, not one with OR: each walks the index (mailing, state, id) and stops at the limit.
    waiting = ours.where(DeliveryRow.state == "waiting").order_by(DeliveryRow.id)
    due = ours.where(DeliveryRow.state == "deferred", DeliveryRow.due_at <= now).order_by(DeliveryRow.id)
    return _mark(session, waiting, worker_id, limit) or _mark(session, due, worker_id, limit)


def _mark(session: Session, candidates: Select[tuple[int]], worker_id: int, limit: int) -> dict[int, int]:
    # SKIP LOCKED is PostgreSQL's; SQLite has one writer and leaves it out. The row's own condition is asked again:
    # under READ COMMITTED the row that the sub-select saw may have moved on.
    chosen = candidates.limit(limit).with_for_update(skip_locked=True)
    ids = list(session.scalars(chosen))
    if not ids:
        return {}
    rows = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(ids), DeliveryRow.state.in_(("waiting", "deferred")))
        .values(state="claimed", worker_id=worker_id, handover_id=None)
        .returning(DeliveryRow.subscriber_id, DeliveryRow.id),
        execution_options={"synchronize_session": False},
    )
    return {row.subscriber_id: row.id for row in rows}


def _still_mailable(session: Session, mailing_id: int, taken: dict[int, int], now: datetime) -> list[Claimed]:
    list_id = session.scalars(select(MailingRow.list_id).where(MailingRow.id == mailing_id)).one()
    people = subscribers.mailability(list_id, now).subquery()
    rows = session.execute(select(people).where(people.c.subscriber_id.in_(taken))).all()
    mailable = [row for row in rows if row.reason is None]
    reasons = dict.fromkeys(taken, "unsubscribed") | {row.subscriber_id: row.reason for row in rows}
    _exclude(session, [(str(reason), taken[who]) for who, reason in reasons.items() if reason is not None], now)
    return sorted(
        (
            Claimed(taken[r.subscriber_id], r.subscriber_id, r.subscription_id, r.address, r.name, r.language, r.since,
                    r.source)
            for r in mailable
        ),
        key=lambda claimed: claimed.delivery,
    )  # fmt: skip


def _exclude(session: Session, whom: Sequence[tuple[str, int]], now: datetime) -> None:
    for reason, group in groupby(sorted(whom), key=lambda pair: pair[0]):
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_([id_ for _, id_ in group]))
            .values(state="excluded", excluded=reason, worker_id=None, changed_at=now),
            execution_options={"synchronize_session": False},
        )
