"""What the parts of an entry say of its kind: categories, address, title, host, summary, dates, form."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from newsletter.publications.addresses import host_of
from newsletter.publications.guessing import hosts
from newsletter.publications.guessing.names import NAMES, SECTIONS
from newsletter.publications.guessing.phrases import Found, Phrasebook, words
from newsletter.publications.guessing.summaries import SUMMARIES
from newsletter.publications.guessing.titles import NOT_IN_TITLES, TITLES
from newsletter.publications.sources.model import Entry


@dataclass(frozen=True, slots=True)
class Clue:
    """Something that speaks for a kind; `because` completes the sentence "It seems so, for ..."."""

    kind: str
    weight: float
    because: str


_LABELS = Phrasebook(NAMES, SECTIONS)
_NAMES = Phrasebook(NAMES)
_TITLES = Phrasebook(TITLES)
_SUMMARIES = Phrasebook(SUMMARIES)
_HEAD = re.compile(r"^\W{0,20}(.{2,60}?)\s*(?::|\s[|–—-]\s|\]|\))\s*(?=\S)")
_TAIL = re.compile(r"(?::|\s[|–—-]\s|\(|\[)\s*([^:|–—()\[\]]{2,40}?)[)\]]?\s*$")
_DATELINE = re.compile(
    r"^[^.!?]{2,40}?[,(]?\s*(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[^\W\d_]{3,12}\.?\s+(?:\d{1,2},?\s+)?20\d\d\)?\s*[–—-]\s"
)
_ACTED_ON = frozenset({"report", "brief", "research", "knowledge_product", "statement", "city_story"})
_THOUGHT = re.compile(r"^[^:]{8,}?: (?:\S+ ){3,}\S")  # "Urban migration: cities as labs of reform"
_GERUND = re.compile(r"^\W*[A-Z][a-z]{2,}ing\s(?!of\b)")
_SAYING = re.compile(r"\s(?:is|are|es|son|est|sont|ist|sind|é|são)\s")  # "Cities are laboratories"
_EDITION = re.compile(r"\b(?:update|bulletin|roundup|news)\W{1,3}(?:\d|(?:no|n\.?º|#)\W?\d)", re.IGNORECASE)
# An attribution at the end of a headline: "... - UN report", "...: UNHCR".
_SPEAKER = re.compile(r"^((?:\S+\s+){5,}\S+?)(?::|\s[–—-])\s+((?:\S+\s+){0,2}\S+)$")
_GATHERINGS = frozenset(
    {
        "forum", "summit", "conference", "congress", "foro", "cumbre", "sommet", "congreso", "conferencia", "dialogue",
        "assembl", "festival", "encuentro", "event", "evento", "evenement", "exhibition", "lecture", "symposium",
        "week", "day", "annual",
    }
)  # fmt: skip
_QUOTES = tuple('“”"«»„‘’')
_FILE = re.compile(r"\.(pdf|docx?|epub|pptx?)$", re.IGNORECASE)
_CROSS = re.compile(
    r"(?:first|originally|previously) (?:appeared|published|posted) (?:on|by|in|at) (?:the )?([^.,;()]{2,60}?)"
    r"(?: website| blog| site|[.,;()]|$)|cross-?post(?:ed|ing)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\W*(?:\d{1,2}|three|four|five|six|seven|eight|nine|ten|tres|cinco|trois|cinq)\s+"
    r"(?:\w+\s+)?(?:things|ways|reasons|stories|trends|lessons|ideas|questions|myths|facts|takeaways|claves|razones|raisons|idées)\b",
    re.IGNORECASE,
)


def clues(entry: Entry, own_hosts: Collection[str], source_url: str = "") -> Iterator[Clue]:
    """All of them, in no order."""
    for look in (_labels, _title, _form, _summary, _dates):
        yield from look(entry)
    yield from _address(entry.url, 1.0 if hosts.is_own(host_of(entry.url), own_hosts) or not own_hosts else 0.4)
    yield from _address(source_url, 0.7)
    yield from _host(entry, own_hosts)


def crossposted(entry: Entry) -> str | None:
    """Who published it first, "" where it only says that somebody else did; None where it is the organisation's own."""
    found = _CROSS.search(entry.summary)
    return (found[1] or "").strip() if found else None


def _labels(entry: Entry) -> Iterator[Clue]:
    for weight, labels in ((1.0, entry.categories), (0.6, entry.tags)):
        for label in labels:
            for kind, strength in _named_by(label):
                yield Clue(kind, strength * weight, f'it is filed under "{label}"')


@lru_cache(maxsize=4096)  # a source has few categories and folders, and many entries in each
def _named_by(label: str) -> tuple[tuple[str, float], ...]:
    """The kinds that a short label names with all of it or, like "City case studies", with a part of its few words."""
    said = words(label)
    best: dict[str, float] = {}
    for found in _LABELS.find(said):
        whole = found.end - found.start == len(said)
        if whole or len(said) <= 4:
            best[found.kind] = max(found.weight * (1 if whole else 0.7), best.get(found.kind, 0))
    return tuple(best.items())


