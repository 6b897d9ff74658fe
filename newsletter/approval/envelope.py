"""What goes out beside the words: sender, list, audience, tracking. All of it is part of what is approved."""

import re
from typing import Any

from newsletter.issues.model import Corrects, Profile

_LABEL = re.compile(r"[^A-Za-z0-9-]+")


def envelope(profile: Profile, issue_slug: str, base_url: str, corrects: Corrects | None = None) -> dict[str, Any]:
    """What a reader is affected by beside the parts; it goes into the fingerprint."""
    return {
        "from_name": profile.from_name,
        "from_address": profile.from_address,
        "reply_to": profile.reply_to,
        "list_id": list_id(profile),
        "feedback_id": feedback_id(profile, issue_slug),
        "return_path": profile.return_path,
        "archived_at": f"{base_url}/issues/{issue_slug}" if profile.archive != "none" else "",
        "default_language": profile.default_language,
        "audience": _audience(corrects),
        "tracking": "none",
    }


def _audience(corrects: Corrects | None) -> str:
    if corrects is None:
        return "everyone confirmed on the list when his turn comes"
    unsure = ", or who has no answer to it" if corrects.with_uncertain else ""
    return f"everyone who was handed {corrects.slug}{unsure}, and is confirmed on the list when his turn comes"


def list_id(profile: Profile) -> str:
    """RFC 2919: a dotted id below a domain of ours, constant for the life of the list; the name only in ASCII."""
    domain = profile.from_address.rpartition("@")[2]
    identifier = f"<{_LABEL.sub('-', profile.slug)}.{domain}>"
    plain = profile.name.isascii() and profile.name.isprintable() and not set(profile.name) & set('"\\<>')
    return f'"{profile.name}" {identifier}' if plain and len(profile.name) <= 60 else identifier


def feedback_id(profile: Profile, issue_slug: str) -> str:
    """Gmail's `campaign:list:kind:sender`; the sender's id is last, 5 to 15 characters, and stays the same."""
    sender = profile.feedback_id or re.sub(r"[^a-z0-9]", "", profile.from_address.rpartition("@")[2].lower())
    return f"{issue_slug}:list-{profile.slug}:newsletter:{sender[:15].ljust(5, '0')}"
