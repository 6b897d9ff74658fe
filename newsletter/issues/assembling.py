"""Collects the draft of an issue; run again, it only offers what has arrived since."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput, NotFound
from newsletter.issues import history, periods, rhythms
from newsletter.issues.choosing import Choice, Place, choose
from newsletter.issues.collecting import Sibling, Window, used_in, window
from newsletter.issues.gathering import gather, siblings, undated
from newsletter.issues.lists import profile
from newsletter.issues.model import CoverageState, Profile
from newsletter.issues.periods import Period
from newsletter.issues.shaping import note_owner, shapes
from newsletter.issues.tables import CoverageRow, IssueRow, ProfileRow
from newsletter.issues.views import balance
from newsletter.issues.writing import Plan, write_issue

ARRIVED_LATER = "arrived after the draft was collected"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The issue, whether it is new, and how many publications are in it, wait, stay out, are offered, have no date."""

    issue_id: int
    slug: str
    created: bool
    used: int
    held: int
    declined: int
    offered: int
    undated: int


def assemble(
    session: Session,
    list_slug: str,
    period_label: str,
    now: datetime,
    today: date,
    collects_from: date | None = None,
    collects_until: date | None = None,
    *,
    zone: tzinfo = UTC,
    newest_leads: bool = False,
    by: int | None = None,
) -> Assembled:
    """Collect the issue of that period. `zone` is the organisation's, and `today` the day in it. `newest_leads`: the
    newest with a good picture opens it.

    The list's rhythm, where it has one, says what is over when the issue goes out, and until when is collected if
    nothing else is said.
    """
    period = periods.parse(period_label)
    speaker = _speaker(session, list_slug)
    dates = rhythms.dates_of(session, speaker.list_id, period.label, zone)
    slug = f"{list_slug}-{period.label.lower()}"
    issue = session.scalar(select(IssueRow).where(IssueRow.slug == slug))
    if issue is None:
        until = collects_until or (dates.cut_off if dates else None)
        own = _own_days(siblings(session, speaker.list_id), period, collects_from, until)
        sends_on = dates.send.astimezone(zone).date() if dates else None
        note_due = dates.review.astimezone(zone).date() if dates else None
        id_ = _create(session, slug, speaker, period, own, now, today, sends_on, note_due, newest_leads=newest_leads)
        history.begin(session, session.get_one(IssueRow, id_), now, by)
        return _assembled(session, id_, slug, created=True)
    if (collects_from or issue.collects_from, collects_until or issue.collects_until) != (
        issue.collects_from,
        issue.collects_until,
    ):
        raise BadInput(f"{slug} collects {_span(issue.collects_from, issue.collects_until)} already; that stays.")
    _offer(session, issue, speaker, period, now, today)
    return _assembled(session, issue.id, slug, created=False)


def _speaker(session: Session, list_slug: str) -> Profile:
    """The list's profile; its row is locked, so that two who assemble at once come one after the other."""
    face = subscribers.find_list(session, list_slug)
    if face is None:
        known = ", ".join(one.slug for one in subscribers.lists(session))
        raise NotFound(f"There is no list {list_slug!r}; " + (f"there is: {known}." if known else "there is none yet."))
    if face.archived:
        raise BadInput(f"The list {list_slug} is archived; nothing new is sent to it.")
    session.execute(select(ProfileRow.list_id).where(ProfileRow.list_id == face.id).with_for_update())
    return profile(session, face.id)


def _own_days(others: tuple[Sibling, ...], period: Period, first: date | None, last: date | None) -> Window:
    found = window(period, others, last)
    own = Window(first or found.first, found.last)
    if own.first > own.last:
        raise BadInput(f"The issue would collect from {own.first} until {own.last}, which is before.")
    return own


def _create(
    session: Session,
    slug: str,
    speaker: Profile,
    period: Period,
    own: Window,
    now: datetime,
    today: date,
    sends_on: date | None,
    note_due: date | None,
    *,
    newest_leads: bool,
) -> int:
    sections = shapes(session, speaker.list_id, own.first)
    gathered = gather(session, speaker, period, own, siblings(session, speaker.list_id), today)
    places = [Place(section.slug, tuple(section.kinds), section.cap) for section in sections]
    choice = choose(gathered.candidates, places, speaker.default_language, gathered.as_of, sends_on,
                    newest_leads=newest_leads)  # fmt: skip
    if not choice.items:
        raise _nothing(session, choice, own)
    owner = note_owner(session, speaker.list_id, own.first)
    return write_issue(session, Plan(slug, speaker, period, own, sections, gathered, choice, owner, note_due), now)


def _offer(session: Session, issue: IssueRow, speaker: Profile, period: Period, now: datetime, today: date) -> None:
    """Whatever the issue's state: what is new is put before a person, never slipped into the issue."""
    others = siblings(session, speaker.list_id, but=issue.id)
    own = Window(issue.collects_from, issue.collects_until)
    gathered = gather(session, speaker, period, own, others, today)
    known = set(session.scalars(select(CoverageRow.publication_id).where(CoverageRow.issue_id == issue.id)))
    known |= used_in(others).keys()
    arrived = {one.id for family in gathered.families.values() for one in family.members} - known
    session.add_all(
        CoverageRow(
            issue_id=issue.id,
            publication_id=one,
            state=CoverageState.OFFERED.value,
            reason=ARRIVED_LATER,
            decided_at=now,
        )
        for one in sorted(arrived)
        if gathered.rows[one].gone_at is None
    )
    session.flush()


def _assembled(session: Session, issue_id: int, slug: str, *, created: bool) -> Assembled:
    sum_ = balance(session, issue_id)
    return Assembled(issue_id, slug, created, sum_.used, sum_.held, sum_.declined, sum_.offered, sum_.undated)


def _nothing(session: Session, choice: Choice, own: Window) -> BadInput:
    """Why there is nothing to print, and what to do about it."""
    span = _span(own.first, own.last)
    waiting = undated(session)
    tray = f" {waiting} without a date wait in the tray." if waiting else ""
    if not choice.passed:
        return BadInput(
            f"Nothing was published from {span}, so there is no issue to collect.{tray}"
            " Import publications (`newsletter publications import FILE`), or choose another period."
        )
    reasons = tuple(f"{passed.candidate.title}: {passed.reason}" for passed in choice.passed)
    return BadInput(f"Of what was published from {span}, nothing can stand in an issue.{tray}", reasons)


def _span(first: date, last: date) -> str:
    return f"{format_date(first, 'd MMMM y', 'en')} to {format_date(last, 'd MMMM y', 'en')}"
