"""Every mail that is no issue: test copies, review requests, one more copy, what asks and welcomes readers.

Same lanes, same fence, own table.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import copying, greeting
from newsletter.delivery.copying import COPY, Copy
from newsletter.delivery.greeting import Greeting
from newsletter.delivery.handing import hand_over
from newsletter.delivery.ledger import ClaimLost, begin, record
from newsletter.delivery.model import Fault, Letter, Outcome, RouteDown, Transport, Verdict
from newsletter.delivery.tables import NoticeRow
from newsletter.delivery.workers import Worker, recover
from newsletter.errors import RenderError
from newsletter.rendering.dkim import Signer
from newsletter.rendering.headers import date, list_unsubscribe, mailbox, unstructured, verbatim
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import dump, load
from subscribers import Links, Purpose

TEST_COPY = "test_copy"
REVIEW_REQUEST = "review_request"
DECIDED = "decided"
PAUSED = "paused"
SIGN_IN = "sign_in"
ACCOUNT = "account"
GUEST_ASKED, GUEST_REMINDED, GUEST_ANSWERED = "guest_asked", "guest_reminded", "guest_answered"
REMARK, CODE = "remark", "code"
# What stands before the token of a button's link.
PATHS = {
    Purpose.ENTRANCE: "/console/enter/", Purpose.GUEST: "/g/", Purpose.REVIEW: "/d/", Purpose.DECISION: "/d/",
}  # fmt: skip
DUE = "due_"  # begins the kinds of the letters that the calendar writes; an answer to them is read
_BY_A_PERSON = frozenset({GUEST_ASKED, GUEST_REMINDED})  # likewise


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a notice is from, and where its links lead."""

    from_name: str
    from_address: str
    base_url: str
    loopback: bool
    reply_to: str = ""
    return_path: str = "transport"


def add(
    session: Session,
    kind: str,
    address: str,
    part: Rendered,
    now: datetime,
    *,
    list_id: int,
    issue_id: int | None = None,
    staff_id: int | None = None,
    link: tuple[Purpose, int] | None = None,
    reply_to: str = "",
) -> int:
    """Put a notice into the queue; its id. It leaves by `deliver`, once. `link`: where its button leads, or which code
    it brings; `reply_to`: whom an answer reaches.
    """
    purpose, link_id = link or (None, None)
    row = NoticeRow(
        kind=kind, staff_id=staff_id, address=address, issue_id=issue_id, list_id=list_id, language=part.language,
        subject=part.subject, html=dump(part.html), text_body=dump(part.text), state="waiting", attempts=0,
        created_at=now, link_purpose=purpose, link_id=link_id, reply_to=reply_to,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def withdraw(session: Session, link: tuple[Purpose, int], why: str, now: datetime) -> None:
    """What leads there and has not left yet, does not leave; why is written down."""
    purpose, link_id = link
    session.execute(
        update(NoticeRow)
        .where(
            NoticeRow.link_purpose == purpose, NoticeRow.link_id == link_id,
            NoticeRow.state.in_(("waiting", "deferred")),
        )
        .values(state="excluded", text=why, due_at=None, changed_at=now)
    )  # fmt: skip


def deliver(
    database: Database, transport: Transport, links: Links, sender_of: Callable[[Session, int], Sender], clock: Clock,
    stop: threading.Event | None = None, signer: Signer | None = None,
) -> list[Outcome]:  # fmt: skip
    """Hand over every notice that is due, or until `stop` is set. RouteDown when the mail service cannot be reached;
    they wait then.
    """
    outcomes: list[Outcome] = []
    with Worker(database) as worker:
        with database.transaction() as session:
            recover(session)
        while not (stop and stop.is_set()) and (notice := _claim(database, worker.id, clock())) is not None:
            outcomes.append(_hand_over(database, transport, links, sender_of, worker.id, notice, clock, signer))
    return outcomes


def is_due(session: Session, now: datetime) -> bool:
    """Whether any notice could be handed over now."""
    return session.scalar(select(NoticeRow.id).where(_due(now)).limit(1)) is not None


def _due(now: datetime) -> ColumnElement[bool]:
    return (NoticeRow.state == "waiting") | ((NoticeRow.state == "deferred") & (NoticeRow.due_at <= now))


def _claim(database: Database, worker_id: int, now: datetime) -> NoticeRow | None:
    with database.transaction() as session:
        id_ = session.scalar(
            select(NoticeRow.id).where(_due(now)).order_by(NoticeRow.id).limit(1).with_for_update(skip_locked=True)
        )
        if id_ is None:
            return None
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.id == id_, NoticeRow.state.in_(("waiting", "deferred")))
            .values(state="claimed", worker_id=worker_id, handover_id=None)
        )
        return session.scalars(
            select(NoticeRow).where(NoticeRow.id == id_).execution_options(populate_existing=True)
        ).one()


