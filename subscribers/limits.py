"""How many confirmation mails a form may cause: by address, network and domain and in all, counted in the inbox.

Beyond the ceilings, or when hardly anybody confirms any more, the gate is narrow: only who has answered the extra check
gets a mail. What is refused looks from outside like what is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, select, text
from sqlalchemy.orm import Session

from subscribers.book import AddressBook
from subscribers.tables import ConfirmationRow, SignUpRow


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within that time."""

    number: int
    within: timedelta


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

MAILS_PER_ADDRESS = (Limit(1, 15 * _MINUTE), Limit(3, _DAY))
POSTS_PER_NETWORK = (Limit(5, _MINUTE), Limit(20, _HOUR))
MAILS_PER_DOMAIN = Limit(60, _HOUR)
MAILS = Limit(300, _HOUR)
CHECKED_MAILS = Limit(60, _HOUR)  # while the gate is narrow
ROWS = Limit(1_500, _HOUR)  # beyond, what gets no mail is not even written down

LAST_MAILS = 50  # of so many confirmation mails,
OLD_ENOUGH = timedelta(hours=2)  # all older than this,
TOO_FEW = 5  # fewer than so many were answered: somebody signs up strangers

_GMAIL = frozenset({"gmail.com", "googlemail.com"})


class Narrow(StrEnum):
    """Why the gate is narrow."""

    TOTAL = "total"
    DOMAIN = "domain"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Post:
    """What of a post is counted: keyed hashes of the folded address and of the network ("" where it is not known)."""

    address_hash: str
    domain: str
    network: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What has come in so far, as far back as any limit looks."""

    of_address: tuple[int, ...] = (0,) * len(MAILS_PER_ADDRESS)
    of_network: tuple[int, ...] = (0,) * len(POSTS_PER_NETWORK)
    of_domain: int = 0
    unchecked: int = 0
    checked: int = 0
    rows: int = 0
    fullest_domain: int = 0
    last_mails: int = 0
    last_answers: int = 0


class Answer(StrEnum):
    """What becomes of a post. DROPPED: it is not even written down."""

    TAKEN = "waiting"
    LIMITED = "limited"
    DROPPED = "dropped"


def folded(address: str) -> str:
    """What the limits take for the same mailbox: without case, +tag and Gmail's dots. Never stored, never mailed."""
    local, _, domain = address.lower().rpartition("@")
    plain = local.partition("+")[0] or local
    if domain in _GMAIL:
        plain, domain = plain.replace(".", "") or plain, "gmail.com"
    return f"{plain}@{domain}"


def post(book: AddressBook, address: str, network: str | None) -> Post:
    """What is counted of a post for a parsed address; `network` is hashed already."""
    return Post(book.hash(f"folded\0{folded(address)}"), address.rpartition("@")[2], network or "")


def narrow(counts: Counts) -> Narrow | None:
    """Why the gate is narrow, if it is."""
    if counts.unchecked >= MAILS.number:
        return Narrow.TOTAL
    if counts.fullest_domain >= MAILS_PER_DOMAIN.number:
        return Narrow.DOMAIN
    if counts.last_mails >= LAST_MAILS and counts.last_answers < TOO_FEW:
        return Narrow.ANSWERS
    return None


def judge(counts: Counts, *, checked: bool) -> Answer:
    """What becomes of one more post."""
    if _reached(POSTS_PER_NETWORK, counts.of_network):
        return Answer.DROPPED
    refused = Answer.LIMITED if counts.rows < ROWS.number else Answer.DROPPED
    if _reached(MAILS_PER_ADDRESS, counts.of_address):
        return refused
    if narrow(counts) is None:
        return Answer.TAKEN if checked or counts.of_domain < MAILS_PER_DOMAIN.number else refused
    return Answer.TAKEN if checked and counts.checked < CHECKED_MAILS.number else refused


def _reached(limits: Sequence[Limit], counts: Sequence[int]) -> bool:
    return any(count >= limit.number for limit, count in zip(limits, counts, strict=True))


