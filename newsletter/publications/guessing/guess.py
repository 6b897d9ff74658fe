"""Guesses what an entry is, from all that its source says of it."""

from collections.abc import Collection
from dataclasses import dataclass

from newsletter.publications.sources.model import Entry


@dataclass(frozen=True, slots=True)
class Guess:
    """`kind`: always one of ours. `outlet`, `language`: "" where unknown. `because`: why this kind, in words."""

    kind: str
    outlet: str
    language: str
    because: str


def guess(entry: Entry, own_hosts: Collection[str] = ()) -> Guess:
    """What the entry seems to be; `own_hosts`: the organisation's own, so that a link elsewhere tells something."""
    return Guess("press_release", entry.outlet, entry.language, "news without any hint")
