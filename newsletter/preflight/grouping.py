"""Orders findings, says each thing once, groups them by who can mend them, and sums them up in one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from newsletter.preflight.model import Finding, Group, Severity, Who

_GRAVITY, _PEOPLE = list(Severity), list(Who)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, then by who can mend them; what several language versions share is said once."""
    merged: dict[tuple[object, ...], Finding] = {}
    for one in findings:
        key = (one.severity, one.check, one.place, one.message, one.who)
        merged[key] = _both(merged[key], one) if key in merged else one
    return tuple(sorted(merged.values(), key=lambda one: (_GRAVITY.index(one.severity), _PEOPLE.index(one.who))))


def _both(first: Finding, second: Finding) -> Finding:
    if not first.languages or not second.languages:
        return replace(first, languages=())
    return replace(first, languages=tuple(dict.fromkeys((*first.languages, *second.languages))))


def by_who(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """A group for everybody who can mend something."""
    found = tuple(findings)
    groups = (Group(who, tuple(one for one in found if one.who is who)) for who in _PEOPLE)
    return tuple(group for group in groups if group.findings)


def musts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What must be mended before sign-off."""
    return tuple(one for one in findings if one.severity is Severity.MUST)


def unrendered(why: Exception) -> Finding:
    """The one finding of an issue of which no mail can be made."""
    return Finding(Severity.MUST, "rendering", "The mail", str(why))


def verdict(findings: Sequence[Finding]) -> str:
    """The sum in a sentence or two."""
    must = len(musts(findings))
    look = sum(one.severity is Severity.LOOK for one in findings)
    first = f"{_things(must)} must be mended." if must else "Nothing must be mended."
    if not look:
        return first
    return f"{first} {look if must else _things(look)} {'is' if look == 1 else 'are'} worth a look."


def _things(number: int) -> str:
    return "1 thing" if number == 1 else f"{number} things"
