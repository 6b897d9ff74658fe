"""The fields for what the mail states of an item beside its words: where it leads, its days, outlet and place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues import items, places, stating
from newsletter.issues.model import Item
from newsletter.publications.model import Layout
from newsletter.web.forms import Form

_LABELS = {
    "url": "Where it leads", "deadline_on": "It closes on", "starts_on": "It begins on", "ends_on": "It ends on",
    "place": "Where it takes place", "who_for": "For whom", "outlet": "Outlet", "published_on": "Published on",
}  # fmt: skip
_INVITES = frozenset({"deadline_on", "starts_on", "ends_on", "place", "who_for"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A field. `kind`: the type of its input; `said`: in the mail; `website`: there, where it is another."""

    name: str
    label: str
    kind: str
    said: str
    website: str
    is_own: bool


def of(session: Session, known: Mapping[str, Any], item: Item) -> tuple[Fact, ...]:
    """Those that the item shows where it stands, and any other that it has."""
    row = items.publication(session, item.source.publication_id)
    own: Mapping[str, Any] = known.get(places.item(row.id, "facts"), {})
    said = stating.told(row, own)
    return tuple(
        Fact(name, label, _kind(name), stating.shown(said[name]), stating.shown(getattr(row, name)), name in own)
        for name, label in _LABELS.items()
        if said[name] or name in own or _belongs(name, item.source.layout)
    )


def given(form: Form) -> dict[str, str]:
    """Of the fields of the form those that a person has changed."""
    return {
        name: form.get(name)
        for name in stating.FACTS
        if form.has(name) and form.get(name).strip() != form.get(f"was-{name}")
    }


def _belongs(name: str, layout: Layout) -> bool:
    if name in _INVITES:
        return layout is Layout.DATE
    return layout is Layout.LINE if name == "outlet" else True


def _kind(name: str) -> str:
    return "url" if name == "url" else "date" if name in stating.DAYS else "text"
