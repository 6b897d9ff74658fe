"""What an edit did, in words: for "Earlier versions", and for what a page says after it."""

from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.issues import places

_WHOLE = {
    "assemble": "Collected the draft", "before": "How it stood before versions were kept", "correct": "Began it",
    "restore": "Brought an earlier version back",
}  # fmt: skip
_ON_ITEMS = {
    "use": "Put in {}", "hold": "Saved {} for next time", "decline": "Left out {}", "put-back": "Put {} back to wait",
    "role": "Gave {} another size", "move": "Moved {}", "keep-ours": "Kept our words for {}",
    "picture": "Changed the picture of {}", "crop": "Cut the picture of {}", "date": "Gave {} its day",
    "take-theirs": "Took the website’s words for {}",
}  # fmt: skip
_ON_BLOCKS = {"block": "Wrote {}", "remove-block": "Took out {}", "move-block": "Moved {}", "ask": "Asked for {}"}
_MOST = 3


def words(
    verb: str, changed: Sequence[str], titles: Mapping[int, str], contents: Mapping[str, Any], undoes: int | None = None
) -> str:
    """One sentence without its full stop: Changed the subject (English)."""
    if verb in _WHOLE:
        return _WHOLE[verb]
    if verb == "undo":
        return f"Took back version {undoes}"
    if verb in _ON_ITEMS:
        ids = dict.fromkeys(int(place.split(":")[1]) for place in changed if place.startswith(("coverage:", "item:")))
        named = [f"“{titles[id_]}”" for id_ in ids if titles.get(id_)]
        return _ON_ITEMS[verb].format(_listed(named) or "an item")
    if verb in _ON_BLOCKS:
        ids = dict.fromkeys(int(place.split(":")[1]) for place in changed if place.startswith("block:"))
        return _ON_BLOCKS[verb].format(_listed([places.in_words(places.block(id_), titles, contents) for id_ in ids]))
    named = [places.in_words(place, titles, contents) for place in changed]
    return f"Changed {_listed(list(dict.fromkeys(named))) or 'the order'}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST:
        return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