def _address(url: str, share: float) -> Iterator[Clue]:
    try:
        parts = unquote(urlsplit(url).path).strip("/").split("/")
    except ValueError:
        return
    folders = [part for part in parts[:-1] if len(part) <= 40]
    own = [parts[-1]] if share < 1 else []  # a listing's own last part names it; an entry's is only its title again
    for part in dict.fromkeys(folders + own):
        for kind, weight in _named_by(part):
            yield Clue(kind, weight * 0.8 * share, f'its address holds "/{part}/"')


def _title(entry: Entry) -> Iterator[Clue]:
    said = words(_unattributed(entry.title))
    told = _TITLES.find(said)
    told += [
        replace(found, weight=found.weight * 0.6)
        for found in _NAMES.find(said)
        if found.weight >= 5 and found.phrase not in NOT_IN_TITLES
    ]
    acts = min((found.start for found in told if found.kind == "press_release"), default=len(said))
    for found in told:
        yield Clue(found.kind, found.weight * _share(found, acts, len(said)), f'its title says "{found.phrase}"')
    for pattern, weight in ((_HEAD, 1.3), (_TAIL, 1.1)):
        if part := pattern.search(entry.title[:500]):
            yield from _named(part[1], weight)
            if hosts.is_outlet(part[1]):
                yield Clue("media_feature", 8, f"its title names {part[1].strip()} apart")


def _unattributed(title: str) -> str:
    """The headline without who said so."""
    found = _SPEAKER.match(title)
    return found[1] if found and not _TITLES.find(words(found[2])) else title


def _share(found: Found, acts: int, length: int) -> float:
    """How much of its weight a phrase keeps in a headline that tells who does something ("acts": where that is said).

    "City adopts guidelines" is news, not the guidelines; in a long title a forum is where something happened.
    """
    if found.kind in _ACTED_ON and acts < found.start:
        return 0.5
    if found.kind == "press_release" and not found.start and " " not in found.phrase:
        return 0.25  # nobody stands before the verb: "Welcome to ...", "Support for ..."
    if found.kind == "event" and found.phrase.split()[0] in _GATHERINGS and found.start and length > 6:
        return 0.6 if length < 10 else 0.25
    return 1.0


def _named(part: str, weight: float) -> Iterator[Clue]:
    """What a part of a title before its colon or after its dash names: "MMC Readout", "Policy brief"."""
    said = words(part)
    if said and said[0].endswith("ing"):  # "Updating the Playbook: ..." is about one
        return
    for found in _NAMES.find(said):
        if len(said) <= 5 and found.end == len(said) and found.weight >= 4:
            whole = found.end - found.start == len(said)
            yield Clue(found.kind, found.weight * weight * (1 if whole else 0.8), f'its title has "{part}" apart')


def _form(entry: Entry) -> Iterator[Clue]:
    if entry.title.rstrip(" \"'”»").endswith(("?", "؟")):
        yield Clue("commentary", 3.5, "its title asks a question")
    if _NUMBERED.match(entry.title):
        yield Clue("commentary", 4, "its title counts things")
    if _THOUGHT.match(entry.title):
        yield Clue("commentary", 2, "its title has a subject and a thought")
    if len(entry.title.split()) <= 7 and _SAYING.search(entry.title):
        yield Clue("commentary", 3, "its title is a saying")
    if _EDITION.search(entry.title):
        yield Clue("newsletter", 5, "its title numbers an edition")
    if _GERUND.match(entry.title):
        yield Clue("commentary", 2.5, "its title is on doing something")
    if entry.title.strip()[:1] in _QUOTES and entry.title.strip()[-1:] in _QUOTES:
        yield Clue("city_story", 3, "its title is somebody’s words")
    if entry.title.lstrip().startswith(("“", '"', "«", "„")):
        yield Clue("city_story", 2, "its title begins with somebody’s words")
    if _FILE.search(entry.url.split("?")[0]):
        yield Clue("report", 2.5, "it is a file")


def _summary(entry: Entry) -> Iterator[Clue]:
    if _DATELINE.match(entry.summary):
        yield Clue("press_release", 4, "its text begins with place and day")
    for found in _SUMMARIES.find(words(entry.summary)):
        yield Clue(found.kind, found.weight * (0.8 if found.start < 60 else 0.5), f'its text says "{found.phrase}"')


def _dates(entry: Entry) -> Iterator[Clue]:
    if entry.deadline_on:
        yield Clue("opportunity", 7, "it has a closing date")
    if entry.starts_on:
        past = entry.published_on and entry.starts_on < entry.published_on
        yield Clue("event_report" if past else "event", 2.5 if past else 5, "it has a day on which it starts")


def _host(entry: Entry, own_hosts: Collection[str]) -> Iterator[Clue]:
    host = host_of(entry.url)
    if not host or hosts.is_own(host, own_hosts):
        return
    if kind := hosts.kind_of(host):
        yield Clue(kind, 6, f"it leads to {host}")
    elif hosts.outlet_of(host):
        yield Clue("media_feature", 12, f"it leads to {host}")
    elif own_hosts and not hosts.is_store(host):
        yield Clue("media_feature", _abroad(host, entry), f"it leads away to {host}")


def _abroad(host: str, entry: Entry) -> float:
    if crossposted(entry) is not None or hosts.is_public(host):
        return 1.0
    return 10.0 if hosts.sounds_like_press(host) else 5.0
