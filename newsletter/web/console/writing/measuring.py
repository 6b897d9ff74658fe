"""How much room words have in the mail, and how long it takes to read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsletter.issues.blocks import FIELDS
from newsletter.issues.model import Block, BlockKind, Draft, Item, Role
from newsletter.publications.model import Layout

MOST_HEADLINE = 70  # letters
MOST_SUBJECT = 60
MOST_PREVIEW = 110
_LEAD, _CARD, _SHARED, _QUOTE = 60, 30, 20, 35  # words
NOTE = (90, 120)
_A_MINUTE = 230  # words that most people read in one


@dataclass(frozen=True, slots=True)
class Measure:
    """How many words there are, and how many there is room for; `most` is 0 where none are shown."""

    words: int
    most: int
    least: int = 0

    @property
    def is_wrong(self) -> bool:
        """Whether there are too many, or too few."""
        return self.words > self.most > 0 or 0 < self.words < self.least

    @property
    def said(self) -> str:
        """Like "28/30 words", or "42 words, 12 too many"; nothing where no words are shown."""
        if not self.most:
            return ""
        if not self.is_wrong:
            return f"{self.words}/{self.most} words"
        off = self.words - self.most if self.words > self.most else self.least - self.words
        return f"{self.words} words, {off} too {'many' if self.words > self.most else 'few'}"


def words(*texts: str) -> int:
    """How many there are."""
    return sum(len(text.split()) for text in texts)


def most_words(item: Item, section: Layout) -> int:
    """What an item's text has room for: nothing where it is one line, or a date."""
    sober = item.source.layout is Layout.SOBER
    if item.role is Role.MORE or (section in (Layout.LINE, Layout.DATE) and not sober and item.role is Role.ITEM):
        return 0
    if item.role is Role.LEAD or sober:
        return _LEAD
    return _SHARED if item.source.original_source else _CARD


def of_block(kind: BlockKind, fields: Mapping[str, str]) -> Measure:
    """A block's running text."""
    least, most = NOTE if kind is BlockKind.DIRECTOR else (0, _QUOTE if kind is BlockKind.QUOTE else 0)
    return Measure(words(fields.get("text", "")), most, least)


def whole(draft: Draft, language: str) -> int:
    """The words of the whole mail in one language, but for its frame."""
    found = 0
    for section in draft.sections:
        for item in section.items:
            said = item.wording(language, draft.profile.default_language)
            found += words(said.title, said.summary if most_words(item, section.layout) else "")
        found += _of_blocks(section.blocks, language)
    return found + _of_blocks(draft.opening, language)


def minutes(number: int) -> str:
    """In halves of a minute: "2½ min"."""
    halves = max(1, round(2 * number / _A_MINUTE))
    return f"{halves // 2 or ''}{'½' if halves % 2 else ''} min"


def _of_blocks(blocks: Iterable[Block], language: str) -> int:
    found = 0
    for block in blocks:
        said = block.wordings.get(language) or next(iter(block.wordings.values()), {})
        found += words(*(said.get(name, "") for part in FIELDS[block.kind] for name in part if name != "url"))
    return found
