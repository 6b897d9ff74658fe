"""Names of places, days and several things, as findings say them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from newsletter.issues.model import Item
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.facts.texts import called
from newsletter.preflight.model import Finding, Mend, Mending
from newsletter.rendering.prose import shorten
from newsletter.rendering.words import words

_NAMED = 3
_INNER = str.maketrans("“”", "‘’")


def placed(finding: Finding, facts: Facts) -> Finding:
    """With the language versions in its place, where it is not about all of them."""
    if not finding.languages or set(finding.languages) >= set(facts.languages):
        return replace(finding, languages=())
    return replace(finding, place=f"{finding.place} ({', '.join(map(language, finding.languages))})")


def language(code: str) -> str:
    """Spanish."""
    return words("en").name_of(code)


def day(on: date) -> str:
    """Tuesday, 9 July 2024."""
    return words("en").weekday(on)


def short_day(on: date) -> str:
    """9 July."""
    return words("en").day(on)


def few(names: Sequence[str]) -> str:
    """“One”, “Two”, “Three” and 4 more."""
    shown = [quoted(name) for name in names[:_NAMED]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def quoted(name: str, most: int = 50) -> str:
    """“A title with ‘marks’ of its own”."""
    return f"“{shorten(name, most).translate(_INNER)}”"


def edit(item: Item, field: str, button: str) -> Mend:
    """The button that leads to a field of the item."""
    return Mend(Mending.ITEM, button, publication=item.source.publication_id, field=field)


def take_out(item: Item) -> Mend:
    """The button that takes the item out."""
    return Mend(Mending.TAKE_OUT, "Take it out", publication=item.source.publication_id)


def about(item: Item, field: str = "") -> str:
    """The item's place: its title, and the field."""
    return f"{called(item)}, {field}" if field else called(item)
