"""How fast, and whether: a transport's rate, daily cap and pauses, and a mailing's spread, as rows that all senders
share. A row is asked in the transaction that commits the intents, so that no two processes take the same place.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.delivery.tables import DeliveryRow, MailingRow, TransportRow
from newsletter.errors import BadInput, NotFound

BURST = timedelta(seconds=0.25)  # what a pace may catch up after a commit that took its time
LATE = timedelta(seconds=5)  # two senders' moments may come in the wrong order: one has waited for the lock
MOST_RATE = 100_000.0
LEAST_RATE = 1 / 86_400  # one a day; to send nothing, pause
MOST_DAILY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What a transport's row says now."""

    name: str
    rate: float | None
    daily_cap: int | None
    not_before: datetime | None
    paused_because: str
    handed_today: int
    seen_rate: float | None

    @property
    def is_limited(self) -> bool:
        """Whether every intent must ask first."""
        return self.rate is not None or self.daily_cap is not None or self.not_before is not None


@dataclass(frozen=True, slots=True)
class Turn:
    """How many letters may begin now, and when to ask again for the others."""

    number: int
    ask_at: datetime | None = None


def seed(session: Session, name: str, rate: float | None, now: datetime) -> None:
    """The transport's row, made when it is first used; after that the row rules, not the URL."""
    if session.get(TransportRow, name) is None:
        with suppress(IntegrityError), session.begin_nested():  # another sender may make it at this very moment
            session.add(TransportRow(name=name, rate=rate, handed_today=0, paused_because="", changed_at=now))


def pace(session: Session, name: str) -> Pace:
    """What the row says; NotFound when the transport was never used."""
    row = session.get(TransportRow, name)
    if row is None:
        raise NotFound(f"The transport {name} was not used yet, so there is nothing to change.")
    return _pace(row)


def paces(session: Session) -> Sequence[Pace]:
    """Every transport used so far."""
    return [_pace(row) for row in session.scalars(select(TransportRow).order_by(TransportRow.name))]


def _pace(row: TransportRow) -> Pace:
    return Pace(row.name, row.rate, row.daily_cap, row.not_before, row.paused_because, row.handed_today, row.seen_rate)


def change(session: Session, name: str, now: datetime, *, rate: float | None, daily_cap: int | None) -> None:
    """Set both; None: no limit. Senders at work see it within a second."""
    if rate is not None and not LEAST_RATE <= rate <= MOST_RATE:
        raise BadInput(
            f"A rate of {rate:g} messages a second is not possible; give at least one a day (0.0000116) and at most "
            f"{MOST_RATE:,.0f} a second, or none for no limit. To send nothing for a while, pause the issue."
        )
    if daily_cap is not None and not 0 <= daily_cap <= MOST_DAILY:
        raise BadInput(f"A daily cap of {daily_cap} is not possible; give a number from 0, or none for no limit.")
    before = pace(session, name)
    values: dict[str, object] = {"rate": rate, "daily_cap": daily_cap, "next_at": None, "changed_at": now}
    if daily_cap is not None and before.daily_cap is None:
        # Without a cap nobody has counted all of the day.
        today = now.astimezone(UTC).date()
        values |= {"day": today, "handed_today": handed_on(session, name, today)}
    session.execute(update(TransportRow).where(TransportRow.name == name).values(values))


def handed_today(session: Session, name: str, now: datetime) -> int:
    """How many letters went over a transport today (UTC): as its cap counts them, without one by the ledger."""
    today = now.astimezone(UTC).date()
    row = session.get(TransportRow, name)
    if row is not None and row.daily_cap is not None:
        return row.handed_today if row.day == today else 0
    return handed_on(session, name, today)


def handed_on(session: Session, name: str, day: date) -> int:
    """How many copies went over a transport on a day (UTC), by the ledger."""
    begins = datetime.combine(day, datetime.min.time(), UTC)
    going = select(MailingRow.id).where(
        MailingRow.transport == name, or_(MailingRow.finished_at.is_(None), MailingRow.finished_at >= begins)
    )
    handed = ("handing", "accepted", "rejected", "deferred", "uncertain")
    query = select(func.count()).where(
        DeliveryRow.mailing_id.in_(going), DeliveryRow.state.in_(handed),
        DeliveryRow.changed_at >= begins, DeliveryRow.changed_at < begins + timedelta(days=1),
    )  # fmt: skip
    return session.scalar(query) or 0


def hold(session: Session, name: str, because: str, now: datetime) -> None:
    """Nothing goes over it until somebody opens it again: it refuses us, and trying on would make it worse."""
    values = {"paused_because": because[:1000], "changed_at": now}
    session.execute(update(TransportRow).where(TransportRow.name == name).values(values))


