"""What an issue is made from: which days it collects, and which publications belong to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.issues.model import CoverageState
from newsletter.issues.periods import Period, parse
from newsletter.issues.scoring import DATED

DAY = timedelta(days=1)
_SETTLED = frozenset({CoverageState.USED, CoverageState.DECLINED})
_DECLINED = frozenset({CoverageState.DECLINED})


@dataclass(frozen=True, slots=True)
class Window:
    """The days of an issue, both ends included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day belongs to it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another issue of the list."""

    slug: str
    period: str
    window: Window
    coverage: Mapping[int, CoverageState]


@dataclass(frozen=True, slots=True)
class Found:
    """What collecting asks of a publication with a date."""

    id: int
    kind: str
    language: str
    published_on: date
    ahead_on: date | None
    translation_of: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """One thing to tell: a publication, and its translations into other languages of the list."""

    main: Found
    translations: tuple[Found, ...] = ()

    @property
    def members(self) -> tuple[Found, ...]:
        return (self.main, *self.translations)


def window(period: Period, siblings: Iterable[Sibling], until: date | None = None) -> Window:
    """From the day after the issue before, where that one reaches to this period; else the period's own days."""
    last = until or period.last
    before = [one for one in siblings if one.window.first < period.first]
    latest = max(before, key=lambda one: one.window.last, default=None)
    if latest and (parse(latest.period).last + DAY == period.first or latest.window.last >= period.first):
        first = latest.window.last + DAY
        if first <= last:
            return Window(first, last)
    return Window(period.first, last)


def used_in(siblings: Iterable[Sibling]) -> dict[int, str]:
    """The issue that each publication stands in already."""
    return {
        publication: sibling.slug
        for sibling in siblings
        for publication, state in sibling.coverage.items()
        if state is CoverageState.USED
    }


def collected(found: Iterable[Found], own: Window, siblings: Sequence[Sibling], as_of: date) -> tuple[Found, ...]:
    """Those dated within the cut-offs, those that waited since an earlier issue, and what still lies ahead, though it
    was used before; what was declined stays away.
    """
    earlier = [sibling for sibling in siblings if sibling.window.last < own.first]
    settled, declined = _in_state(siblings, _SETTLED), _in_state(siblings, _DECLINED)
    waiting = {one for sibling in earlier for one in sibling.coverage} - settled
    covered = {one for sibling in siblings for one in sibling.coverage}
    return tuple(
        one
        for one in found
        if own.holds(one.published_on)
        or one.id in waiting
        or (one.id not in covered and any(sibling.window.holds(one.published_on) for sibling in earlier))
        or (one.id not in declined and one.published_on <= own.last and _lies_ahead(one, as_of))
    )


def families(found: Sequence[Found], languages: Sequence[str], default: str) -> tuple[Family, ...]:
    """Translations gathered under the one in the list's first language, or else the original."""
    ids = {one.id for one in found}
    groups: dict[int, list[Found]] = {}
    for one in found:
        root = one.translation_of if one.translation_of in ids else None
        groups.setdefault(one.id if root is None else root, []).append(one)
    return tuple(family for group in groups.values() for family in _families(group, languages, default))


def _in_state(siblings: Iterable[Sibling], states: frozenset[CoverageState]) -> set[int]:
    return {one for sibling in siblings for one, state in sibling.coverage.items() if state in states}


def _lies_ahead(one: Found, as_of: date) -> bool:
    return one.kind in DATED and one.ahead_on is not None and one.ahead_on > as_of


def _families(group: list[Found], languages: Sequence[str], default: str) -> list[Family]:
    """One family; what it cannot hold (a language twice, or one the list does not have) stands by itself."""
    main, *others = sorted(group, key=lambda one: (one.language != default, one.translation_of is not None, one.id))
    seen, translations, alone = {main.language}, [], []
    for one in others:
        if one.language in languages and one.language not in seen:
            seen.add(one.language)
            translations.append(one)
        else:
            alone.append(Family(one))
    return [Family(main, tuple(translations)), *alone]
