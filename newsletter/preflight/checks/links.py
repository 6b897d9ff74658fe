"""Links as they are written: whether anybody could open them, and whether their words say where they lead."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.preflight.checks import where
from newsletter.preflight.checks.placing import few
from newsletter.preflight.facts.asking import is_ours
from newsletter.preflight.facts.model import Anchor, Facts, PartFacts
from newsletter.preflight.model import Finding, Severity

_EMPTY_WORDS = frozenset({
    "click here", "here", "click", "read more", "learn more", "more", "more info", "link", "this", "this link",
    "this page", "find out more", "aquí", "haga clic aquí", "haz clic aquí", "leer más", "más", "más información",
    "ici", "cliquez ici", "lire la suite", "en savoir plus", "plus", "هنا", "اضغط هنا", "انقر هنا", "المزيد",
    "اقرأ المزيد",
})  # fmt: skip
_TRIMMED = " .…→»>:!،"
_PROSE = re.compile(r"\[([^\][]+)\]\((https?://[^\s()]+)\)")


def links(facts: Facts) -> Iterator[Finding]:
    """Every link is a web address that readers can open, and an encrypted one."""
    for part in facts.parts:
        for link in dict.fromkeys(part.links):
            if not _is_plain(part, link) and (found := _problem(facts, link.url)):
                severity, message = found
                yield _finding(facts, part, link, severity, "links", message)


def _problem(facts: Facts, url: str) -> tuple[Severity, str] | None:
    scheme, host = _target(url)
    if scheme not in {"http", "https"} or not host:
        return Severity.MUST, f"“{url[:80]}” is no web address, so nothing opens." if url else "The link leads nowhere."
    if is_ours(url, facts.here):  # BASE_URL has a check of its own
        return None
    if _is_local(host):
        return Severity.MUST, f"The link leads to {host}, which readers cannot open: it is inside a house or a machine."
    if scheme == "http":
        return Severity.LOOK, "The link leads to a page without encryption (http). Try the address with https."
    return None


def words_on_links(facts: Facts) -> Iterator[Finding]:
    """The words on a link say where it leads: not "click here", "here", "read more"."""
    for part in facts.parts:
        for link in dict.fromkeys(part.links):
            words = link.words.casefold().strip(_TRIMMED)
            if not link.words:
                message = "The link has no words, so people who listen to the mail hear nothing."
                yield _finding(facts, part, link, Severity.MUST, "words on links", message)
            elif words in _EMPTY_WORDS:
                message = f"“{link.words}” does not say where it leads. Write a verb and a thing: “Read the report”."
                yield _finding(facts, part, link, Severity.LOOK, "words on links", message)


def same_words(facts: Facts) -> Iterator[Finding]:
    """The same words in running text do not lead to different places."""
    for version in facts.languages:
        found: dict[str, dict[str, str]] = {}
        for said in facts.texts:
            if said.version == version:
                for words, url in _PROSE.findall(said.text):
                    found.setdefault(words.casefold(), {}).setdefault(url, said.place)
        for words, urls in found.items():
            if len(urls) > 1:
                yield Finding(
                    Severity.LOOK, "same words", next(iter(urls.values())),
                    f"“{words}” leads to {len(urls)} different pages: {few(list(urls))}. Say what is different.",
                    mends=where.of_link(facts, next(iter(urls)), words).mends, languages=(version,),
                )  # fmt: skip


def _finding(facts: Facts, part: PartFacts, link: Anchor, severity: Severity, check: str, message: str) -> Finding:
    place = where.of_link(facts, link.url, link.words)
    return Finding(severity, check, place.name, message, mends=place.mends, languages=(part.language,))


def _is_plain(part: PartFacts, link: Anchor) -> bool:
    return link.url.startswith("mailto:") or (link.url.startswith("#") and link.url[1:] in part.places)


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