def _hand_over(
    database: Database, transport: Transport, links: Links, sender_of: Callable[[Session, int], Sender],
    worker_id: int, notice: NoticeRow, clock: Clock, signer: Signer | None,
) -> Outcome:  # fmt: skip
    now = clock()
    assert notice.list_id is not None
    with database.transaction() as session:
        sender = sender_of(session, notice.list_id)
        turn = _turn(session, notice, links, now)
        if isinstance(turn, str):
            return Outcome(notice.id, Verdict.REJECTED, text=f"This reader may not be mailed any more: {turn}.")
        try:
            handover_id, key = begin(session, NoticeRow, [notice.id], worker_id, transport.name, now)
        except ClaimLost:
            return Outcome(notice.id, Verdict.NOT_STARTED)
        if isinstance(turn, Greeting):
            turn = greeting.with_token(session, turn, now)
    outcomes: list[Outcome] = []
    try:
        compiled, letter = _written(notice, turn, sender, links, signer, now)
        lane = transport.lane(compiled)
        try:
            hand_over(lane, [letter], key, outcomes)
        finally:
            lane.close()
    except RenderError as error:
        # It can never be written, and must not stand in the way of those behind it.
        outcomes = outcomes or [Outcome(notice.id, Verdict.REJECTED, Fault.ISSUE, text=str(error))]
    finally:
        told = outcomes or [Outcome(notice.id, Verdict.NOT_STARTED)]
        with database.transaction() as session:
            record(session, NoticeRow, [(handover_id, outcome) for outcome in told], clock(), [handover_id])
    if told[0].verdict is Verdict.NOT_STARTED:
        raise RouteDown(told[0].text or "The mail service took nothing.")
    return told[0]


def _turn(session: Session, notice: NoticeRow, links: Links, now: datetime) -> Copy | Greeting | str | None:
    """What a mail to a reader needs beside its notice, or why it does not go any more. None: it is to somebody else."""
    if notice.kind == COPY:
        return copying.at_its_turn(session, notice, now)
    return greeting.at_its_turn(session, notice, links, now) if notice.kind in greeting.KINDS else None


def _written(
    notice: NoticeRow, turn: Copy | Greeting | None, sender: Sender, links: Links, signer: Signer | None, now: datetime
) -> tuple[Compiled, Letter]:
    match turn:
        case Copy():
            compiled = copying.compiled(notice, turn.sealed, signer)
            return compiled, copying.letter(turn, links, sender.base_url, now, loopback=sender.loopback)
        case Greeting():
            letter = greeting.letter(
                turn, notice, links, now, from_address=sender.from_address, return_to=sender.return_path,
                base_url=sender.base_url, loopback=sender.loopback,
            )  # fmt: skip
            return _compiled(notice, sender, signer), letter
        case None:
            return _compiled(notice, sender, signer), _letter(notice, sender, links, now)


def _compiled(notice: NoticeRow, sender: Sender, signer: Signer | None) -> Compiled:
    reply_to = notice.reply_to or (sender.reply_to if _is_read(notice) else "")
    headers = [
        mailbox("From", sender.from_name, sender.from_address),
        *([mailbox("Reply-To", "", reply_to)] if reply_to else []),
        unstructured("Subject", notice.subject),
        verbatim("Content-Language", notice.language),
    ]
    if notice.kind != TEST_COPY:
        headers.append(verbatim("Auto-Submitted", "auto-generated"))  # RFC 3834
    if notice.kind in greeting.KINDS:
        headers.append(verbatim("X-Auto-Response-Suppress", "OOF, AutoReply"))
    html = load(notice.html) if notice.html else ()
    part = Part(notice.language, notice.subject, html, load(notice.text_body), tuple(headers))
    return Compiled({notice.language: part}, signer)


def _is_read(notice: NoticeRow) -> bool:
    """Whether somebody reads what is answered to the list's own address."""
    return notice.kind in greeting.KINDS | _BY_A_PERSON or notice.kind.startswith(DUE)


def _letter(notice: NoticeRow, sender: Sender, links: Links, now: datetime) -> Letter:
    """Links of test copies carry a token that only says so: following them changes nothing for anybody."""
    domain = sender.from_address.rpartition("@")[2]
    test = links.token(Purpose.TEST, notice.id)
    unsubscribe, preferences = f"{sender.base_url}/u/{test}", f"{sender.base_url}/p/{test}"
    headers = [
        mailbox("To", "", notice.address or ""),
        verbatim("Message-ID", f"<{links.token(Purpose.NOTICE, notice.id)}@{domain}>"),
        date(now),
    ]
    if notice.kind == TEST_COPY:
        headers.append(list_unsubscribe(unsubscribe, insecure_ok=sender.loopback))
    values = {"unsubscribe_url": unsubscribe, "preferences_url": preferences, "since": "This is a test copy."}
    if notice.link_purpose is not None and notice.link_id is not None:
        purpose = Purpose(notice.link_purpose)
        if purpose is Purpose.CODE:
            values["code"] = links.digits(notice.link_id)
        else:
            values["link_url"] = sender.base_url + PATHS[purpose] + links.token(purpose, notice.link_id)
    return Letter(
        notice.id, notice.language, notice.address or "", "", sender.from_address, tuple(headers), values
    )  # fmt: skip
