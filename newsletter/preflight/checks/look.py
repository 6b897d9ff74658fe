"""How the mail looks: colours that can be read, in light and in dark, and headings in their order."""

from collections.abc import Iterator
from itertools import pairwise

from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Mend, Mending, Severity, Who
from newsletter.rendering.theme import Palette, contrast

READABLE = 4.5  # WCAG 2.2, 1.4.3
_THEME = (Mend(Mending.SETTING, "Change the colours", field="theme"),)


def contrast_of(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Colour, ground and an example: as the HTML sets them, and as mail programs in dark mode do."""
    for part in facts.parts:
        yield from ((ink.colour, ink.ground, f"“{ink.words[:40]}”") for ink in part.inks)
    if facts.dark:
        yield from _pairs(facts.dark)


def _pairs(palette: Palette) -> Iterator[tuple[str, str, str]]:
    grounds = (palette.paper, palette.tint)
    inks = (("text", palette.ink), ("small text", palette.muted), ("links", palette.accent))
    yield from ((ink, ground, f"{name} in dark mode") for name, ink in inks for ground in grounds)
    yield palette.paper, palette.accent, "buttons in dark mode"


def colours(facts: Facts) -> Iterator[Finding]:
    """All words stand out from their ground, at least 4.5 to 1, in light and in dark."""
    told: set[tuple[str, str]] = set()
    for ink, ground, example in contrast_of(facts):
        measured = contrast(ink, ground)
        if measured < READABLE and (ink, ground) not in told:
            told.add((ink, ground))
            yield Finding(
                Severity.LOOK, "colours", "Colours",
                f"{example}: {ink} on {ground} has a contrast of {int(measured * 100) / 100}; people need 4.5.",
                Who.TECHNICAL, _THEME,
            )  # fmt: skip


def heading_order(facts: Facts) -> Iterator[Finding]:
    """Headings go down one step at a time, from a first one: people who listen find their way by them."""
    for part in facts.parts:
        levels = [heading.level for heading in part.headings]
        jump = next((second for first, second in pairwise([0, *levels]) if second > first + 1), 0)
        if jump:
            words = next(heading.words for heading in part.headings if heading.level == jump)
            yield Finding(
                Severity.LOOK, "heading order", f"Heading “{words[:40]}”",
                "A step between the headings is missing. People who listen to the mail lose their way.",
                Who.TECHNICAL, languages=(part.language,),
            )  # fmt: skip
