"""Suggesting what should be in it: each suggestion waits in the tray, and is in no issue by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import lists
from newsletter.issues.fields import field
from newsletter.issues.tables import CoverageRow
from newsletter.publications import sourcing, suggesting
from newsletter.publications.suggesting import Idea
from newsletter.publications.texts import TextError

FIELDS = ("link", "title", "what", "when", "who")
MOST = 10  # of one guest, for one issue
_SHORT = 300  # characters


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What the page shows: what was suggested so far, each with its fields; whether there is room for one more."""

    made: Sequence[Mapping[str, str]]
    has_room: bool
    base: str = ""


def shown(row: GuestRequestRow) -> Suggestions:
    """What she has suggested."""
    made = [{name: str(one.get(name, "")) for name in FIELDS} for one in made_by(row)]
    return Suggestions(made, len(made) < MOST)


def made_by(row: GuestRequestRow) -> list[dict[str, Any]]:
    """Her suggestions, each with `publication_id`."""
    return list(row.answer.get("suggestions", []))


def land(session: Session, row: GuestRequestRow, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Take a suggestion in, or (with `which`, its number) another wording of one; the answer as it is kept."""
    said = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    if not said["link"] and not said["title"]:
        raise BadInput("A suggestion needs a link or a title.")
    said["when"], said["who"] = field("day", said["when"], _SHORT), field("who", said["who"], _SHORT)
    made, which = made_by(row), given.get("which", "")
    own_hosts = sourcing.own_hosts(session) | lists.hosts(session)
    idea = Idea(_with_scheme(said["link"]), said["title"], said["what"])
    try:
        if which.isdecimal() and int(which) < len(made):
            number = int(which)
            _mend(session, made[number]["publication_id"], idea, row.language, own_hosts, now)
            made[number] = made[number] | said
        elif len(made) >= MOST:
            raise BadInput(f"{MOST} suggestions are enough for one issue.")
        else:
            id_ = suggesting.suggest(session, idea, f"suggested:{row.id}-{len(made)}", row.language, own_hosts, now)
            made.append(said | {"publication_id": id_, "at": now.isoformat()})
    except TextError as error:
        raise BadInput(f"It cannot be taken: it {error}.") from None
    return {"suggestions": made}


def _mend(
    session: Session, publication_id: int, idea: Idea, language: str, own_hosts: frozenset[str], now: datetime
) -> None:
    """What is in an issue's balance already is in the hands of those who make it."""
    covered = select(CoverageRow.issue_id).where(CoverageRow.publication_id == publication_id).limit(1)
    if session.scalar(covered) is None:
        suggesting.mend(session, publication_id, idea, language, own_hosts, now)


def _with_scheme(link: str) -> str:
    """People type www.example.org."""
    return f"https://{link}" if link and "://" not in link else link
