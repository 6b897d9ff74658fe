"""A practice run: the real list, every message built, handed to nobody.

It is a mailing of kind `rehearsal`, without a decision, over the null transport, on a version of its own that nobody
reviews. Its deliveries go again at its end; its row stays, with the counts. One that was killed is tidied by the next.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median_low
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval import snapshots
from newsletter.approval.versions import Version
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import audiences, pacing
from newsletter.delivery.freezing import freeze
from newsletter.delivery.model import Letter
from newsletter.delivery.sending import Sender, Tally
from newsletter.delivery.tables import AttemptRow, DeliveryRow, HandoverRow, MailingRow, WorkerRow
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.null import NullTransport
from newsletter.delivery.workers import Worker, recover
from newsletter.errors import Misconfigured, NotFound
from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary, find
from newsletter.rendering.mime import Compiled
from newsletter.settings import Settings
from subscribers import Links, Purpose

NAME = "practice"  # of its transport, whose pace is nobody else's
MOST_ERRORS = 1_000  # told with their readers; all are counted
_CHUNK = 2_000  # rows a transaction
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A reader whose copy could not be written, and why."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How long the real send would take. `rate` in messages a second: as it is set, else as it was last time."""

    transport: str
    rate: float | None
    seconds: float | None
    daily_cap: int | None


@dataclass(frozen=True, slots=True)
class Practice:
    """What a practice run has found. Sizes are whole messages in bytes; 0 where none was built."""

    issue: str
    version: int
    finished: bool
    candidates: int
    left_out: Mapping[str, int]
    built: int
    excluded: Mapping[str, int]
    languages: Mapping[str, int]
    smallest: int
    median: int
    largest: int
    unwritten: int
    errors: tuple[Unwritten, ...]
    seconds: float
    expected: Expected


@dataclass(frozen=True, slots=True)
class Practised:
    """A practice run that came to its end, as it is remembered. `largest`: the longest message, in bytes."""

    issue: str
    at: datetime
    candidates: int
    built: int
    unwritten: int
    largest: int


def last(session: Session) -> Practised | None:
    """The last practice run of all issues that came to its end."""
    ended = select(MailingRow).where(MailingRow.kind == "rehearsal", MailingRow.state == "sent")
    row = session.scalar(ended.order_by(MailingRow.id.desc()).limit(1))
    if row is None or row.finished_at is None:
        return None
    kept = row.audience.get("summary", {})
    told = (int(kept.get(name, 0)) for name in ("candidates", "built", "unwritten", "largest"))
    return Practised(str(kept.get("issue", "")), row.finished_at, *told)


@dataclass(frozen=True, slots=True)
class Sample:
    """The first message that was built in a language, as its reader would see it. Its links change nothing for anybody:
    they are those of test copies. `size`: of the whole message, in bytes.
    """

    language: str
    subject: str
    html: str
    size: int


@dataclass(frozen=True, slots=True)
class Report:
    """The last practice run of an issue that came to its end, without anybody's address."""

    at: datetime
    found: Practice


def report(session: Session, issue_id: int) -> Report | None:
    """The last practice run of this issue that came to its end."""
    ended = select(MailingRow).where(
        MailingRow.issue_id == issue_id, MailingRow.kind == "rehearsal", MailingRow.state == "sent"
    )
    row = session.scalar(ended.order_by(MailingRow.id.desc()).limit(1))
    if row is None or row.finished_at is None or "summary" not in row.audience:
        return None
    kept = dict(row.audience["summary"])
    kept["expected"] = Expected(**kept["expected"])
    return Report(row.finished_at, Practice(**kept, errors=()))


class _Sizes:
    """What the null transport was given. `sampled` is told of the first message in each language."""

    def __init__(self, settings: Settings, links: Links, sampled: Callable[[Sample], None] | None) -> None:
        self.bytes: list[int] = []
        self.languages: Counter[str] = Counter()
        self._sampled = sampled
        base, token = settings.base_url, links.token(Purpose.TEST, 0)
        self._harmless = {"unsubscribe_url": f"{base}/u/{token}", "preferences_url": f"{base}/p/{token}"}

    def note(self, compiled: Compiled, letter: Letter, size: int) -> None:
        self.bytes.append(size)
        self.languages[letter.language] += 1
        if self._sampled and self.languages[letter.language] == 1:
            html = compiled.html(letter.language, {**letter.values, **self._harmless})
            self._sampled(Sample(letter.language, compiled.subject(letter.language), html, size))


def practise(
    database: Database,
    settings: Settings,
    links: Links,
    issue: IssueSummary,
    version: Version,
    clock: Clock,
    stop: threading.Event | None = None,
    progress: Callable[[Tally, int], None] | None = None,
    sampled: Callable[[Sample], None] | None = None,
) -> Practice:
    """Build every message of the version for everybody it would go to now. No issue moves, and nothing leaves."""
    tidy(database, clock())
    sizes = _Sizes(settings, links, sampled)
    with Worker(database) as worker:
        with database.transaction() as session:
            mailing_id, number = _begin(session, issue, version, worker.id, clock())
        try:
            freeze(database, mailing_id, clock())
            sender = Sender.of(
                database, NullTransport(NAME, sizes.note), settings, links, mailing_id, clock, stop, progress
            )
            began = time.monotonic()
            sender.run()
            seconds = time.monotonic() - began
            with database.transaction() as session:
                found = _read(session, issue, number, mailing_id, sizes, seconds, settings)
                _end(session, mailing_id, clock(), found)
        finally:
            _remove(database, mailing_id, clock())
    return found


