"""Which months the first issue collects: counted by choosing as collecting does, and one of them proposed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.issues import periods
from newsletter.issues.choosing import Place, choose
from newsletter.issues.collecting import Window
from newsletter.issues.gathering import gather
from newsletter.issues.lists import profile
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.periods import Period
from newsletter.issues.scoring import Candidate
from newsletter.issues.tables import ListSectionRow

FEW, MANY = 8, 15  # items of an issue that reads well
GOOD = 10  # of these with text
_MOST_BACK = 120  # months that are counted
_OLDEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Some months until today. `full`: items with text; `lines`: titles only; `waiting`: those kept for the next issue.
    `caps`: how many full items each section gets, by its short name.
    """

    first: date
    last: date
    full: int
    lines: int
    waiting: int
    caps: Mapping[str, int]
    proposed: bool = False

    @property
    def number(self) -> int:
        """How many publications the mail would tell of."""
        return self.full + self.lines

    @property
    def name(self) -> str:
        """April to July 2024, or July 2024."""
        return between(self.first, self.last)

    @property
    def value(self) -> str:
        """Its first month, for a form."""
        return f"{self.first:%Y-%m}"


def period(today: date) -> Period:
    """What the first issue is called by: the quarter that was over last."""
    return periods.previous(periods.containing(today, 3))


def spans(session: Session, list_id: int, today: date) -> tuple[Span, ...]:
    """What can be chosen from, the shortest first; exactly one is proposed, where there is anything at all."""
    counted = _counted(session, list_id, today)
    if not counted:
        return ()
    chosen = _proposed(counted, period(today).first)
    quarter = periods.containing(today, 3)
    usual = {quarter.first, periods.previous(quarter).first, _back(quarter.first, 3 + 3), date(today.year, 1, 1)}
    shown = [span for span in counted if span.first in usual | {chosen.first}]
    shown = [one for at, one in enumerate(shown) if at == 0 or one is chosen or one.number > shown[at - 1].number]
    return tuple(replace(span, proposed=span is chosen) for span in shown if span.number)


def span(session: Session, list_id: int, first: date, today: date) -> Span:
    """The one that begins on that day."""
    counting = _counting(session, list_id, today)
    return counting.span(first)


def first_day(text: str, today: date) -> date:
    """The first day of the month that a form names, like 2024-04."""
    if not text.strip():
        raise BadInput(f"Since which month? Write it like {today:%Y-%m}.")
    try:
        found = date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise BadInput(f"“{text.strip()[:40]}” is no month; write it like {today:%Y-%m}.") from None
    if not _OLDEST <= found <= today:
        raise BadInput(f"{format_date(found, 'LLLL y', 'en')} cannot be the first month: it must lie before today.")
    return found


def between(first: date, last: date) -> str:
    """Both months in words."""
    if (first.year, first.month) == (last.year, last.month):
        return format_date(last, "LLLL y", "en")
    start = format_date(first, "LLLL" if first.year == last.year else "LLLL y", "en")
    return f"{start} to {format_date(last, 'LLLL y', 'en')}"


@dataclass(frozen=True, slots=True)
class _Counting:
    """What is chosen from, and by which rules."""

    candidates: Sequence[Candidate]
    places: Sequence[Place]
    language: str
    today: date

    def span(self, first: date) -> Span:
        inside = [
            one for one in self.candidates if one.published_on >= first or (one.ahead_on or self.today) > self.today
        ]
        choice = choose(inside, self.places, self.language, self.today, newest_leads=True)
        caps = _widened(self.places, Counter(item.section for item in choice.items if item.role is not Role.LEAD))
        places = [replace(place, cap=caps[place.slug]) for place in self.places]
        choice = choose(inside, places, self.language, self.today, newest_leads=True)
        full = sum(one.role is not Role.MORE for one in choice.items)
        waiting = sum(one.state is CoverageState.HELD for one in choice.passed)
        return Span(first, self.today, full, len(choice.items) - full, waiting, caps)


def _counting(session: Session, list_id: int, today: date) -> _Counting:
    speaker = profile(session, list_id)
    rows = session.scalars(select(ListSectionRow).where(ListSectionRow.list_id == list_id))
    sections = sorted(rows, key=lambda row: (row.position, row.id))
    places = [Place(section.slug, tuple(section.kinds), section.cap) for section in sections]
    every = gather(session, speaker, period(today), Window(_OLDEST, today), (), today)
    return _Counting(every.candidates, places, speaker.default_language, today)


def _widened(places: Sequence[Place], wanted: Counter[str]) -> dict[str, int]:
    """Caps under which an issue that has enough to tell is full, though only few of its sections are filled."""
    caps = {place.slug: place.cap for place in places}
    while sum(min(caps[slug], wanted[slug]) for slug in caps) < GOOD:
        left = {slug: wanted[slug] - cap for slug, cap in caps.items() if wanted[slug] > cap}
        if not left:
            break
        caps[max(left, key=lambda slug: left[slug])] += 1
    return caps


def _counted(session: Session, list_id: int, today: date) -> list[Span]:
    """A span for each month back, until the oldest publication, or far more than enough."""
    counting = _counting(session, list_id, today)
    if not counting.candidates:
        return []
    oldest = max(min(one.published_on for one in counting.candidates), _OLDEST)
    found = []
    for back in range(_MOST_BACK):
        first = _back(today.replace(day=1), back)
        found.append(counting.span(first))
        enough = found[-1].number > 2 * MANY and back >= 12
        if first <= oldest or enough:
            break
    return found


def _proposed(counted: Sequence[Span], quarter: date) -> Span:
    """Since the last quarter's start where that reads well; else what does, and lies nearest; else the least too many;
    else all there is.
    """
    usual = next((span for span in counted if span.first == quarter), counted[-1])
    if FEW <= usual.number <= MANY:
        return usual
    good = [span for span in counted if FEW <= span.number <= MANY]
    if good:
        return min(good, key=lambda span: abs((span.first - quarter).days))
    enough = [span for span in counted if span.number >= FEW]
    most = max(span.number for span in counted)
    return enough[0] if enough else next(span for span in counted if span.number == most)


def _back(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)
