"""What a check says: how grave, which check, where, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Product words: must be mended, worth a look, good to know."""

    MUST = "must"
    LOOK = "look"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one place."""

    severity: Severity
    check: str
    place: str
    message: str
