"""What each kind of block says, and how its fields are read: each text clean, or refused with its name."""

from collections.abc import Mapping
from typing import NamedTuple

from newsletter.errors import BadInput
from newsletter.issues.fields import heading, link, paragraph
from newsletter.issues.model import BlockKind

MOST_FIGURES = 6
_MOST = 200  # characters of a name, a heading, a label


class Fields(NamedTuple):
    """The fields a kind has, in the order in which they are named."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


FIELDS: Mapping[BlockKind, Fields] = {
    BlockKind.DIRECTOR: Fields(("text", "name"), ("role",)),
    BlockKind.TEXT: Fields(("text",), ("heading",)),
    BlockKind.QUOTE: Fields(("text", "name"), ("role",)),
    BlockKind.NUMBERS: Fields(("figures",)),
    BlockKind.BUTTON: Fields(("label", "url")),
}


def block_kind(text: str) -> BlockKind:
    """The kind of that name."""
    if text not in list(BlockKind):
        raise BadInput(f"There is no block {text[:40]!r}; there is: {', '.join(BlockKind)}.")
    return BlockKind(text)


def block_fields(kind: BlockKind, given: Mapping[str, str]) -> dict[str, str]:
    """The fields as they are stored; BadInput says what is missing, unknown or cannot be shown."""
    required, optional = FIELDS[kind]
    unknown = sorted(set(given) - {*required, *optional})
    if unknown:
        raise BadInput(f"{kind} has no field {unknown[0][:40]!r}; it has: {', '.join((*required, *optional))}.")
    missing = [name for name in required if not given.get(name, "").strip()]
    if missing:
        raise BadInput(f"{kind} needs {' and '.join(missing)}.")
    return {name: _read(name, given[name]) for name in (*required, *optional) if given.get(name, "").strip()}


def _read(name: str, text: str) -> str:
    if name == "text":
        return "\n\n".join(paragraph(name, part) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())
    if name == "figures":
        return _figures(text)
    return link("button", text.strip()) if name == "url" else heading(name, text, _MOST)


def _figures(text: str) -> str:
    """Lines of "value | label | source"; a number without its source is refused."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if len(lines) > MOST_FIGURES:
        raise BadInput(f"{len(lines)} figures are too many to be read; at most {MOST_FIGURES}.")
    return "\n".join(_figure(line) for line in lines)


def _figure(line: str) -> str:
    parts = [heading("figure", part, _MOST) for part in line.split("|") if part.strip()]
    if len(parts) != 3 or line.count("|") != 2:
        raise BadInput(f'The figure {line.strip()[:60]!r} must be written "value | what it counts | source".')
    return " | ".join(parts)
