"""What a source would give, before it is kept: its items with day, kind and language, and why; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from newsletter.database import Transactions
from newsletter.fetch import Web
from newsletter.publications import rules as ruling
from newsletter.publications.deriving import Reading, asked, derive
from newsletter.publications.kinds import kinds
from newsletter.publications.sources import registry
from newsletter.publications.sources.model import Definition, Entry, Refused

MOST = 50  # items; enough to judge by


@dataclass(frozen=True, slots=True)
class Given:
    """What an item would become."""

    title: str
    url: str
    kind: str
    published_on: date | None
    language: str
    outlet: str
    because: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items a rule speaks of."""

    text: str
    matches: int


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome; `number` items at most MOST, the newest first where the source has an order."""

    items: tuple[Given, ...]
    rules: tuple[Tally, ...]
    problems: tuple[Refused, ...]

    @property
    def number(self) -> int:
        return len(self.items)

    @property
    def dated(self) -> int:
        return sum(item.published_on is not None for item in self.items)


def try_out(
    database: Transactions, web: Web, definition: Definition, rules: Sequence[str], own_hosts: frozenset[str]
) -> Tried:
    """Read the source's latest items. Unreachable or BadInput where it cannot be read."""
    with database.reading() as session:
        known = tuple(kind.slug for kind in kinds(session))
    few = asked(replace(definition, options={"most_items": MOST, **definition.options}), known)
    parsed = tuple(ruling.parse(rule, known) for rule in rules)
    told = list(registry.reader(few.kind).read(few, web, {}))
    entries = [one for one in told if isinstance(one, Entry)][:MOST]
    problems = [one for one in told if isinstance(one, Refused)]
    reading = Reading(few, parsed, own_hosts, known).after(entries)
    items = []
    for entry in entries:
        derived = derive(entry, reading)
        problems += [Refused(entry.title[:80], problem) for problem in derived.problems]
        if (one := derived.publication) is not None:
            items.append(
                Given(one.title, one.url, one.kind, one.published_on, one.language, one.outlet, derived.because)
            )
    tallies = (Tally(str(one.rule), len(one.entries)) for one in ruling.matched(parsed, entries))
    return Tried(tuple(items), tuple(tallies), tuple(problems))
