"""How things stand beside each other: headlines that begin alike, and grave news between cheerful pictures."""

from collections.abc import Iterator
from itertools import pairwise

from newsletter.issues.model import Item, Role, Section
from newsletter.preflight.checks.placing import about, edit, few
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.facts.texts import called, slot
from newsletter.preflight.model import Finding, Severity

ALIKE = 3
_FULL = frozenset({"lead", "card", "cover", "sober"})
_ARTICLES = frozenset({"the", "a", "an", "el", "la", "los", "las", "un", "una", "le", "les", "une", "l", "in", "on"})
_GRAVE = frozenset({"statement", "tribute"})
_CHEERFUL = frozenset({"lead", "card", "cover"})


def alike(facts: Facts) -> Iterator[Finding]:
    """No three headlines begin with the same word."""
    for version in facts.languages:
        begun: dict[str, list[str]] = {}
        for said in facts.texts:
            if said.version == version and said.what == "title" and said.slot in _FULL:
                begun.setdefault(_first(said.text), []).append(said.text)
        for word, titles in begun.items():
            if word and len(titles) >= ALIKE:
                yield Finding(
                    Severity.LOOK, "headlines alike", "Headlines",
                    f"{len(titles)} headlines begin with “{word.capitalize()}”: {few(titles)}. Begin one with what"
                    " happened.",
                    languages=(version,),
                )  # fmt: skip


def _first(title: str) -> str:
    words = (word.strip("“”\"'«»:,.") for word in title.casefold().split())
    return next((word for word in words if word and word not in _ARTICLES), "")


def grave(facts: Facts) -> Iterator[Finding]:
    """A statement or a tribute without a picture does not stand between two cheerful pictures."""
    for section in facts.draft.sections:
        rows = [item for item in section.items if item.role is not Role.MORE]
        for (before, item), (_, after) in pairwise(pairwise(rows)):
            if _is_grave(item, section) and {slot(before, section), slot(after, section)} <= _CHEERFUL:
                yield Finding(
                    Severity.LOOK, "grave news", about(item),
                    f"It stands between two pictures: {few([called(before), called(after)])}. If it is about something"
                    " grave, move it to the beginning or the end.",
                    mends=(edit(item, "section", "Move it"),),
                )  # fmt: skip


def _is_grave(item: Item, section: Section) -> bool:
    return item.source.kind in _GRAVE and slot(item, section) == "sober"
