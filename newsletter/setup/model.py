"""The words of setting up: its steps, how far it has come, and what the website told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from newsletter.publications.discovering import Colour, Discovery, Proposal
from newsletter.publications.sources.model import Definition, SourceKind

MOST_ENTRIES = 200  # of all sources, that are kept to be judged


class Step(StrEnum):
    """Where a person is led next. LOOKING, COLLECTING and MAKING go on by themselves; the others wait for an answer."""

    WEBSITE = "website"
    LOOKING = "looking"
    PUBLISH = "publish"
    COLLECTING = "collecting"
    MONTHS = "months"
    MAKING = "making"
    DRAFT = "draft"
    SENDER = "sender"
    MAIL = "mail"
    COLLEAGUE = "colleague"
    READERS = "readers"
    DONE = "done"


def following(step: Step) -> Step:
    """The step after it."""
    every = list(Step)
    return every[min(every.index(step) + 1, len(every) - 1)]


BY_ITSELF = frozenset({Step.LOOKING, Step.COLLECTING, Step.MAKING})


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a source told, and the kind that it seems to be of."""

    title: str
    url: str
    kind: str
    categories: tuple[str, ...] = ()
    day: str = ""

    def as_json(self) -> list[Any]:
        return [self.title, self.url, self.kind, list(self.categories), self.day]

    @classmethod
    def of(cls, said: Sequence[Any]) -> Self:
        return cls(said[0], said[1], said[2], tuple(said[3]), said[4])


@dataclass(frozen=True, slots=True)
class Place:
    """A place where the organisation publishes, as it may become a source."""

    name: str
    kind: str
    url: str
    language: str
    options: Mapping[str, Any]
    rules: tuple[str, ...]
    count: int
    dated: int
    told: tuple[Told, ...]

    @property
    def definition(self) -> Definition:
        return Definition("", SourceKind(self.kind), self.url, self.language, dict(self.options))

    @property
    def looks_for_days(self) -> bool:
        """Whether days may turn up when the pages behind the list are read."""
        return self.kind == SourceKind.PAGE and self.dated < self.count

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "kind": self.kind, "url": self.url, "language": self.language,
            "options": dict(self.options), "rules": list(self.rules), "count": self.count, "dated": self.dated,
            "told": [one.as_json() for one in self.told],
        }  # fmt: skip

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        told = tuple(map(Told.of, said["told"]))
        return cls(**{**said, "rules": tuple(said["rules"]), "told": told})


@dataclass(frozen=True, slots=True)
class Found:
    """What the website told, "" and () where nothing, and what was tried in vain. `theme`: the file made of its
    colours and logo; `has_logo`: whether one is here that can be used; `looks`: sentences on what was done to these;
    `mail_service`: whose mailbox the person has.
    """

    url: str = ""
    name: str = ""
    colours: tuple[tuple[str, str], ...] = ()  # as it has them, and darkened for white
    logo: str = ""
    icons: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    postal: str = ""
    legal: str = ""
    social: tuple[str, ...] = ()
    timezone: str = ""
    timezone_because: str = ""
    places: tuple[Place, ...] = ()
    own_hosts: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    theme: str = ""
    has_logo: bool = False
    uses_logo: bool = False
    mail_service: str = ""
    looks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many publications were found."""
        return sum(place.count for place in self.places)

    @property
    def dated(self) -> int:
        """How many of these have a date."""
        return sum(place.dated for place in self.places)

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "places"}
        said = {name: _plain(value) for name, value in plain.items()}
        return said | {"places": [place.as_json() for place in self.places]}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        known = {name: _frozen(value) for name, value in said.items() if name in cls.__slots__ and name != "places"}
        return cls(**known, places=tuple(map(Place.of, said.get("places", ()))))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far setting up has come. `busy`: whether somebody looks or collects at this moment."""

    website: str
    email: str
    step: Step
    answers: Mapping[str, Any] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    said: str = ""
    done: int = 0
    total: int = 0
    trouble: str = ""
    busy: bool = False


def found_of(discovery: Discovery) -> Found:
    """What discovering told, in the form in which it is kept."""
    left = MOST_ENTRIES
    places = []
    for one in discovery.sources:
        places.append(_place(one, left))
        left -= len(places[-1].told)
    return Found(
        url=discovery.url, name=discovery.name, logo=discovery.logo, icons=discovery.icons,
        colours=tuple(_colour(one) for one in discovery.colours), languages=discovery.languages,
        postal=discovery.postal, legal=discovery.legal, social=discovery.social, timezone=discovery.timezone,
        places=tuple(places), own_hosts=discovery.own_hosts, tried=discovery.tried,
    )  # fmt: skip


def _place(one: Proposal, most: int) -> Place:
    told = (
        Told(
            sample.entry.title, sample.entry.url, sample.kind, sample.entry.categories,
            sample.entry.published_on.isoformat() if sample.entry.published_on else "",
        )
        for sample in one.judged[: max(0, most)]
    )  # fmt: skip
    where = one.definition
    return Place(
        one.name, where.kind.value, where.url, where.language, dict(where.options), one.rules, one.count, one.dated,
        tuple(told),
    )  # fmt: skip


def _colour(one: Colour) -> tuple[str, str]:
    return one.found, one.value


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
