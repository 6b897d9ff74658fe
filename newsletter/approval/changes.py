"""What differs between two versions, in sentences: told when an approval has stopped counting."""

from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 60
_NAMES = {
    "draft": "",
    "profile": "list",
    "sections": "section",
    "items": "item",
    "wordings": "wording",
    "subjects": "subject",
    "preheaders": "preview line",
    "source": "publication",
    "templates": "template",
    "sha256": "picture",
}


def changes(before: Mapping[str, Any], after: Mapping[str, Any], most: int = 12) -> tuple[str, ...]:
    """One sentence per difference, at most `most`, then how many more there are."""
    found = list(_walk("", dict(before), dict(after)))
    shown = found[:most]
    if len(found) > most:
        shown.append(f"and {len(found) - most} more")
    return tuple(shown)


def _walk(place: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _walk(_place(place, key), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(place, before, after)
    elif before is None:
        yield f"{place}: {_shown(after)} is new"
    elif after is None:
        yield f"{place}: {_shown(before)} is gone"
    else:
        yield f"{place}: {_shown(before)} is now {_shown(after)}"


def _lists(place: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    """Things with an id or a slug are compared with themselves; what moved is said once."""
    old, new = {_key(x, i): x for i, x in enumerate(before)}, {_key(x, i): x for i, x in enumerate(after)}
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _walk(_place(place, key), old.get(key), new.get(key))
    kept = [key for key in new if key in old]
    if kept != [key for key in old if key in new]:
        yield f"{place}: the order is another"


def _key(thing: Any, index: int) -> str:
    if isinstance(thing, Mapping):
        name = thing.get("slug") or thing.get("anchor") or thing.get("id")
        if name is not None:
            return str(name)
    return str(index + 1)


def _place(place: str, key: str) -> str:
    name = _NAMES.get(key, key)
    return f"{place} {name}".strip()


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        source = value.get("source") or {}
        value = value.get("title") or source.get("title") or value.get("slug") or value.get("anchor") or "something"
    text = str(value)
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"
