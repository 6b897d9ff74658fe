"""The vocabulary of an issue in one language: what templates print, with every word and address decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from newsletter.issues.model import BlockKind, Picture
from newsletter.publications.model import Layout
from newsletter.rendering.words import Words


@dataclass(frozen=True, slots=True)
class Frame:
    """What rendering needs beyond the draft: where the pages are, and what else exists."""

    base_url: str
    language: str
    other_languages: tuple[str, ...] = ()
    logo: Picture | None = None
    replies_to: str = ""  # who reads the answers
    next_on: date | None = None  # the day of the next issue


@dataclass(frozen=True, slots=True)
class Day:
    """A day set big in its own column."""

    number: str
    month: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of some words, and its direction; both empty where it is this version's own."""

    language: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as this language version shows it. `language` and `direction` are set where its title is in another."""

    anchor: str
    layout: Layout
    kind: str
    when: str
    title: str
    summary: tuple[str, ...]
    summary_in: Tongue
    action: str
    url: str
    language: str
    direction: str
    mark: str  # "(in Spanish)", where the link leads to another language
    picture: Picture | None
    outlet: str
    shared: str  # "First published by ..."
    day: Day | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it counts and where it is from."""

    value: str
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block's words in one language."""

    kind: BlockKind
    words: Mapping[str, str]
    language: str
    direction: str
    picture: Picture | None
    paragraphs: tuple[str, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with its full items; the lead and the bare titles stand elsewhere."""

    slug: str
    title: str
    layout: Layout
    items: tuple[Shown, ...]
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of "In this issue"."""

    title: str
    teaser: str
    url: str
    language: str  # of the teaser, where it is another
    direction: str


@dataclass(frozen=True, slots=True)
class Version:
    """The same issue in another language."""

    name: str
    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything one language version says, in the order of the mail."""

    language: str
    direction: str
    words: Words
    subject: str
    preheader: str
    number: str
    name: str
    notice: str
    contents: tuple[Line, ...]
    opening: tuple[ShownBlock, ...]
    lead: Shown | None
    sections: tuple[ShownSection, ...]
    more_title: str
    more: tuple[Shown, ...]
    base_url: str
    web_url: str
    subscribe_url: str
    calendar_url: str
    versions: tuple[Version, ...]
    next_issue: str
    address: tuple[str, ...]
    imprint: tuple[str, ...]
