"""A mailing's life beside the handing over: released under a yes, paused, resumed, stopped, finished, resolved."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval import snapshots
from newsletter.approval.model import Yes
from newsletter.delivery import audiences
from newsletter.delivery.model import Fault, MailingState
from newsletter.delivery.tables import AttemptRow, DeliveryRow, HandoverRow, MailingRow, ResolutionRow
from newsletter.errors import IllegalMove
from newsletter.issues.model import Calm, State
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary
from newsletter.rendering.page import Rendered

_MOST_NAMED = 5_000  # ids in one statement


def release(
    session: Session,
    issue_id: int,
    list_id: int,
    yes: Yes,
    staff_id: int,
    now: datetime,
    transport: str = "default",
) -> int:
    """A new live mailing under `yes`, to be frozen; its id. One unfinished one per issue is the database's own rule.

    A second one only after a stop and a new sign-off, for those who have nothing.
    """
    before = latest(session, issue_id)
    if before is not None and before.finished_at is not None:
        _require_mended(session, before, now)
    audiences.require_settled(session, issue_id)
    row = MailingRow(
        issue_id=issue_id, list_id=list_id, snapshot_id=yes.snapshot_id, decision_id=yes.decision_id, kind="live",
        state="freezing", audience=audiences.following(session, issue_id), left_out={}, released_by=staff_id,
        created_at=now, transport=transport,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def _require_mended(session: Session, before: MailingRow, now: datetime) -> None:
    """Refuse a further mailing, unless the one before was stopped and the issue signed off anew since."""
    state = session.scalar(select(IssueRow.state).where(IssueRow.id == before.issue_id))
    if before.state != MailingState.STOPPED or state not in {State.APPROVED.value, State.PLANNED.value}:
        # Another sender did it all between our look at the issue and our turn.
        raise IllegalMove("The issue has just been sent by somebody else; look at its status.")
    # What a sender that was killed after the stop had given back belongs to the rest; what one that lives has in hand
    # may become accepted, or be given back: until then nobody knows who the rest are.
    sweep(session, before.id, now)
    in_hand = session.scalar(
        select(func.count()).where(DeliveryRow.mailing_id == before.id, DeliveryRow.state == "handing")
    )
    if in_hand:
        raise IllegalMove(
            f"{in_hand:,} copies of the send that was stopped are still in hand; their answers come within a minute. "
            "Then send it again."
        )


def calmly(session: Session, mailing_id: int, calm: Calm, *, is_new: bool) -> None:
    """A mailing just released goes to the team first. Its readers' time is set anew when the readers are fixed: as
    far from that moment as it is here from its release. IllegalMove for one that goes at full speed already.
    """
    mailing = session.get_one(MailingRow, mailing_id)
    if not is_new:
        if mailing.readers_from is None:
            raise IllegalMove("It was released without --calm, and goes to everybody at once. Send again without it.")
        return
    mailing.readers_from = mailing.created_at + timedelta(minutes=calm.wait)
    mailing.spread_seconds = calm.spread * 60
    session.flush()


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


def required(session: Session, issue: IssueSummary) -> MailingRow:
    """The last live mailing; IllegalMove where there is none."""
    last = latest(session, issue.id)
    if last is None:
        raise IllegalMove(f"{issue.name} was never sent; there is nothing to settle or to repeat.")
    return last


def required_to_repeat(session: Session, issue: IssueSummary) -> MailingRow:
    """The last live mailing, whose copies may be sent again. IllegalMove while the issue is being mended: what was
    stopped is not sent any more.
    """
    last = required(session, issue)
    if issue.state not in {State.SENDING, State.PAUSED, State.STOPPED, State.SENT}:
        raise IllegalMove(
            f"{issue.name} was stopped and is being mended; the version that was stopped is not sent again. Leave "
            "those copies, and send what is mended to the rest."
        )
    return last


def route(session: Session, mailing_id: int) -> tuple[int, str]:
    """The issue that a mailing belongs to, and the name of the transport that it goes by."""
    mailing = session.get_one(MailingRow, mailing_id)
    return mailing.issue_id, mailing.transport


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
        resume(session, mailing_id, now)
    else:
        stop(session, mailing_id, now)


def pause(session: Session, mailing_id: int, because: str, states: tuple[str, ...] = ("sending",)) -> None:
    """Nothing more is claimed; a sender at work sees it within half a second."""
    _move(session, mailing_id, states, "paused", because)


def resume(session: Session, mailing_id: int, now: datetime) -> None:
    """Go on exactly where it stands; the refusals that may pause it are counted from here."""
    frozen_at = session.scalars(select(MailingRow.frozen_at).where(MailingRow.id == mailing_id)).one()
    _move(session, mailing_id, ("paused",), "sending" if frozen_at else "freezing", "")
    session.execute(update(MailingRow).where(MailingRow.id == mailing_id).values(watched_from=now))


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


def spread_rate(session: Session, mailing_id: int) -> float | None:
    """Letters a second when the readers are spread over a time."""
    row = session.execute(
        select(MailingRow.candidates, MailingRow.spread_seconds).where(MailingRow.id == mailing_id)
    ).one()
    return row.candidates / row.spread_seconds if row.spread_seconds and row.candidates else None


def take_over(session: Session, mailing_id: int, transport: str, now: datetime) -> str | None:
    """Another transport takes all that the one before has never taken; that one's name, or None where it is the same.

    What a sender at work has in hand over the old one ends with its own outcome.
    """
    _lock(session, mailing_id)
    before = session.scalars(select(MailingRow.transport).where(MailingRow.id == mailing_id)).one()
    if before == transport:
        return None
    session.execute(update(MailingRow).where(MailingRow.id == mailing_id).values(transport=transport))
    hasten(session, mailing_id, transport, now)
    return before


def hasten(session: Session, mailing_id: int, transport: str, now: datetime) -> None:
    """What another transport has put off is due at once over this one."""
    others = select(HandoverRow.id).where(HandoverRow.mailing_id == mailing_id, HandoverRow.transport != transport)
    session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "deferred", DeliveryRow.due_at > now,
            DeliveryRow.handover_id.in_(others),
        )
        .values(due_at=now),
        execution_options={"synchronize_session": False},
    )  # fmt: skip


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
        _send_again(session, mailing_id, found, "uncertain", now)
    return len(found)


def hurry(session: Session, mailing_id: int, address_hashes: Sequence[str], now: datetime) -> int:
    """Copies that were put off, all or those of the named readers, are due now. How many."""
    put_off = update(DeliveryRow).where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "deferred")
    if address_hashes:
        put_off = put_off.where(DeliveryRow.subscriber_id.in_(subscribers.ids_of(address_hashes)))
    rows = session.execute(
        put_off.values(due_at=now).returning(DeliveryRow.id), execution_options={"synchronize_session": False}
    )
    return len(rows.all())


def retry(session: Session, mailing_id: int, address_hashes: Sequence[str], staff_id: int, now: datetime) -> int:
    """Refused copies wait again, with the same Message-ID and return path: all but those for which their readers' own
    mailboxes are to blame, or whatever was refused to the named readers. How many.
    """
    _lock(session, mailing_id)
    last = select(AttemptRow.fault).where(AttemptRow.delivery_id == DeliveryRow.id).order_by(AttemptRow.id.desc())
    query = select(DeliveryRow.id).where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "rejected")
    if address_hashes:
        query = query.where(DeliveryRow.subscriber_id.in_(subscribers.ids_of(address_hashes)))
    else:
        query = query.where(func.coalesce(last.limit(1).scalar_subquery(), "") != Fault.READER.value)
    found = list(session.scalars(query.order_by(DeliveryRow.id)))
    session.add_all(ResolutionRow(delivery_id=id_, how="retry", staff_id=staff_id, at=now) for id_ in found)
    if found:
        _send_again(session, mailing_id, found, "rejected", now)
    return len(found)


def _send_again(session: Session, mailing_id: int, ids: Sequence[int], state: str, now: datetime) -> None:
    """They wait again, for as many tries as at first; a mailing that was at its end goes on."""
    for at in range(0, len(ids), _MOST_NAMED):
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(ids[at : at + _MOST_NAMED]), DeliveryRow.state == state)
            .values(state="waiting", worker_id=None, handover_id=None, due_at=None, attempts=0, changed_at=now),
            execution_options={"synchronize_session": False},
        )
    session.execute(
        update(MailingRow)
        .where(MailingRow.id == mailing_id, MailingRow.state.in_(("sent", "stopped")))
        .values(state="sending", finished_at=None),
        execution_options={"synchronize_session": False},
    )
