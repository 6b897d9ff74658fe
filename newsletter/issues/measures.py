"""How long things may be: what a reader takes in of a headline, a lead, a card, a partner's card, and of the whole."""

from dataclasses import dataclass

from newsletter.issues.model import Role
from newsletter.publications.model import Layout

MOST_HEADLINE = 70  # characters
WORDS_A_MINUTE = 240
NOTE = (90, 120)  # words of the director's note
MOST_QUOTE = 35
_LEAD, _CARD, _PARTNER = (45, 60), (0, 30), (0, 20)


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a text is, and between what it should be; `most` 0: nobody counts."""

    used: int
    least: int
    most: int

    @property
    def is_over(self) -> bool:
        return 0 < self.most < self.used

    @property
    def is_under(self) -> bool:
        return self.used < self.least


def headline(title: str) -> Measure:
    """In characters."""
    return Measure(len(title), 0, MOST_HEADLINE)


def text(summary: str, role: Role, layout: Layout, *, shared: bool) -> Measure:
    """In words. `shared`: a partner published it first."""
    if not is_told(role, layout):
        return Measure(words(summary), 0, 0)
    least, most = _LEAD if role is Role.LEAD else _PARTNER if shared else _CARD
    return Measure(words(summary), least, 0 if layout is Layout.SOBER else most)


def is_told(role: Role, layout: Layout) -> bool:
    """Whether the mail shows an item's text; of one in a line or by its date it shows the title."""
    return role is Role.LEAD or (role is Role.ITEM and layout not in (Layout.LINE, Layout.DATE))


def shown_as(kind: Layout, section: Layout) -> Layout:
    """A kind's own setting; but a section of lines or dates sets all its items so, unless they are sober."""
    return section if section in (Layout.LINE, Layout.DATE) and kind is not Layout.SOBER else kind


def words(text: str) -> int:
    """How many there are."""
    return len(text.split())


def minutes(count: int) -> float:
    """How long so many words are read, to the half minute."""
    return max(0.5, round(2 * count / WORDS_A_MINUTE) / 2)
