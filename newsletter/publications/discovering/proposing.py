"""Reads a source that was found once, as collecting will, and says what it would give."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from newsletter.errors import Refusal
from newsletter.publications.discovering.asking import Asking
from newsletter.publications.discovering.model import Proposal, Sample
from newsletter.publications.guessing import guess
from newsletter.publications.guessing.hosts import main_host
from newsletter.publications.rules import Rule
from newsletter.publications.sources.model import Definition, Entry, NotModified
from newsletter.publications.sources.registry import reader

MOST_READ = 100
_MOST_SAMPLES = 6
_LEAST_OF_LANGUAGE = 2
_FOLDER = re.compile(r"/([a-z]{2})(?:-[a-z]{2})?/", re.IGNORECASE)
_LANGUAGES = frozenset("en es fr ar de pt it nl ca tr pl ru uk zh ja ko he fa sv el ro hu cs id sw".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Read:
    """A source as it was read: its entries, and the sentence on what went wrong, if anything did."""

    definition: Definition
    entries: tuple[Entry, ...]
    trouble: str = ""


def read(asking: Asking, definition: Definition, most: int = MOST_READ) -> Read:
    """At most so many entries of the source; one that cannot be read has none, and says why."""
    try:
        told = reader(definition.kind).read(definition, asking, {})
        return Read(definition, tuple(islice((one for one in told if isinstance(one, Entry)), most)))
    except NotModified:
        return Read(definition, ())
    except Refusal as refusal:
        return Read(definition, (), str(refusal))


def proposal(found: Read, name: str, own_hosts: Collection[str]) -> Proposal:
    """What the source would give: kinds, days, samples of each kind, and the rules that it cannot do without."""
    own_hosts = (*own_hosts, *main_host(entry.url for entry in found.entries))
    judged = [Sample(entry, said.kind, said.because) for entry in found.entries
              for said in (guess(entry, own_hosts, found.definition.url),)]  # fmt: skip
    return Proposal(
        definition=found.definition,
        name=name,
        rules=tuple(map(str, _rules(found.definition, found.entries))),
        samples=tuple(_samples(judged)),
        count=len(found.entries),
        dated=sum(entry.published_on is not None for entry in found.entries),
        kinds=tuple(Counter(sample.kind for sample in judged).most_common()),
        judged=tuple(judged),
    )


def _samples(judged: Sequence[Sample]) -> Iterator[Sample]:
    """One of each kind first, then more."""
    first = {sample.kind: sample for sample in reversed(judged)}
    shown = list(first.values())[::-1]
    shown += [sample for sample in judged if sample not in shown]
    return islice(shown, _MOST_SAMPLES)


def _rules(definition: Definition, told: Sequence[Entry]) -> Iterator[Rule]:
    """Where addresses name a language that the source would not give their entries, a rule does."""
    folders: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in told:
        found = _FOLDER.match(unquote(urlsplit(entry.url).path))
        if found and found[1].lower() in _LANGUAGES:
            folders[found[0]].append(entry)
    for folder, inside in folders.items():
        language = folder.strip("/")[:2].lower()
        wrong = [entry for entry in inside if (entry.language or definition.language) not in {"", language}]
        if len(wrong) >= _LEAST_OF_LANGUAGE and len(wrong) * 2 >= len(inside):
            yield Rule("path", f"{folder}*", language=language)
