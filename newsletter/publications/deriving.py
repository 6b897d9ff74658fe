"""From an entry to a publication: rules, then what the source says itself, then a guess; then the checks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from newsletter.publications import rules as ruling
from newsletter.publications import texts
from newsletter.publications.addresses import host_of
from newsletter.publications.checking import REQUIRED, check
from newsletter.publications.guessing import guess
from newsletter.publications.guessing.hosts import main_host, registered
from newsletter.publications.model import Publication
from newsletter.publications.sources.cleaning import shortened
from newsletter.publications.sources.model import Definition, Entry, SourceKind
from newsletter.publications.texts import MOST_SUMMARY

MOST_ID = 400  # characters of a source's own id; a longer one is hashed
_NEEDED = {*REQUIRED, "external_id"}
_SAME = (
    "title", "summary", "url", "image", "image_alt", "image_credit", "original_source", "place", "who_for",
)  # fmt: skip
_FEEDS = {SourceKind.FEED, SourceKind.JSON_FEED}
_DAYS = ("published_on", "deadline_on", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the entries of one source are read. `own_hosts`: the organisation's own. `kinds`: slugs that are known."""

    definition: Definition
    rules: tuple[ruling.Rule, ...] = ()
    own_hosts: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()

    def after(self, entries: Sequence[Entry]) -> Self:
        """The same, where a feed lies with a service and leads nowhere that is known: what most of it leads to is ours
        too.
        """
        known = {registered(host) for host in self.own_hosts}
        if self.definition.kind not in _FEEDS or any(registered(host_of(entry.url)) in known for entry in entries):
            return self
        return replace(self, own_hosts=self.own_hosts.union(main_host(entry.url for entry in entries)))


@dataclass(frozen=True, slots=True)
class Derived:
    """The publication, or None where what it cannot do without is wrong. `problems`: every reason, as "field: reason";
    of a field that it can do without, the publication goes on. `because`: why this kind.
    """

    entry: Entry
    publication: Publication | None
    problems: tuple[str, ...]
    because: str


def asked(definition: Definition, kinds: tuple[str, ...]) -> Definition:
    """The definition as its reader needs it: a file names our kinds itself."""
    if definition.kind is not SourceKind.FILE:
        return definition
    return replace(definition, options={**definition.options, "kinds": kinds})


def derive(entry: Entry, reading: Reading) -> Derived:
    """What an entry of this source becomes."""
    fields, because = _fields(entry, reading)
    publication, problems = check(fields, reading.kinds)
    if publication is None:
        bad = {problem.partition(":")[0] for problem in problems}
        if not bad & _NEEDED:
            good = {name: value for name, value in fields.items() if name not in bad}
            publication, _ = check(good, reading.kinds)
    return Derived(entry, publication, tuple(problems), because)


def qualified(slug: str, entry_id: str) -> str:
    """The external id of a publication that came from the source `slug`."""
    return f"{slug}:{own_id(entry_id)}"


def own_id(entry_id: str) -> str:
    """The source's own id as it is kept: as it is, or hashed where it is long or no line that a database takes."""
    try:
        if texts.heading(entry_id, MOST_ID) == entry_id:
            return entry_id
    except texts.TextError:
        pass
    return f"sha256:{hashlib.sha256(entry_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def said_by(entry: Entry, rules: Sequence[ruling.Rule]) -> str:
    """SHA-256 of what the source says of the entry, and of the rules it is read by: another one means to look again."""
    said = [getattr(entry, name) for name in Entry.__dataclass_fields__ if name not in {"id", "flags"}]
    return hashlib.sha256(repr([said, [str(rule) for rule in rules]]).encode("utf-8", "surrogatepass")).hexdigest()


def _fields(entry: Entry, reading: Reading) -> tuple[dict[str, str], str]:
    ruled, guessed = ruling.apply(reading.rules, entry), guess(entry, reading.own_hosts, reading.definition.url)
    fields = {name: getattr(entry, name) for name in _SAME}
    fields |= {name: day.isoformat() for name in _DAYS if (day := getattr(entry, name))}
    fields["summary"] = shortened(entry.summary, MOST_SUMMARY)  # a website may put the whole article there
    fields["external_id"] = qualified(reading.definition.slug, entry.id)
    fields["kind"] = ruled.kind or entry.kind or guessed.kind
    fields["outlet"] = ruled.outlet or entry.outlet or guessed.outlet
    fields["language"] = ruled.language or entry.language or reading.definition.language or guessed.language
    because = f"rule {'; '.join(ruled.by)}" if ruled.kind else "the source says so" if entry.kind else guessed.because
    return fields, because
