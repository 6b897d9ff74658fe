"""What a draft still lacks, drawn as dotted, friendly holes: for who looks at it, never in what goes out."""

import re
from dataclasses import replace

from newsletter.issues.model import Block, BlockKind, Draft

_ADDRESS = "⟦postal address⟧"
_DIRECTOR = "⟦director⟧"
_LEAD = "⟦lead⟧"
_SAID = {
    _DIRECTOR: ("Director’s note: 90–120 words", "One thought, two thanks, one ask. The issue is complete without it."),
    _LEAD: (
        "The lead: a picture and 45–60 words",
        "Choose which of the items below opens the issue, and give it a picture.",
    ),
}
_DOTTED = (
    "margin:24px 0 0;padding:16px 20px;border:2px dotted currentColor;border-radius:8px;direction:ltr;text-align:left"
)
_PARAGRAPH = re.compile("<p[^>]*>(⟦[a-z]+⟧)</p>")


def with_address(draft: Draft) -> Draft:
    """The same, with a hole where the postal address is missing."""
    if draft.profile.postal_address.strip():
        return draft
    return replace(draft, profile=replace(draft.profile, postal_address=_ADDRESS))


def open_(draft: Draft) -> Draft:
    """The same, with a hole for each part that a person may still give."""
    missing = []
    if not any(block.kind is BlockKind.DIRECTOR for block in draft.opening):
        missing.append(_DIRECTOR)
    if draft.lead is None:
        missing.append(_LEAD)
    language = draft.profile.default_language
    blocks = tuple(
        Block(-number, BlockKind.TEXT, {language: {"heading": "", "text": mark}})
        for number, mark in enumerate(missing, start=1)
    )
    return replace(with_address(draft), opening=(*draft.opening, *blocks))


def drawn(html: str) -> str:
    """The document with its holes as people see them."""
    html = _PARAGRAPH.sub(lambda found: _box(*_SAID[found[1]]) if found[1] in _SAID else found[0], html)
    return html.replace(
        _ADDRESS, '<span style="border-bottom:2px dotted currentColor">Postal address: still to come</span>'
    )


def in_text(text: str) -> str:
    """The same for the text part."""
    for mark, (what, more) in _SAID.items():
        text = text.replace(mark, f"[ {what}. {more} ]")
    return text.replace(_ADDRESS, "[ Postal address: still to come ]")


def _box(what: str, more: str) -> str:
    return f'<div class="m" dir="ltr" style="{_DOTTED}"><b>{what}</b><br>{more}</div>'
