"""Why a copy was refused, put off or left out, in everyday words; what the other side said stays beside them."""

from collections.abc import Mapping

from newsletter.delivery.verdicts import OUR_SETTINGS

NO_MAILBOX = "no such mailbox"
FULL = "mailbox full"
CLOSED = "mailbox closed"
MOVED = "moved away, and no new address is told"
NO_DOMAIN = "nobody takes mail for that part after the @"
DISTRUST = "their mail system distrusts us, not the reader’s fault"
LATER = "their mail system asks us to come again later"
NOT_LIKE_THIS = "their mail system takes no mail like this one, not the reader’s fault"
TOO_LARGE = "the mail is too large for them"
OUR_SERVICE = "our own mail service refused us, not the reader’s fault"
WAY = "the way there failed, not the reader’s fault"
LINE_BROKE = "the line broke before they answered"
FOR_DAYS = ", for three days"

# Whoever is on the list and gets nothing: one, and several.
LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "pending": ("has not confirmed yet", "have not confirmed yet"),
    "hard_bounce": ("address no longer works", "addresses no longer work"),
    "soft_bounce": ("address did not work several times", "addresses did not work several times"),
    "complaint": ("has marked a mail as spam", "have marked a mail as spam"),
    "paused": ("asked for a pause", "asked for a pause"),
    "blocked": ("is on the do-not-mail list", "are on the do-not-mail list"),
    "staff": ("was put on the do-not-mail list by us", "were put on the do-not-mail list by us"),
    "archived": ("is on a list that is closed", "are on a list that is closed"),
    "unsubscribed": ("has left the list", "have left the list"),
    "erased": ("was erased", "were erased"),
    "stopped": ("has nothing, because it was stopped", "have nothing, because it was stopped"),
}
GONE = frozenset({"unsubscribed", "erased"})  # who are on the list no more

_DETAILS = {
    "1.1": NO_MAILBOX, "1.3": NO_MAILBOX, "1.6": MOVED, "1.2": NO_DOMAIN, "1.10": NO_DOMAIN, "4.4": NO_DOMAIN,
    "2.1": CLOSED, "2.2": FULL, "2.3": TOO_LARGE, "3.4": TOO_LARGE,
}  # fmt: skip
_FAULTS = {"issue": NOT_LIKE_THIS, "sender": DISTRUST, "route": WAY}


def refusal(fault: str, code: int | None, enhanced: str | None, text: str, *, given_up: bool = False) -> str:
    """Why it did not get through this time. `given_up`: it was put off again and again, until its time was over."""
    said = _said(fault, code, enhanced or "", text.lower())
    return f"{said}{FOR_DAYS}" if given_up and code is not None and code // 100 == 4 else said


def _said(fault: str, code: int | None, enhanced: str, text: str) -> str:
    detail = enhanced.partition(".")[2]
    if code in OUR_SETTINGS:
        return OUR_SERVICE
    if any(word in text for word in ("greylist", "graylist", "come again later", "try again later")):
        return LATER
    if fault == "reader" or not fault:
        return _of_the_reader(detail, code, text, WAY if not fault else NO_MAILBOX)
    return _DETAILS.get(detail, NOT_LIKE_THIS) if fault == "issue" else _FAULTS.get(fault, WAY)


def _of_the_reader(detail: str, code: int | None, text: str, otherwise: str) -> str:
    if detail == "2.2" or code in {452, 552} or "quota" in text or " full" in text:
        return FULL
    if any(word in text for word in ("disabled", "inactive", "closed", "suspended")):
        return CLOSED
    return _DETAILS.get(detail, otherwise)


def why_not(reason: str) -> str:
    """Why no mail would go to one reader, after the name."""
    return LEFT_OUT.get(reason, ("is on the do-not-mail list",))[0]


def left_out(reason: str, number: int) -> str:
    """Like "7 have not confirmed yet"."""
    one, many = LEFT_OUT.get(reason, ("is left out", "are left out"))
    return f"{number:,} {one if number == 1 else many}"


def stands(state: str, excluded: str | None) -> str:
    """Where one copy stands."""
    if state == "excluded":
        return f"left out: {LEFT_OUT.get(excluded or '', ('for a reason that is not known',))[0]}"
    return STATES.get(state, "not their turn yet")


STATES: Mapping[str, str] = {
    "accepted": "handed over", "rejected": "refused", "deferred": "being retried", "uncertain": "without an answer",
    "waiting": "not their turn yet", "handing": "in hand at this moment", "excluded": "left out at their turn",
}  # fmt: skip
