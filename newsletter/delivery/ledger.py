"""Intent, outcome, recovery: the fence that hands each copy over once and keeps the sum, after any crash.

The same few statements serve deliveries and notices. Each is a conditional UPDATE whose row count decides.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Table, Update, bindparam, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from newsletter.database import Row
from newsletter.delivery.model import DeliveryState, Fault, Outcome, Verdict
from newsletter.delivery.retry import next_due
from newsletter.delivery.tables import (
    AttemptRow,
    DeliveryRow,
    HandoverRow,
    MailingRow,
    NoticeRow,
    ResolutionRow,
    WorkerRow,
)
from newsletter.issues import moves
from newsletter.issues.model import State
from newsletter.issues.tables import IssueRow

Fenced = type[DeliveryRow] | type[NoticeRow]
FENCED: tuple[Fenced, ...] = (DeliveryRow, NoticeRow)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ClaimLost(Exception):
    """The claim is no longer ours (our lease ran out, or the mailing is held): nothing may be handed over."""


def begin(
    session: Session,
    table: Fenced,
    ids: Collection[int],
    worker_id: int,
    transport: str,
    now: datetime,
    mailing_id: int | None = None,
) -> tuple[int, str]:
    """Commit to handing over `ids`: the handover's id and key. ClaimLost unless every claim is still ours, and the
    mailing, where they belong to one, is sending.
    """
    key = secrets.token_hex(16)
    connection = session.connection()
    values = {"mailing_id": mailing_id, "transport": transport, "worker_id": worker_id, "key": key, "begun_at": now}
    handover_id = connection.execute(_HANDOVER, values).scalar_one()
    changed = connection.execute(
        _statements(table).begin, {"ids": ids, "of_worker": worker_id, "into": handover_id, "now": now}
    )
    if changed.rowcount != len(ids):
        raise ClaimLost
    return int(handover_id), key


@dataclass(frozen=True, slots=True)
class _Statements:
    """What runs a hundred times a second, written once: making and naming a statement costs more than running it."""

    begin: Update
    accept: Update


@cache
def _statements(table: Fenced) -> _Statements:
    rows, workers, mailings = _core(table), _core(WorkerRow), _core(MailingRow)
    fence: ColumnElement[bool] = (
        select(workers.c.id).where(workers.c.id == bindparam("of_worker"), workers.c.ended_at.is_(None)).exists()
    )
    if table is DeliveryRow:
        sending = select(mailings.c.id).where(mailings.c.id == rows.c.mailing_id, mailings.c.state == "sending")
        fence = fence & sending.exists()
    ids = rows.c.id.in_(bindparam("ids", expanding=True))
    begin = (
        update(rows)
        .where(ids, rows.c.state == "claimed", rows.c.worker_id == bindparam("of_worker"), fence)
        .values(state="handing", handover_id=bindparam("into"), changed_at=bindparam("now"))
    )
    ours = rows.c.state.in_(("handing", "uncertain"))
    accept = (
        update(rows)
        .where(ids, rows.c.handover_id.in_(bindparam("of_handovers", expanding=True)), ours)
        .values(state="accepted", changed_at=bindparam("now"), code=None, enhanced=None, text=None, due_at=None)
    )
    return _Statements(begin, accept)


def _core(table: type[Row]) -> Table:
    assert isinstance(table.__table__, Table)
    return table.__table__


_HANDOVERS = _core(HandoverRow)
_HANDOVER = insert(_HANDOVERS).returning(_HANDOVERS.c.id)
_ENDED = (
    update(_HANDOVERS)
    .where(_HANDOVERS.c.id.in_(bindparam("handovers", expanding=True)))
    .values(ended_at=bindparam("now"))
)


def record(
    session: Session, table: Fenced, told: Collection[tuple[int, Outcome]], now: datetime, ended: Collection[int] = ()
) -> None:
    """Write outcomes, each with the handover that it belongs to and only to a copy that still is in it; and close the
    handovers that have `ended`.

    One that was taken for uncertain meanwhile (we were suspended past our lease) is settled by this evidence, unless
    a person has settled it already: then it has another handover, or none.
    """
    connection = session.connection()
    plain = [(handover, o.delivery) for handover, o in told if o.verdict is Verdict.ACCEPTED and o.provider_id is None]
    if plain:
        # A copy is in one of these handovers at most: our worker begins it again only after its outcome is written.
        ids, handovers = [delivery for _, delivery in plain], list({handover for handover, _ in plain})
        connection.execute(_statements(table).accept, {"ids": ids, "of_handovers": handovers, "now": now})
    untouched: dict[int, list[int]] = {}
    for handover, outcome in told:
        if outcome.verdict is Verdict.NOT_STARTED:
            untouched.setdefault(handover, []).append(outcome.delivery)
        elif outcome.verdict is not Verdict.ACCEPTED:
            _record_failure(session, table, handover, outcome, now)
        elif outcome.provider_id is not None:
            values = {"state": "accepted", "provider_id": outcome.provider_id, "changed_at": now, "due_at": None}
            _settle(session, table, handover, [outcome.delivery], values)
    for handover, ids in untouched.items():
        _settle(session, table, handover, ids, {"state": "waiting", "worker_id": None, "handover_id": None})
    for handover in {*untouched, *(handover for handover, o in told if o.verdict is Verdict.DEFERRED)}:
        _reopen(session, handover, now)
    if ended:
        connection.execute(_ENDED, {"handovers": list(ended), "now": now})


def _reopen(session: Session, handover_id: int, now: datetime) -> None:
    """A mailing that was finished while these copies were taken for uncertain is not sent: some of them wait again."""
    # Issue, then mailing, as everybody locks them: whoever comes second sees what the first one did.
    found = (
        select(MailingRow.id, MailingRow.issue_id, MailingRow.state)
        .join(HandoverRow, HandoverRow.mailing_id == MailingRow.id)
        .join(IssueRow, IssueRow.id == MailingRow.issue_id)
        .where(HandoverRow.id == handover_id)
    )
    session.execute(found.with_for_update(of=IssueRow, key_share=True))
    mailing = session.execute(found.with_for_update(of=MailingRow, key_share=True)).one_or_none()
    if mailing is None or mailing.state != "sent" or not _any_open(session, mailing.id):
        return
    session.execute(
        update(MailingRow).where(MailingRow.id == mailing.id).values(state="sending", finished_at=None),
        execution_options={"synchronize_session": False},
    )
    moves.move(session, mailing.issue_id, State.SENDING, now)


def _any_open(session: Session, mailing_id: int) -> bool:
    open_ = (DeliveryRow.mailing_id == mailing_id, DeliveryRow.state.in_(("waiting", "deferred")))
    return session.scalar(select(DeliveryRow.id).where(*open_).limit(1)) is not None


def _record_failure(session: Session, table: Fenced, handover_id: int, outcome: Outcome, now: datetime) -> None:
    tried = _attempts_of(table) == table.id
    if table is DeliveryRow:
        # The hours in which a copy is tried begin anew when a person sends it again.
        by_hand = select(func.max(ResolutionRow.at)).where(ResolutionRow.delivery_id == AttemptRow.delivery_id)
        tried &= AttemptRow.at > func.coalesce(by_hand.scalar_subquery(), _LONG_AGO)
    attempts, first = session.execute(
        select(table.attempts, func.min(AttemptRow.at))
        .select_from(table)
        .outerjoin(AttemptRow, tried)
        .where(table.id == outcome.delivery)
        .group_by(table.id, table.attempts)
    ).one()
    state, due_at = outcome.verdict.value, None
    if outcome.verdict is Verdict.DEFERRED:
        due_at = next_due(attempts + 1, first or now, now, outcome.retry_after)
        state = "deferred" if due_at else "rejected"
    done = _settle(session, table, handover_id, [outcome.delivery], {
        "state": state, "due_at": due_at, "attempts": attempts + 1, "changed_at": now,
        "code": outcome.code, "enhanced": outcome.enhanced, "text": outcome.text[:1000],
    })  # fmt: skip
    if done:
        _attempt(session, table, handover_id, outcome, now)


def _attempt(session: Session, table: Fenced, handover_id: int | None, outcome: Outcome, now: datetime) -> None:
    session.execute(
        insert(AttemptRow).values(
            {_attempts_of(table).key: outcome.delivery, "handover_id": handover_id, "at": now,
             "verdict": outcome.verdict.value, "fault": outcome.fault.value, "code": outcome.code,
             "enhanced": outcome.enhanced, "text": outcome.text[:1000]}
        )
    )  # fmt: skip


def _attempts_of(table: Fenced) -> Any:
    return AttemptRow.delivery_id if table is DeliveryRow else AttemptRow.notice_id


def _settle(session: Session, table: Fenced, handover_id: int, ids: list[int], values: dict[str, Any]) -> int:
    ours = (table.id.in_(ids), table.handover_id == handover_id, table.state.in_(("handing", "uncertain")))
    return _run(session, update(table).where(*ours).values(values))


def give_back(session: Session, worker_id: int) -> None:
    """Claims that never became intents wait again."""
    for table in FENCED:
        session.execute(
            update(table)
            .where(table.worker_id == worker_id, table.state == "claimed")
            .values(state="waiting", worker_id=None)
        )


def bury(session: Session, worker_id: int, now: datetime) -> int:
    """A worker has ended: its claims wait again, its open intents are uncertain. How many became uncertain."""
    give_back(session, worker_id)
    uncertain = 0
    for table in FENCED:
        rows = session.execute(
            update(table)
            .where(table.worker_id == worker_id, table.state == "handing")
            .values(state="uncertain", changed_at=now, text=LINE_BROKE)
            .returning(table.id, table.handover_id),
            execution_options={"synchronize_session": False},
        ).all()
        for id_, handover_id in rows:
            outcome = Outcome(id_, Verdict.UNCERTAIN, Fault.NONE, text=LINE_BROKE)
            _attempt(session, table, handover_id, outcome, now)
        uncertain += len(rows)
    session.execute(
        update(WorkerRow).where(WorkerRow.id == worker_id, WorkerRow.ended_at.is_(None)).values(ended_at=now)
    )
    return uncertain


LINE_BROKE = "The process that handed this over ended before an answer was written down."


def sums(session: Session, mailing_id: int) -> dict[str, int]:
    """The counts that must add up to the candidates; claimed counts as waiting, handing by its worker's life."""
    counts = dict.fromkeys(
        (state.value for state in DeliveryState if state not in {DeliveryState.CLAIMED, DeliveryState.HANDING}), 0
    )
    # One statement, so that all is counted at one moment; the large part of it by an index alone.
    handing = aliased(DeliveryRow)
    dead = (
        select(func.count())
        .select_from(handing)
        .join(WorkerRow, WorkerRow.id == handing.worker_id)
        .where(handing.mailing_id == mailing_id, handing.state == "handing", WorkerRow.ended_at.is_not(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(DeliveryRow.state, func.count(), dead)
        .where(DeliveryRow.mailing_id == mailing_id)
        .group_by(DeliveryRow.state)
    )
    for state, number, of_the_dead in rows:
        if state == "handing":
            counts["uncertain"] += of_the_dead
            counts["waiting"] += number - of_the_dead
        else:
            counts["waiting" if state == "claimed" else state] += number
    return counts


def _run(session: Session, statement: Update) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