def postpone(session: Session, name: str, until: datetime) -> None:
    """It has asked us to wait."""
    session.execute(update(TransportRow).where(TransportRow.name == name).values(not_before=until))


def reopen(session: Session, name: str, now: datetime, *, although_postponed: bool = False) -> bool:
    """Use it again; whether it was held. `although_postponed`: also before the time that it has asked us to wait."""
    shut = TransportRow.paused_because != ""
    if although_postponed:
        shut = or_(shut, TransportRow.not_before.is_not(None))
    found = session.execute(
        update(TransportRow)
        .where(TransportRow.name == name, shut)
        .values(paused_because="", not_before=None, changed_at=now)
        .returning(TransportRow.name)
    ).first()
    return found is not None


def saw(session: Session, name: str, rate: float) -> None:
    """Remember how fast it took letters, for saying how long the next issue will take."""
    session.execute(update(TransportRow).where(TransportRow.name == name).values(seen_rate=rate))


def turn(session: Session, name: str, mailing_id: int, wanted: int, now: datetime) -> Turn:
    """Places for up to `wanted` letters of a mailing: as its spread and its transport's pace allow.

    What the transport has no place for takes none of the spread's: else a spread that shares a busy transport would
    lose its turn each time.
    """
    # Mailing, then transport: always in this order.
    spread, mailing = _spread(session, mailing_id, wanted, now)
    if not spread.number:
        return spread
    found = take(session, name, spread.number, now)
    if mailing is not None:
        _, mailing.next_at = _places(_spread_rate(mailing), mailing.next_at, found.number, now)
    return Turn(found.number, found.ask_at or spread.ask_at)


def take(session: Session, name: str, wanted: int, now: datetime) -> Turn:
    """Places for up to `wanted` letters over a transport: as its rate and its day allow."""
    locked = select(TransportRow).where(TransportRow.name == name).with_for_update()
    row = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if row.not_before is not None:
        if now < row.not_before:
            return Turn(0, row.not_before)
        row.not_before = None  # else it would have to be asked for ever
    today = now.astimezone(UTC).date()
    # A clock set back over midnight, or another machine's that is behind, begins no day a second time.
    if row.day is None or row.day < today or row.day > today + timedelta(days=1):
        row.day, row.handed_today = today, 0
    left = wanted if row.daily_cap is None else min(wanted, row.daily_cap - row.handed_today)
    if left <= 0 < wanted:
        return Turn(0, datetime.combine(row.day + timedelta(days=1), datetime.min.time(), UTC))
    number, row.next_at = _places(row.rate, row.next_at, left, now)
    row.handed_today += number
    return Turn(number, row.next_at if row.rate is not None and number < left else None)


def give_back(session: Session, name: str, number: int) -> None:
    """Letters that never started do not count against the day."""
    session.execute(
        update(TransportRow)
        .where(TransportRow.name == name, TransportRow.handed_today >= number)
        .values(handed_today=TransportRow.handed_today - number)
    )


def _spread(session: Session, mailing_id: int, wanted: int, now: datetime) -> tuple[Turn, MailingRow | None]:
    """What the spread allows, not taken yet; the mailing where it is spread now. The team's copies do not ask."""
    locked = select(MailingRow).where(MailingRow.id == mailing_id).with_for_update(key_share=True)
    row = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if not row.spread_seconds or not row.candidates or row.readers_from is None or now < row.readers_from:
        return Turn(wanted), None
    number, next_at = _places(_spread_rate(row), row.next_at, wanted, now)
    if not number:
        row.next_at = next_at
    return Turn(number, next_at if number < wanted else None), row


def _spread_rate(row: MailingRow) -> float:
    return row.candidates / row.spread_seconds


def _places(rate: float | None, next_at: datetime | None, wanted: int, now: datetime) -> tuple[int, datetime | None]:
    """How many of `wanted` are due by `now`, and when the one after them is."""
    if rate is None or wanted == 0:
        return wanted, next_at
    start = max(next_at or now, now - BURST)
    one = _time_of(1, rate)
    if start > now + one + LATE:
        start = now + one  # the clock was set back
    if start > now:
        return 0, start
    number = min(wanted, int((now - start).total_seconds() * rate) + 1)
    return number, start + _time_of(number, rate)


def _time_of(number: int, rate: float) -> timedelta:
    """How long so many take, in whole microseconds and never less: rounding must not add up to more than the rate."""
    return timedelta(microseconds=ceil(number / rate * 1_000_000 - 1e-6))
