"""Facts for the checks, read from a really rendered mail, and small changes to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from newsletter.issues.model import Draft, Item, Picture
from newsletter.preflight import Facts, Finding, Here, Severity, check
from newsletter.preflight.facts.asking import addresses, questions
from newsletter.preflight.facts.mail_clients import lacks
from newsletter.preflight.facts.model import LinkAnswer, NameAnswer, PartFacts, SendDay
from newsletter.preflight.facts.parts import part_facts
from newsletter.preflight.facts.texts import texts
from newsletter.rendering import page
from newsletter.rendering.page import Rendered
from newsletter.rendering.theme import Theme, find
from newsletter.resources import templates
from tests.drafts import ISSUE, frame

NOW = datetime(2024, 7, 2, 10, tzinfo=UTC)
SENDS_ON = date(2024, 7, 9)  # a Tuesday
HERE = Here("https://news.example.org")


@lru_cache(maxsize=1)
def theme() -> Theme:
    return find("default", templates())


@lru_cache(maxsize=400)
def _rendered(key: str, language: str) -> Rendered:
    return page.render(_DRAFTS[key], theme(), frame(language))


_DRAFTS: dict[str, Draft] = {}


def rendered(draft: Draft, language: str) -> Rendered:
    key = repr(draft)
    _DRAFTS[key] = draft
    return _rendered(key, language)


def facts(draft: Draft = ISSUE, languages: tuple[str, ...] = ("en",), here: Here = HERE, **more: object) -> Facts:
    """The facts of a draft that was looked at on the network, with good answers, unless `more` says otherwise."""
    parts = tuple(part_facts(rendered(draft, language)) for language in languages)
    urls, asked = addresses(parts, here), questions(draft.profile, here)
    records = {"TXT": ("v=spf1 -all", "v=DMARC1; p=none", "v=DKIM1; p=MIIB"), "MX": ("mx.example.org.",)}
    made = Facts(
        draft=draft,
        parts=parts,
        here=here,
        send=SendDay(NOW, SENDS_ON, planned=True),
        texts=texts(draft, languages),
        light=theme().light,
        dark=theme().dark,
        weights={one.picture.sha256: 60_000 for one in draft.items if one.picture},
        lacking={name: who for name, who in lacks().items() if any(name in part.features for part in parts)},
        answers={url: LinkAnswer(url, NOW, 200, url) for url in urls},
        names={(name, kind): NameAnswer(name, kind, NOW, "found", records[kind]) for name, kind in asked},
        urls=urls,
        questions=asked,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(given: Facts, name: str) -> list[Finding]:
    """What the check of that name says, but for what is only good to know."""
    return [one for one in check(given) if one.check == name and one.severity is not Severity.INFO]


def told(given: Facts, name: str) -> list[tuple[str, str]]:
    return [(one.severity.value, one.place) for one in found(given, name)]


def all_told(given: Facts) -> list[tuple[str, str, str]]:
    return [(f.severity.value, f.check, f.place) for f in check(given) if f.severity is not Severity.INFO]


def with_part(given: Facts, **changes: object) -> Facts:
    """With something else in its first language version."""
    first, *rest = given.parts
    return replace(given, parts=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def part(given: Facts) -> PartFacts:
    return given.parts[0]


def changed(draft: Draft, number: int, *, picture: Picture | None = None, **source: object) -> Draft:
    """The draft with another source, or picture, of the item of that number."""

    def one(item: Item) -> Item:
        if item.id != number:
            return item
        return replace(item, source=replace(item.source, **source), picture=picture or item.picture)  # type: ignore[arg-type]

    sections = tuple(replace(section, items=tuple(map(one, section.items))) for section in draft.sections)
    return replace(draft, sections=sections)


def days(number: float) -> timedelta:
    return timedelta(days=number)
