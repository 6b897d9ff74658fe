"""What became of a mailing, for pages, the CLI and JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

import subscribers
from newsletter.delivery.audiences import fixed
from newsletter.delivery.ledger import sums
from newsletter.delivery.mailings import latest, next_due, uncertain
from newsletter.delivery.notices import TEST_COPY
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow, NoticeRow
from newsletter.issues.tables import IssueRow


@dataclass(frozen=True, slots=True)
class MailingStatus:
    """Counts that balance: candidates = waiting + accepted + deferred + rejected + uncertain + excluded.

    Each reader counts once, by where his last copy stands: an issue that was stopped and mended goes out in rounds.
    """

    state: str
    candidates: int
    waiting: int
    accepted: int
    deferred: int
    rejected: int
    uncertain: int
    excluded: dict[str, int]
    left_out: dict[str, int]
    next_due: datetime | None
    paused_because: str
    first_copies: int | None = None  # the team's, where it is sent calmly
    first_handed_over: int = 0
    readers_from: datetime | None = None
    spread_seconds: int = 0
    transport: str = "default"
    in_hand: int = 0
    rounds: int = 1

    @property
    def balances(self) -> bool:
        """Whether the sum is right."""
        parts = (self.waiting, self.accepted, self.deferred, self.rejected, self.uncertain, *self.excluded.values())
        return self.candidates == sum(parts)


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a test copy stands: on its way, handed over, refused. `text`: what the other side said."""

    address: str
    state: str
    text: str
    at: datetime


def last_test(session: Session, issue_id: int) -> Copy | None:
    """The last test copy of an issue."""
    tests = select(NoticeRow).where(NoticeRow.issue_id == issue_id, NoticeRow.kind == TEST_COPY)
    row = session.scalar(tests.order_by(NoticeRow.id.desc()).limit(1))
    return Copy(row.address or "", row.state, row.text or "", row.changed_at or row.created_at) if row else None


def status(session: Session, issue_id: int) -> MailingStatus | None:
    """What became of an issue, in all its rounds together; None before the first."""
    mailing = latest(session, issue_id)
    if mailing is None:
        return None
    rounds = rounds_of(session, mailing)
    again = _in_a_later_round(session, rounds)
    counts = sum((Counter(sums(session, one.id)) for one in rounds), Counter())
    excluded = Counter({reason or "unknown": number for reason, number in _excluded(session, rounds)})
    return MailingStatus(
        state=mailing.state,
        candidates=sum(one.candidates for one in rounds) - again,
        waiting=counts["waiting"],
        accepted=counts["accepted"],
        deferred=counts["deferred"],
        rejected=counts["rejected"],
        uncertain=counts["uncertain"],
        excluded=dict(+(excluded - Counter(stopped=again))),
        left_out=dict(rounds[0].left_out),
        next_due=next_due(session, mailing.id),
        paused_because=mailing.paused_because,
        first_copies=_first(session, mailing),
        first_handed_over=_first(session, mailing, DeliveryRow.state == "accepted") or 0,
        readers_from=mailing.readers_from,
        spread_seconds=mailing.spread_seconds,
        transport=mailing.transport,
        in_hand=_in_hand(session, mailing),
        rounds=len(rounds),
    )


def rounds_of(session: Session, last: MailingRow) -> list[MailingRow]:
    """The live mailings of an issue up to its last, without those that were stopped before their readers were fixed."""
    before = [one for one in fixed(session, last.issue_id) if one != last.id]
    return [*(session.get_one(MailingRow, one) for one in before), last]


