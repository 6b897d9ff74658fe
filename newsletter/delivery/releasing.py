"""Releasing an issue under the yes that counts, or going on with what was released before."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from newsletter.approval.gate import Gate
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import mailings, planning
from newsletter.errors import IllegalMove
from newsletter.issues import moves
from newsletter.issues.model import State
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary
from newsletter.settings import Settings


def release(
    session: Session,
    issue: IssueSummary,
    gate: Gate,
    settings: Settings,
    staff_id: int,
    now: datetime,
    *,
    although_planned: bool,
    transport: str = "",
) -> tuple[int | None, bool]:
    """The mailing to hand over (None: nothing to do), and whether it is new. `transport`: by which name it goes from
    now on; without it, as before.

    A new one needs the yes of somebody else to exactly what stands now, the planned time to have come, and links that
    readers can open. Nothing of that is asked of one that was released: after that a person stops it.
    """
    going = mailings.unfinished(session, issue.id)
    if going is not None:
        if going.state == "paused":
            raise IllegalMove(f"{issue.name} is paused. Go on with: newsletter issue resume {issue.slug}")
        if transport:
            mailings.take_over(session, going.id, transport, now)
        return going.id, False
    if issue.state in {State.SENT, State.STOPPED}:
        last = mailings.latest(session, issue.id)
        if last is not None:
            mailings.sweep(session, last.id, now)  # what a sender that was killed after the stop had given back
        return None, False
    yes = gate.require(session, issue)
    planning.require_due(issue.planned_at, issue.slug, now, anyway=although_planned)
    planning.require_reachable(settings)
    mailing_id = mailings.release(session, issue.id, issue.list_id, yes, staff_id, now, transport or "default")
    moves.move(session, issue.id, State.SENDING, now)
    _publish(session, issue.id, now)
    planning.cancel(session, issue.id)
    return mailing_id, True


def _publish(session: Session, issue_id: int, now: datetime) -> None:
    """Its page can be read from now on. Its picture is drawn anew: what was stopped may have been mended since."""
    public_at = func.coalesce(IssueRow.public_at, now)
    session.execute(update(IssueRow).where(IssueRow.id == issue_id).values(public_at=public_at, picture=None))


def conclude(database: Database, issue_id: int, mailing_id: int, clock: Clock) -> None:
    """After handing over: close the mailing, and the issue with it, where nothing waits any more."""
    with database.transaction() as session:
        # Issue, then mailing: the order in which a pause or a stop that comes at this moment locks them.
        session.execute(select(IssueRow.id).where(IssueRow.id == issue_id).with_for_update(key_share=True))
        mailings.sweep(session, mailing_id, clock())
        end = mailings.finish(session, mailing_id, clock())
        if end is not None:
            moves.move(session, issue_id, State(end.value), clock())
