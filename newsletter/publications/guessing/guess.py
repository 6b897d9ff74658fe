"""Guesses what an entry is, from all that its source says of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from newsletter.publications.addresses import host_of
from newsletter.publications.guessing import hosts
from newsletter.publications.guessing.clues import Clue, clues, crossposted
from newsletter.publications.guessing.languages import language_of
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.sources.model import Entry

KINDS = tuple(kind.slug for kind in STARTING_KINDS)
DEFAULT = "press_release"
_MEDIA = "media_feature"
_FURTHER = 0.4  # each further clue for one kind counts so much of the one before


@dataclass(frozen=True, slots=True)
class Guess:
    """`kind`: always one of ours; `because`: why. `outlet`, `language`, `original_source`: "" where unknown."""

    kind: str
    outlet: str
    language: str
    because: str
    original_source: str = ""


def guess(entry: Entry, own_hosts: Collection[str] = (), source_url: str = "") -> Guess:
    """What the entry seems to be.

    `own_hosts`: the organisation's own, so that a link elsewhere tells something. `source_url`: where its source lists
    it; "/press/" there tells something too. Pure: the same entry always gives the same guess.
    """
    kind, because = _kind(entry, own_hosts, source_url)
    outlet = entry.outlet or (_outlet(entry, own_hosts) if kind == _MEDIA else "")
    language = entry.language or language_of(entry.title, entry.summary)
    return Guess(kind, outlet, language, because, entry.original_source or (crossposted(entry) or ""))


def _kind(entry: Entry, own_hosts: Collection[str], source_url: str) -> tuple[str, str]:
    if entry.kind in KINDS:
        return entry.kind, "its source says so"
    found = sorted(clues(entry, own_hosts, source_url), key=lambda clue: -clue.weight)
    if not found:
        return DEFAULT, "news without any hint of another kind"
    scores = {
        kind: _score(clue.weight for clue in found if clue.kind == kind) for kind in {clue.kind for clue in found}
    }
    best = max(sorted(scores, key=KINDS.index), key=lambda kind: scores[kind])
    return best, _strongest(found, best)


def _score(weights: Iterable[float]) -> float:
    """Of clues in falling order: many weak ones don't outweigh a strong one."""
    return sum(weight * _FURTHER**index for index, weight in enumerate(weights))


def _strongest(found: Iterable[Clue], kind: str) -> str:
    return next(clue.because for clue in found if clue.kind == kind)


def _outlet(entry: Entry, own_hosts: Collection[str]) -> str:
    host = host_of(entry.url)
    if host and (known := hosts.outlet_of(host)):
        return known
    if named := _named(entry):
        return named
    abroad = host and own_hosts and not hosts.is_own(host, own_hosts) and not hosts.is_store(host)
    return hosts.named_after(host) if abroad else ""


def _named(entry: Entry) -> str:
    """The outlet that title or text name, as "Reuters: ..." or "This Bloomberg article"."""
    text = f"{entry.title} {entry.summary}"
    return max((name for name in _NAMES if _stands(name, text)), key=len, default="")


def _stands(name: str, text: str) -> bool:
    at = text.find(name)
    before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
    return at >= 0 and not before.isalnum() and not after.isalnum()


# Names that are also plain words ("Context", "Nation") are no proof.
_NAMES = frozenset(
    name for name in hosts.OUTLETS.values() if name not in {"Context", "Nation", "The Times", "The National"}
)
