"""The rhythm of a list: kept, read, and what lies ahead by it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues.countries import country_code, holiday, is_weekend
from newsletter.issues.periods import Period, following, parse
from newsletter.issues.rhythm import DEFAULT_RULES, Before, Dates, Rhythm, around, dates
from newsletter.issues.send_rules import CADENCES, SendRule
from newsletter.issues.tables import ProfileRow, RhythmRow, SendDayRow
from newsletter.issues.workdays import MOST_BLOCKED, Span, merged

MOST_AHEAD = 24  # issues
_BACK, _FORTH = 3, 3  # periods around today whose send day may lie ahead, whatever the rule


def rhythm(session: Session, list_id: int) -> Rhythm | None:
    """The list's rhythm; None where it has none, or it is switched off."""
    found = stored(session, list_id)
    return found if found and found.on_since else None


def stored(session: Session, list_id: int) -> Rhythm | None:
    """The list's rhythm as it is kept, on or off."""
    row = session.get(RhythmRow, list_id)
    return _rhythm(row, _cadence(session, list_id)) if row else None


def load_holidays(session: Session, today: date, country: str = "") -> None:
    """Read the holidays that dates around today need (also those of `country`), which takes some tenths of a second the
    first time: to be called before a transaction that writes.
    """
    for code in {country, *session.scalars(select(RhythmRow.country))}:
        for year in range(today.year - 2, today.year + 4):
            holiday(code, date(year, 1, 1))
            is_weekend(code, date(year, 1, 1))


def set_rhythm(
    session: Session,
    list_id: int,
    today: date,
    zone: tzinfo,
    *,
    send: str | None = None,
    country: str | None = None,
    blocked: Iterable[str] = (),
    unblocked: Iterable[str] = (),
    call: int | None = None,
    cut_off: int | None = None,
    draft: int | None = None,
    review: int | None = None,
    on: bool | None = None,
) -> Rhythm:
    """Set what is given and keep the rest; a list that had none begins with the defaults of its cadence, and is on.

    `blocked` adds days or spans, `unblocked` takes them back. BadInput names what cannot be; with it nothing changes.
    """
    cadence = _cadence(session, list_id)
    before = stored(session, list_id) or Rhythm(cadence, SendRule.parse(DEFAULT_RULES[cadence]), on_since=today)
    steps = {"call": call, "cut_off": cut_off, "draft": draft, "review": review}
    fresh = Rhythm(
        cadence=cadence,
        send=before.send if send is None else SendRule.parse(send),
        before=Before(**{**before.before.steps, **{step: n for step, n in steps.items() if n is not None}}),
        country=before.country if country is None else country_code(country),
        blocked=_blocked(before.blocked, blocked, unblocked),
        on_since=before.on_since if on is None else (before.on_since or today) if on else None,
    )
    fresh.send.require_fits(cadence)
    _require_room(fresh, today, zone)
    session.merge(_row(list_id, fresh))
    session.flush()
    return fresh


def set_send_day(session: Session, list_id: int, period: str, at: datetime | None, now: datetime, zone: tzinfo) -> None:
    """Set the send day of one period by hand (aware), or with None leave it to the rule again."""
    found = stored(session, list_id)
    if found is None:
        raise NotFound("The list has no rhythm yet; give it one first: newsletter lists rhythm SLUG")
    of = _period(period, found)
    session.execute(delete(SendDayRow).where(SendDayRow.list_id == list_id, SendDayRow.period == of.label))
    if at is not None:
        if at <= now:
            raise BadInput(f"{at.astimezone(zone):%Y-%m-%d %H:%M} has passed; give a time ahead.")
        _require_possible(of, at, found, zone)
        session.add(SendDayRow(list_id=list_id, period=of.label, send_at=at.astimezone(UTC)))
    session.flush()


def by_hand(session: Session, list_id: int, period: str) -> datetime | None:
    """The send day of that period, where somebody has set it."""
    return _send_days(session, list_id).get(parse(period).label)


def upcoming(session: Session, list_id: int, now: datetime, zone: tzinfo, count: int = 4) -> tuple[Dates, ...]:
    """The next issues whose send day lies ahead, the first first; none where the list has no rhythm that is on."""
    found = rhythm(session, list_id)
    return ahead(session, list_id, found, now, zone, count) if found else ()


def ahead(
    session: Session, list_id: int, found: Rhythm, now: datetime, zone: tzinfo, count: int = 4
) -> tuple[Dates, ...]:
    """The same by a rhythm that may be off."""
    some = between(session, list_id, found, now, zone, _BACK, min(count, MOST_AHEAD) + _FORTH)
    return tuple(one for one in some if one.send > now)[:count]


