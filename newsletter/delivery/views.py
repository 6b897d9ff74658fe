"""What became of a mailing, for pages, the CLI and JSON."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.ledger import sums
from newsletter.delivery.mailings import latest, next_due, uncertain
from newsletter.delivery.tables import AttemptRow, DeliveryRow


@dataclass(frozen=True, slots=True)
class MailingStatus:
    """Counts that balance: candidates = waiting + accepted + deferred + rejected + uncertain + excluded."""

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

    @property
    def balances(self) -> bool:
        """Whether the sum is right."""
        parts = (self.waiting, self.accepted, self.deferred, self.rejected, self.uncertain, *self.excluded.values())
        return self.candidates == sum(parts)


def status(session: Session, issue_id: int) -> MailingStatus | None:
    """The last live mailing of an issue; None before the first."""
    mailing = latest(session, issue_id)
    if mailing is None:
        return None
    counts = sums(session, mailing.id)
    excluded = session.execute(
        select(DeliveryRow.excluded, func.count())
        .where(DeliveryRow.mailing_id == mailing.id, DeliveryRow.state == "excluded")
        .group_by(DeliveryRow.excluded)
    )
    return MailingStatus(
        state=mailing.state,
        candidates=mailing.candidates,
        waiting=counts["waiting"],
        accepted=counts["accepted"],
        deferred=counts["deferred"],
        rejected=counts["rejected"],
        uncertain=counts["uncertain"],
        excluded={reason or "unknown": number for reason, number in excluded},
        left_out=dict(mailing.left_out),
        next_due=next_due(session, mailing.id),
        paused_because=mailing.paused_because,
    )


def refusals(session: Session, issue_id: int, most: int = 20) -> list[tuple[str, int]]:
    """Why copies were refused or put off: the other side's words and how often, most frequent first."""
    mailing = latest(session, issue_id)
    if mailing is None:
        return []
    rows = session.execute(
        select(AttemptRow.text, func.count())
        .join(DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id)
        .where(DeliveryRow.mailing_id == mailing.id)
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
    ids = [row.subscriber_id for row in uncertain(session, mailing.id)]
    known = subscribers.addresses(session, ids)
    return [known.get(id_, "(erased)") for id_ in ids]
