"""Keeps the calendar's rows as the lists' rhythms, the issues and the sources want them; what is done stays done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import subscribers
from newsletter import calendar
from newsletter.approval.tables import ReviewRow
from newsletter.calendar import CalendarRow
from newsletter.database import Database
from newsletter.delivery.tables import MailingRow
from newsletter.issues import owed as owing
from newsletter.issues import rhythms
from newsletter.issues.model import RELEASED, State
from newsletter.issues.periods import Period
from newsletter.issues.rhythm import Dates, Rhythm, moment
from newsletter.issues.tables import IssueRow, RhythmRow
from newsletter.issues.workdays import Workdays
from newsletter.publications.tables import SourceRow
from newsletter.rhythm.standing import FAILING
from newsletter.rhythm.steps import Due, Step

MORNING = time(9)
RISK_BEFORE, EVE_BEFORE, SOON_BEFORE = 2, 1, 2  # working days
_BACK, _FORTH = 2, 3  # periods around today
_RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as it should be; its key names it for ever."""

    key: str
    list_id: int
    step: Step
    due_at: datetime
    issue_id: int | None = None
    period: str = ""


def keep(database: Database, now: datetime, zone: tzinfo) -> None:
    """Add what is missing, move what has moved, and drop what nobody wants any more; of what is not done yet."""
    with database.reading() as session:
        if _is_kept(session, _wanted(session, now, zone)):
            return
    with database.transaction() as session:
        _keep(session, _wanted(session, now, zone))


def due(session: Session, now: datetime) -> list[Due]:
    """What is due, the oldest first."""
    return [
        Due(row.id, row.list_id, row.issue_id, row.period, Step(row.step), (row.key or "").rpartition("/")[0],
            row.due_at, row.staff_id, row.calm)
        for row in calendar.due(session, now)
    ]  # fmt: skip


def _known(session: Session, wanted: dict[str, Wanted]) -> dict[str, CalendarRow]:
    undone = CalendarRow.done_at.is_(None) & CalendarRow.key.is_not(None)
    query = select(CalendarRow).where(or_(undone, CalendarRow.key.in_(list(wanted))))
    return {str(row.key): row for row in session.scalars(query)}


def _is_kept(session: Session, wanted: dict[str, Wanted]) -> bool:
    known = _known(session, wanted)
    return not (wanted.keys() - known.keys() or _moved(known, wanted) or _unwanted(known, wanted))


def _keep(session: Session, wanted: dict[str, Wanted]) -> None:
    known = _known(session, wanted)
    for key in _moved(known, wanted):
        session.execute(
            update(CalendarRow)
            .where(CalendarRow.key == key, CalendarRow.done_at.is_(None))
            .values(due_at=wanted[key].due_at, issue_id=wanted[key].issue_id)
        )
    for key in _unwanted(known, wanted):
        session.execute(delete(CalendarRow).where(CalendarRow.key == key, CalendarRow.done_at.is_(None)))
    add = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for key in sorted(wanted.keys() - known.keys()):
        one = wanted[key]
        session.execute(
            add(CalendarRow)
            .values(key=key, list_id=one.list_id, step=one.step.value, due_at=one.due_at, issue_id=one.issue_id,
                    period=one.period)
            .on_conflict_do_nothing()
        )  # fmt: skip


def _moved(known: dict[str, CalendarRow], wanted: dict[str, Wanted]) -> list[str]:
    return sorted(
        key
        for key, one in wanted.items()
        if key in known and known[key].done_at is None and known[key].due_at != one.due_at
    )


def _unwanted(known: dict[str, CalendarRow], wanted: dict[str, Wanted]) -> list[str]:
    return sorted(
        key
        for key, row in known.items()
        if key not in wanted and row.done_at is None and row.step != Step.OUT  # a mailing has an end, however late
    )


# -- what is wanted ---------------------------------------------------------------------------------------------------


def _wanted(session: Session, now: datetime, zone: tzinfo) -> dict[str, Wanted]:
    known = dict(_rhythms(session))
    days = {list_id: found.workdays(zone) for list_id, found in known.items()}
    wanted = [
        *(one for list_id, found in known.items() for one in _of_rhythm(session, list_id, found, now, zone)),
        *_of_blocks(session, days, zone),
        *_of_reviews(session, days, zone),
        *_of_sources(session, days),
        *_of_mailings(session, now),
    ]
    return {one.key: one for one in wanted}


