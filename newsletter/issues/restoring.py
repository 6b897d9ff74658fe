"""Brings an earlier version of an issue back, whole, or takes back what one edit changed and nothing else."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues import contents, history, places
from newsletter.issues.assembling import ARRIVED_LATER
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.places import Contents
from newsletter.issues.revising import Edit, Hand, Revision, editing
from newsletter.issues.tables import RevisionRow


def restore(hand: Hand, revision: int) -> Revision:
    """Bring that version back as a new one. Only what has been collected since then stays, and waits."""
    with editing(hand, "restore") as edit:
        wanted = history.exactly(hand.session, edit.issue, revision)
        for place in edit.draft:
            if place.startswith("coverage:") and place not in wanted:
                waits = {"state": CoverageState.OFFERED.value, "reason": ARRIVED_LATER}
                is_waiting = edit.draft[place]["state"] == CoverageState.OFFERED
                wanted[place] = edit.draft[place] if is_waiting else waits
        edit.take(*places.claimed(places.difference(edit.draft, wanted)))
        edit.draft = wanted
    return edit.done


def undo(hand: Hand, revision: int) -> Revision:
    """Take back what that edit changed. Conflict where any of it was changed again since: then nothing is undone."""
    with editing(hand, "undo") as edit:
        row = hand.session.get(RevisionRow, (hand.issue_id, revision))
        if row is None or row.verb in {history.BEGUN, history.KEPT, history.CORRECTED}:
            raise NotFound(f"{edit.issue.slug} has no edit {revision} that could be taken back.")
        _, after = history.at_revision(hand.session, hand.issue_id, revision)
        _, before = history.at_revision(hand.session, hand.issue_id, revision - 1)
        edit.seen, edit.undoes = after, revision
        edit.touched = history.touched(hand.session, hand.issue_id, revision)
        edit.take(*row.places)
        _take_back(edit, row.places, before, after)
        _require_one_lead(edit)
    return edit.done


def last_own(session: Session, issue_id: int, staff_id: int | None) -> int:
    """The last edit of that person that stands, undoing not counted; BadInput where there is none."""
    rows = session.execute(
        select(RevisionRow.revision, RevisionRow.verb)
        .where(RevisionRow.issue_id == issue_id, RevisionRow.staff_id.is_not_distinct_from(staff_id))
        .order_by(RevisionRow.revision.desc())
    ).all()
    undone = history.undone(session, issue_id)
    begun = {history.BEGUN, history.KEPT, history.CORRECTED, "undo"}
    found = next((row.revision for row in rows if row.verb not in begun and row.revision not in undone), None)
    if found is None:
        raise BadInput("There is nothing of yours to undo here.")
    return int(found)


def reordered(now: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    """`now` with the step from `before` to `after` taken too: what it added, took out or moved stands as in `after`."""
    stayed: set[Any] = set()
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        stayed |= set(before[block.a : block.a + block.size])
    found = [one for one in now if one in stayed or one not in {*before, *after}]
    for at, one in enumerate(after):
        if one in stayed:
            continue
        ahead = next((found.index(other) + 1 for other in reversed(after[:at]) if other in found), 0)
        found.insert(ahead, one)
    return found


def _take_back(edit: Edit, changed: Sequence[str], before: Contents, after: Contents) -> None:
    orders = [place for place in places.difference(before, after) if places.is_order(place)]
    for place in changed:
        if before.get(place) == after.get(place):
            continue
        if place in before:
            edit.draft[place] = before[place]
        else:
            edit.draft.pop(place, None)
    for place in orders:
        edit.draft[place] = reordered(edit.draft.get(place, []), after.get(place, []), before.get(place, []))


def _require_one_lead(edit: Edit) -> None:
    roles = {id_: edit.draft[places.item(id_, "place")]["role"] for id_ in contents.items(edit.draft)}
    leading = [id_ for id_, role in roles.items() if role == Role.LEAD]
    if len(leading) > 1:
        names = [places.item(id_, "place") for id_ in leading]
        clashes = [edit.clash(name, touch) for name in names for touch in edit.touched if name in touch.places]
        raise edit.conflict(clashes[:1])
