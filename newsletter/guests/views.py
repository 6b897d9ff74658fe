"""What staff read of requests: who was asked for what, where it stands, and what was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.guests import clearing, places
from newsletter.guests.model import Act, Asked, Cleared, Standing, Suggested, Unanswered, Verdict
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import drafts
from newsletter.issues.model import BlockKind, Draft, Item, State
from newsletter.issues.owed import IN_WORDS
from newsletter.issues.tables import IssueRow
from newsletter.publications.tables import PublicationRow
from newsletter.rendering.words import words
from newsletter.staff.tables import StaffRow

_STANDS = {
    Standing.ASKED: "asked",
    Standing.OPENED: "page opened, not finished",
    Standing.ANSWERED: "answered",
    Standing.SETTLED: "answered",
    Standing.REVOKED: "asked no more",
    Standing.WITHOUT: "the issue goes without it",
    Standing.EXPIRED: "no answer in time",
    Standing.CLOSED: "no answer before it was closed",
}
_ORDER = (
    Standing.EXPIRED, Standing.OPENED, Standing.ASKED, Standing.ANSWERED, Standing.SETTLED, Standing.CLOSED,
    Standing.WITHOUT, Standing.REVOKED,
)  # fmt: skip


def requests(session: Session, issue_id: int, now: datetime, zone: tzinfo) -> tuple[Asked, ...]:
    """All requests of an issue: those that wait, by their days; then the answered, then those that have ended."""
    rows = _rows(session, GuestRequestRow.issue_id == issue_id)
    found = _asked(session, rows, now, zone)
    return tuple(sorted(found, key=lambda one: (not one.waits, 0 if one.waits else _place(one), one.due_on, one.id)))


def waiting(session: Session, issue_id: int, now: datetime, zone: tzinfo) -> tuple[Asked, ...]:
    """Those of an issue that somebody still waits for, the first due first."""
    return tuple(one for one in requests(session, issue_id, now, zone) if one.waits)


def find(session: Session, request_id: int, now: datetime, zone: tzinfo) -> Asked:
    """One request; NotFound says how to see them all."""
    found = _asked(session, _rows(session, GuestRequestRow.id == request_id), now, zone)
    if not found:
        raise NotFound(f"There is no request {request_id}. See: newsletter guests list ISSUE")
    return found[0]


def unanswered(session: Session, issue_id: int) -> tuple[Unanswered, ...]:
    """What guests owe, in time or not, but for what staff owe as a block; the first due first. Nobody owes ideas."""
    open_ = (GuestRequestRow.answered_at.is_(None), GuestRequestRow.revoked_at.is_(None))
    rows = _rows(session, GuestRequestRow.issue_id == issue_id, GuestRequestRow.act != Act.SUGGEST.value, *open_)
    found = [
        Unanswered(what(session, row), row.name, row.due_on)
        for row in rows
        if places.has_place(session, row) and not (row.act == Act.NOTE and row.staff_id is not None)
    ]
    return tuple(sorted(found, key=lambda one: one.due_on))


def of_block(session: Session, block_id: int) -> int | None:
    """The request of somebody who is asked for that block and has not answered; None where nobody is."""
    open_ = (GuestRequestRow.answered_at.is_(None), GuestRequestRow.revoked_at.is_(None))
    rows = _rows(session, GuestRequestRow.block_id == block_id, GuestRequestRow.act == Act.NOTE.value, *open_)
    return rows[-1].id if rows else None


def cleared(session: Session, issue_id: int) -> Mapping[int, Cleared]:
    """What was said of each item that somebody was asked about, by publication."""
    asked = (GuestRequestRow.act == Act.CLEAR.value, GuestRequestRow.revoked_at.is_(None))
    rows = _rows(session, GuestRequestRow.issue_id == issue_id, *asked)
    if not rows:
        return {}
    draft = drafts.load(session, issue_id)
    by_item: dict[int, list[GuestRequestRow]] = {}
    for row in rows:
        if row.publication_id is not None and _item(draft, row) is not None:
            by_item.setdefault(row.publication_id, []).append(row)
    return {id_: _cleared(draft, some) for id_, some in by_item.items()}


def suggested(session: Session) -> Mapping[int, Suggested]:
    """Who has suggested what, by publication; of several who did, the first."""
    found: dict[int, Suggested] = {}
    for row in _rows(session, GuestRequestRow.act == Act.SUGGEST.value, GuestRequestRow.answered_at.is_not(None)):
        for one in row.answer.get("suggestions", []):
            at = datetime.fromisoformat(one["at"])
            found.setdefault(one["publication_id"], Suggested(row.name, one["when"], one["who"], at, row.id))
    return found


def what(session: Session, row: GuestRequestRow) -> str:
    """What was asked for, within a sentence."""
    match Act(row.act):
        case Act.NOTE:
            return IN_WORDS[BlockKind(row.block_kind)]
        case Act.SUGGEST:
            return "suggestions"
        case Act.CLEAR:
            return f"a yes to “{_title(session, row)}”"
        case Act.TRANSLATE:
            named = words("en").name_of(row.language)
            return f"“{_title(session, row)}” in {named}" if row.publication_id is not None else f"the {named} words"


@dataclass(frozen=True, slots=True)
class _Known:
    """What several requests share, read once."""

    staff: Mapping[int, str]
    states: Mapping[int, State]
    drafts: Mapping[int, Draft]


def _rows(session: Session, *conditions: Any) -> Sequence[GuestRequestRow]:
    return session.scalars(select(GuestRequestRow).where(*conditions).order_by(GuestRequestRow.id)).all()


def _asked(session: Session, rows: Sequence[GuestRequestRow], now: datetime, zone: tzinfo) -> list[Asked]:
    issues = {row.issue_id for row in rows}
    looked_at = {row.issue_id for row in rows if row.act == Act.CLEAR and row.answered_at is not None}
    people = session.execute(select(StaffRow.id, StaffRow.name, StaffRow.email)) if rows else ()
    states = session.execute(select(IssueRow.id, IssueRow.state).where(IssueRow.id.in_(issues))) if rows else ()
    known = _Known(
        {id_: name or email for id_, name, email in people},
        {id_: State(state) for id_, state in states},
        {issue_id: drafts.load(session, issue_id) for issue_id in looked_at},
    )
    return [_one(session, row, known, now, zone) for row in rows]


def _one(session: Session, row: GuestRequestRow, known: _Known, now: datetime, zone: tzinfo) -> Asked:
    state = known.states[row.issue_id]
    standing = places.standing(row, state, now, zone, has_place=places.has_place(session, row))
    draft = known.drafts.get(row.issue_id)
    return Asked(
        id=row.id, act=Act(row.act), issue_id=row.issue_id, name=row.name, email=row.email, staff_id=row.staff_id,
        what=what(session, row), asked_by=known.staff[row.created_by], asked_at=row.created_at, due_on=row.due_on,
        message=row.message, standing=standing, words=_words(row, standing, known), opened_at=row.opened_at,
        saved_at=row.saved_at, answered_at=row.answered_at, reminded_at=row.reminded_at,
        publication_id=row.publication_id, block_id=row.block_id, language=row.language, answer=row.answer,
        by_phone=row.said_by is not None,
        outdated=draft is not None and row.answered_at is not None and _is_outdated(draft, row),
        said=said(row),
    )  # fmt: skip


def _words(row: GuestRequestRow, standing: Standing, known: _Known) -> str:
    if row.said_by is not None and standing in {Standing.ANSWERED, Standing.SETTLED}:
        return f"said by phone to {known.staff[row.said_by]}"
    return _STANDS[standing]


def said(row: GuestRequestRow) -> str:
    """The answer in one line; "" without one."""
    if row.answered_at is None:
        return ""
    match Act(row.act):
        case Act.NOTE:
            return f"{len(str(row.answer.get('text', '')).split())} words"
        case Act.SUGGEST:
            made = len(row.answer.get("suggestions", []))
            return f"{made} suggestion{'' if made == 1 else 's'}"
        case Act.CLEAR:
            change = row.answer.get("verdict") == Verdict.CHANGE
            return f"Please change: {' '.join(row.answer['text'].split())}" if change else "Yes, this is right"
        case Act.TRANSLATE:
            return f"{len(row.answer.get('lines', {}))} of {row.answer.get('of', 0)} lines"


def _cleared(draft: Draft, rows: Iterable[GuestRequestRow]) -> Cleared:
    some = list(rows)
    yes = [row for row in some if row.answer.get("verdict") == Verdict.YES]
    change = sum(row.answer.get("verdict") == Verdict.CHANGE for row in some)
    return Cleared(len(some), len(yes), change, sum(_is_outdated(draft, row) for row in yes))


def _is_outdated(draft: Draft, row: GuestRequestRow) -> bool:
    """Whether the item says something else now than what she has looked at."""
    item = _item(draft, row) if row.act == Act.CLEAR else None
    return item is not None and clearing.base(draft, item, row.language) != row.answer.get("base")


def _item(draft: Draft, row: GuestRequestRow) -> Item | None:
    return next((one for one in draft.items if one.source.publication_id == row.publication_id), None)


def _title(session: Session, row: GuestRequestRow) -> str:
    return session.scalar(select(PublicationRow.title).where(PublicationRow.id == row.publication_id)) or ""


def _place(one: Asked) -> int:
    return _ORDER.index(one.standing)
