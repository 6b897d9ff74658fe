"""What an issue was after each edit: kept as the difference, now and then as a whole, so that all of it comes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.issues import contents, deeds, places
from newsletter.issues.places import Contents
from newsletter.issues.tables import IssueRow, RevisionRow
from newsletter.publications.tables import PublicationRow
from newsletter.staff.tables import StaffRow

BEGUN, CORRECTED, KEPT = "assemble", "correct", "before"  # how an issue began, or how one stood without a history
WHOLE_EVERY = 25
SOMEBODY = "somebody at the command line"


@dataclass(frozen=True, slots=True)
class Version:
    """A line under "Earlier versions". `by`: a name; `words`: what was done; `places`: where, in words. `undoes`: the
    revision that it took back; `undone`: whether it was taken back itself.
    """

    revision: int
    at: datetime
    by: str
    staff_id: int | None
    verb: str
    words: str
    places: tuple[str, ...]
    undoes: int | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Touch:
    """What one edit changed, and whose it was."""

    revision: int
    at: datetime
    by: str
    staff_id: int | None
    places: tuple[str, ...]


def begin(session: Session, issue: IssueRow, at: datetime, staff_id: int | None = None, verb: str = BEGUN) -> None:
    """Keep how it stands as its first known revision, where none is kept yet."""
    known = select(RevisionRow.revision).where(RevisionRow.issue_id == issue.id).limit(1)
    if session.scalar(known) is None:
        session.add(_row(issue, at, staff_id, verb, (), contents.read(session, issue.id), whole=True))
        session.flush()


def keep(
    session: Session, issue: IssueRow, at: datetime, staff_id: int | None, verb: str, changed: Iterable[str],
    after: Contents, undoes: int | None = None,
) -> None:  # fmt: skip
    """Keep what an edit has led to, under the revision that the issue has now."""
    last, state = at_revision(session, issue.id, issue.revision - 1)
    whole = issue.revision - _last_whole(session, issue.id, last) >= WHOLE_EVERY
    kept = after if whole else _delta(state, after)
    row = _row(issue, at, staff_id, verb, places.claimed(changed), kept, whole=whole)
    row.undoes = undoes
    session.add(row)
    session.flush()


def at_revision(session: Session, issue_id: int, revision: int) -> tuple[int, Contents]:
    """The issue as it was at that revision, or at the one before that is kept (else the first one), and which it is."""
    own = RevisionRow.issue_id == issue_id
    rows = session.scalars(
        select(RevisionRow)
        .where(own, RevisionRow.revision <= revision, RevisionRow.revision >= _last_whole(session, issue_id, revision))
        .order_by(RevisionRow.revision)
    ).all()
    if not rows:
        first = select(RevisionRow).where(own).order_by(RevisionRow.revision).limit(1)
        rows = [session.scalars(first).one()]
    state = dict(rows[0].state)
    for row in rows[1:]:
        state |= row.state["set"]
        for place in row.state["gone"]:
            state.pop(place, None)
    return rows[-1].revision, state


def exactly(session: Session, issue: IssueRow, revision: int) -> Contents:
    """The issue as it was at that revision; NotFound where that is not kept."""
    if session.get(RevisionRow, (issue.id, revision)) is None:
        raise NotFound(
            f"{issue.slug} has no version {revision}; see those there are: newsletter issue history {issue.slug}"
        )
    return at_revision(session, issue.id, revision)[1]


def touched(session: Session, issue_id: int, since: int) -> tuple[Touch, ...]:
    """The edits after a revision, the latest first."""
    rows = session.execute(
        select(RevisionRow.revision, RevisionRow.at, RevisionRow.staff_id, RevisionRow.places, StaffRow)
        .outerjoin(StaffRow, StaffRow.id == RevisionRow.staff_id)
        .where(RevisionRow.issue_id == issue_id, RevisionRow.revision > since)
        .order_by(RevisionRow.revision.desc())
    )
    return tuple(Touch(row.revision, row.at, _name(row[4]), row.staff_id, tuple(row.places)) for row in rows)


def versions(session: Session, issue_id: int, most: int = 200) -> tuple[Version, ...]:
    """The latest first: when, who, what was done, and where."""
    rows = session.execute(
        select(
            RevisionRow.revision, RevisionRow.at, RevisionRow.staff_id, RevisionRow.verb, RevisionRow.places,
            RevisionRow.undoes, StaffRow,
        )
        .outerjoin(StaffRow, StaffRow.id == RevisionRow.staff_id)
        .where(RevisionRow.issue_id == issue_id)
        .order_by(RevisionRow.revision.desc())
        .limit(most)
    ).all()  # fmt: skip
    taken_back = undone(session, issue_id)
    known = contents.mail(session, issue_id)
    titles = titles_of(session, (place for row in rows for place in row.places))
    return tuple(
        Version(
            row.revision, row.at, _name(row[6]), row.staff_id, row.verb,
            deeds.words(row.verb, row.places, titles, known, row.undoes),
            tuple(places.in_words(place, titles, known) for place in row.places), row.undoes,
            row.revision in taken_back,
        )
        for row in rows
    )  # fmt: skip


def undone(session: Session, issue_id: int) -> frozenset[int]:
    """The edits that are taken back; one whose undoing was taken back itself stands."""
    rows = session.execute(
        select(RevisionRow.revision, RevisionRow.undoes)
        .where(RevisionRow.issue_id == issue_id, RevisionRow.undoes.is_not(None))
        .order_by(RevisionRow.revision.desc())
    )
    found: set[int] = set()
    for revision, undoes in rows:
        if revision not in found:
            found.add(undoes)
    return frozenset(found)


def titles_of(session: Session, named: Iterable[str]) -> Mapping[int, str]:
    """The titles of the publications that places speak of."""
    wanted = select(PublicationRow.id, PublicationRow.title).where(
        PublicationRow.id.in_(sorted(places.publications(named)))
    )
    return dict(session.execute(wanted).tuples().all())


def _last_whole(session: Session, issue_id: int, revision: int) -> int:
    whole = select(func.max(RevisionRow.revision)).where(
        RevisionRow.issue_id == issue_id, RevisionRow.is_whole, RevisionRow.revision <= revision
    )
    return session.scalar(whole) or 0


def _row(
    issue: IssueRow, at: datetime, staff_id: int | None, verb: str, changed: Sequence[str], state: Contents, *,
    whole: bool,
) -> RevisionRow:  # fmt: skip
    return RevisionRow(
        issue_id=issue.id, revision=issue.revision, at=at, staff_id=staff_id, verb=verb, places=list(changed),
        is_whole=whole, state=state,
    )  # fmt: skip


def _delta(before: Contents, after: Contents) -> Contents:
    changed = places.difference(before, after)
    return {
        "set": {place: after[place] for place in changed if place in after},
        "gone": [place for place in changed if place not in after],
    }


def _name(person: StaffRow | None) -> str:
    return SOMEBODY if person is None else person.name or person.email
