"""Small pure checks over the facts; each yields findings, none does any IO."""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.preflight.facts import Facts, PartFacts
from newsletter.preflight.model import Finding, Severity

GMAIL_CUTS_AT = 102_000  # bytes of HTML; folklore, so the gate stands well below
SIZE_GATE = 90_000
SUBJECT_GOOD = range(20, 71)
PREVIEW_GOOD = range(40, 131)
_PLACEHOLDER = re.compile(r"\b(lorem ipsum|TODO|TBD|XXX|your text here)\b|\[\[|\{\{|%%", re.IGNORECASE)
_EMPTY_WORDS = frozenset({"click here", "here", "read more", "learn more", "more", "link", "this"})

Check = Callable[[Facts], Iterator[Finding]]


def subject(facts: Facts) -> Iterator[Finding]:
    """Present, without placeholders, of a length that inboxes show."""
    for part in facts.parts:
        place = _place(part, "subject")
        if not part.subject.strip():
            yield Finding(Severity.MUST, "subject", place, "The subject is empty. Write one with issue edit --subject.")
        elif _PLACEHOLDER.search(part.subject):
            yield Finding(Severity.MUST, "subject", place, "The subject still has a placeholder in it.")
        elif len(part.subject) not in SUBJECT_GOOD:
            yield Finding(
                Severity.LOOK, "subject", place,
                f"The subject has {len(part.subject)} characters; 45 to 60 are read whole in most inboxes.",
            )  # fmt: skip
        if re.match(r"(?i)(re|fwd?|aw|tr)\s*:", part.subject):
            yield Finding(Severity.MUST, "subject", place, "The subject pretends to be an answer or a forward.")


def substance(facts: Facts) -> Iterator[Finding]:
    """There is something in it."""
    sections = facts.draft.sections
    if not facts.draft.opening and not any(section.items or section.blocks for section in sections):
        yield Finding(
            Severity.MUST,
            "substance",
            facts.draft.name,
            "It says nothing yet. Add a text with issue block --kind text.",
        )


def preview_line(facts: Facts) -> Iterator[Finding]:
    """The grey text after the subject: present, and not the subject again."""
    for part in facts.parts:
        place = _place(part, "preview line")
        if not part.preheader.strip():
            yield Finding(
                Severity.MUST, "preview line", place,
                "The preview line is empty; inboxes would show the first words of the mail instead.",
            )  # fmt: skip
        elif _PLACEHOLDER.search(part.preheader):
            yield Finding(Severity.MUST, "preview line", place, "The preview line still has a placeholder in it.")
        elif part.preheader.strip() == part.subject.strip():
            yield Finding(Severity.LOOK, "preview line", place, "The preview line repeats the subject.")
        elif len(part.preheader) not in PREVIEW_GOOD:
            yield Finding(
                Severity.LOOK, "preview line", place,
                f"The preview line has {len(part.preheader)} characters; 40 to 130 fit most inboxes.",
            )  # fmt: skip


def links(facts: Facts) -> Iterator[Finding]:
    """Every link leads to a public https page and says where. That a page answers is not looked at here."""
    if facts.base_is_loopback and facts.route_is_remote:
        yield Finding(
            Severity.MUST, "links", "BASE_URL",
            f"The links in this mail lead to {facts.base_url}, which only this machine can open.",
        )  # fmt: skip
    for part in facts.parts:
        for link in dict.fromkeys(part.links):
            yield from _link(facts, part, link.url, link.words)


def _link(facts: Facts, part: PartFacts, url: str, words: str) -> Iterator[Finding]:
    place = _place(part, f"link “{words[:40] or url[:60]}”")
    is_within = url.startswith("#") and url[1:] in part.places
    if url.startswith("mailto:") or is_within:
        return
    scheme, host = _target(url)
    ours = url == facts.base_url or url.startswith(f"{facts.base_url}/")  # BASE_URL has a finding of its own
    if scheme not in {"http", "https"} or not host:
        yield Finding(Severity.MUST, "links", place, f"“{url[:80]}” is no web address.")
        return
    if not ours and _is_local(host):
        yield Finding(Severity.MUST, "links", place, f"It leads to {host}, which readers cannot open.")
    elif not ours and scheme == "http":
        yield Finding(Severity.LOOK, "links", place, "It leads to an unencrypted page (http).")
    if not words:
        yield Finding(Severity.MUST, "links", place, "The link has no words; people who listen to it hear nothing.")
    elif words.casefold().strip(" .…→") in _EMPTY_WORDS:
        yield Finding(Severity.LOOK, "links", place, "Its words do not say where it leads.")


def alt_texts(facts: Facts) -> Iterator[Finding]:
    """Every picture has words for those who do not see it."""
    for item in facts.draft.items:
        if item.picture is not None and not item.picture.alt.strip():
            title = next(iter(item.wordings.values())).title
            yield Finding(Severity.MUST, "alt texts", f"picture of “{title[:50]}”", "It has no alt text: who, where?")
    for part in facts.parts:
        for image in part.images:
            if image.alt is None:
                yield Finding(Severity.MUST, "alt texts", _place(part, image.src), "A picture has no alt attribute.")


def size(facts: Facts) -> Iterator[Finding]:
    """Gmail hides the end of a mail whose HTML is longer than about 102 KB, and the unsubscribe link with it."""
    for part in facts.parts:
        message = (
            f"The HTML has {part.html_bytes:,} bytes; {SIZE_GATE:,} is the most we send, "
            f"Gmail cuts near {GMAIL_CUTS_AT:,}."
        )
        if part.html_bytes > SIZE_GATE:
            yield Finding(Severity.MUST, "size", _place(part, "HTML"), message)
        else:
            yield Finding(Severity.INFO, "size", _place(part, "HTML"), message)


CHECKS: tuple[Check, ...] = (subject, substance, preview_line, links, alt_texts, size)


def check(facts: Facts) -> tuple[Finding, ...]:
    """All findings, the gravest first."""
    order = list(Severity)
    found = [finding for one in CHECKS for finding in one(facts)]
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _place(part: PartFacts, what: str) -> str:
    return f"{what} ({part.language})"


def _target(url: str) -> tuple[str, str]:
    """Scheme and host; both empty where it is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_local(host: str) -> bool:
    """Whether only this machine or this building knows that host."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".test"))
