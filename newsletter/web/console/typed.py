"""A number that somebody types to make sure: 1480, 1,480, 1.480, 1 480 and 1'480 are all the same."""

import re

_BETWEEN = re.compile(r"[\s.,'’_]+")  # also the narrow and no-break spaces that people copy
_LONGEST = 12


def number_typed(text: str) -> int | None:
    """The number, however it is grouped; None for what is none."""
    digits = _BETWEEN.sub("", text)
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST else None
