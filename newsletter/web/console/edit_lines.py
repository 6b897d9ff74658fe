"""Edits in the log: what was done to which place of an issue, and each text as it was and as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues import contents, deeds, history, places
from newsletter.staff.activities import Act

# What people write; what became of things, where they stand and their pictures are told by the sentence.
_TEXT = re.compile(
    r"(?:subject|preview):[^:]+|section:[^:]+:title:[^:]+|item:\d+:(?:credit|facts|[^:]+:[^:]+)|"
    r"block:\d+:(?!place$|picture$|owed$)[^:]+"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A detail of an act: as it was, where that was written down, and as it is."""

    name: str
    before: str
    after: str


class EditLines:
    """Words for those acts of a page of the log that were edits."""

    def __init__(self, session: Session, acts: Iterable[Act]) -> None:
        edits = [act for act in acts if is_edit(act)]
        self._titles = history.titles_of(session, (place for act in edits for place in _changed(act)))
        self._issues = {id_: contents.mail(session, id_) for id_ in {act.issue_id for act in edits if act.issue_id}}

    def did(self, act: Act) -> str:
        """To stand after somebody's name: changed the title of “Impact Report” (English)."""
        known = self._issues[act.issue_id or 0] | _values(act)
        words = deeds.words(act.verb, _changed(act), self._titles, known, act.detail.get("undoes"))
        return words[:1].lower() + words[1:]

    def facts(self, act: Act) -> tuple[Fact, ...]:
        """Each text that is another now, and why something was left out; not all of what is put in or taken out."""
        known = self._issues[act.issue_id or 0] | _values(act)
        before, after = act.detail["before"], act.detail["after"]
        changed, found = _changed(act), []
        for place in changed:
            why = place.startswith("coverage:")
            if why or (_TEXT.fullmatch(place) and not any(places.holds(one, place) for one in changed if one != place)):
                was, now = (_text(side.get(place), why=why) for side in (before, after))
                name = "Why" if why else places.in_words(place, self._titles, known)
                found += [Fact(name[:1].upper() + name[1:], was, now)] if was != now else []
        return tuple(found)


def is_edit(act: Act) -> bool:
    """Whether it changed an issue, and its line says how."""
    return act.issue_id is not None and all(name in act.detail for name in ("revision", "before", "after"))


def _changed(act: Act) -> tuple[str, ...]:
    return places.claimed((*act.detail["before"], *act.detail["after"]))


def _values(act: Act) -> dict[str, Any]:
    return {
        name: value for side in ("before", "after") for name, value in act.detail[side].items() if value is not None
    }


def _text(value: Any, *, why: bool) -> str:
    if why:
        return str(value.get("reason", "")) if isinstance(value, Mapping) else ""
    if isinstance(value, Mapping):
        return " · ".join(one for one in value.values() if isinstance(one, str) and one)
    return value if isinstance(value, str) else ""
