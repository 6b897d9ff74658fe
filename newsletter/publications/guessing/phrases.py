"""Finds known phrases in short texts of any language; case, accents, hyphens and Arabic articles play no part."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_WORDS = 200  # of a text: what a kind is, is said early

_WORD = re.compile(r"[^\W_]+")
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARTICLE = re.compile("(?:[وفبك]?ال|لل)(?=..)")
_TATWEEL = "\u0640"
_GAP = "…"
_MOST_GAP = 4
_STEM = 4  # letters by which phrases that begin with an open word are found


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text, between the words `start` and `end` (excluded), and what it speaks for."""

    kind: str
    weight: float
    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    kind: str
    weight: float
    text: str
    words: tuple[str, ...]
    first: bool  # only where the text begins
    last: bool  # only where it ends

    def end(self, words: Sequence[str], start: int) -> int:
        """Where it ends if it stands there, else 0."""
        if self.first and start:
            return 0
        end = _end(self.words, words, start)
        return 0 if self.last and end != len(words) else end


class Phrasebook:
    """Phrases that speak for kinds: `{kind: {weight: "first phrase | second phrase"}}`.

    In a phrase `word*` begins so, `…` stands for up to four words, `^` for the text's start, and `$` for its end.
    """

    def __init__(self, *books: Mapping[str, Mapping[float, str]]) -> None:
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_stem: dict[str, list[_Phrase]] = {}
        for book in books:
            for kind, weighted in book.items():
                for weight, text in weighted.items():
                    self._add(kind, weight, text)

    def _add(self, kind: str, weight: float, text: str) -> None:
        for part in filter(str.strip, text.split("|")):
            phrase = _phrase(kind, weight, part.strip())
            first = phrase.words[0]
            if first.endswith("*"):
                self._by_stem.setdefault(first[:_STEM].rstrip("*"), []).append(phrase)
            else:
                self._by_word.setdefault(first, []).append(phrase)

    def find(self, words: Sequence[str]) -> list[Found]:
        """What stands in them; a phrase inside a longer one is not told."""
        found = [
            Found(phrase.kind, phrase.weight, phrase.text, start, end)
            for start, word in enumerate(words)
            for phrase in self._beginning(word)
            if (end := phrase.end(words, start))
        ]
        return list(_outermost(found)) if len(found) > 1 else found

    def _beginning(self, word: str) -> list[_Phrase]:
        """Those that may begin with the word."""
        found = self._by_word.get(word, [])
        for length in range(2, _STEM + 1):
            found = found + self._by_stem.get(word[:length], []) if word[:length] in self._by_stem else found
        return found


def words(text: str) -> tuple[str, ...]:
    """The text's words as phrases compare them: small letters without accents, Arabic without articles and vowels."""
    decomposed = unicodedata.normalize("NFKD", text[: MOST_WORDS * 12].casefold().replace(_TATWEEL, ""))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    found = _WORD.findall(plain)[:MOST_WORDS]
    return tuple(map(_without_article, found)) if _ARABIC.search(plain) else tuple(found)


def _without_article(word: str) -> str:
    return _ARTICLE.sub("", word, count=1).replace("ى", "ي") if _ARTICLE.match(word) else word.replace("ى", "ي")


def _phrase(kind: str, weight: float, text: str) -> _Phrase:
    tokens = tuple(
        token
        for part in text.strip("^$").split()
        for token in ((_GAP,) if part == _GAP else _starred(part))
    )  # fmt: skip
    return _Phrase(kind, weight, text.strip("^$").replace("*", ""), tokens, text.startswith("^"), text.endswith("$"))


def _starred(part: str) -> tuple[str, ...]:
    plain = words(part)
    return (*plain[:-1], plain[-1] + "*") if part.endswith("*") else plain


def _end(pattern: Sequence[str], text: Sequence[str], at: int) -> int:
    """The position after the pattern, if it stands in the text at that one; else 0."""
    for index, token in enumerate(pattern):
        if token == _GAP:
            rest = pattern[index + 1 :]
            return next((end for skip in range(_MOST_GAP + 1) if (end := _end(rest, text, at + skip))), 0)
        if at >= len(text) or not (text[at].startswith(token[:-1]) if token.endswith("*") else text[at] == token):
            return 0
        at += 1
    return at


def _outermost(found: list[Found]) -> Iterable[Found]:
    for one in found:
        inside = (
            other is not one
            and other.start <= one.start
            and one.end <= other.end
            and other.end - other.start > one.end - one.start
            for other in found
        )
        if not any(inside):
            yield one