def between(
    session: Session, list_id: int, found: Rhythm, now: datetime, zone: tzinfo, back: int, forth: int
) -> tuple[Dates, ...]:
    """The dates of the periods around now, and of those that were given a send day by hand; in the order of sending."""
    days = _send_days(session, list_id)
    periods = {one.label: one for one in around(now.astimezone(zone).date(), found, back, forth)}
    others = (parse(label) for label in days if label not in periods)
    periods |= {one.label: one for one in others if one.months == found.months}
    known = (dates(period, found, zone, days.get(label)) for label, period in periods.items())
    return tuple(sorted(known, key=lambda one: (one.send, one.period.first)))


def dates_of(session: Session, list_id: int, period: str, zone: tzinfo) -> Dates | None:
    """The dates of one period, past or ahead; None where the list has no rhythm that is on, or another cadence."""
    found = rhythm(session, list_id)
    of = parse(period)
    if found is None or of.months != found.months:
        return None
    return dates(of, found, zone, _send_days(session, list_id).get(of.label))


def _send_days(session: Session, list_id: int) -> dict[str, datetime]:
    rows = session.execute(select(SendDayRow.period, SendDayRow.send_at).where(SendDayRow.list_id == list_id))
    return {period: at.astimezone(UTC) for period, at in rows}


def _period(label: str, found: Rhythm) -> Period:
    period = parse(label)
    if period.months != found.months:
        example = around(date(2024, 7, 1), found, 0, 0)[0].label
        raise BadInput(f"The list is {found.cadence}, and {period.label} is no period of it; write one like {example}.")
    return period


def _require_possible(period: Period, at: datetime, found: Rhythm, zone: tzinfo) -> None:
    day, latest = at.astimezone(zone).date(), following(following(period)).last
    span = next((one for one in found.blocked if one.holds(day)), None)
    if span:
        raise BadInput(f"{day} is blocked ({span}). Choose another day, or take the block back: --unblock {span}")
    if not period.first < day <= latest:
        raise BadInput(f"{period.label} cannot go out on {day}; choose a day after {period.first} and until {latest}.")


def _blocked(before: tuple[Span, ...], more: Iterable[str], fewer: Iterable[str]) -> tuple[Span, ...]:
    kept = set(before)
    for text in fewer:
        span = Span.parse(text)
        if span not in kept:
            known = ", ".join(str(one) for one in before) or "none"
            raise BadInput(f"{span} is not blocked; blocked days are: {known}.")
        kept.discard(span)
    spans = merged([*kept, *(Span.parse(text) for text in more)])
    for span in spans:
        Span.parse(str(span))  # days that touch have become one
    if len(spans) > MOST_BLOCKED:
        raise BadInput(f"{len(spans)} times are blocked; at most {MOST_BLOCKED} can be. Take back those that are over.")
    return spans


def _require_room(found: Rhythm, today: date, zone: tzinfo) -> None:
    """Blocked days must leave each issue a day of its own."""
    days = (today, *(span.first for span in found.blocked))
    periods = {period.first: period for day in days for period in around(day, found, _BACK, _FORTH)}
    sent: dict[date, Period] = {}
    for _, period in sorted(periods.items()):
        known = dates(period, found, zone)
        day = known.send.astimezone(zone).date()
        if day in sent:
            raise BadInput(
                f"The issues of {sent[day].label} and {period.label} would both go out on {day}: block fewer days."
            )
        if known.cut_off < period.first:
            raise BadInput(
                f"The issue of {period.label} would only collect until {known.cut_off}, before its period begins: count"
                " fewer working days to the cut-off, or send later."
            )
        sent[day] = period


def _cadence(session: Session, list_id: int) -> str:
    cadence = session.scalar(select(ProfileRow.cadence).where(ProfileRow.list_id == list_id))
    if cadence is None:
        raise NotFound(f"The list with the id {list_id} has no profile, and so no rhythm.")
    assert cadence in CADENCES
    return cadence


def _rhythm(row: RhythmRow, cadence: str) -> Rhythm:
    return Rhythm(
        cadence=cadence,
        send=SendRule.parse(row.send_rule),
        before=Before(row.call_before, row.cut_off_before, row.draft_before, row.review_before),
        country=row.country,
        blocked=tuple(Span.parse(text) for text in row.blocked),
        on_since=row.on_since,
    )


def _row(list_id: int, found: Rhythm) -> RhythmRow:
    return RhythmRow(
        list_id=list_id,
        send_rule=found.send.text,
        country=found.country,
        blocked=[str(span) for span in found.blocked],
        call_before=found.before.call,
        cut_off_before=found.before.cut_off,
        draft_before=found.before.draft,
        review_before=found.before.review,
        on_since=found.on_since,
    )
