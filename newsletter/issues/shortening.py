"""Short forms of titles: what a subject line has room for, cut between words, and the names of anchors."""

import re
import unicodedata
from collections.abc import Iterable

MOST_ANCHOR = 60

# A title may be cut before one of these without looking cut.
_LINKS = frozenset(
    {
        "a", "about", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with",
        "al", "con", "de", "del", "el", "en", "la", "las", "los", "para", "por", "que", "un", "una", "y",
        "au", "aux", "avec", "dans", "des", "du", "et", "le", "les", "par", "pour", "sur", "une", "à",
    }
)  # fmt: skip
_BREAK = re.compile(r"\s*(?::|\s[–—-])\s+")


def bare(title: str, labels: Iterable[str], organisations: Iterable[str]) -> str:
    """The title without what stands beside it anyway: "MMC Readout:", "Brief:", or the organisation before a year."""
    title = " ".join(title.split())
    names = [known for name in organisations if name for known in (name.lower(), _initials(name)) if known]
    head, colon, tail = title.partition(": ")
    if colon and tail.strip() and _says_nothing(head.lower().strip(), labels, names):
        title = tail.strip()
    for name in names:
        rest = title[len(name) :].strip()
        # "The Council 2023 Report" loses its first words; in "The Council Opens an Office" they are who acts.
        if title.lower().startswith(f"{name} ") and rest[0].isdigit() and len(rest.split()) > 1:
            title = rest
    return title


def _says_nothing(head: str, labels: Iterable[str], names: list[str]) -> bool:
    """Whether the words before the colon are only a kind, the organisation, or both."""
    owners = {"", *names}
    befores = (head.removesuffix(label.lower()) for label in labels if label and head.endswith(label.lower()))
    return head in names or any(before.strip().removesuffix("’s").removesuffix("'s") in owners for before in befores)


def _initials(name: str) -> str:
    """How an organisation is called for short: mmc. Nothing where that would be one letter."""
    letters = "".join(word[0] for word in name.split() if word[0].isupper()).lower()
    return letters if len(letters) > 1 else ""


def fit(title: str, most: int) -> str:
    """The title in at most so many characters: whole, or without its subtitle, or cut between two words."""
    if len(title) <= most:
        return title
    head = _BREAK.split(title)[0]
    if len(head) <= most and len(head.split()) > 1:
        return head
    words = title.split()
    fitting = [count for count in range(1, len(words)) if len(" ".join(words[:count])) <= most]
    clean = [count for count in fitting if _clean_cut(words, count)]
    if clean and len(" ".join(words[: clean[-1]])) >= most // 2:
        return " ".join(words[: clean[-1]])
    return _cut(words, most)


def anchor(title: str, fallback: str, taken: set[str]) -> str:
    """A name in ASCII letters that no other place of the issue has; `taken` learns it."""
    folded = unicodedata.normalize("NFKD", re.sub("['’ʼ]", "", title)).encode("ascii", "ignore").decode().lower()
    words = re.findall("[a-z0-9]+", folded) if _mostly_latin(title, folded) else []
    name = ""
    for word in words:
        if len(name) + len(word) + 1 > MOST_ANCHOR:
            break
        name = f"{name}-{word}" if name else word
    name = _free(name if len(name) > 2 else fallback, taken)
    taken.add(name)
    return name


def _mostly_latin(title: str, folded: str) -> bool:
    return 2 * sum(letter.isalpha() for letter in folded) >= sum(letter.isalpha() for letter in title)


def _clean_cut(words: list[str], count: int) -> bool:
    return words[count].lower() in _LINKS and words[count - 1].lower() not in _LINKS


def _cut(words: list[str], most: int) -> str:
    kept = words[:1]
    for word in words[1:]:
        if len(" ".join([*kept, word])) > most - 1:
            break
        kept.append(word)
    while len(kept) > 1 and kept[-1].lower() in _LINKS:
        kept.pop()
    return f"{' '.join(kept)[: most - 1].rstrip(',;:')}…"


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
