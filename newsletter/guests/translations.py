"""Wording an issue, or one item, in another language: source beside target, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.canonical import digest
from newsletter.errors import BadInput
from newsletter.guests import places
from newsletter.guests.model import Line
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import drafts, editing, inserting
from newsletter.issues.blocks import FIELDS
from newsletter.issues.model import Block, Draft, Item, Wording

MOST = 80  # lines on one page
_OF_ITEM = ("title", "summary", "action")
_OF_BLOCK = ("heading", "text", "role", "label", "figures")  # names and addresses stay as they are
_LONG = frozenset({"summary", "text", "figures"})


@dataclass(frozen=True, slots=True)
class Lines:
    """What the page shows. `base` names what stands in the issue now, in both languages."""

    lines: tuple[Line, ...]
    source: str
    base: str


def shown(session: Session, row: GuestRequestRow) -> Lines:
    """The lines of the item; or those of the issue that have no words in the language, or got theirs from here."""
    draft = drafts.load(session, row.issue_id)
    answered = frozenset(row.answer.get("lines", {}))
    found = tuple(_wanted(draft, row, answered))[:MOST]
    return Lines(found, draft.profile.default_language, digest([(one.key, one.source, one.text) for one in found]))


def land(session: Session, row: GuestRequestRow, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Put the words into the issue; the answer as it is kept. BadInput where nothing was given."""
    draft = drafts.load(session, row.issue_id)
    wanted = {line.key: line for line in shown(session, row).lines}
    said = {key: given[key].strip() for key in wanted if given.get(key, "").strip()}
    if not said:
        raise BadInput("Nothing is translated yet.")
    _land_texts(session, row, said, now)
    for item in draft.items:
        _land_item(session, row, item, said, now)
    for block in _blocks(draft):
        _land_block(session, row, draft, block, said, now)
    return {"lines": said, "of": len(wanted)}


def _wanted(draft: Draft, row: GuestRequestRow, answered: frozenset[str]) -> Iterator[Line]:
    if row.publication_id is not None:
        item = next((one for one in draft.items if one.source.publication_id == row.publication_id), None)
        yield from _of_item(draft, item, row.language) if item else ()
        return
    everything = [*_of_issue(draft, row.language)]
    for item in draft.items:
        everything += _of_item(draft, item, row.language)
    for block in _blocks(draft):
        everything += _of_block(draft, block, row.language)
    groups = {line.key.rpartition("-")[0] for line in everything if not line.text or line.key in answered}
    yield from (line for line in everything if line.key.rpartition("-")[0] in groups)


def _of_issue(draft: Draft, language: str) -> Iterator[Line]:
    source = draft.profile.default_language
    texts = (("issue-subject", "subject", draft.subjects), ("issue-preview", "preview line", draft.preheaders))
    for key, name, words in texts:
        if words.get(source, ""):
            yield Line(key, "", name, words[source], words.get(language, ""), is_long=False)


def _of_item(draft: Draft, item: Item, language: str) -> Iterator[Line]:
    source = _source(item, draft.profile.default_language, language)
    target = item.wordings.get(language, Wording(""))
    for name in _OF_ITEM:
        if said := getattr(source, name):
            key = f"item-{item.source.publication_id}-{name}"
            yield Line(key, source.title, name, said, getattr(target, name), name in _LONG)


def _of_block(draft: Draft, block: Block, language: str) -> Iterator[Line]:
    source, target = _words(block, draft.profile.default_language, language), block.wordings.get(language, {})
    for name in _OF_BLOCK:
        if said := source.get(name, ""):
            yield Line(f"block-{block.id}-{name}", "", name, said, target.get(name, ""), name in _LONG)


def _land_texts(session: Session, row: GuestRequestRow, said: Mapping[str, str], now: datetime) -> None:
    subject, preview = said.get("issue-subject"), said.get("issue-preview")
    if subject is not None or preview is not None:
        editing.edit(places.hand(session, row, now), subject=subject, preview=preview, language=row.language)


def _land_item(session: Session, row: GuestRequestRow, item: Item, said: Mapping[str, str], now: datetime) -> None:
    id_ = item.source.publication_id
    words = {name: said.get(f"item-{id_}-{name}") for name in _OF_ITEM}
    if any(words.values()):
        editing.set_wording(
            places.hand(session, row, now), id_, row.language,
            title=words["title"], summary=words["summary"], action=words["action"],
        )  # fmt: skip


def _land_block(
    session: Session, row: GuestRequestRow, draft: Draft, block: Block, said: Mapping[str, str], now: datetime
) -> None:
    words = {name: text for name in _OF_BLOCK if (text := said.get(f"block-{block.id}-{name}"))}
    if not words:
        return
    kept = _words(block, draft.profile.default_language, row.language)
    own = {name: text for name, text in kept.items() if name not in _OF_BLOCK}
    known = (*FIELDS[block.kind].required, *FIELDS[block.kind].optional)
    merged = own | dict(block.wordings.get(row.language, {})) | words
    fields = {name: merged[name] for name in known if name in merged}
    hand = places.hand(session, row, now)
    inserting.set_block(hand, block.kind, fields, language=row.language, block_id=block.id)


def _source(item: Item, default: str, target: str) -> Wording:
    """The words to be translated: in the list's first language, else in any but the one that is wanted."""
    others = (words for language, words in item.wordings.items() if language != target)
    return item.wordings.get(default) or next(others, None) or item.wording(target, default)


def _words(block: Block, default: str, target: str) -> Mapping[str, str]:
    others = (words for language, words in block.wordings.items() if language != target)
    return block.wordings.get(default) or next(others, {})


def _blocks(draft: Draft) -> tuple[Block, ...]:
    return (*draft.opening, *(block for section in draft.sections for block in section.blocks))
