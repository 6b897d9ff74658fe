"""Stage 4, the checks: facts are gathered first, then small pure checks look at them."""

from newsletter.preflight.checks import CHECKS, check
from newsletter.preflight.facts import Facts, gather
from newsletter.preflight.grouping import by_who, musts, unrendered, verdict
from newsletter.preflight.model import (
    SEVERITY_IN_WORDS,
    WHO_IN_WORDS,
    Finding,
    Group,
    Mend,
    Mending,
    Severity,
    Who,
)

__all__ = [
    "CHECKS",
    "SEVERITY_IN_WORDS",
    "WHO_IN_WORDS",
    "Facts",
    "Finding",
    "Group",
    "Mend",
    "Mending",
    "Severity",
    "Who",
    "by_who",
    "check",
    "gather",
    "musts",
    "unrendered",
    "verdict",
]
