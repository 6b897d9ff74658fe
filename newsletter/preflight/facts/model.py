"""The facts that checks look at: plain values, read before any check runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from newsletter.issues.model import Draft, Item
from newsletter.preflight.model import Mend
from newsletter.rendering.theme import Palette


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in the mail: where it leads, and the words that people hear for it."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in the mail; `alt` is None where there is none at all. `width`: as it is shown, 0 where unknown."""

    src: str
    alt: str | None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Ink:
    """Words in a colour on a ground (#rrggbb), as the HTML sets them; `words` is an example."""

    colour: str
    ground: str
    words: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the HTML."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One language version as a reader would get it. `features`: what its HTML and CSS use, as mail_clients.json names
    them. `placed`: the ids that a link within the mail may lead to.
    """

    language: str
    subject: str
    preheader: str
    html_bytes: int
    links: tuple[Anchor, ...] = ()
    images: tuple[Image, ...] = ()
    places: frozenset[str] = frozenset()
    headings: tuple[Heading, ...] = ()
    inks: tuple[Ink, ...] = ()
    features: frozenset[str] = frozenset()
    words: str = ""  # what its HTML shows, in one line
    text: str = ""  # the text part
    marked: frozenset[str] = frozenset()  # the languages that words in it are marked with


@dataclass(frozen=True, slots=True)
class Said:
    """Words that somebody wrote, as one language version shows them.

    `language`: what they are written in. `what`: subject, preview line, title, summary, words on the link, picture's
    description, or a block's field. `slot`: where they stand: inbox, lead, card, cover, sober, line, date, more, or a
    block's kind.
    """

    version: str
    language: str
    what: str
    slot: str
    place: str
    text: str
    mend: Mend
    item: Item | None = None

    @property
    def counts(self) -> bool:
        """Whether it is among the words that "Choose and Write" counts: what is read, and not what leads through it."""
        return self.slot not in {"inbox", "section"} and self.mend.field not in {"action", "alt"}


@dataclass(frozen=True, slots=True)
class Here:
    """The installation: its public address, whether mail leaves it, and what it signs with."""

    base_url: str
    base_is_loopback: bool = False
    route_is_remote: bool = True
    dkim_domain: str = ""
    dkim_selector: str = ""


@dataclass(frozen=True, slots=True)
class SendDay:
    """When this is, and on which day readers get the mail. `planned`: that day was set for it, by hand or rhythm."""

    now: datetime
    on: date
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier issue of the list that a publication stood in."""

    publication_id: int
    issue: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What the website changed about a publication since people knew of it. `what`: in words."""

    publication_id: int
    at: datetime
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Awaited:
    """What somebody was asked for and has not given yet. `block_id`: of a text that staff owe, else 0."""

    block_id: int
    words: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What an address answered. `status`: 0 where there was no answer, and `trouble` says why. `opened_by` and
    `opened_at`: who has opened it all the same, and when.
    """

    url: str
    at: datetime
    status: int = 0
    led_to: str = ""
    trouble: str = ""
    opened_by: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """What the DNS told of a name. `outcome`: found, none (there is no such record), or failed (nobody answered)."""

    name: str
    kind: str
    at: datetime
    outcome: str
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks may look at. `weights`: bytes of each picture by its hash. `answers` by address, `names` by
    name and kind; where nothing is there, it was not looked at. `urls` and `questions`: what there is
    to look at. `address_confirmed`: a person has said that the postal address is right. `lacking`: what the mail uses
    and some mail clients lack, with these.
    """

    draft: Draft
    parts: tuple[PartFacts, ...]
    here: Here
    send: SendDay
    texts: tuple[Said, ...] = ()
    light: Palette | None = None
    dark: Palette | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    changed: tuple[Changed, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    answers: Mapping[str, LinkAnswer] = field(default_factory=dict)
    names: Mapping[tuple[str, str], NameAnswer] = field(default_factory=dict)
    address_confirmed: bool = True
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The language versions of the issue."""
        return tuple(part.language for part in self.parts)
