"""A mailing's life beside the handing over: released under a yes, paused, resumed, stopped, finished, resolved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval import snapshots
from newsletter.approval.model import Yes
from newsletter.delivery.model import MailingState
from newsletter.delivery.tables import DeliveryRow, MailingRow, ResolutionRow
from newsletter.errors import IllegalMove
from newsletter.rendering.page import Rendered


def release(session: Session, issue_id: int, list_id: int, yes: Yes, staff_id: int, now: datetime) -> int:
    """A new live mailing under `yes`, to be frozen; its id. One unfinished one per issue is the database's own rule."""
    before = latest(session, issue_id)
    if before is not None and before.finished_at is not None:
        # Another sender did it all between our look at the issue and our turn.
        raise IllegalMove("The issue has just been sent by somebody else; look at its status.")
    row = MailingRow(
        issue_id=issue_id, list_id=list_id, snapshot_id=yes.snapshot_id, decision_id=yes.decision_id, kind="live",
        state="freezing", audience={"kind": "everyone"}, left_out={}, released_by=staff_id, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def unfinished(session: Session, issue_id: int) -> MailingRow | None:
    """The live mailing that is not at its end."""
    return session.scalar(
        select(MailingRow).where(
            MailingRow.issue_id == issue_id, MailingRow.kind == "live", MailingRow.finished_at.is_(None)
        )
    )


def latest(session: Session, issue_id: int) -> MailingRow | None:
    """The last live mailing of an issue, finished or not."""
    return session.scalar(
        select(MailingRow)
        .where(MailingRow.issue_id == issue_id, MailingRow.kind == "live")
        .order_by(MailingRow.id.desc())
    )


def sealed(session: Session, mailing_id: int) -> tuple[Mapping[str, Any], dict[str, Rendered], int]:
    """What a mailing hands over: the approved envelope and parts, and to how many."""
    mailing = session.get_one(MailingRow, mailing_id)
    stored = snapshots.snapshot(session, mailing.snapshot_id)
    return stored.envelope, snapshots.parts(session, stored.id), mailing.candidates


def control(session: Session, mailing_id: int, verb: str, now: datetime) -> None:
    """`pause`, `resume` or `stop`."""
    if verb == "pause":
        pause(session, mailing_id, "by hand")
    elif verb == "resume":
        resume(session, mailing_id)
    else:
        stop(session, mailing_id, now)


def pause(session: Session, mailing_id: int, because: str) -> None:
    """Nothing more is claimed; a sender at work sees it within half a second."""
    _move(session, mailing_id, ("sending",), "paused", because)


def resume(session: Session, mailing_id: int) -> None:
    """Go on exactly where it stands."""
    _move(session, mailing_id, ("paused",), "sending", "")


def stop(session: Session, mailing_id: int, now: datetime) -> None:
    """End it for good: what waits is excluded as `stopped`. What a sender has in hand ends with its own outcome."""
    _move(session, mailing_id, ("sending", "paused", "freezing"), "stopped", "")
    session.execute(update(MailingRow).where(MailingRow.id == mailing_id).values(finished_at=now))
    sweep(session, mailing_id, now)


def sweep(session: Session, mailing_id: int, now: datetime) -> None:
    """In a stopped mailing nothing waits any more: also not what its sender gave back after the stop."""
    stopped = select(MailingRow.id).where(MailingRow.id == mailing_id, MailingRow.state == "stopped").exists()
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state.in_(("waiting", "claimed", "deferred")), stopped)
        .values(state="excluded", excluded="stopped", worker_id=None, due_at=None, changed_at=now),
        execution_options={"synchronize_session": False},
    )


def _move(session: Session, mailing_id: int, states: tuple[str, ...], to: str, because: str) -> None:
    moved = session.execute(
        update(MailingRow)
        .where(MailingRow.id == mailing_id, MailingRow.state.in_(states))
        .values(state=to, paused_because=because)
        .returning(MailingRow.id)
    ).first()
    if moved is None:
        state = session.scalar(select(MailingRow.state).where(MailingRow.id == mailing_id))
        raise IllegalMove(f"The send is {state}; it cannot become {to}.")


def finish(session: Session, mailing_id: int, now: datetime) -> MailingState | None:
    """Close a mailing in which nothing waits and nothing is put off: how it ended, or None where it goes on.

    Uncertain ones do not hold it. One that was stopped, and opened again for copies without an answer, ends stopped.
    """
    _lock(session, mailing_id)
    open_states = ("waiting", "claimed", "handing", "deferred")
    ours = DeliveryRow.mailing_id == mailing_id
    if session.scalar(select(func.count()).where(ours, DeliveryRow.state.in_(open_states))):
        return None
    stopped = session.scalar(select(func.count()).where(ours, DeliveryRow.excluded == "stopped"))
    end = MailingState.STOPPED if stopped else MailingState.SENT
    closed = session.execute(
        update(MailingRow)
        .where(MailingRow.id == mailing_id, MailingRow.state == "sending")
        .values(state=end.value, finished_at=now)
        .returning(MailingRow.id)
    ).first()
    return end if closed is not None else None


def _lock(session: Session, mailing_id: int) -> None:
    """Whoever closes or opens a mailing counts after this, so that nothing comes between (PostgreSQL)."""
    session.execute(select(MailingRow.id).where(MailingRow.id == mailing_id).with_for_update(key_share=True))


def next_due(session: Session, mailing_id: int) -> datetime | None:
    """When the first of those put off is tried again."""
    return session.scalar(
        select(func.min(DeliveryRow.due_at)).where(
            DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "deferred"
        )
    )


def uncertain(session: Session, mailing_id: int, address_hashes: Sequence[str] = ()) -> Sequence[DeliveryRow]:
    """The copies without an answer; only those of the named readers where there are any named."""
    query = select(DeliveryRow).where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "uncertain")
    if address_hashes:
        query = query.where(DeliveryRow.subscriber_id.in_(subscribers.ids_of(address_hashes)))
    return session.scalars(query.order_by(DeliveryRow.id)).all()


def resolve(
    session: Session, mailing_id: int, address_hashes: Sequence[str], how: str, staff_id: int, now: datetime
) -> int:
    """Settle uncertain copies, all or those of the named readers: `leave` them, or `send_again` with the same
    Message-ID and return path. How many.

    Leaving is written down and changes no count: nobody knows more than before.
    """
    _lock(session, mailing_id)
    found = [row.id for row in uncertain(session, mailing_id, address_hashes)]
    session.add_all(ResolutionRow(delivery_id=id_, how=how, staff_id=staff_id, at=now) for id_ in found)
    if how == "send_again" and found:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(found), DeliveryRow.state == "uncertain")
            .values(state="waiting", worker_id=None, handover_id=None, changed_at=now)
        )
        session.execute(
            update(MailingRow)
            .where(MailingRow.id == mailing_id, MailingRow.state.in_(("sent", "stopped")))
            .values(state="sending", finished_at=None)
        )
    return len(found)
