"""The calendar of a list, for the team's own calendar programs: steps and send days, and who owes what by when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import ics, periods, rhythms
from newsletter.issues.model import RELEASED, IssueKind
from newsletter.issues.owed import owed
from newsletter.issues.rhythm import Dates, Rhythm
from newsletter.issues.tables import IssueRow
from subscribers import ListFace

BACK, FORTH = 4, 5  # periods that it shows
_REFRESH = timedelta(hours=6)
_TITLES = {
    "call": "{}: call for items", "cut_off": "{}: last day that is collected", "draft": "{}: first draft",
    "review": "{}: ask for sign-off", "send": "{} goes out",
}  # fmt: skip


def of_list(session: Session, face: ListFace, found: Rhythm, now: datetime, zone: tzinfo, base_url: str) -> bytes:
    """The last periods and the next; an issue that is planned stands where it is planned."""
    host = urlsplit(base_url).hostname or "localhost"
    since = found.on_since or date.min
    known = rhythms.between(session, face.id, found, now, zone, BACK, FORTH)
    wanted = [one for one in known if one.send.astimezone(zone).date() >= since]
    entries = [*_entries(session, face, wanted, host), *_owed(session, face, host)]
    # Nothing says when the dates were last changed; a day is often enough for programs that only take what is newer.
    revised = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return ics.calendar(face.name, entries, revised, refresh=_REFRESH)


def _entries(session: Session, face: ListFace, wanted: list[Dates], host: str) -> Iterator[ics.Entry]:
    planned = _planned(session, face.id)
    for one in wanted:
        name = f"{face.name}, {periods.name(one.period, 'en')}"
        for step, title in _TITLES.items():
            at = planned.get(one.period.label) if step == "send" else None
            yield ics.Entry(
                uid=f"{face.slug}-{one.period.label.lower()}-{step.replace('_', '-')}@{host}",
                title=title.format(name),
                first=at or getattr(one, step),
                text="As it is planned." if at else one.reasons.get(step, ""),
            )


def _planned(session: Session, list_id: int) -> dict[str, datetime]:
    rows = session.execute(
        select(IssueRow.period, IssueRow.planned_at).where(
            IssueRow.list_id == list_id, IssueRow.kind == IssueKind.REGULAR.value, IssueRow.planned_at.is_not(None)
        )
    )
    return {period: at for period, at in rows if at is not None}


def _owed(session: Session, face: ListFace, host: str) -> Iterator[ics.Entry]:
    issues = select(IssueRow).where(IssueRow.list_id == face.id, IssueRow.state.not_in([one.value for one in RELEASED]))
    for issue in session.scalars(issues):
        for block in owed(session, issue.id):
            if block.due_on is not None:
                yield ics.Entry(
                    uid=f"{issue.slug}-block-{block.id}@{host}",
                    title=f"{issue.name}: {block.words} from {block.owner}",
                    first=block.due_on,
                )
