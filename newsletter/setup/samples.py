"""An issue to begin from where there is nothing yet: every text of it asks for yours, and the checks wait for it."""

from datetime import date, timedelta

from newsletter.publications.model import Publication

SOURCE = "sample"
_TEXTS = (
    ("report", "Your text here: a report", "Your text here: what it found, why that matters, and one number.", 3),
    ("press_release", "Your text here: a press release", "Your text here: what happened, and who says so.", 8),
    ("readout", "Your text here: a meeting and what came of it", "Your text here: who met, and what they agreed.", 12),
    ("brief", "Your text here: a short brief", "Your text here: for whom it is, and what they can do.", 20),
    ("media_feature", "Your text here: an article about you", "Your text here: what it says of you.", 25),
)  # fmt: skip


def publications(website: str, today: date) -> tuple[Publication, ...]:
    """A few, of the last weeks, in sections of their own."""
    place = website or "https://example.org"
    return tuple(
        Publication(
            external_id=f"{SOURCE}:{number}", kind=kind, title=title, summary=summary, language="en",
            url=f"{place.rstrip('/')}/your-text-here-{number}", published_on=today - timedelta(days=days),
            outlet="Your text here" if kind == "media_feature" else "",
        )
        for number, (kind, title, summary, days) in enumerate(_TEXTS, start=1)
    )  # fmt: skip
