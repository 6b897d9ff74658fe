"""Both parts of the mail as they arrive: nothing is missing in the text part, the way out is in both, the size fits."""

import re
from collections.abc import Iterator

from newsletter.preflight.checks.placing import few
from newsletter.preflight.facts.model import Facts, PartFacts, Said
from newsletter.preflight.facts.parts import UNSUBSCRIBE
from newsletter.preflight.model import Finding, Mend, Mending, Severity, Who

GMAIL_CUTS_AT = 102_000  # bytes of HTML; folklore, so the gate stands well below
SIZE_GATE = 90_000
_MARKS = re.compile("[\u200e\u200f]")


def text_part(facts: Facts) -> Iterator[Finding]:
    """The text part has every title and every link of the publications."""
    for part in facts.parts:
        text, addresses = _plain(part.text), set(part.text.split())
        titles = [said for said in facts.texts if said.version == part.language and said.what == "title"]
        missing = [said.text for said in titles if _plain(said.text) not in text or not _linked(said, addresses)]
        if missing:
            yield Finding(
                Severity.MUST, "text part", "Text part",
                f"It lacks {few(missing)}. Some readers see only this part of the mail.", Who.TECHNICAL,
                languages=(part.language,),
            )  # fmt: skip


def _linked(said: Said, addresses: set[str]) -> bool:
    return said.item is None or not said.item.source.url or said.item.source.url in addresses


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).casefold().split())


def way_out(facts: Facts) -> Iterator[Finding]:
    """Both parts have the link to unsubscribe, and the postal address, which somebody has confirmed."""
    address = facts.draft.profile.postal_address
    if not address.strip():
        mend = Mend(Mending.SETTING, "Write the address", field="postal_address")
        message = "There is no postal address. The law of most countries wants one in every mail."
        yield Finding(Severity.MUST, "way out", "End of the mail", message, mends=(mend,))
    elif not facts.address_confirmed:
        mend = Mend(Mending.SETTING, "Confirm the address", field="postal_address")
        said = ", ".join(address.splitlines())
        message = f"“{said}” was read on your website, and nobody has said yet that it is your postal address."
        yield Finding(Severity.MUST, "way out", "End of the mail", message, mends=(mend,))
    for part in facts.parts:
        for where, text, links in _both(part):
            if UNSUBSCRIBE not in links:
                yield _missing(part, where, "the link to unsubscribe")
            if any(_plain(line) not in text for line in address.splitlines()):
                yield _missing(part, where, "the postal address")


def _both(part: PartFacts) -> Iterator[tuple[str, str, set[str]]]:
    yield "The mail", _plain(part.words), {link.url for link in part.links}
    yield "Text part", _plain(part.text), set(part.text.split())


def _missing(part: PartFacts, where: str, what: str) -> Finding:
    message = f"It lacks {what}. No mail may go without it."
    return Finding(Severity.MUST, "way out", where, message, Who.TECHNICAL, languages=(part.language,))


def size(facts: Facts) -> Iterator[Finding]:
    """The HTML is shorter than what Gmail shows; it hides the rest, and the way out with it."""
    place, gate = "The whole mail", SIZE_GATE // 1000
    for part in facts.parts:
        if part.html_bytes > SIZE_GATE:
            yield Finding(
                Severity.MUST, "size", place,
                f"It has {part.html_bytes / 1000:.0f} KB. Gmail cuts a mail near {GMAIL_CUTS_AT // 1000} KB, and hides"
                f" the link to unsubscribe; we send up to {gate} KB. Take something out.",
                languages=(part.language,),
            )  # fmt: skip
    largest = max((part.html_bytes for part in facts.parts), default=0)
    if largest <= SIZE_GATE:
        yield Finding(Severity.INFO, "size", place, f"It has {largest / 1000:.0f} KB of the {gate} KB that fit.")
