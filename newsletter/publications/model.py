"""What the organisation put out or wants known: the words for a publication."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Layout(StrEnum):
    """How an item of a kind is set in the mail; each has one macro file in templates/email/items/."""

    CARD = "card"
    COVER = "cover"
    SOBER = "sober"
    LINE = "line"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the editable table of kinds."""

    slug: str
    labels: dict[str, str]
    layout: Layout
    home_section: str


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication as its source gives it. Dates are calendar days; `external_id` is unique."""

    external_id: str
    kind: str
    title: str
    url: str
    language: str
    summary: str = ""
    published_on: date | None = None
    image: str = ""
    image_alt: str = ""
    image_credit: str = ""
    outlet: str = ""
    original_source: str = ""
    deadline_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    place: str = ""
    who_for: str = ""
    date_is: str = "known"

    @property
    def ahead_on(self) -> date | None:
        """The day that lies ahead: when it closes, else when it starts."""
        return self.deadline_on or self.starts_on
