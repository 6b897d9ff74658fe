"""Best first: how publications compare within a section, and which of them may lead the issue."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from newsletter.publications.kinds import NEWSLETTER

DATED = frozenset({"opportunity", "event"})  # chosen by the day that lies ahead
STATEMENT = "statement"

# What a reader would miss most, first. A kind that is not named here stands in the middle.
_WEIGHTS = {
    "readout": 90,
    "report": 90,
    "press_release": 80,
    "research": 80,
    STATEMENT: 75,
    "event_report": 70,
    "city_story": 70,
    "brief": 65,
    "partnership": 65,
    "knowledge_product": 60,
    "tribute": 60,
    "commentary": 55,
    "media_feature": 50,
}
_MIDDLE = 55

# Statements and tributes never lead: one is no cheerful opening, the other is about a person.
_LEADS = frozenset(
    {
        "readout", "report", "press_release", "research", "event_report", "city_story", "brief", "partnership",
        "knowledge_product", "commentary",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """What choosing knows of a publication, its translations counted in."""

    id: int
    kind: str
    title: str
    published_on: date
    languages: tuple[str, ...]
    home_section: str = ""
    picture: str = ""  # the hash of the stored picture
    good_picture: bool = True  # large enough, and of a shape, to open the issue with
    summarised: bool = True
    shared: bool = False  # somebody else published it first
    ahead_on: date | None = None
    closes: bool = False  # the day ahead is a deadline, not a beginning
    used_in: str = ""  # the earlier issue of this list that it stands in
    in_period: bool = True  # dated within the cut-offs; else it waited, or lies ahead
    gone: bool = False  # its source no longer has it

    @property
    def own_newsletter(self) -> bool:
        """Whether it is an issue of ours."""
        return self.kind == NEWSLETTER

    @property
    def dated(self) -> bool:
        """Whether the day ahead decides about it."""
        return self.kind in DATED


def order(candidate: Candidate) -> tuple[object, ...]:
    """Sorts best first: kind, picture, summary, the newest. What has a day ahead is sorted by that."""
    if candidate.dated:
        return (0, candidate.ahead_on or date.max, candidate.id)
    return (
        1,
        -_WEIGHTS.get(candidate.kind, _MIDDLE),
        not candidate.picture,
        not candidate.summarised,
        -candidate.published_on.toordinal(),
        candidate.id,
    )


def best_lead(candidates: Iterable[Candidate], language: str) -> Candidate | None:
    """The one to open the issue with, in the list's own language, rather with a picture that no other item shows."""
    found = list(candidates)
    pictures = Counter(candidate.picture for candidate in found)
    able = [candidate for candidate in found if _may_lead(candidate, language)]
    return min(able, key=lambda candidate: (pictures[candidate.picture] > 1, order(candidate)), default=None)


def newest_lead(candidates: Iterable[Candidate], language: str) -> Candidate | None:
    """The newest with a good picture; where no picture is good, as `best_lead`."""
    found = list(candidates)
    pictures = Counter(candidate.picture for candidate in found)
    able = [one for one in found if _may_lead(one, language) and one.good_picture and pictures[one.picture] == 1]
    return min(able, key=lambda one: (-one.published_on.toordinal(), order(one)), default=best_lead(found, language))


def _may_lead(candidate: Candidate, language: str) -> bool:
    return bool(
        candidate.kind in _LEADS
        and candidate.picture
        and candidate.summarised
        and candidate.in_period
        and not candidate.shared
        and language in candidate.languages
    )
