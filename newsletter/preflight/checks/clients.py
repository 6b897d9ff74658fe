"""What the mail is built with, against what the main mail programs lack."""

from collections.abc import Iterator, Mapping

from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Severity, Who

# What our own layout uses although somebody lacks it, and why nothing is lost there.
HARMLESS: Mapping[str, str] = {
    "@media": "the layout for wide screens holds without it",
    "@media prefers-color-scheme": "without it the mail stays light, or is darkened by the mail program itself",
    "color-scheme": "without it the mail stays light, or is darkened by the mail program itself",
    "border-radius": "corners stay square",
    "max-width": "widths are written into the tables as well",
    "max-height": "it only hides what is hidden already",
    "opacity": "it only hides what is hidden already",
    "overflow": "it only hides what is hidden already",
    "overflow-wrap": "a very long word may widen its column",
    "display": "it only hides what is hidden already",
    "word-break": "a very long word may widen its column",
    "word-spacing": "spaces are a little wider",
    "outline": "nothing is outlined",
    "cursor": "the arrow stays an arrow",
    "height": "a gap is a little higher or lower",
    "<bdi>": "a number beside Arabic words may change sides",
    "<body>": "its colours are on the inner parts as well",
    "<style>": "what matters is written into each part",
    "<link>": "nothing is loaded by it",
    "white-space": "a label may break over two lines",
}


def mail_clients(facts: Facts) -> Iterator[Finding]:
    """Nothing in it is lost in Gmail, Outlook, Apple Mail or Yahoo Mail; what our layout does without is told."""
    for feature, clients in facts.lacking.items():
        if feature not in HARMLESS:
            yield Finding(
                Severity.LOOK, "mail programs", "Layout",
                f"It uses “{feature}”, which {_list(clients)} {'does' if len(clients) == 1 else 'do'} not show.",
                Who.TECHNICAL,
            )  # fmt: skip
    known = [feature for feature in facts.lacking if feature in HARMLESS]
    if known:
        some = dict.fromkeys(client for feature in known for client in facts.lacking[feature])
        yield Finding(
            Severity.INFO, "mail programs", "Layout",
            f"{len(known)} refinements of the layout are left out by some mail programs ({', '.join(some)}). Nothing"
            " that is read is lost.",
            Who.TECHNICAL,
        )  # fmt: skip


def _list(names: tuple[str, ...] | list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
