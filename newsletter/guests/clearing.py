"""Saying whether one item is right as it will look. It is no approval of the issue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from newsletter.canonical import digest
from newsletter.errors import BadInput
from newsletter.guests import places
from newsletter.guests.model import Verdict
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import drafts
from newsletter.issues.fields import lines
from newsletter.issues.model import Draft, Item

MOST_WISHES = 3000  # characters


@dataclass(frozen=True, slots=True)
class Looked:
    """What the page of an item shows beside the item itself. `base` names what the item says now."""

    title: str
    pictured: bool
    base: str


def shown(session: Session, row: GuestRequestRow) -> Looked:
    """The item that somebody is asked about."""
    draft = drafts.load(session, row.issue_id)
    item = item_of(session, row, draft)
    title = item.wording(row.language, draft.profile.default_language).title
    return Looked(title, item.picture is not None, base(draft, item, row.language))


def item_of(session: Session, row: GuestRequestRow, draft: Draft) -> Item:
    """The item within its issue."""
    found = places.item(session, row)
    assert found is not None
    return next(one for one in draft.items if one.id == found.id)


def base(draft: Draft, item: Item, language: str) -> str:
    """The hash of all that the item shows or leads to in that language, wherever in the issue it stands."""
    words = item.wording(language, draft.profile.default_language)
    return digest({"words": words, "source": item.source, "picture": item.picture})


def alone(draft: Draft, item: Item) -> Draft:
    """The issue with nothing in it but this item, in its section."""
    sections = tuple(
        replace(section, items=(item,), blocks=()) for section in draft.sections if item in section.items
    )  # fmt: skip
    return replace(draft, sections=sections, opening=())


def land(session: Session, row: GuestRequestRow, given: Mapping[str, str]) -> dict[str, Any]:
    """The answer as it is kept: the verdict, what should be changed, and to what the item said then."""
    verdict = given.get("verdict", "")
    if verdict not in set(Verdict):
        raise BadInput(f"The answer must be {' or '.join(Verdict)}.")
    text = given.get("text", "") if verdict == Verdict.CHANGE else ""
    if verdict == Verdict.CHANGE and not text.strip():
        raise BadInput("Say what should be changed.")
    if len(text) > MOST_WISHES:
        raise BadInput(f"At most {MOST_WISHES} characters say what should be changed.")
    return {"verdict": verdict, "text": lines("wish", text), "base": shown(session, row).base}