def _in_a_later_round(session: Session, rounds: Sequence[MailingRow]) -> int:
    """How many that a stop had dropped are in a later round: there they are counted."""
    if len(rounds) == 1:
        return 0
    later = aliased(DeliveryRow)
    ids = [one.id for one in rounds]
    there = select(later.id).where(
        later.mailing_id.in_(ids), later.mailing_id > DeliveryRow.mailing_id,
        later.subscriber_id == DeliveryRow.subscriber_id,
    )  # fmt: skip
    stopped = (DeliveryRow.mailing_id.in_(ids), DeliveryRow.state == "excluded", DeliveryRow.excluded == "stopped")
    return session.scalar(select(func.count()).select_from(DeliveryRow).where(*stopped, there.exists())) or 0


def _excluded(session: Session, rounds: Sequence[MailingRow]) -> Sequence[tuple[str | None, int]]:
    query = (
        select(DeliveryRow.excluded, func.count())
        .where(DeliveryRow.mailing_id.in_([one.id for one in rounds]), DeliveryRow.state == "excluded")
        .group_by(DeliveryRow.excluded)
    )
    return session.execute(query).tuples().all()


def _in_hand(session: Session, mailing: MailingRow) -> int:
    """How many are being handed over at this moment; they are counted as waiting."""
    return (
        session.scalar(select(func.count()).where(DeliveryRow.mailing_id == mailing.id, DeliveryRow.state == "handing"))
        or 0
    )


def _first(session: Session, mailing: MailingRow, *conditions: ColumnElement[bool]) -> int | None:
    """How many of the first copies are so; None where there are none by design, or they are not fixed yet."""
    if mailing.first_up_to is None:
        return None
    first = (DeliveryRow.mailing_id == mailing.id, DeliveryRow.id <= mailing.first_up_to)
    return session.scalar(select(func.count()).where(*first, *conditions))


def refusals(session: Session, issue_id: int, most: int = 20) -> list[tuple[str, int]]:
    """Why copies were refused or put off: the other side's words and how often, most frequent first."""
    mailing = latest(session, issue_id)
    if mailing is None:
        return []
    rows = session.execute(
        select(AttemptRow.text, func.count())
        .join(DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id)
        .where(DeliveryRow.mailing_id.in_([one.id for one in rounds_of(session, mailing)]))
        .group_by(AttemptRow.text)
        .order_by(func.count().desc())
        .limit(most)
    )
    return [(words, number) for words, number in rows]


def without_answer(session: Session, issue_id: int) -> list[str]:
    """The readers whose copy may or may not have arrived, by their addresses as they stand now."""
    mailing = latest(session, issue_id)
    if mailing is None:
        return []
    ids = [row.subscriber_id for one in rounds_of(session, mailing) for row in uncertain(session, one.id)]
    known = subscribers.addresses(session, ids)
    return [known.get(id_, "(erased)") for id_ in ids]


@dataclass(frozen=True, slots=True)
class Received:
    """A mail to one reader, as he may ask about it. `what`: the issue's name, or the kind of the notice."""

    what: str
    list_id: int | None
    day: date | None
    state: str
    because: str


def received(session: Session, subscriber_id: int) -> tuple[Received, ...]:
    """Every mail to this reader that was handed over, or was not and why: issues first, then notices; the oldest first.
    Days are those of UTC.
    """
    issues = session.execute(
        select(IssueRow.name, MailingRow.list_id, DeliveryRow.changed_at, DeliveryRow.state, DeliveryRow.excluded)
        .join(MailingRow, MailingRow.id == DeliveryRow.mailing_id)
        .join(IssueRow, IssueRow.id == MailingRow.issue_id)
        .where(DeliveryRow.subscriber_id == subscriber_id, MailingRow.kind == "live")
        .order_by(DeliveryRow.id)
    )
    others = session.execute(
        select(NoticeRow.kind, NoticeRow.list_id, NoticeRow.changed_at, NoticeRow.state, NoticeRow.text)
        .where(NoticeRow.subscriber_id == subscriber_id)
        .order_by(NoticeRow.id)
    )
    return tuple(
        Received(what, list_id, at.date() if at else None, state, because or "")
        for what, list_id, at, state, because in (*issues.tuples(), *others.tuples())
    )
