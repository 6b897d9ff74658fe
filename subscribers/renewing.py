"""Asking again, in waves, those whose consent nobody can show: "still interested?". A wave that goes badly is the last.

Who does not answer stays as he is; who answers has a consent that can be shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from subscribers import asking
from subscribers.mailability import mailability
from subscribers.model import Consent
from subscribers.tables import ConfirmationRow, RenewalRow, SubscriberRow, SubscriptionRow, SuppressionRow

REST = timedelta(days=30)  # between two questions to the same person
MOST_BOUNCES, BOUNCES_THAT_COUNT = 0.02, 5


@dataclass(frozen=True, slots=True)
class Wave:
    """How a wave went: `bounced` and `complained` are of those asked in it, since it began."""

    id: int
    started_at: datetime
    asked: int
    answered: int
    bounced: int
    complained: int
    stopped_because: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How many confirmed readers of a list have a consent that can be shown, and how many have none."""

    shown: int
    unknown: int


def proof(session: Session, list_id: int) -> Proof:
    """Count the confirmed readers of a list by whether their consent can be shown."""
    rows = session.execute(
        select(SubscriptionRow.proof, func.count())
        .where(SubscriptionRow.list_id == list_id, SubscriptionRow.state == "confirmed")
        .group_by(SubscriptionRow.proof)
    )
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return Proof(found.get("shown", 0), found.get("unknown", 0))


def waves(session: Session, list_id: int) -> tuple[Wave, ...]:
    """The waves of a list, the first one first."""
    rows = session.scalars(select(RenewalRow).where(RenewalRow.list_id == list_id).order_by(RenewalRow.id))
    return tuple(
        Wave(row.id, row.started_at, row.asked, _answered(session, row.id), _stopped(session, row, "hard_bounce"),
             _stopped(session, row, "complaint"), row.stopped_because)
        for row in rows
    )  # fmt: skip


def questions(wave_id: int) -> Select[tuple[int]]:
    """The ids of what was asked in a wave, as a query."""
    return select(ConfirmationRow.id).where(ConfirmationRow.renewal_id == wave_id)


def went_badly(wave: Wave, refused: int = 0) -> str:
    """Why no further wave may follow this one; empty if it may. `refused`: mails that a server refused for good."""
    bounced = max(wave.bounced, refused)
    if wave.complained:
        return f"wave {wave.id} was complained about ({wave.complained})"
    if bounced >= BOUNCES_THAT_COUNT and bounced > wave.asked * MOST_BOUNCES:
        return f"of wave {wave.id}, {bounced} of {wave.asked} bounced"
    return ""


def begin(session: Session, list_id: int, most: int, by: str, now: datetime) -> tuple[int, list[tuple[int, str]]]:
    """Begin a wave: its id, and (question, language) of each person to be asked, those longest on the list first."""
    people = mailability(list_id, now).subquery()
    lately = exists().where(
        ConfirmationRow.subscriber_id == SubscriptionRow.subscriber_id, ConfirmationRow.purpose == "renew",
        ConfirmationRow.requested_at > now - REST,
    )  # fmt: skip
    chosen = session.execute(
        select(SubscriptionRow.subscriber_id, SubscriberRow.language)
        .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
        .join(people, people.c.subscription_id == SubscriptionRow.id)
        .where(
            SubscriptionRow.list_id == list_id, SubscriptionRow.state == "confirmed",
            SubscriptionRow.proof == "unknown", people.c.reason.is_(None), ~lately,
        )
        .order_by(SubscriptionRow.id)
        .limit(most)
    ).all()  # fmt: skip
    row = RenewalRow(list_id=list_id, asked=0, started_at=now, started_by=by)
    session.add(row)
    session.flush()
    consent = Consent("staff", now, detail=f"wave {row.id}")
    asked = [
        (question, language)
        for person, language in chosen
        if (question := asking.renew(session, person, list_id, consent, now, row.id)) is not None
    ]
    row.asked = len(asked)
    return row.id, asked


def stop(session: Session, wave_id: int, because: str) -> None:
    """Note on a wave why it is the last."""
    session.get_one(RenewalRow, wave_id).stopped_because = because


def _answered(session: Session, wave_id: int) -> int:
    return session.scalar(
        select(func.count()).where(ConfirmationRow.renewal_id == wave_id, ConfirmationRow.used_at.is_not(None))
    ) or 0  # fmt: skip


def _stopped(session: Session, row: RenewalRow, reason: str) -> int:
    """How many of those asked in the wave were suppressed for this reason since."""
    return session.scalar(
        select(func.count(func.distinct(SubscriberRow.id)))
        .join(ConfirmationRow, ConfirmationRow.subscriber_id == SubscriberRow.id)
        .join(SuppressionRow, SuppressionRow.address_hash == SubscriberRow.address_hash)
        .where(
            ConfirmationRow.renewal_id == row.id, SuppressionRow.reason == reason,
            SuppressionRow.created_at >= row.started_at,
        )
    ) or 0  # fmt: skip
