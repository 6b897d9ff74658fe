"""Who may come onto a list by other hands than his own: decided from values, the same for one person and for a file."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from subscribers.addresses import AddressError, address_hash, parse
from subscribers.model import SubscriptionState
from subscribers.returning import RETURNS, Path, Reason, Return, may_return

_NAME_LENGTH = 200
_LANGUAGE = re.compile(r"(?=.{2,16}\Z)[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_SUBTAG_CASE = {2: str.upper, 4: str.title}


class Arrival(NamedTuple):
    """An address on its way onto a list, read and found good."""

    address: str
    hash: str
    name: str = ""
    language: str = ""


class Standing(NamedTuple):
    """What the book knows of an address: the person, the state on this list, the suppression that counts there."""

    subscriber_id: int | None = None
    address: str | None = None
    language: str = ""
    state: str | None = None
    suppressed: str | None = None

    @property
    def erased(self) -> bool:
        """Whether this person asked to be forgotten."""
        return self.subscriber_id is not None and self.address is None


NOBODY = Standing()  # the book knows nothing of the address: nothing stands against it


def arrival(text: str, name: str, language: str, suppression_key: str) -> Arrival:
    """What was typed, as it is stored; AddressError names what is wrong with it."""
    address = parse(text)
    return Arrival(address, address_hash(address, suppression_key), checked_name(name), checked_language(language))


def checked_name(text: str) -> str:
    """The name, if it can be kept."""
    if len(text) <= _NAME_LENGTH and text.isprintable():
        return text
    if len(text) > _NAME_LENGTH or any(unicodedata.category(character) == "Cc" for character in text):
        raise AddressError(f"the name is longer than {_NAME_LENGTH} characters or holds control characters")
    return text


@lru_cache(256)
def checked_language(text: str) -> str:
    """The code as languages are compared: pt_br and PT-br are pt-BR (RFC 5646 2.1.1)."""
    code = text.replace("_", "-")
    if code and not _LANGUAGE.fullmatch(code):
        raise AddressError("the language is no code such as en or pt-BR")
    first, *others = code.split("-")
    return "-".join([first.lower(), *(_SUBTAG_CASE.get(len(tag), str.lower)(tag) for tag in others)])


def is_new(standing: Standing, wanted: SubscriptionState, path: Path = Path.IMPORT) -> bool:
    """Whether anything is to be written; False when it stands as wanted. AddressError names why not.

    Who left or is suppressed stays so: `returning` says on which way each can come back, and none of them leads
    through here. The other way round a file always counts: who has left elsewhere has left.
    """
    if standing.state == wanted.value:
        return False
    if wanted is SubscriptionState.UNSUBSCRIBED:
        return not standing.erased  # he is off every list, and an event would hold his address again
    reasons = _reasons(standing)
    if reasons:
        raise AddressError(refusal(reasons, path))
    if standing.state is not None:
        raise AddressError(_STAYS[standing.state])
    return True


def refusal(reasons: Sequence[Reason], path: Path) -> str:
    """Why this person is not brought back on this way, in the words of the reason that is strictest about it."""
    answer = may_return(reasons, path)
    reason = next(one for one in reasons if RETURNS[one][path] is answer)
    if reason is Reason.UNSUBSCRIBED and answer is Return.MAIL:
        return "unsubscribed; only this person can come back, by confirming a mail that asks"
    if reason in _LEFT:
        return _LEFT[reason]
    lifted = "; an administrator can lift that, with a reason" if answer is Return.STAFF_WORD else ""
    return f"on the do-not-mail list ({reason.replace('_', ' ')}){lifted}"


def _reasons(standing: Standing) -> tuple[Reason, ...]:
    found = [Reason(standing.suppressed)] if standing.suppressed else []
    if standing.erased:
        found.insert(0, Reason.ERASED)
    if standing.state == Reason.UNSUBSCRIBED:
        found.insert(0, Reason.UNSUBSCRIBED)
    return tuple(found)


_LEFT = {
    Reason.UNSUBSCRIBED: "unsubscribed; only this person can come back, by the sign-up form",
    Reason.ERASED: "this person asked to be erased; only they can come back, by the sign-up form",
}
_STAYS = {
    "pending": "asked to subscribe and has not confirmed yet",
    "confirmed": "subscribed and confirmed here; a file does not change that",
}
