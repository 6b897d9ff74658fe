"""Lands what a source tells, batch by batch, and counts what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.database import Transactions
from newsletter.errors import NotFound
from newsletter.publications import matching, store
from newsletter.publications.addresses import has_page
from newsletter.publications.deriving import Reading, derive, own_id, said_by
from newsletter.publications.flagging import flags
from newsletter.publications.sources.model import Entry, Refused
from newsletter.publications.tables import SourceRow
from newsletter.publications.taking import Item, Taking, Told, sightings

MOST_AT_ONCE = 50  # entries in one transaction: some 20 ms of writing
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
        if not self._seen:
            self.reading = self.reading.after(entries)
        fresh = self._fresh(entries)
        unchanged = self._unchanged(fresh)
        flagged = flags(entries) if len(unchanged) < len(fresh) else {}
        batch = [
            told
            for id_, (entry, said) in fresh.items()
            if id_ not in unchanged and (told := self._told(id_, entry, said, flagged.get(entry.id, ())))
        ]
        if batch or unchanged:
            self._write(batch, list(unchanged.values()))

    def _fresh(self, entries: Sequence[Entry]) -> dict[str, tuple[Entry, str]]:
        """Those that were not told before at this visit, by the source's own id, with the hash of what they say."""
        found: dict[str, tuple[Entry, str]] = {}
        for entry in entries:
            id_ = own_id(entry.id)
            if id_ in self._seen:
                self.counts["duplicates"] += 1
                continue
            self._seen.add(id_)
            found[id_] = (entry, said_by(entry, self.reading.rules))
        return found

    def _unchanged(self, entries: Mapping[str, tuple[Entry, str]]) -> dict[str, int]:
        """Sightings of those that say what they said before: most of them, and nothing is to be done for these."""
        with self.database.reading() as session:
            before = sightings(session, self.source_id, list(entries))
        return {id_: one.id for id_, one in before.items() if one.stands(entries[id_][1])}

    def _told(self, id_: str, entry: Entry, said: str, flagged: Sequence[str]) -> Told | None:
        derived = derive(entry, self.reading)
        publication = derived.publication
        if publication is None:
            self.refuse(Refused(where(entry), "; ".join(derived.problems)))
            return None
        for problem in derived.problems:
            self._remember(Refused(where(entry), f"{problem}; it was taken without that"))
        row = store.new_row(publication, self.reading.definition.slug, self.now)
        row.flags = sorted({str(flag) for flag in (*entry.flags, *flagged)})
        known = matching.Known(
            0, row.url_key, row.title_key, row.language, row.published_on, has_page(row.url),
            frozenset({self.source_id}),
        )  # fmt: skip
        return Told(publication, id_, said, row.flags, known, row)

    def _write(self, batch: Sequence[Told], unchanged: Sequence[int]) -> None:
        with self.database.transaction() as session:
            store.one_at_a_time(session)
            if session.get(SourceRow, self.source_id) is None:
                raise NotFound(f"The source {self.reading.definition.slug} was removed meanwhile.")
            taking = Taking(session, self.source_id, self.reading.definition.slug, self.now, self._unkept)
            taking.take(batch, unchanged)
            if self.dry_run:
                session.rollback()
                self._unkept += taking.added
        self.counts += taking.counts
        self.items += taking.items[: MOST_TOLD - len(self.items)]

    def _remember(self, problem: Refused) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)


def where(entry: Entry) -> str:
    """How an entry is named to people."""
    return entry.title[:80] or entry.url[:120] or entry.id[:120]
