"""Adds, words, moves and removes what stands in an issue without being a publication."""

from collections.abc import Mapping

from newsletter.errors import BadInput, NotFound
from newsletter.issues import contents, items, places
from newsletter.issues.blocks import block_fields, block_kind
from newsletter.issues.fields import language_code
from newsletter.issues.model import BlockKind
from newsletter.issues.revising import Edit, Hand, Revision, default_language, editing
from newsletter.issues.tables import BlockRow


def set_block(
    hand: Hand,
    kind: str,
    fields: Mapping[str, str],
    *,
    language: str | None = None,
    section: str | None = None,
    block_id: int | None = None,
) -> Revision:
    """Write the director's note, or add a text, a quote, numbers or a button; the block's id.

    There is one note, before the lead: a second one in the same language takes its place. The others stand after the
    items of their section, by default of the last. With `block_id` that one is worded (anew, or in one more language).
    """
    with editing(hand, "block") as edit:
        known = block_kind(kind)
        read = block_fields(known, fields)
        chosen = language_code(language) if language else default_language(hand.session, edit.issue)
        edit.id = wanted(edit, known, section, block_id)
        edit.write({places.block(edit.id, chosen): read})
    return edit.done


def word_block(hand: Hand, block_id: int, fields: Mapping[str, str], *, language: str | None = None) -> Revision:
    """Word a block, of whatever kind it is."""
    with editing(hand, "block") as edit:
        edit.id = find(edit, block_id)
        read = block_fields(BlockKind(edit.draft[places.block(block_id)]["kind"]), fields)
        chosen = language_code(language) if language else default_language(hand.session, edit.issue)
        edit.write({places.block(block_id, chosen): read})
    return edit.done


def drop_block_wording(hand: Hand, block_id: int, language: str) -> Revision:
    """Take a block's words in one language out; its last ones go with the block."""
    with editing(hand, "block") as edit:
        edit.id, chosen = find(edit, block_id), language_code(language)
        said = contents.block_languages(edit.draft, block_id)
        if chosen not in said:
            raise BadInput(f"It has no words in {places.language_name(chosen)}.")
        if said == (chosen,):
            raise BadInput("These are its only words; take it out instead.")
        edit.take(places.block(block_id, chosen))
        edit.drop(places.block(block_id, chosen))
    return edit.done


def move_block(hand: Hand, block_id: int, *, before: int | None = None, section: str | None = None) -> Revision:
    """Move a block before another one, or behind the blocks of a section. The director's note stays at the top."""
    with editing(hand, "move-block") as edit:
        edit.id = find(edit, block_id)
        if edit.draft[places.block(block_id)]["kind"] == BlockKind.DIRECTOR:
            raise BadInput("The director's note stands before the lead, and nowhere else.")
        if before == block_id:
            return Revision(edit.issue.revision, id=block_id)
        name = places.block(block_id, "place")
        order = [one for one in edit.draft[places.BLOCKS] if one != block_id]
        beside = before if before in order else None
        there = edit.draft[places.block(beside, "place")] if beside is not None else section or edit.draft[name]
        order.insert(order.index(beside) if beside is not None else len(order), block_id)
        if order != edit.draft[places.BLOCKS] or there != edit.draft[name]:
            edit.take(name)
            edit.draft[places.BLOCKS], edit.draft[name] = order, items.section(edit, there)
    return edit.done


def remove_block(hand: Hand, block_id: int) -> Revision:
    """Take a block out, in every language."""
    with editing(hand, "remove-block") as edit:
        edit.id = find(edit, block_id)
        edit.take(places.block(block_id))
        edit.drop(places.block(block_id))
        edit.draft[places.BLOCKS] = [one for one in edit.draft[places.BLOCKS] if one != block_id]
    return edit.done


def find(edit: Edit, block_id: int) -> int:
    """That block of the issue; NotFound where it has none, Conflict where it was just taken out."""
    if places.block(block_id) not in edit.draft:
        if places.block(block_id) in edit.seen:
            edit.take(places.block(block_id))
        slug = edit.issue.slug
        raise NotFound(f"There is no block {block_id} in {slug}; see: newsletter issue show {slug}")
    return block_id


def wanted(edit: Edit, kind: BlockKind, section: str | None, block_id: int | None) -> int:
    """The block to be worded or asked for: that of the id, the director's note, of which there is one, or a new one
    after the items of its section, by default of the last. BadInput where kind or section are not its own.
    """
    if block_id is not None:
        known = edit.draft[places.block(find(edit, block_id))]["kind"]
        if known != kind.value or section is not None:
            raise BadInput(f"Block {block_id} is a {known}, and stays where it is: give --kind {known} alone.")
        return block_id
    if kind is not BlockKind.DIRECTOR:
        return _add(edit, kind, items.section(edit, section))
    if section is not None:
        raise BadInput("The director's note stands before the lead; it has no section.")
    notes = [one for one in edit.draft[places.BLOCKS] if edit.draft[places.block(one)]["kind"] == kind.value]
    return min(notes) if notes else _add(edit, kind, "")


def _add(edit: Edit, kind: BlockKind, section: str) -> int:
    """A new block; the database gives it its number, which nobody else has had."""
    row = BlockRow(issue_id=edit.issue.id, position=len(edit.draft[places.BLOCKS]) + 1, kind=kind.value)
    edit.session.add(row)
    edit.session.flush()
    edit.take(places.block(row.id))
    edit.draft[places.block(row.id)] = {"kind": kind.value}
    edit.draft[places.block(row.id, "place")] = section
    edit.draft[places.BLOCKS] = [*edit.draft[places.BLOCKS], row.id]
    return row.id
