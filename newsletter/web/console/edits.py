"""What an edit of an issue did, in a sentence for the line after it: what happened, and what it means."""

from collections.abc import Mapping
from typing import Any

from newsletter.issues.model import Role

_PLAIN = {
    "edit": "Changed.",
    "word": "Changed.",
    "state": "Changed in this mail; the website stays as it is.",
    "picture": "The picture is changed.",
    "crop": "The picture is cut anew.",
    "use": "It is in the mail.",
    "role": "Changed.",
    "hold": "Taken out. It waits for the next issue.",
    "decline": "Left out. The reason is kept with it.",
    "put-back": "It waits for your word.",
    "move": "Moved.",
    "section": "The section is changed.",
    "move-section": "The section is moved.",
    "block": "Written.",
    "move-block": "Moved.",
    "remove-block": "Taken out of the mail.",
    "ask": "Asked for. The mail does not wait for it.",
    "date": "It has its date now.",
    "paste": "Taken in.",
    "keep-ours": "Our words stay.",
    "take-theirs": "The website’s words are in the mail.",
    "undo": "Taken back.",
    "restore": "The earlier version is back; the one before it is kept under Earlier versions.",
}
ACTS = {
    "word": "changed the words of an item",
    "state": "changed where an item leads, its days or its place",
    "picture": "changed a picture",
    "crop": "cut a picture",
    "put-back": "let a publication wait again",
    "date": "said when a publication came out",
    "role": "changed the size of an item",
    "move": "moved an item",
    "section": "changed a section",
    "move-section": "moved a section",
    "move-block": "moved a text",
    "keep-ours": "kept our words although the website changed its own",
    "take-theirs": "took over what the website changed",
    "undo": "took an edit back",
    "restore": "brought an earlier version back",
}
_ROLES = {
    Role.LEAD: "It is the lead. The one before is a full item now.", Role.ITEM: "It is a full item.",
    Role.MORE: "It is one line now, under “More”.",
}  # fmt: skip


def sentence(verb: str, detail: Mapping[str, Any]) -> str:
    """For a line of the activity log; nothing where it was no edit."""
    if "revision" not in detail or verb not in _PLAIN:
        return ""
    if verb == "role":
        return _role(detail)
    if verb in {"use", "move"} and (becomes := _one_line(detail)):
        return becomes
    return _PLAIN[verb]


def _role(detail: Mapping[str, Any]) -> str:
    before, after = detail.get("before", {}), detail.get("after", {})
    for place, now in after.items():
        was = before.get(place)
        both = isinstance(now, Mapping) and isinstance(was, Mapping)
        if both and now.get("role") != was.get("role") and (now.get("role") == Role.LEAD or len(after) == 1):
            return _ROLES[Role(now["role"])]
    return "Changed."


def _one_line(detail: Mapping[str, Any]) -> str:
    """Where a section is full, what is put in is told in one line: that must be said."""
    before, after = detail.get("before", {}), detail.get("after", {})
    fresh = [
        now for place, now in after.items()
        if place.endswith(":place") and isinstance(now, Mapping) and not isinstance(before.get(place), Mapping)
    ]  # fmt: skip
    if fresh and all(now.get("role") == Role.MORE for now in fresh):
        return "It is in the mail as one line: its section has no place left."
    return ""
