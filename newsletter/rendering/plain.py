"""A plain letter to somebody who works here: paragraphs, and commands to be typed, as HTML and as text."""

from collections.abc import Sequence
from dataclasses import replace

from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.rendering.staff import Part, StaffLetter


def letter(subject: str, lines: Sequence[str]) -> Rendered:
    """Each line is a paragraph; one that begins with four spaces is a command."""
    parts = tuple(Part(commands=(line.strip(),)) if line.startswith("    ") else Part(lines=(line,)) for line in lines)
    shown = staff.render(StaffLetter(subject, subject, parts=parts))
    return replace(shown, text=("\n\n".join(lines) + "\n",))
