"""A plain letter to somebody who works here: paragraphs, and commands to be typed, as HTML and as text."""

from collections.abc import Sequence
from html import escape

from newsletter.rendering.page import Rendered


def letter(subject: str, lines: Sequence[str]) -> Rendered:
    """Each line is a paragraph; one that begins with four spaces is a command."""
    html = "".join(
        f"<pre>{escape(line.strip())}</pre>" if line.startswith("    ") else f"<p>{escape(line)}</p>" for line in lines
    )
    return Rendered(
        language="en",
        subject=subject,
        preheader="",
        html=(f"<!doctype html><html lang='en'><body style='font-family:sans-serif'>{html}</body></html>",),
        text=("\n\n".join(lines) + "\n",),
        web="",
    )