def _rhythms(session: Session) -> Iterator[tuple[int, Rhythm]]:
    archived = {face.id for face in subscribers.lists(session) if face.archived}
    ids = session.scalars(select(RhythmRow.list_id).where(RhythmRow.on_since.is_not(None)).order_by(RhythmRow.list_id))
    for list_id in ids:
        found = None if list_id in archived else rhythms.rhythm(session, list_id)
        if found is not None:
            yield list_id, found


def _of_rhythm(session: Session, list_id: int, found: Rhythm, now: datetime, zone: tzinfo) -> Iterator[Wanted]:
    for one in rhythms.between(session, list_id, found, now, zone, _BACK, _FORTH):
        if found.on_since is not None and one.send.astimezone(zone).date() >= found.on_since:
            for step, due_at in moments(one, found.workdays(zone), zone).items():
                label = one.period.label
                yield Wanted(f"{list_id}/{label}/{step}", list_id, step, due_at, period=label)


def first_period(session: Session, list_id: int, zone: tzinfo) -> Period:
    """The first period whose issue the list's rhythm makes."""
    found = rhythms.rhythm(session, list_id)
    assert found is not None
    assert found.on_since is not None
    began = moment(found.on_since, time(), zone)
    known = rhythms.between(session, list_id, found, began, zone, _BACK, _FORTH)
    return next(one.period for one in known if one.send.astimezone(zone).date() >= found.on_since)


def moments(dates: Dates, workdays: Workdays, zone: tzinfo) -> dict[Step, datetime]:
    """When each step of a period falls due."""
    day = dates.send.astimezone(zone).date()
    return {
        Step.CALL: dates.call,
        Step.DRAFT: dates.draft,
        Step.REVIEW: dates.review,
        Step.RISK: moment(workdays.before(day, RISK_BEFORE), MORNING, zone),
        Step.EVE: moment(workdays.before(day, EVE_BEFORE), MORNING, zone),
    }


def _of_blocks(session: Session, days: dict[int, Workdays], zone: tzinfo) -> Iterator[Wanted]:
    issues = select(IssueRow).where(IssueRow.state.not_in([state.value for state in RELEASED]))
    for issue in session.scalars(issues.order_by(IssueRow.id)).all():
        for block in owing.owed(session, issue.id):
            about = f"owed/{block.id}/{block.owner_id}/{block.due_on or 'no day'}"
            yield Wanted(f"{about}/asked", issue.list_id, Step.ASKED, issue.created_at, issue.id)
            if block.due_on is None:
                continue
            soon = days.get(issue.list_id, Workdays()).before(block.due_on, SOON_BEFORE)
            for name, step, day in (("soon", Step.SOON, soon), ("today", Step.TODAY, block.due_on)):
                yield Wanted(f"{about}/{name}", issue.list_id, step, moment(day, MORNING, zone), issue.id)


def _of_reviews(session: Session, days: dict[int, Workdays], zone: tzinfo) -> Iterator[Wanted]:
    waiting = (
        select(ReviewRow.id, ReviewRow.requested_at, IssueRow.id, IssueRow.list_id)
        .join(IssueRow, IssueRow.id == ReviewRow.issue_id)
        .where(ReviewRow.withdrawn_at.is_(None), IssueRow.state == State.IN_REVIEW.value)
        .order_by(ReviewRow.id)
    )
    for review_id, requested_at, issue_id, list_id in session.execute(waiting):
        asked_on = requested_at.astimezone(zone).date()
        day = days.get(list_id, Workdays()).after(asked_on, 1)
        at = moment(day, MORNING, zone)
        yield Wanted(f"review/{review_id}/unanswered", list_id, Step.UNANSWERED, at, issue_id)


def _of_sources(session: Session, days: dict[int, Workdays]) -> Iterator[Wanted]:
    if not days:
        return
    failing = select(SourceRow).where(SourceRow.failing_since.is_not(None), SourceRow.paused_at.is_(None))
    for source in session.scalars(failing.order_by(SourceRow.id)):
        since = source.failing_since
        assert since is not None
        key = f"source/{source.id}/{since:%Y-%m-%d}"
        yield Wanted(key, min(days), Step.SOURCE, since + FAILING)


def _of_mailings(session: Session, now: datetime) -> Iterator[Wanted]:
    ended = or_(MailingRow.finished_at.is_(None), MailingRow.finished_at > now - _RECENT)
    rows = session.scalars(select(MailingRow).where(MailingRow.kind == "live", ended).order_by(MailingRow.id))
    for row in rows:
        yield Wanted(f"mailing/{row.id}/out", row.list_id, Step.OUT, row.created_at, row.issue_id)
