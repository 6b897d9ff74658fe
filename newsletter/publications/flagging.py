"""What looks wrong with entries: teasers that the website cut off, summaries that belong to another item."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.publications.guessing.languages import language_of
from newsletter.publications.guessing.phrases import words
from newsletter.publications.sources.model import Entry, Flag

_ELLIPSIS = re.compile(r"(…|\.\.\.|\[\s*…\s*\]|\[\s*\.\.\.\s*\]|\[&hellip;\]|>>|»»)\s*$")
_MORE = re.compile(
    r"(read (the )?(more|full \w+)|continue reading|learn more|find out more|see more|leer m[áa]s|seguir leyendo"
    r"|ver m[áa]s|lire (la suite|plus)|en savoir plus|weiterlesen|mehr (lesen|erfahren)|leia mais|saiba mais"
    r"|leggi (tutto|di più)|lees meer|اقرأ المزيد|المزيد|قراءة المزيد)\W*$",
    re.IGNORECASE,
)
# What no sentence ends with.
_OPEN_WORDS = (
    "a an and as at by for from in into of on or our that the their this to which with de del el la las los y o"
    " con en para por que un una su sus le les des du et ou avec dans pour sur une qui der die das und oder mit"
    " von zu für im den dem des ein eine e do da os com em um uma il lo gli di della"
)
_OPEN = frozenset(_OPEN_WORDS.split())
_ENDS = (".", "!", "?", "؟", "。", "！", "？", "।", ":", ")", "]", '"', "”", "»", "’", "'", "“")
_WHOLE = 140  # a text of so many characters without a full stop at its end has lost it
_SHORT = 40  # below it a summary is a label, and two items may share one

_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9&]{1,5}s?\b")
_CAPITALS = re.compile(r"[^\W\d_][\w’'-]*")
_SMALL_WORDS = "of and the for on in to de del la las los y des du et les von und der die das para e do da di"
_SMALL = frozenset(_SMALL_WORDS.split())
_KINDS_WORDS = (
    "report brief summary statement event events news press release newsletter update guide annual progress"
    " review first new call year informe resumen comunicado evento nota rapport note guia bericht"
)
_KINDS = frozenset(_KINDS_WORDS.split())
_STRONG = 4.0  # how surely the summary must speak of the other title: two words that no other item has, or an acronym
_WEAK = 0.3  # and how little of its own, as a share of that
_SPELT = 3.0  # what an acronym counts that spells the other title's words
_RARE = 0.08  # in how many of the batch's texts a word may stand to tell them apart
_COMMON = 0.5  # what another word counts
_FOLLOWED = 5  # at most so many items share a word that tells them apart, however large the batch is
_BEGINNING = 30  # words


def flags(entries: Iterable[Entry]) -> Mapping[str, tuple[Flag, ...]]:
    """By the entries' ids, those that look wrong, over one batch; an entry with nothing to say of is absent."""
    batch = tuple(entries)
    strangers = _strangers(batch)
    found = {}
    for entry in batch:
        checks = ((Flag.CUT_OFF, is_cut_off(entry.summary)), (Flag.OTHER_ITEM, entry.id in strangers))
        if wrong := tuple(flag for flag, raised in checks if raised):
            found[entry.id] = wrong
    return found


def is_cut_off(summary: str) -> bool:
    """Whether a teaser ends in the middle: with an ellipsis, "Read more", an article, or without a full stop."""
    text = summary.strip()
    if not text:
        return False
    if _ELLIPSIS.search(text) or _MORE.search(text):
        return True
    if text.endswith(_ENDS):
        return False
    last = text.split()[-1].casefold()
    return (len(text) > _SHORT and (last in _OPEN or text.endswith((",", ";", "-", "–")))) or len(text) >= _WHOLE


@dataclass(frozen=True, slots=True)
class _Told:
    """An entry as its words are compared."""

    entry: Entry
    title: frozenset[str]
    summary: frozenset[str]
    acronyms: frozenset[str]  # of the summary
    spelt: frozenset[str]  # what the title's words would be for short, and its own acronyms


def _strangers(batch: Sequence[Entry]) -> set[str]:
    told = [_told(entry) for entry in batch]
    return _repeated(told) | _misplaced(told)


def _told(entry: Entry) -> _Told:
    return _Told(
        entry,
        _stems(entry.title),
        _stems(entry.summary),
        frozenset(found.rstrip("s") for found in _ACRONYM.findall(entry.summary)),
        _spelt(entry.title),
    )


