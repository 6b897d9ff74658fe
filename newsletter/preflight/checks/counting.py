"""Counts links in running text, and says how long words take to read."""

import re

from newsletter.issues import measures

_LINK = re.compile(r"\[([^\][]+)\]\(https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*\)")


def links_in(text: str) -> int:
    """Links in running text."""
    return len(_LINK.findall(text))


def minutes(words: int) -> str:
    """About 2½ minutes."""
    time = measures.minutes(words)
    number = f"{int(time) or ''}{'½' if time % 1 else ''}"
    return f"about {number} minute{'' if time <= 1 else 's'}"
