"""Moves what stands in an issue, one thing at a time: two who move different things both get their way."""

from collections.abc import Sequence

from newsletter.errors import BadInput
from newsletter.issues import items, places
from newsletter.issues.fields import heading, language_code
from newsletter.issues.model import Role
from newsletter.issues.picturing import Cut, recut
from newsletter.issues.revising import Edit, Hand, Revision, editing

UP, DOWN = -1, 1
MOST_HEADING = 200
MOST_PLACES = 50


def set_role(hand: Hand, publication_id: int, role: Role, pieces: Sequence[Cut] = ()) -> Revision:
    """Make an item the lead, a full item, or one line. The lead before becomes a full item. `pieces`: what was cut of
    their pictures for their new places.
    """
    with editing(hand, "role") as edit:
        item = items.wanted(edit, publication_id)
        items.stand(edit, item, edit.draft[places.item(item, "place")]["section"], role)
        recut(edit, pieces)
    return edit.done


def move(
    hand: Hand, publication_id: int, *, before: int | None = None, after: int | None = None, section: str | None = None
) -> Revision:
    """Move an item before or after another, or to the end of a section. Where the other is gone, to the end, too."""
    with editing(hand, "move") as edit:
        item = items.wanted(edit, publication_id)
        beside = before if before is not None else after
        there = beside is not None and places.item(beside, "place") in edit.draft
        if section is None:
            section = edit.draft[places.item(beside if there and beside is not None else item, "place")]["section"]
        section = items.section(edit, section)
        row = [one for one in edit.draft[places.order(section)] if one != item]
        at = len(row)
        if beside in row:
            at = row.index(beside) + (before is None)
        _to(edit, item, section, at)
    return edit.done


def nudge(hand: Hand, publication_id: int, step: int) -> Revision:
    """Move an item up or down by one among those of its size; from a section's end into the next one."""
    with editing(hand, "move") as edit:
        item = items.wanted(edit, publication_id)
        section = edit.draft[places.item(item, "place")]["section"]
        peers = _peers(edit, item, section)
        at = peers.index(item) + _step(step)
        if 0 <= at < len(peers):
            row = [one for one in edit.draft[places.order(section)] if one != item]
            _to(edit, item, section, row.index(peers[at]) + (step > 0))
        else:
            slugs: list[str] = edit.draft[places.SECTIONS]
            beyond = slugs.index(section) + step
            if 0 <= beyond < len(slugs):
                _to(edit, item, slugs[beyond], 0 if step > 0 else len(edit.draft[places.order(slugs[beyond])]))
    return edit.done


def title_section(hand: Hand, section: str, language: str, title: str) -> Revision:
    """Give a section its heading in one language."""
    with editing(hand, "section") as edit:
        place = places.section(items.section(edit, section), "title", language_code(language))
        edit.write({place: heading("heading", title, MOST_HEADING)})
    return edit.done


def cap_section(hand: Hand, section: str, cap: int) -> Revision:
    """Say how many full items a section has room for."""
    if not 0 <= cap <= MOST_PLACES:
        raise BadInput(f"A section has room for 0 to {MOST_PLACES} full items, not {cap}.")
    with editing(hand, "section") as edit:
        edit.write({places.section(items.section(edit, section), "cap"): cap})
    return edit.done


def move_section(hand: Hand, section: str, *, before: str | None = None) -> Revision:
    """Move a section before another, or to the end."""
    with editing(hand, "move-section") as edit:
        slugs = [one for one in edit.draft[places.SECTIONS] if one != items.section(edit, section)]
        at = slugs.index(items.section(edit, before)) if before not in {None, section} else len(slugs)
        if before != section:
            _section_to(edit, section, slugs, at)
    return edit.done


def nudge_section(hand: Hand, section: str, step: int) -> Revision:
    """Move a section up or down by one."""
    with editing(hand, "move-section") as edit:
        slugs: list[str] = edit.draft[places.SECTIONS]
        at = slugs.index(items.section(edit, section)) + _step(step)
        if 0 <= at < len(slugs):
            _section_to(edit, section, [one for one in slugs if one != section], at)
    return edit.done


def _to(edit: Edit, item: int, section: str, at: int) -> None:
    row = [one for one in edit.draft[places.order(section)] if one != item]
    row.insert(at, item)
    if row != edit.draft[places.order(section)]:
        items.stand(edit, item, section, Role(edit.draft[places.item(item, "place")]["role"]), at)


def _section_to(edit: Edit, section: str, others: list[str], at: int) -> None:
    fresh = [*others[:at], section, *others[at:]]
    if fresh != edit.draft[places.SECTIONS]:
        edit.take(places.section(section, "place"))
        edit.draft[places.SECTIONS] = fresh


def _peers(edit: Edit, item: int, section: str) -> list[int]:
    role = edit.draft[places.item(item, "place")]["role"]
    row = edit.draft[places.order(section)]
    return [one for one in row if edit.draft[places.item(one, "place")]["role"] == role]


def _step(step: int) -> int:
    if step not in {UP, DOWN}:
        raise BadInput("Move it up by one (-1) or down by one (1).")
    return step
