"""Counts words and links as a reader would."""

import re

_LINK = re.compile(r"\[([^\][]+)\]\(https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*\)")
PER_MINUTE = 240  # words that people read on a screen


def words_in(text: str) -> int:
    """Words; a link counts with the words on it."""
    return sum(any(letter.isalnum() for letter in word) for word in _LINK.sub(r"\1", text).split())


def links_in(text: str) -> int:
    """Links in running text."""
    return len(_LINK.findall(text))


def minutes(words: int) -> str:
    """About 2½ minutes."""
    halves = max(1, round(2 * words / PER_MINUTE))
    number = f"{halves // 2 or ''}{'½' if halves % 2 else ''}"
    return f"about {number} minute{'' if halves <= 2 else 's'}"
