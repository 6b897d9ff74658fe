"""Visits a source: reads what it tells, lands it, takes pictures, notices what is gone; its failure costs no other."""

import copy
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.errors import BadInput, NotFound, Refusal
from newsletter.fetch import Unreachable, Web
from newsletter.publications import picturing, store, vanishing, visits
from newsletter.publications import rules as ruling
from newsletter.publications.deriving import Reading, asked
from newsletter.publications.kinds import kinds
from newsletter.publications.landing import MOST_AT_ONCE, Landing
from newsletter.publications.sources import registry
from newsletter.publications.sources.model import Entry, Memory, NotModified, Refused, Total
from newsletter.publications.sourcing import Source
from newsletter.publications.taking import Item

Progress = Callable[[str, int, int | None], None]  # the source's short name, how many are done, of how many if known
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a visit led to. `undated`: those of the new ones that wait in the tray. `problems`: the first of what was
    refused, and of what was taken without a field or a picture. `trouble`: why it could not be read to its end.
    """

    source: str
    name: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
    gone: int = 0
    back: int = 0
    undated: int = 0
    pictures: int = 0
    not_modified: bool = False
    trouble: str = ""
    problems: tuple[Refused, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The numbers by name."""
        return {name: getattr(self, name) for name in COUNTS}

    @property
    def is_news(self) -> bool:
        """Whether anything is here that was not before, or something went wrong."""
        return bool(self.new or self.changed or self.gone or self.back or self.trouble)


COUNTS = ("new", "changed", "unchanged", "duplicates", "refused", "gone", "back", "undated", "pictures")


def collect(
    database: Transactions,
    web: Web,
    source: Source,
    clock: Clock,
    *,
    own_hosts: frozenset[str] = frozenset(),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Collected:
    """Visit the source. Killed in the middle and run again, it comes to the same; a dry run writes nothing."""
    visit = _Visit(database, web, source, clock, own_hosts, dry_run, progress or (lambda *_: None))
    visit.read()
    if not dry_run:
        visit.finish()
    return visit.collected()


class _Failed(Exception):
    """The source cannot be read; the message is a sentence."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(slots=True)
class _Visit:
    database: Transactions
    web: Web
    source: Source
    clock: Clock
    own_hosts: frozenset[str]
    dry_run: bool
    progress: Progress
    trouble: str = ""
    retry_after: float | None = None
    not_modified: bool = False
    memory: Memory = field(init=False)
    landing: Landing = field(init=False)
    pictured: picturing.Pictured = field(default_factory=picturing.Pictured)
    looked: vanishing.Looked = field(default_factory=vanishing.Looked)

    def __post_init__(self) -> None:
        self.memory = copy.deepcopy(dict(self.source.memory))
        with self.database.reading() as session:
            known = tuple(kind.slug for kind in kinds(session))
        rules, problems = _rules(self.source.rules, known)
        reading = Reading(asked(self.source.definition, known), rules, self.own_hosts, known)
        self.landing = Landing(self.database, self.source.id, reading, self.clock(), self.dry_run, problems=problems)

    def read(self) -> None:
        """Land what the source tells; where it fails, what it told before has landed."""
        if not self.dry_run:
            store.fill_keys(self.database)
        self.progress(self.source.slug, 0, None)
        try:
            self._land(self._told())
        except NotModified:
            self.not_modified = True
        except _Failed as failure:
            self.trouble, self.retry_after = str(failure), failure.retry_after
        except NotFound as error:  # somebody has removed it
            self.trouble = str(error)

    def finish(self) -> None:
        """What needs no reader: what is gone, pictures, and the memory of the visit."""
        source, now = self.source, self.landing.now
        if not self.trouble:
            if registry.reader(source.definition.kind).lists_all:
                self._look()
            with self.database.reading() as session:
                wanted = picturing.of_source(session, source.slug, now.date())
            self.pictured = picturing.take(self.database, self.web, wanted, now, source.last.get("pictures_failed"))
        last: dict[str, Any] = {**self._counts(), "looked_at": self.looked.last}
        if not self.trouble:
            last["pictures_failed"] = self.pictured.failures
        visit = visits.Visit(now, self.memory, last, self.trouble, self.retry_after)
        with self.database.transaction() as session:
            visits.record(session, source.id, visit, self.clock())

    def collected(self) -> Collected:
        """The outcome."""
        unpictured = [Refused(one.title, why) for one, why in self.pictured.problems]
        return Collected(
            self.source.slug, self.source.name, **self._counts(), not_modified=self.not_modified, trouble=self.trouble,
            problems=(*self.landing.problems, *unpictured), items=tuple(self.landing.items),
        )  # fmt: skip

    def _counts(self) -> dict[str, int]:
        found = {name: self.landing.counts[name] for name in COUNTS}
        found["gone"] += self.looked.gone
        found["back"] += self.looked.back
        return found | {"pictures": self.pictured.taken}

    def _look(self) -> None:
        if not self.not_modified:
            with self.database.transaction() as session:
                vanishing.mark_missing(session, self.source.id, self.landing.now)
        after = int(self.source.last.get("looked_at", 0))
        self.looked = vanishing.look(self.database, self.web, self.source.id, self.landing.now, after)

    def _land(self, told: Iterator[Entry | Refused | Total]) -> None:
        """Some at once; what was told lands also where the rest is not told any more."""
        batch: list[Entry] = []
        done, total = 0, None
        try:
            for one in told:
                if isinstance(one, Total):
                    total = done + one.number
                else:
                    done += 1
                    self.landing.refuse(one) if isinstance(one, Refused) else batch.append(one)
                if len(batch) == MOST_AT_ONCE or isinstance(one, Total):
                    landed, batch = batch, []
                    self.landing.land(landed)
                    self.progress(self.source.slug, done, total)
        finally:
            self.landing.land(batch)
        self.progress(self.source.slug, done, done)

    def _told(self) -> Iterator[Entry | Refused | Total]:
        """What the reader gives; whatever it raises is the source's trouble, and no one else's."""
        definition = self.landing.reading.definition
        try:
            yield from registry.reader(definition.kind).read(definition, self.web, self.memory)
        except NotModified:
            raise
        except Unreachable as error:
            raise _Failed(str(error), error.retry_after) from error
        except Refusal as error:
            problems = "; ".join(getattr(error, "problems", ())[:3])
            raise _Failed(f"{error} {problems}".strip()) from error
        except Exception as error:
            _LOG.exception("The source %s cannot be read.", self.source.slug)
            raise _Failed(f"It cannot be read ({type(error).__name__}: {error}); please report this.") from error


def _rules(texts: tuple[str, ...], known: tuple[str, ...]) -> tuple[tuple[ruling.Rule, ...], list[Refused]]:
    """The rules that hold; one that speaks of a kind that is no more does not keep the source from being read."""
    rules, problems = [], []
    for text in texts:
        try:
            rules.append(ruling.parse(text, known))
        except BadInput as error:
            problems.append(Refused(f"Rule {text}", f"{error} It was left out."))
    return tuple(rules), problems
