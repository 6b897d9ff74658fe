"""What was left to be filled in."""

import re
from collections.abc import Iterator

from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Severity

_WORDS = re.compile(
    r"\b(lorem ipsum|your text here|text goes here|insert \w+ here|su texto aquí|tu texto aquí|votre texte ici)\b"
    r"|ضع النص هنا",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b(TODO|TBD|TBC|TK|FIXME|XX+|xxx+)\b")  # in small letters some of them are words
_MARKS = re.compile(r"\[\[|\]\]|\{\{|\}\}|%%|<<|>>|\[(?:\.\.\.|…|name|date|title|link|url)\]", re.IGNORECASE)


def placeholders(facts: Facts) -> Iterator[Finding]:
    """Nothing was left to be filled in: no "your text here", lorem ipsum, TODO, XX, [[, {{, %%."""
    for said in facts.texts:
        if found := leftover(said.text):
            yield Finding(
                Severity.MUST, "placeholders", said.place, f"“{found}” was left to be filled in. Readers would see it.",
                mends=(said.mend.saying("Write it"),), languages=(said.version,),
            )  # fmt: skip


def leftover(text: str) -> str:
    """The first thing in the text that was left to be filled in; "" where there is none."""
    for pattern in (_WORDS, _MARKS, _CAPITALS):
        if found := pattern.search(text):
            return found[0]
    return ""
