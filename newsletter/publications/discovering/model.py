"""What a website was found to tell."""

from dataclasses import dataclass, field

from newsletter.publications.sources.model import Definition, Entry


@dataclass(frozen=True, slots=True)
class Colour:
    """`#rrggbb`, readable on white (4.5:1). `found`: as the website has it. `where`: what said so, in words."""

    value: str
    found: str
    where: str

    @property
    def darkened(self) -> bool:
        """Whether it had to be darkened to be read."""
        return self.value != self.found


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry of a proposed source, and the kind it would get."""

    entry: Entry
    kind: str
    because: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that could be added. `count`: how many entries it told; `dated`: how many of these have a date.

    `kinds`: how many would be of which kind. `rules`: in their text form, only where guessing alone would be wrong.
    `judged`: all that was told, each with the kind that it would get.
    """

    definition: Definition
    name: str
    rules: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    count: int = 0
    dated: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    judged: tuple[Sample, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.count} found, {self.dated} with a date"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the website tells, "" and () where nothing; nothing of it is taken without being asked for.

    `logo`: its address. `icons`: of the squares that stand for the site elsewhere, those for telephones first.
    `social`: addresses. `timezone`: a name of the tz database. `tried`: sentences on what was looked at, and what came
    of it.
    """

    url: str
    name: str = ""
    logo: str = ""
    icons: tuple[str, ...] = ()
    colours: tuple[Colour, ...] = ()
    languages: tuple[str, ...] = ()
    postal: str = ""
    legal: str = ""
    social: tuple[str, ...] = ()
    timezone: str = ""
    sources: tuple[Proposal, ...] = ()
    own_hosts: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
