"""What the mail states of an item other than its website does: where it leads, its days, its outlet, place and readers.

What is stated here belongs to one issue: the publication itself stays as its source gives it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from newsletter.errors import BadInput
from newsletter.issues import items, places
from newsletter.issues.fields import field, link
from newsletter.issues.revising import Edit, Hand, Revision, editing
from newsletter.publications.changes import plain
from newsletter.publications.tables import PublicationRow

DAYS = {"published_on": "day", "deadline_on": "closing day", "starts_on": "first day", "ends_on": "last day"}
LINES = {"outlet": ("outlet", 200), "place": ("place", 200), "who_for": ("words for whom it is", 300)}
FACTS = ("url", *DAYS, *LINES)


def told(row: PublicationRow, own: Mapping[str, Any]) -> dict[str, Any]:
    """Each fact as the mail says it: our own where there is one. Days are days."""
    return {
        name: getattr(row, name) if name not in own else _day(own[name]) if name in DAYS else own[name]
        for name in FACTS
    }


def state(hand: Hand, publication_id: int, given: Mapping[str, str]) -> Revision:
    """Say these facts so, days as 2024-09-30; an empty one is left out of the mail. What the website says too is its
    own again. BadInput: no such fact or day, no link, or it ends before it begins.
    """
    with editing(hand, "state") as edit:
        item = items.wanted(edit, publication_id)
        row = items.publication(edit.session, item)
        own = dict(edit.draft.get(places.item(item, "facts"), {}))
        for name, text in given.items():
            value = _read(name, text)
            if value == plain(getattr(row, name)):
                own.pop(name, None)
            else:
                own[name] = value
        _require_order(told(row, own))
        keep(edit, item, own)
    return edit.done


def keep(edit: Edit, item: int, own: Mapping[str, Any]) -> None:
    """Let these be the item's own facts, and no others."""
    place = places.item(item, "facts")
    if own != edit.draft.get(place, {}):
        edit.take(place)
        edit.drop(place)
        edit.draft |= {place: dict(own)} if own else {}


def shown(value: Any) -> str:
    """A fact as a text: of a day as 2024-09-30, of nothing an empty one."""
    return value.isoformat() if isinstance(value, date) else value or ""


def _read(name: str, text: str) -> Any:
    """As it is kept: a text, of a day that is none None."""
    if name == "url":
        if not text.strip():
            raise BadInput("Say where it leads: an item without a link takes readers nowhere.")
        return link("item", text.strip())
    if name in DAYS:
        return plain(_day_of(DAYS[name], text.strip()))
    if name in LINES:
        what, most = LINES[name]
        return field(what, text, most)
    raise BadInput(f"An item has no {name!r}; it has: {', '.join(FACTS)}.")


def _day_of(what: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"The {what} {text!r} is no day; write it as 2024-09-30.") from None


def _require_order(facts: Mapping[str, Any]) -> None:
    first, last = facts["starts_on"], facts["ends_on"]
    if last and (first is None or last < first):
        raise BadInput(f"It ends on {last}, and begins {f'on {first}' if first else 'on no day'}. Change one of them.")


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None
