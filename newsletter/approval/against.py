"""An issue against the one before it: how much there is of each thing, and what of the fixed parts is worded anew."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from newsletter.approval.differences import Difference, differences
from newsletter.issues.measures import is_told, words
from newsletter.issues.model import Role
from newsletter.publications.model import Layout

_LINKS = re.compile(r"\]\((https?://[^\s()]+)\)")
_DESIGN = ("templates", "theme", "address")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something there were, and are."""

    name: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Against:
    """`name`: of the issue before; `fixed`: sender, footer, sections, look; `sites`: what it had no link to; `again`:
    items that stood in it as well; `pictures`: items whose picture stood in it.
    """

    name: str
    counts: tuple[Count, ...]
    fixed: tuple[Difference, ...]
    sites: tuple[str, ...]
    again: tuple[str, ...]
    pictures: tuple[str, ...]


def against(name: str, before: Facts, now: Facts, readers: tuple[int, int]) -> Against:
    """From the facts of the version that went out to those of this one; `readers`: then and now."""
    old, new = list(_items(before)), list(_items(now))
    known = {item["source"]["publication_id"] for item in old}
    shown = {item["picture"]["sha256"] for item in old if item["picture"]}
    return Against(
        name=name,
        counts=(
            Count("Items", len(old), len(new)), Count("Words", _words(before), _words(now)),
            Count("Links", len(list(_urls(before))), len(list(_urls(now)))),
            Count("Pictures", _pictures(old), _pictures(new)), Count("Readers", *readers),
        ),
        fixed=differences(_fixed(before), _fixed(now)),
        sites=tuple(sorted(set(map(_host, _urls(now))) - set(map(_host, _urls(before))))),
        again=tuple(_title(item, now) for item in new if item["source"]["publication_id"] in known),
        pictures=tuple(_title(item, now) for item in new if item["picture"] and item["picture"]["sha256"] in shown),
    )  # fmt: skip


def _fixed(facts: Facts) -> dict[str, Any]:
    """What is the same from issue to issue, unless somebody changes it."""
    draft = facts.get("draft", {})
    sections = [{"slug": one["slug"], "titles": one["titles"]} for one in draft.get("sections", ())]
    own = {key: value for key, value in facts.items() if key in _DESIGN}
    return own | {"draft": {"profile": draft.get("profile", {}), "sections": sections}}


def _items(facts: Facts) -> Iterator[Facts]:
    for section in facts.get("draft", {}).get("sections", ()):
        yield from section["items"]


def _blocks(facts: Facts) -> Iterator[Facts]:
    draft = facts.get("draft", {})
    yield from draft.get("opening", ())
    for section in draft.get("sections", ()):
        yield from section.get("blocks", ())


def _worded(thing: Facts, facts: Facts) -> Facts:
    """In the list's own language, where it has it."""
    found: Facts = thing["wordings"].get(_language(facts)) or next(iter(thing["wordings"].values()), {})
    return found


def _language(facts: Facts) -> str:
    return str(facts.get("draft", {}).get("profile", {}).get("default_language", "en"))


def _title(item: Facts, facts: Facts) -> str:
    return str(_worded(item, facts).get("title", ""))


def _words(facts: Facts) -> int:
    items = sum(
        words(said.get("title", ""))
        + (words(said.get("summary", "")) if is_told(Role(item["role"]), Layout(item["source"]["layout"])) else 0)
        for item in _items(facts)
        if (said := _worded(item, facts))
    )
    texts = (str(text) for block in _blocks(facts) for text in _worded(block, facts).values() if text)
    return items + sum(map(words, texts))


def _urls(facts: Facts) -> Iterator[str]:
    for item in _items(facts):
        if item["source"].get("url"):
            yield str(item["source"]["url"])
    for block in _blocks(facts):
        for text in _worded(block, facts).values():
            yield from _LINKS.findall(str(text))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # somebody has typed what is no address
        return url


def _pictures(items: list[Facts]) -> int:
    return sum(item["picture"] is not None for item in items)
