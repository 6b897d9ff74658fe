"""What works by itself: each job with its last run, and what waits although its time has come."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from newsletter.calendar import CalendarRow
from newsletter.database import database_time
from newsletter.delivery.tables import MailingRow, NoticeRow, WorkerRow
from newsletter.health.lines import LATE, Group, Line, Stands, ago
from newsletter.health.runs import Run, runs

# Name in the log of runs, and what people call it.
JOBS = (
    ("plans", "Sending what is planned"),
    ("calendar", "Drafts and reminders"),
    ("sources", "Looking for new publications"),
    ("worker", "Handing over"),
)
_ALL = "newsletter run"  # does them all; `newsletter scheduler` and `newsletter worker` do them apart


def group(session: Session, now: datetime) -> Group:
    """A line for each job, and one for each kind of thing that waits too long."""
    known = runs(session)
    lines: list[Line] = []
    for name, title in JOBS:
        said_before = any(one.command for one in lines)
        lines.append(_line(title, known.get(name), now, "" if said_before else _ALL))
    return Group("What works by itself", (*lines, *_waiting(session, known, now)))


def _line(title: str, run: Run | None, now: datetime, command: str) -> Line:
    if run is None or (run.ran_at is None and not run.trouble):
        return Line(
            title, Stands.MUST, "It has never run here.", "Start it on the machine, and keep it running.", command
        )
    last = f"Last done {ago(run.ran_at, now)}." if run.ran_at else "It has never come to its end."
    alive = max(one for one in (run.ran_at, run.failed_at) if one is not None)
    if now - alive > LATE:
        said = f"It has stopped. {last}"
        return Line(title, Stands.MUST, said, "It should come round all the time. Start it again.", command)
    if run.trouble:
        return Line(title, Stands.MUST, f"It fails, and is tried again: {run.trouble} {last}", "Mend what it says.")
    return Line(title, Stands.GOOD, last)


def _waiting(session: Session, known: Mapping[str, Run], now: datetime) -> Iterator[Line]:
    yield _deliveries(session, known, now)
    yield _notices(session, known, now)
    overdue = (CalendarRow.done_at.is_(None), CalendarRow.due_at <= now - LATE)
    number, oldest = session.execute(select(func.count(), func.min(CalendarRow.due_at)).where(*overdue)).one()
    if number:
        since = ago(oldest, now)
        things = "1 step of the calendar waits" if number == 1 else f"{number:,} steps of the calendar wait"
        yield Line("Dates", Stands.MUST, f"{things} although it was due; the oldest {since}.",
                   "“Drafts and reminders” above does them.")  # fmt: skip


def _deliveries(session: Session, known: Mapping[str, Run], now: datetime) -> Line:
    title = "Copies to readers"
    going = session.scalar(
        select(func.count()).where(MailingRow.kind == "live", MailingRow.state.in_(("freezing", "sending")))
    )
    alive = session.scalar(
        select(func.count()).where(WorkerRow.ended_at.is_(None), WorkerRow.alive_until > database_time(session))
    )
    run = known.get("deliveries")
    last = f" Last worked on {ago(run.ran_at, now)}." if run and run.ran_at else ""
    if not going:
        return Line(title, Stands.GOOD, f"Nothing is going out now.{last}")
    hands = known.get("worker")
    if not alive and (hands is None or hands.ran_at is None or now - hands.ran_at > LATE):
        return Line(title, Stands.MUST, f"An issue is going out, and nobody hands it over.{last}",
                    "Start “Handing over” again; it goes on where it stood.", "newsletter worker")  # fmt: skip
    workers = (
        "1 worker is at it" if alive == 1 else f"{alive:,} workers are at it" if alive else "It waits for its time"
    )
    return Line(title, Stands.GOOD, f"An issue is going out. {workers}.{last}")


def _notices(session: Session, known: Mapping[str, Run], now: datetime) -> Line:
    title = "Our other mails"
    new = and_(NoticeRow.state == "waiting", NoticeRow.created_at <= now - LATE)
    again = and_(NoticeRow.state == "deferred", NoticeRow.due_at <= now - LATE)
    number, oldest = session.execute(select(func.count(), func.min(NoticeRow.created_at)).where(or_(new, again))).one()
    run = known.get("notices")
    last = f" Last handed over {ago(run.ran_at, now)}." if run and run.ran_at else ""
    if number:
        wait = "waits" if number == 1 else "wait"
        said = f"{number:,} {wait} to be handed over, the oldest since {ago(oldest, now)}.{last}"
        to_do = "Invitations, requests for sign-off and confirmations are among them. See the mail service above."
        return Line(title, Stands.MUST, said, to_do)
    return Line(title, Stands.GOOD, f"None waits.{last}")
