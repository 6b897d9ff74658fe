"""Stage 4, the checks: facts are gathered first, then small pure checks look at them."""

from newsletter.preflight.checking import BEFORE_A_SEND, Checking
from newsletter.preflight.checks import CHECKS, check
from newsletter.preflight.facts.model import Awaited, Facts, Here
from newsletter.preflight.gathering import gather
from newsletter.preflight.grouping import by_who, musts, unrendered, verdict
from newsletter.preflight.looking.lookout import Looking, Lookout, Progress
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
    "BEFORE_A_SEND",
    "CHECKS",
    "SEVERITY_IN_WORDS",
    "WHO_IN_WORDS",
    "Awaited",
    "Checking",
    "Facts",
    "Finding",
    "Group",
    "Here",
    "Looking",
    "Lookout",
    "Mend",
    "Mending",
    "Progress",
    "Severity",
    "Who",
    "by_who",
    "check",
    "gather",
    "musts",
    "unrendered",
    "verdict",
]