def _stems(text: str) -> frozenset[str]:
    said = (word for word in words(text)[:_BEGINNING] if len(word) > 3 and word not in _KINDS and word not in _OPEN)
    return frozenset(word[:5] for word in said)


def _spelt(title: str) -> frozenset[str]:
    """GCF for "Global Cities Fund for Migrants": the initials of its neighbouring words, two to five at a time."""
    initials = [word[0] for word in _CAPITALS.findall(title) if word.casefold() not in _SMALL]
    spelt = {
        "".join(initials[start : start + length]).upper()
        for length in range(3, 6)
        for start in range(len(initials) - length + 1)
    }
    return frozenset(spelt | {found.rstrip("s") for found in _ACRONYM.findall(title)})


def _repeated(told: Sequence[_Told]) -> set[str]:
    """The same summary under two titles: those are wrong whose title it speaks less of (all, where it is of none)."""
    groups: defaultdict[str, list[_Told]] = defaultdict(list)
    for one in told:
        if len(one.entry.summary) >= _SHORT:
            groups[" ".join(words(one.entry.summary))].append(one)
    wrong: set[str] = set()
    for group in groups.values():
        if len(group) > 1 and not _one_series(group):
            fits = {one.entry.id: len(one.title & one.summary) + 2 * len(one.spelt & one.acronyms) for one in group}
            best = max(fits.values())
            owners = [identity for identity, fit in fits.items() if fit == best]
            wrong |= set(fits) - (set(owners) if best and len(owners) == 1 else set())
    return wrong


def _one_series(group: Sequence[_Told]) -> bool:
    """Whether the titles are one and the same, or editions of one thing, or one thing in two languages."""
    first = group[0]
    return all(
        len(one.title & first.title) * 2 >= max(len(one.title), len(first.title))
        or one.entry.url == first.entry.url
        or _other_language(one.entry, first.entry)
        for one in group[1:]
    )


def _misplaced(told: Sequence[_Told]) -> set[str]:
    """Those whose summary says hardly anything of their own title, and much of another one in the batch."""
    weights = _weights(told)
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(told):
        for word in one.title | one.spelt:
            by_word[word].append(index)
    return {one.entry.id for index, one in enumerate(told) if _speaks_of_another(index, told, weights, by_word)}


def _weights(told: Sequence[_Told]) -> dict[str, float]:
    """How much each word tells items apart, 0 for words of many items."""
    counts = Counter(word for one in told for word in one.title | one.summary)
    most = max(2.0, min(_RARE * len(told), _FOLLOWED))
    return {word: math.log2((len(told) + 2) / count) if count <= most else _COMMON for word, count in counts.items()}


def _speaks_of_another(
    index: int, told: Sequence[_Told], weights: Mapping[str, float], by_word: Mapping[str, list[int]]
) -> bool:
    one = told[index]
    own = _fit(one, one, weights)
    if len(one.summary) < 4 or own >= _STRONG or len(one.title & one.summary) > 1:
        return False
    others: set[int] = set()
    for word in one.summary | one.acronyms:
        if len(found := by_word.get(word, [])) <= _FOLLOWED:
            others.update(found)
    return any(
        _fit(one, told[other], weights) * _WEAK > own and _is_about(one, told[other], weights)
        for other in others - {index}
    )


def _is_about(one: _Told, other: _Told, weights: Mapping[str, float]) -> bool:
    """Whether the first's summary speaks of the other's title, which is not the same thing again."""
    if one.title == other.title or one.entry.url == other.entry.url or _other_language(one.entry, other.entry):
        return False
    shared, spelt = one.summary & other.title, 2 * len(one.acronyms & other.spelt)
    telling = sum(weights[word] > _COMMON for word in shared)
    return _fit(one, other, weights) >= _STRONG and len(shared) + spelt >= 3 and telling + spelt >= 2


def _fit(one: _Told, other: _Told, weights: Mapping[str, float]) -> float:
    """How surely the first's summary speaks of the other's title."""
    spelt = one.acronyms & other.spelt
    return sum(weights[word] for word in one.summary & other.title) + _SPELT * len(spelt)


def _other_language(one: Entry, other: Entry) -> bool:
    first, second = (entry.language or language_of(entry.title) for entry in (one, other))
    return bool(first and second and first != second)
