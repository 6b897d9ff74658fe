"""Where a link stands in the mail, and which button leads to the place where it can be changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.issues.model import Block, BlockKind, Draft
from newsletter.preflight.checks.placing import about, edit, take_out
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.facts.texts import block_called
from newsletter.preflight.model import Mend, Mending
from newsletter.rendering.prose import shorten


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a link, and its buttons."""

    name: str
    mends: tuple[Mend, ...] = ()


def of_link(facts: Facts, url: str, words: str) -> Place:
    """The item, text, block or setting that the link belongs to."""
    return next(_places(facts, url), Place(f"Link “{shorten(words or url, 50)}”"))


def _places(facts: Facts, url: str) -> Iterator[Place]:
    for item in facts.draft.items:
        if item.source.url == url:
            yield Place(about(item), (edit(item, "link", "Fix the link"), take_out(item)))
    for said in facts.texts:
        if f"]({url})" in said.text:
            yield Place(said.place, (said.mend.saying("Fix the link"),))
    for block in blocks(facts.draft):
        if block.kind is BlockKind.BUTTON and any(words.get("url") == url for words in block.wordings.values()):
            yield Place(block_called(block), (Mend(Mending.BLOCK, "Fix the link", block=block.id, field="url"),))
    for name, said_of in (("website", "Our website"), ("privacy_url", "Privacy page")):
        if getattr(facts.draft.profile, name) == url:
            yield Place(f"{said_of}, at the end of the mail", (Mend(Mending.SETTING, "Fix the link", field=name),))


def blocks(draft: Draft) -> Iterator[Block]:
    """All blocks, in the order of the mail."""
    yield from draft.opening
    for section in draft.sections:
        yield from section.blocks
