"""From an SMTP reply to a verdict, and whose fault it is (RFC 5321 4.2, RFC 3463, registry of RFC 5248).

The first digit of the basic code decides what to do; the enhanced code and the text tell whose fault it is. What
nothing speaks for is the route's fault: a reader answers only for what is said about his mailbox.
"""

import re

from newsletter.delivery.model import Fault, Outcome, Verdict

OUR_SETTINGS = frozenset({530, 534, 535, 538})  # RFC 4954: log in, log in otherwise, encrypt first
_UNSPECIFIC = frozenset({451, 503, 554})  # said for anything, unless an enhanced code tells more

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_READER = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.0", "2.1", "2.2", "4.4"})
_SENDER = frozenset({"1.7", "1.8"})
_ISSUE = frozenset({"2.3", "3.4"})
_ROUTE = frozenset({"6.7"})  # an address beyond ASCII, which this route does not take
_UNTOLD = frozenset({"", "0.0", "1.0", "3.0", "4.1", "5.0"})  # the text decides
# "5.1.1" is also said by full boxes and by filters, so the words are asked too.
_DISTRUST = re.compile(
    r"spam|block|blacklist|blocklist|policy|dmarc|reputation|rate limit|too many|gr[ae]ylist", re.IGNORECASE
)
_NO_MAILBOX = re.compile(
    r"user unknown|unknown (user|recipient|mailbox)|no such (user|mailbox|recipient|address)|does not exist|"
    r"(mailbox|recipient|user) (is )?(unavailable|not found|disabled|inactive)|invalid (recipient|mailbox|user)|"
    r"mailbox (is )?full|over quota|quota exceeded",
    re.IGNORECASE,
)


def judge(delivery: int, code: int, text: str, step: str) -> Outcome:
    """The outcome of a final reply. `step`: mail, rcpt, data or content."""
    enhanced = _enhanced(text)
    if code // 100 == 2 and step == "content":
        return Outcome(delivery, Verdict.ACCEPTED, code=code)
    verdict = Verdict.REJECTED if code // 100 == 5 else Verdict.DEFERRED
    if code in OUR_SETTINGS:
        verdict = Verdict.DEFERRED  # our configuration: no copy is lost for it
    return Outcome(delivery, verdict, fault(code, enhanced, text, step), code, enhanced, text)


def fault(code: int, enhanced: str | None, text: str, step: str) -> Fault:
    """Whose fault a refusal is; only `reader` ever counts against the reader."""
    detail = enhanced.split(".", 1)[1] if enhanced else ""
    if code in OUR_SETTINGS or detail in _ROUTE:
        return Fault.ROUTE
    if detail in _ISSUE or detail.startswith("6."):
        return Fault.ISSUE
    if detail in _SENDER or detail.startswith("7.") or _DISTRUST.search(text):
        return Fault.SENDER
    about_him = detail in _READER or _says_so(code, detail, text, step)
    return Fault.READER if about_him and code != 421 else Fault.ROUTE


def _says_so(code: int, detail: str, text: str, step: str) -> bool:
    """Whether a reply without a telling enhanced code speaks of the mailbox; a bare 552 or 452 says that it is full."""
    if step != "rcpt" or detail not in _UNTOLD or (not detail and code in _UNSPECIFIC):
        return False
    return (not detail and code in {452, 552}) or _NO_MAILBOX.search(text) is not None


def _enhanced(text: str) -> str | None:
    found = _ENHANCED.match(text)
    return found[1] if found else None
