"""One edit of an issue: opened, compared with what others have changed since, written, and kept as a new revision."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, Clash, Conflict, IllegalMove, NotFound
from newsletter.issues import contents, history, places, putting
from newsletter.issues.history import Touch
from newsletter.issues.model import State
from newsletter.issues.moves import IN_WORDS
from newsletter.issues.places import Contents
from newsletter.issues.tables import IssueRow, ProfileRow

# Not stopped: it is mended for those who have nothing.
_CLOSED = frozenset({State.SENDING, State.PAUSED, State.SENT})


@dataclass(frozen=True, slots=True)
class Hand:
    """Who edits which issue, when. `base`: the revision that was looked at; None: whoever comes last wins."""

    session: Session
    issue_id: int
    now: datetime
    staff_id: int | None = None
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What an edit led to. `changed`: the places that differ; none, and the revision is the one it was. `id`: of what
    was made.
    """

    number: int
    changed: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    undoes: int | None = None


@dataclass(slots=True)
class Edit:
    """An edit under way. A verb takes the places that it is about to change, and changes `draft`."""

    hand: Hand
    issue: IssueRow
    before: Contents  # as it stands
    seen: Contents  # as it stood when the writer looked
    touched: tuple[Touch, ...]  # by others since, the latest first
    draft: Contents
    taken: set[str] = field(default_factory=set)
    done: Revision = field(default_factory=lambda: Revision(0))
    id: int | None = None
    undoes: int | None = None

    @property
    def session(self) -> Session:
        return self.hand.session

    def take(self, *wanted: str) -> None:
        """Say which places will be changed; Conflict where somebody else has changed one since the writer looked."""
        clashes = [clash for place in wanted if (clash := self._clash(place))]
        if clashes:
            raise self.conflict(clashes)
        self.taken.update(wanted)

    def write(self, texts: Mapping[str, Any]) -> None:
        """Change these places, as far as the writer did: what is as it was when he looked is left as it is now. None:
        nothing is said about the place.
        """
        own = {
            place: value
            for place, value in texts.items()
            if value is not None and value not in (self.seen.get(place), self.before.get(place))
        }
        self.take(*own)
        self.draft |= own

    def drop(self, place: str) -> None:
        """Take a place and its parts out."""
        for name in places.below(self.draft, place):
            del self.draft[name]

    def conflict(self, clashes: list[Clash]) -> Conflict:
        """What to say of them."""
        first = clashes[0]
        own = first.staff_id is not None and first.staff_id == self.hand.staff_id
        more = f", and {len(clashes) - 1} more," if len(clashes) > 1 else ""
        said = f"{'You have' if own else f'{first.by} has'} changed {first.what}{more} since"
        ending = (
            "then, so nothing was taken back."
            if self.undoes
            else "this page was opened. Nothing was changed; look at both, and save again what should stand."
        )
        return Conflict(f"{said} {ending}", tuple(clashes), self.issue.revision)

    def clash(self, place: str, touch: Touch) -> Clash:
        """That edit's change of the place, in words."""
        titles = history.titles_of(self.session, [place])
        what = places.in_words(place, titles, self.seen | self.before)
        return Clash(place, what, touch.by, touch.staff_id, touch.at, self.before.get(place))

    def _clash(self, wanted: str) -> Clash | None:
        if not self.touched:
            return None
        different = places.difference(self.seen, self.before)
        for touch in self.touched:
            for place in touch.places:
                if places.overlap(wanted, place) and self._differs(place, different):
                    return self.clash(place if places.holds(wanted, place) else wanted, touch)
        return None

    def _differs(self, place: str, different: tuple[str, ...]) -> bool:
        """Whether a touched place is another now than when the writer looked; its place among others counts, too."""
        names = [place, *places.orders(place, self.seen)]
        return any(places.holds(name, one) for name in names for one in different)


@contextmanager
def editing(hand: Hand, verb: str) -> Iterator[Edit]:
    """An edit from beginning to end; afterwards `done` says what it led to. Without any difference nothing is kept."""
    edit = _opened(hand)
    yield edit
    changed = places.difference(edit.before, edit.draft)
    issue = edit.issue
    if not changed:
        edit.done = Revision(issue.revision, id=edit.id)
        return
    putting.put(hand.session, issue.id, edit.before, edit.draft, hand.staff_id, hand.now)
    issue.revision += 1
    issue.updated_at = hand.now
    hand.session.flush()
    touched = {*changed, *edit.taken}
    history.keep(hand.session, issue, hand.now, hand.staff_id, verb, touched, edit.draft, edit.undoes)
    edit.done = Revision(
        issue.revision, places.claimed(changed) or tuple(sorted(edit.taken)),
        {place: edit.before[place] for place in changed if place in edit.before},
        {place: edit.draft[place] for place in changed if place in edit.draft}, edit.id,
        edit.undoes,
    )  # fmt: skip


def default_language(session: Session, issue: IssueRow) -> str:
    """The list's first language."""
    return session.scalars(select(ProfileRow.default_language).where(ProfileRow.list_id == issue.list_id)).one()


def opened(session: Session, issue_id: int) -> IssueRow:
    """The issue, locked, while it may still be changed."""
    issue = session.scalar(
        select(IssueRow)
        .where(IssueRow.id == issue_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # as it is now that we hold it, not as it was read before
    )
    if issue is None:
        raise NotFound(f"There is no issue with the id {issue_id}.")
    state = State(issue.state)
    if state in _CLOSED:
        raise IllegalMove(f"{issue.slug} is {IN_WORDS[state]}; what has gone out is not changed any more.")
    return issue


def _opened(hand: Hand) -> Edit:
    session, issue = hand.session, opened(hand.session, hand.issue_id)
    history.begin(session, issue, issue.updated_at, None, history.KEPT)
    now = contents.read(session, issue.id)
    if hand.base is None or hand.base == issue.revision:
        return Edit(hand, issue, now, now, (), dict(now))
    if hand.base > issue.revision:
        raise BadInput(f"{issue.slug} has no version {hand.base} yet; open the page again.")
    seen = history.at_revision(session, issue.id, hand.base)[1]
    return Edit(hand, issue, now, seen, history.touched(session, issue.id, hand.base), dict(now))
