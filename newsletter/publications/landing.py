"""Lands what a source tells, batch by batch, and counts what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.database import Transactions
from newsletter.errors import NotFound
from newsletter.publications import matching, store
from newsletter.publications.deriving import Reading, derive, own_id, told
from newsletter.publications.flagging import flags
from newsletter.publications.sources.model import Entry, Refused
from newsletter.publications.tables import SourceRow
from newsletter.publications.taking import Item, Taking, Told

MOST_AT_ONCE = 100  # entries in one transaction
MOST_TOLD = 200  # problems, and items, that are kept to be shown


@dataclass(slots=True)
class Landing:
    """One visit of a source, from its first entry to its last. `counts`: see `taking`; "refused" beside them."""

    database: Transactions
    source_id: int
    reading: Reading
    now: datetime
    dry_run: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Refused] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _unkept: list[matching.Known] = field(default_factory=list)  # what a dry run has met, to know it again

    def refuse(self, refused: Refused) -> None:
        """An entry that nothing can be made of."""
        self.counts["refused"] += 1
        self._remember(refused)

    def land(self, entries: Sequence[Entry]) -> None:
        """Take in at most MOST_AT_ONCE entries, in one transaction. NotFound where the source is no more."""
        flagged = flags(entries)
        batch = [found for entry in entries if (found := self._told(entry, flagged.get(entry.id, ()))) is not None]
        if not batch:
            return
        with self.database.transaction() as session:
            store.one_at_a_time(session)
            if session.get(SourceRow, self.source_id) is None:
                raise NotFound(f"The source {self.reading.definition.slug} was removed meanwhile.")
            taking = Taking(session, self.source_id, self.reading.definition.slug, self.now, self._unkept)
            taking.take(batch)
            if self.dry_run:
                session.rollback()
                self._unkept += taking.added
        self.counts += taking.counts
        self.items += taking.items[: MOST_TOLD - len(self.items)]

    def _told(self, entry: Entry, flagged: Sequence[str]) -> Told | None:
        external_id = own_id(entry.id)
        if external_id in self._seen:
            self.counts["duplicates"] += 1
            return None
        self._seen.add(external_id)
        derived = derive(entry, self.reading)
        if derived.publication is None:
            self.refuse(Refused(where(entry), "; ".join(derived.problems)))
            return None
        for problem in derived.problems:
            self._remember(Refused(where(entry), f"{problem}; it was taken without that"))
        both = sorted({str(flag) for flag in (*entry.flags, *flagged)})
        return Told(derived.publication, external_id, told(entry, self.reading.rules), both)

    def _remember(self, problem: Refused) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)


def where(entry: Entry) -> str:
    """How an entry is named to people."""
    return entry.title[:80] or entry.url[:120] or entry.id[:120]
