"""The form's inbox: each post is one row, written before the page answers and worked on after it.

Whatever the address is, the page does the same: a few counts and one insert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscribers import limits
from subscribers.asking import ask_to_join
from subscribers.book import AddressBook
from subscribers.limits import Answer
from subscribers.model import Consent
from subscribers.rules import Arrival
from subscribers.tables import SignUpRow

_ONE_AT_A_TIME = 4_771_002  # of PostgreSQL's advisory locks: so that no two work on the same address at once


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a row: the question to be mailed, if any, in which language."""

    confirmation_id: int | None
    list_id: int | None
    language: str


def take(
    session: Session, book: AddressBook, arrival: Arrival, list_ids: Sequence[int], consent: Consent, *, checked: bool
) -> Answer:
    """Write a post into the inbox, or do not; `consent.at` is now, its `network` hashed."""
    post = limits.post(book, arrival.address, consent.network)
    answer = limits.judge(limits.count(session, consent.at, post), checked=checked)
    if answer is Answer.DROPPED:
        return answer
    row = SignUpRow(
        at=consent.at, state=answer.value, address_hash=post.address_hash, domain=post.domain, network=post.network,
        list_ids=[], source=consent.source, checked=checked,
    )  # fmt: skip
    if answer is Answer.TAKEN:
        row.address, row.name, row.language = arrival.address, arrival.name, arrival.language
        row.list_ids, row.detail, row.wording_id = list(list_ids), consent.detail, consent.wording_id
    session.add(row)
    session.flush()
    return answer


def is_waiting(session: Session) -> bool:
    """Whether anything in the inbox waits to be worked on."""
    return session.scalar(select(SignUpRow.id).where(SignUpRow.state == "waiting").limit(1)) is not None


def handle_next(session: Session, book: AddressBook, now: datetime) -> Handled | None:
    """Work on the oldest row that waits: a question where there is one to be asked. None: nothing waits.

    Who is on all lists already, or may not come back by the form, gets nothing; from outside that looks the same.
    """
    one_at_a_time(session)
    row = session.scalar(
        select(SignUpRow).where(SignUpRow.state == "waiting").order_by(SignUpRow.id).limit(1).with_for_update()
    )
    if row is None:
        return None
    asked = None
    if limits.mails_reached(session, row.address_hash, now):
        row.state = "limited"
    else:
        asked = _ask(session, book, row, now)
        row.state = "silent" if asked is None else "mailed"
    row.address, row.name, row.handled_at = None, "", now
    session.flush()
    return Handled(asked, next(iter(row.list_ids), None), row.language)


def set_aside(session: Session, now: datetime) -> None:
    """The oldest row that waits cannot be worked on: nothing is sent for it, and it stands in nobody's way."""
    row = session.scalar(select(SignUpRow).where(SignUpRow.state == "waiting").order_by(SignUpRow.id).limit(1))
    if row is not None:
        row.state, row.address, row.name, row.handled_at = "silent", None, "", now


def one_at_a_time(session: Session) -> None:
    """Others who work on the inbox wait until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def _ask(session: Session, book: AddressBook, row: SignUpRow, now: datetime) -> int | None:
    arrival = book.arrival(row.address or "", row.name, row.language)
    consent = Consent(row.source, row.at, row.wording_id, detail=row.detail, network=row.network or None)
    return ask_to_join(session, arrival, row.list_ids, consent, now)
