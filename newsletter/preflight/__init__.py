"""Stage 4, the checks: facts are gathered first, then small pure checks look at them."""

from newsletter.preflight.checks import CHECKS, check
from newsletter.preflight.facts import Facts, gather
from newsletter.preflight.model import Finding, Severity

__all__ = ["CHECKS", "Facts", "Finding", "Severity", "check", "gather"]