def count(session: Session, now: datetime, one: Post | None = None) -> Counts:
    """The counts that one more post meets, or (without one) those that say whether the gate is narrow."""
    values: dict[str, object] = {_name(limit): now - limit.within for limit in _LIMITS}
    values["old_enough"] = now - OLD_ENOUGH
    if one is not None:
        values |= {"address": one.address_hash, "network": one.network, "domain": one.domain}
    statement = _counts(of_post=one is not None, of_network=bool(one and one.network))
    found = session.connection().execute(statement, values).mappings().one()
    return Counts(
        of_address=tuple(found.get(f"address{n}", 0) for n in range(len(MAILS_PER_ADDRESS))),
        of_network=tuple(found.get(f"network{n}", 0) for n in range(len(POSTS_PER_NETWORK))),
        of_domain=found.get("of_domain", 0),
        unchecked=found["unchecked"],
        checked=found.get("checked", 0),
        rows=found.get("rows", 0),
        fullest_domain=found["fullest"] or 0,
        last_mails=found["mails"],
        last_answers=found["answers"],
    )


def mails_reached(session: Session, address_hash: str, now: datetime) -> bool:
    """Whether so many mails were queued for this address that one more must wait."""
    mailed = (_ROWS.c.address_hash == bindparam("address"), _ROWS.c.state == "mailed")
    counts = [
        session.scalar(_number(limit, *mailed), {_name(limit): now - limit.within, "address": address_hash}) or 0
        for limit in MAILS_PER_ADDRESS
    ]
    return _reached(MAILS_PER_ADDRESS, counts)


_ROWS = cast("Table", SignUpRow.__table__)
_QUESTIONS = cast("Table", ConfirmationRow.__table__)
_LIMITS = (*MAILS_PER_ADDRESS, *POSTS_PER_NETWORK, MAILS_PER_DOMAIN, MAILS, CHECKED_MAILS, ROWS)


@cache
def _counts(*, of_post: bool, of_network: bool) -> Select[Any]:
    """All counts in one statement, built once: building it costs more than asking."""
    mailed, unchecked = _ROWS.c.state.in_(("waiting", "mailed")), _ROWS.c.checked.is_(False)
    columns = {"unchecked": _number(MAILS, unchecked), "fullest": _fullest(unchecked)}
    if of_post:
        at_address = (_ROWS.c.address_hash == bindparam("address"), mailed)
        columns |= {f"address{n}": _number(limit, *at_address) for n, limit in enumerate(MAILS_PER_ADDRESS)}
        columns["of_domain"] = _number(MAILS_PER_DOMAIN, _ROWS.c.domain == bindparam("domain"), unchecked)
        columns["checked"] = _number(CHECKED_MAILS, _ROWS.c.checked.is_(True), mailed)
        columns["rows"] = _number(ROWS)
    if of_network:
        from_network = _ROWS.c.network == bindparam("network")
        columns |= {f"network{n}": _number(limit, from_network) for n, limit in enumerate(POSTS_PER_NETWORK)}
    answers = _answers().subquery()
    return select(
        *(query.scalar_subquery().label(name) for name, query in columns.items()),
        func.count().label("mails"),
        func.count(answers.c.used_at).label("answers"),
    ).select_from(answers)


def _name(limit: Limit) -> str:
    return f"since_{int(limit.within.total_seconds())}"


def _number(limit: Limit, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(func.count()).select_from(_ROWS).where(_ROWS.c.at > bindparam(_name(limit)), *conditions)


def _fullest(*conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    """How many the domain has that has the most."""
    return _number(MAILS_PER_DOMAIN, *conditions).group_by(_ROWS.c.domain).order_by(func.count().desc()).limit(1)


def _answers() -> Select[tuple[datetime | None]]:
    """The last confirmation mails that people had the time to answer; the partial index wants the purpose as it is."""
    return (
        select(_QUESTIONS.c.used_at)
        .where(text("confirmations.purpose = 'subscribe'"), _QUESTIONS.c.sent_at <= bindparam("old_enough"))
        .order_by(_QUESTIONS.c.sent_at.desc())
        .limit(LAST_MAILS)
    )
