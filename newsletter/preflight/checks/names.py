"""Names that are spelled in two ways: a guess, and a careful one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from newsletter.preflight.facts.model import Facts, Said
from newsletter.preflight.model import Finding, Severity

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_SHORTEST, _SHORTEST_TYPO = 5, 7  # letters: shorter names that differ in one are two names ("Martin", "Marvin")
_END = 1  # letters: what differs only there is an ending ("Mexicano", "Mexicana")
_IN_TITLES = frozenset(
    [
        "with",
        "from",
        "into",
        "over",
        "upon",
        "than",
        "that",
        "this",
        "about",
        "after",
        "before",
        "under",
        "between",
        "through",
        "during",
        "their",
        "para",
        "entre",
        "sobre",
        "desde",
        "como",
        "hacia",
        "dans",
        "pour",
        "avec",
        "chez",
        "vers",
        "leur",
        "leurs",
    ]
)  # small words that titles in capitals leave small
_POSSESSIVE = re.compile(r"[’']s$")
_MOST = 2  # findings


@dataclass(slots=True)
class _Words:
    """The words of one language: those that may be names, and where; those that also stand in small letters."""

    capital: Counter[str] = field(default_factory=Counter)
    inside: set[str] = field(default_factory=set)  # with a capital in the middle of a sentence
    small: set[str] = field(default_factory=set)
    said: dict[str, Said] = field(default_factory=dict)


def spellings(facts: Facts) -> Iterator[Finding]:
    """No name is spelled in two ways ("Nirenberg", "Nirenburg")."""
    for words in _by_language(facts).values():
        for one, other in list(_pairs(words))[:_MOST]:
            rare, often = sorted((one, other), key=lambda word: words.capital[word])
            said = words.said[rare]
            yield Finding(
                Severity.LOOK, "names", said.place,
                f"“{rare}” here, “{often}” elsewhere. If they are the same name, one of them is misspelled.",
                mends=(said.mend.saying("Change the name"),), languages=(said.version,),
            )  # fmt: skip


def _by_language(facts: Facts) -> dict[str, _Words]:
    found: dict[str, _Words] = {}
    seen: set[tuple[str, str]] = set()
    for said in facts.texts:
        if (said.place, said.text) not in seen:  # a text that several versions show
            seen.add((said.place, said.text))
            _read(found.setdefault(said.language, _Words()), said)
    return found


def _read(words: _Words, said: Said) -> None:
    found = list(_WORD.finditer(said.text))
    titled = not any(_is_small(word[0]) for word in found)
    for word in found:
        name = _POSSESSIVE.sub("", word[0])
        if not name[0].isupper():
            words.small.add(name.casefold())
        elif len(name) >= _SHORTEST and not name.isupper():
            words.capital[name] += 1
            words.said.setdefault(name, said)
            if not titled and not _begins(said.text, word.start()):
                words.inside.add(name)


def _is_small(word: str) -> bool:
    """A word that a title in capitals would have with a capital."""
    return word.islower() and len(word) > 3 and word not in _IN_TITLES


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins there."""
    before = text[:place].rstrip(" “”\"'«(¿¡\n")
    return not before or before[-1] in ".!?:…"


def _pairs(words: _Words) -> Iterator[tuple[str, str]]:
    names = sorted(name for name in words.capital if name.casefold() not in words.small)
    by_letter: dict[str, list[str]] = {}
    for name in names:
        by_letter.setdefault(_bare(name)[0], []).append(name)
    for several in by_letter.values():
        for one, other in combinations(several, 2):
            if {one, other} & words.inside and are_alike(one, other):
                yield one, other


def are_alike(one: str, other: str) -> bool:
    """Whether they differ in one letter before their endings, in two letters that changed places, or in accents."""
    first, second = _bare(one), _bare(other)
    if first == second:
        return one.casefold() != other.casefold()
    if min(len(first), len(second)) < _SHORTEST_TYPO or abs(len(first) - len(second)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    if start >= min(len(first), len(second)) - _END:
        return False
    if len(first) == len(second):
        return first[start + 1 :] == second[start + 1 :] or _swapped(first[start:], second[start:])
    longer, shorter = (first, second) if len(first) > len(second) else (second, first)
    return longer[start + 1 :] == shorter[start:]


def _swapped(one: str, other: str) -> bool:
    return one[:2] == other[1::-1] and one[2:] == other[2:]


def _bare(name: str) -> str:
    """In small letters, without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c)) or name
