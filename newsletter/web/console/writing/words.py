"""The words of the issue for its forms: each text as it stands, and beside it the one that it is a translation of."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issues import contents, places
from newsletter.issues.blocks import FIELDS
from newsletter.issues.model import BlockKind
from newsletter.issues.places import Contents

ITEM = contents.WORDS


@dataclass(frozen=True, slots=True)
class Worded:
    """Texts by field, in one language; `source` the same in the language to translate from, where there is one."""

    language: str
    texts: Mapping[str, str]
    there: bool
    source_language: str
    source: Mapping[str, str]


def of_item(known: Contents, publication: int, language: str, own: str, default: str) -> Worded:
    """An item's. `own`: the language of its publication."""
    said = contents.languages(known, publication)
    beside = _beside(language, (own, default, *said), said)
    return Worded(
        language, _texts(known, publication, language), language in said, beside,
        _texts(known, publication, beside) if beside else {},
    )  # fmt: skip


def of_block(known: Contents, block: int, kind: BlockKind, language: str, default: str) -> Worded:
    """A block's; without any words where it is owed."""
    said = contents.block_languages(known, block)
    beside = _beside(language, (default, *said), said)
    return Worded(
        language, _fields(known, block, kind, language), language in said, beside,
        _fields(known, block, kind, beside) if beside else {},
    )  # fmt: skip


def of_issue(known: Contents, language: str, default: str, there: tuple[str, ...]) -> Worded:
    """Subject and preview line."""
    beside = default if language != default else ""
    return Worded(language, _inbox(known, language), language in there, beside, _inbox(known, beside) if beside else {})


def _beside(language: str, wanted: tuple[str, ...], said: tuple[str, ...]) -> str:
    return next((one for one in wanted if one in said and one != language), "")


def _texts(known: Contents, publication: int, language: str) -> dict[str, str]:
    return {part: known.get(places.item(publication, language, part), "") for part in ITEM}


def _fields(known: Contents, block: int, kind: BlockKind, language: str) -> dict[str, str]:
    said = known.get(places.block(block, language), {})
    return {name: str(said.get(name, "")) for part in FIELDS[kind] for name in part}


def _inbox(known: Contents, language: str) -> dict[str, str]:
    return {"subject": known.get(places.subject(language), ""), "preview": known.get(places.preview(language), "")}
