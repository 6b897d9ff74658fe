"""Chooses: of everything collected, what leads, what is a full item, what is one line, what waits, what stays out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from newsletter.issues.model import CoverageState, Role
from newsletter.issues.scoring import STATEMENT, Candidate, best_lead, newest_lead, order

MOST_MORE = 12  # one-liners under "More this quarter"

NO_ROOM = "no room this time"
NO_SECTION = "no section of this issue takes its kind"
NO_DAY_AHEAD = "no closing or starting day is given"


@dataclass(frozen=True, slots=True)
class Place:
    """What choosing needs of a section: which kinds it takes, and how many full items."""

    slug: str
    kinds: tuple[str, ...]
    cap: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate's place in the issue; positions count within its section."""

    candidate: Candidate
    section: str
    role: Role
    position: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate that is not in the issue: held for the next or declined, and why."""

    candidate: Candidate
    state: CoverageState
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Every candidate, once: in the issue, or not."""

    items: tuple[Chosen, ...]
    passed: tuple[Passed, ...]


def choose(
    candidates: Iterable[Candidate],
    places: Sequence[Place],
    language: str,
    as_of: date,
    sends_on: date | None = None,
    *,
    newest_leads: bool = False,
) -> Choice:
    """Decide about every candidate, as things stand on the day `as_of`; what is over by `sends_on` stays out too.
    `newest_leads`: not the weightiest, but the newest that has a good picture.
    """
    passed: list[Passed] = []
    homes: dict[str, list[Candidate]] = {place.slug: [] for place in places}
    for candidate in candidates:
        section = _section(candidate, places)
        out = _passed(candidate, section, as_of, sends_on)
        if out:
            passed.append(out)
        else:
            homes[section].append(candidate)
    lead = (newest_lead if newest_leads else best_lead)(
        (candidate for home in homes.values() for candidate in home), language
    )
    full, rest = _capped(homes, places, lead)
    more = sorted(rest, key=order)[:MOST_MORE]
    passed += [Passed(candidate, CoverageState.HELD, NO_ROOM) for candidate in rest if candidate not in more]
    items = (chosen for place in places for chosen in _placed(place.slug, lead, full[place.slug], more, homes))
    return Choice(tuple(items), tuple(passed))


def as_of(until: date, following_last: date, today: date) -> date:
    """The day from which one looks ahead: today, though never before the cut-off.

    An issue that is made long after its time, once the next period has ended as well, looks ahead from its cut-off.
    """
    return max(until, today) if today <= following_last else until


def _section(candidate: Candidate, places: Sequence[Place]) -> str:
    takes = (place.slug for place in places if candidate.kind in place.kinds)
    home = (place.slug for place in places if place.slug == candidate.home_section)
    return next(takes, next(home, ""))


def _passed(candidate: Candidate, section: str, as_of: date, sends_on: date | None) -> Passed | None:
    reason = _declined(candidate, as_of, sends_on)
    if reason:
        return Passed(candidate, CoverageState.DECLINED, reason)
    if candidate.used_in:
        # Still open. Whether readers are told of it once more is for a person to say.
        return Passed(candidate, CoverageState.OFFERED, f"used in {candidate.used_in}; {_ahead(candidate)}")
    if not section:
        return Passed(candidate, CoverageState.HELD, NO_SECTION)
    if candidate.dated and candidate.ahead_on is None:
        return Passed(candidate, CoverageState.HELD, NO_DAY_AHEAD)
    return None


def _declined(candidate: Candidate, as_of: date, sends_on: date | None) -> str:
    if candidate.own_newsletter:
        return "our own newsletter: it is us"
    if candidate.gone:
        return "gone from where it was published"
    if candidate.used_in and not _lies_after(candidate, max(as_of, sends_on or as_of)):
        return f"used in {candidate.used_in}"
    return _over(candidate, as_of, sends_on) if candidate.dated else ""


def _over(candidate: Candidate, as_of: date, sends_on: date | None) -> str:
    """What has come to its day, or will have when it goes out."""
    if candidate.ahead_on is None:
        return ""
    if candidate.ahead_on <= as_of:
        return f"{'closed' if candidate.closes else 'took place'} on {_said(candidate.ahead_on)}"
    if sends_on is not None and candidate.ahead_on <= sends_on:
        what = "closes" if candidate.closes else "takes place"
        return f"{what} on {_said(candidate.ahead_on)}, and the issue goes out on {_said(sends_on)}"
    return ""


def _lies_after(candidate: Candidate, day: date) -> bool:
    return candidate.dated and candidate.ahead_on is not None and candidate.ahead_on > day


def _ahead(candidate: Candidate) -> str:
    assert candidate.ahead_on is not None
    return f"{'open until' if candidate.closes else 'takes place on'} {_said(candidate.ahead_on)}"


def _said(day: date) -> str:
    return format_date(day, "d MMMM y", "en")


def _capped(
    homes: dict[str, list[Candidate]], places: Sequence[Place], lead: Candidate | None
) -> tuple[dict[str, list[Candidate]], list[Candidate]]:
    """The full items of each section, the lead not counted, and those for which it has no room."""
    full: dict[str, list[Candidate]] = {}
    rest: list[Candidate] = []
    for place in places:
        best = sorted((candidate for candidate in homes[place.slug] if candidate is not lead), key=order)
        # A statement never stands between two cheerful cards.
        full[place.slug] = sorted(best[: place.cap], key=lambda candidate: candidate.kind == STATEMENT)
        rest += best[place.cap :]
    return full, rest


def _placed(
    section: str,
    lead: Candidate | None,
    full: list[Candidate],
    more: list[Candidate],
    homes: dict[str, list[Candidate]],
) -> list[Chosen]:
    here = homes[section]
    leading = [(lead, Role.LEAD)] if lead and lead in here else []
    lines = [(candidate, Role.MORE) for candidate in more if candidate in here]
    placed = [*leading, *((candidate, Role.ITEM) for candidate in full), *lines]
    return [Chosen(candidate, section, role, position) for position, (candidate, role) in enumerate(placed, start=1)]
