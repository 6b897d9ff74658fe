"""What the parts of an entry say of its kind: categories, address, title, host, summary, dates, form."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from newsletter.publications.guessing import hosts
from newsletter.publications.guessing.names import NAMES, SECTIONS
from newsletter.publications.guessing.phrases import Phrasebook, words
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
_HEAD = re.compile(r"^\W*(.{2,60}?)\s*(?::|\s[|–—-]\s|\]|\))\s*(?=\S)")
_TAIL = re.compile(r"(?::|\s[|–—-]\s|\(|\[)\s*([^:|–—()\[\]]{2,40}?)[)\]]?\s*$")
_DATELINE = re.compile(
    r"^[^.!?]{2,40}?[,(]?\s*(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[^\W\d_]{3,12}\.?\s+(?:\d{1,2},?\s+)?20\d\d\)?\s*[–—-]\s"
)
_FILE = re.compile(r"\.(pdf|docx?|epub|pptx?)$", re.IGNORECASE)
_CROSS = re.compile(
    r"(?:first|originally|previously) (?:appeared|published|posted) (?:on|by|in|at) (?:the )?([^.,;()]{2,60}?)"
    r"(?: website| blog| site|[.,;()]|$)|cross-?post(?:ed|ing)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\W*(?:\d{1,2}|three|four|five|six|seven|eight|nine|ten|tres|cinco|trois|cinq)\s+"
    r"(?:\w+\s+)?(?:things|ways|reasons|lessons|ideas|questions|myths|facts|takeaways|claves|razones|raisons|idées)\b",
    re.IGNORECASE,
)


def clues(entry: Entry, own_hosts: Collection[str], source_url: str = "") -> Iterator[Clue]:
    """All of them, in no order."""
    for look in (_labels, _title, _form, _summary, _dates):
        yield from look(entry)
    yield from _address(entry.url, 1.0 if hosts.is_own(hosts.host_of(entry.url), own_hosts) or not own_hosts else 0.4)
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
    said = words(entry.title)
    for found in _TITLES.find(said):
        yield Clue(found.kind, found.weight, f'its title says "{found.phrase}"')
    for found in _NAMES.find(said):
        if found.weight >= 5 and found.phrase not in NOT_IN_TITLES:
            yield Clue(found.kind, found.weight * 0.6, f'its title says "{found.phrase}"')
    for pattern, weight in ((_HEAD, 1.3), (_TAIL, 1.1)):
        if part := pattern.search(entry.title):
            yield from _named(part[1], weight)


def _named(part: str, weight: float) -> Iterator[Clue]:
    """What a part of a title before its colon or after its dash names: "MMC Readout", "Policy brief"."""
    said = words(part)
    for found in _NAMES.find(said):
        if len(said) <= 5 and (found.end == len(said) or found.start == 0) and found.weight >= 4:
            whole = found.end - found.start == len(said)
            yield Clue(found.kind, found.weight * weight * (1 if whole else 0.8), f'its title has "{part}" apart')


def _form(entry: Entry) -> Iterator[Clue]:
    if entry.title.rstrip(" \"'”»").endswith(("?", "؟")):
        yield Clue("commentary", 3.5, "its title asks a question")
    if _NUMBERED.match(entry.title):
        yield Clue("commentary", 4, "its title counts things")
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
    host = hosts.host_of(entry.url)
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