def tidy(database: Database, now: datetime) -> int:
    """Remove what practice runs left that were killed; how many."""
    with database.transaction() as session:
        recover(session)
        ended = set(session.scalars(select(WorkerRow.id).where(WorkerRow.ended_at.is_not(None))))
        open_ = select(MailingRow).where(MailingRow.kind == "rehearsal", MailingRow.finished_at.is_(None))
        left = [row.id for row in session.scalars(open_) if row.audience.get("worker") in ended]
    for mailing_id in left:
        _remove(database, mailing_id, now)
    return len(left)


def _begin(session: Session, issue: IssueSummary, version: Version, worker_id: int, now: datetime) -> tuple[int, int]:
    locked = find(session, issue.id, lock=True)
    kept = snapshots.keep(session, issue.id, version.parts, version.envelope, version.basis_facts, None, now)
    audience = rule(session, locked)
    row = MailingRow(
        issue_id=issue.id, list_id=issue.list_id, snapshot_id=kept.id, kind="rehearsal", state="freezing",
        audience=audience | {"worker": worker_id}, left_out={}, created_at=now, transport=NAME,
        watched_from=_NEVER,  # whatever cannot be written is told at the end; no guard pauses it before
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id, kept.number


def rule(session: Session, issue: IssueSummary) -> dict[str, Any]:
    """Whom a practice run is for: whom it would go to next; of an issue that is out, all whom it was for."""
    gone = issue.state in {State.SENDING, State.PAUSED, State.SENT}
    return audiences.own(session, issue.id) if gone else audiences.following(session, issue.id)


def _read(
    session: Session, issue: IssueSummary, number: int, mailing_id: int, sizes: _Sizes, seconds: float,
    settings: Settings,
) -> Practice:  # fmt: skip
    mailing = session.get_one(MailingRow, mailing_id)
    ours = DeliveryRow.mailing_id == mailing_id
    states = Counter(dict(session.execute(
        select(DeliveryRow.state, func.count()).where(ours).group_by(DeliveryRow.state)
    ).tuples().all()))  # fmt: skip
    excluded = session.execute(
        select(DeliveryRow.excluded, func.count())
        .where(ours, DeliveryRow.state == "excluded")
        .group_by(DeliveryRow.excluded)
    )
    return Practice(
        issue=issue.slug,
        version=number,
        finished=states["accepted"] + states["rejected"] + states["excluded"] == mailing.candidates,
        candidates=mailing.candidates,
        left_out=dict(mailing.left_out),
        built=states["accepted"],
        excluded={reason or "unknown": found for reason, found in excluded},
        languages=dict(sorted(sizes.languages.items())),
        smallest=min(sizes.bytes, default=0),
        median=median_low(sizes.bytes) if sizes.bytes else 0,
        largest=max(sizes.bytes, default=0),
        unwritten=states["rejected"],
        errors=_errors(session, mailing_id),
        seconds=round(seconds, 3),
        expected=expected(session, settings, "default", mailing.candidates),
    )


def _errors(session: Session, mailing_id: int) -> tuple[Unwritten, ...]:
    rows = session.execute(
        select(DeliveryRow.subscriber_id, DeliveryRow.text)
        .where(DeliveryRow.mailing_id == mailing_id, DeliveryRow.state == "rejected")
        .order_by(DeliveryRow.id)
        .limit(MOST_ERRORS)
    ).all()
    known = subscribers.addresses(session, [row.subscriber_id for row in rows])
    return tuple(Unwritten(known.get(row.subscriber_id, "(erased)"), row.text or "") for row in rows)


def expected(session: Session, settings: Settings, transport: str, number: int) -> Expected:
    """How long so many messages take over a transport: its row rules, else its URL, else how it went last time."""
    rate, cap, seen = None, None, None
    with suppress(Misconfigured):  # no mail service yet: nothing is known of it
        rate = open_transport(transport, settings.transport(transport)).limits.rate
    with suppress(NotFound):
        pace = pacing.pace(session, transport)
        rate, cap, seen = pace.rate, pace.daily_cap, pace.seen_rate
    rate = rate or seen
    return Expected(transport, rate, number / rate if rate else None, cap)


def _end(session: Session, mailing_id: int, now: datetime, found: Practice) -> None:
    """The counts stay, without anybody's address."""
    summary = {name: value for name, value in asdict(found).items() if name != "errors"}
    mailing = session.get_one(MailingRow, mailing_id)
    mailing.state, mailing.finished_at = "sent", now
    mailing.audience = {**mailing.audience, "summary": summary}
    session.flush()


def _remove(database: Database, mailing_id: int, now: datetime) -> None:
    """Its deliveries and what hangs on them, in short transactions; nothing can be claimed from it any more."""
    with database.transaction() as session:
        session.execute(
            update(MailingRow)
            .where(MailingRow.id == mailing_id, MailingRow.finished_at.is_(None))
            .values(state="stopped", finished_at=now)
        )
    ours = DeliveryRow.mailing_id == mailing_id
    while True:
        with database.transaction() as session:
            ids = list(session.scalars(select(DeliveryRow.id).where(ours).order_by(DeliveryRow.id).limit(_CHUNK)))
            session.execute(delete(AttemptRow).where(AttemptRow.delivery_id.in_(ids)))
            session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(ids)))
            if not ids:
                session.execute(delete(HandoverRow).where(HandoverRow.mailing_id == mailing_id))
                return
