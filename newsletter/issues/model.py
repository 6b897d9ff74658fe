"""What an issue says: the vocabulary that assembling writes, staff edit, and rendering reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from newsletter.publications.model import Layout


class State(StrEnum):
    """Where an issue stands; `moves.py` holds the legal moves."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    PLANNED = "planned"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    SENT = "sent"


RELEASED = frozenset({State.SENDING, State.PAUSED, State.STOPPED, State.SENT})  # it is on its way, or was


class IssueKind(StrEnum):
    """A regular issue, or the short correction of one."""

    REGULAR = "regular"
    CORRECTION = "correction"


class Role(StrEnum):
    """An item's place: the one lead, a full item, or one line under "More this quarter"."""

    LEAD = "lead"
    ITEM = "item"
    MORE = "more"


class CoverageState(StrEnum):
    """What became of a publication of the period; `offered` waits for a decision."""

    USED = "used"
    HELD = "held"
    DECLINED = "declined"
    OFFERED = "offered"


class BlockKind(StrEnum):
    """What stands in an issue without being a publication."""

    DIRECTOR = "director"
    TEXT = "text"
    QUOTE = "quote"
    NUMBERS = "numbers"
    BUTTON = "button"


BLOCK_NAMES: Mapping[BlockKind, str] = {
    BlockKind.DIRECTOR: "Director’s note", BlockKind.TEXT: "Text", BlockKind.QUOTE: "Quote",
    BlockKind.NUMBERS: "Numbers", BlockKind.BUTTON: "Button",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture (media by content hash) as an item shows it. Sizes in pixels of the stored file."""

    sha256: str
    extension: str
    width: int
    height: int
    alt: str
    credit: str = ""

    @property
    def path(self) -> str:
        """Its public address below BASE_URL."""
        return f"/media/{self.sha256}.{self.extension}"


@dataclass(frozen=True, slots=True)
class Wording:
    """An item's words in one language."""

    title: str
    summary: str = ""
    action: str = ""  # the words on its link or button: verb + thing; empty: the kind's default


@dataclass(frozen=True, slots=True)
class Source:
    """What the mail shows of a publication or leads to. Any change here asks for a new yes."""

    publication_id: int
    kind: str
    kind_labels: Mapping[str, str]
    layout: Layout
    title: str
    url: str
    language: str
    published_on: date | None = None
    outlet: str = ""
    original_source: str = ""
    deadline_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    place: str = ""
    who_for: str = ""
    gone: bool = False

    @property
    def ahead_on(self) -> date | None:
        """The day that lies ahead: when it closes, else when it starts."""
        return self.deadline_on or self.starts_on


@dataclass(frozen=True, slots=True)
class Item:
    """A publication as this issue words it."""

    id: int
    anchor: str
    role: Role
    source: Source
    wordings: Mapping[str, Wording]
    picture: Picture | None = None

    def wording(self, language: str, fallback: str) -> Wording:
        """The words in `language`, else in the list's fallback language, else any."""
        return self.wordings.get(language) or self.wordings.get(fallback) or next(iter(self.wordings.values()))


@dataclass(frozen=True, slots=True)
class Block:
    """Text, quote, numbers, button or the director's note. `wordings`: language -> the kind's own fields, as texts.

    director: text, name, role; text: heading, text; quote: text, name, role; button: label, url;
    numbers: figures as lines of "value | label | source".
    """

    id: int
    kind: BlockKind
    wordings: Mapping[str, Mapping[str, str]]
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its items and blocks, in order. `layout` says how full items are set."""

    slug: str
    titles: Mapping[str, str]
    kinds: tuple[str, ...] = ()
    cap: int = 4
    layout: Layout = Layout.CARD
    items: tuple[Item, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """The sending half of a list: who speaks, from where, in which look. Part of what is approved."""

    list_id: int
    slug: str
    name: str
    description: str
    languages: tuple[str, ...]
    default_language: str
    from_name: str
    from_address: str
    reply_to: str
    return_path: str  # "verp@domain", "fixed:address" or "transport"
    feedback_id: str
    postal_address: str
    legal_name: str
    cadence: str
    archive: str  # public | unlisted | none
    template: str
    theme: str
    imprint: str = ""  # sponsor's, funders' lines
    privacy_url: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Calm:
    """How a list is sent when it is sent calmly, in minutes. When is no part of what is approved, so not in Profile."""

    wait: int  # after the first copies, until the readers' time
    spread: int  # over which the readers' copies go out; 0: as fast as it goes


@dataclass(frozen=True, slots=True)
class Corrects:
    """What a correction corrects. `with_uncertain`: it also goes to those of whom nobody knows whether they have it."""

    slug: str
    name: str
    with_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it stands: all that rendering needs, nothing that it must look up."""

    issue_id: int
    slug: str
    name: str
    ordinal: int
    kind: IssueKind
    period: str
    profile: Profile
    subjects: Mapping[str, str]
    preheaders: Mapping[str, str]
    sections: tuple[Section, ...]
    opening: tuple[Block, ...] = field(default=())  # blocks before the lead: the director's note
    corrects: Corrects | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """All items of all sections, in the order of the mail."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def lead(self) -> Item | None:
        """The one lead, where there is one."""
        return next((item for item in self.items if item.role is Role.LEAD), None)
