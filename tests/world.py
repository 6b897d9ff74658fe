"""A small world to send in: a list with readers, an issue with an approved snapshot, written straight to the tables."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select, update

import subscribers
from newsletter.approval import deciding, snapshots
from newsletter.approval.tables import DecisionRow
from newsletter.database import Database
from newsletter.delivery import mailings
from newsletter.delivery.compiling import compile_snapshot
from newsletter.delivery.freezing import freeze
from newsletter.delivery.ledger import sums
from newsletter.delivery.letters import Addresser
from newsletter.delivery.model import Transport
from newsletter.delivery.sending import Sender, Tally
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.issues.tables import IssueRow
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Slot
from newsletter.staff import people
from tests.conftest import NOW

KEY = "s" * 32
BASE_URL = "https://news.example.org"
ENVELOPE = {
    "from_name": "Network of Mayors",
    "from_address": "quarterly@news.example.org",
    "reply_to": "",
    "list_id": "<quarterly.news.example.org>",
    "feedback_id": "issue:list-quarterly:newsletter:mayors",
    "return_path": "verp@bounces.example.org",
    "archived_at": "",
    "default_language": "en",
    "audience": "everyone confirmed on the list when his turn comes",
    "tracking": "none",
}


def part(language: str = "en") -> Rendered:
    """A mail with all slots."""
    html = (
        "<p>Hello ",
        Slot("since", Context.HTML),
        "</p><a href='",
        Slot("unsubscribe_url", Context.URL),
        "'>bye</a>",
    )
    text = ("Hello\n", Slot("unsubscribe_url", Context.TEXT), "\n")
    return Rendered(language, f"Subject {language}", "Preview", html, text, "<p>Hello</p>")


@dataclass
class World:
    database: Database
    now: datetime = NOW
    book: subscribers.AddressBook = field(default_factory=lambda: subscribers.AddressBook("k" * 32))
    links: subscribers.Links = field(default_factory=lambda: subscribers.Links((KEY,)))
    list_id: int = 0
    issue_id: int = 0
    snapshot_id: int = 0

    def build(self, readers: int = 5, languages: tuple[str, ...] = ("en",)) -> "World":
        with self.database.transaction() as session:
            self.list_id = subscribers.add_list(session, "quarterly", "The Quarterly", languages, self.now)
            self.author = people.add(session, "author@example.org", "author", self.now)
            self.approver = people.add(session, "approver@example.org", "approver", self.now)
            issue = IssueRow(
                list_id=self.list_id, slug="quarterly-2024-q2", name="Summer 2024", ordinal=1, kind="regular",
                period="2024-Q2", collects_from=date(2024, 4, 1), collects_until=date(2024, 6, 30), state="approved",
                revision=1, created_at=self.now, updated_at=self.now,
            )  # fmt: skip
            session.add(issue)
            session.flush()
            self.issue_id = issue.id
            version = snapshots.keep(
                session, issue.id, {code: part(code) for code in languages}, ENVELOPE, {"made": "of this"},
                self.author.id, self.now,
            )  # fmt: skip
            self.snapshot_id = version.id
            deciding.open_review(session, version, self.author.id, self.now)
            review = deciding.required_review(session, issue.id)
            deciding.approve(session, review, version.basis, self.approver.id, self.now)
        self.add_readers(readers)
        return self

    def add_readers(self, number: int, start: int = 0) -> None:
        consent = subscribers.Consent("form", self.now)
        with self.database.transaction() as session:
            for n in range(start, start + number):
                self.book.subscribe(session, self.list_id, address(n), subscribers.SubscriptionState.CONFIRMED,
                                    consent, self.now, f"Reader {n}")  # fmt: skip

    def unsubscribe(self, n: int) -> None:
        with self.database.transaction() as session:
            id_ = self.book.subscription_id(session, address(n), self.list_id)
            assert id_ is not None
            self.book.unsubscribe(session, id_, subscribers.Consent("link", self.now), self.now)

    def release(self) -> int:
        with self.database.transaction() as session:
            version = snapshots.snapshot(session, self.snapshot_id)
            yes = deciding.counting(session, self.issue_id, version.basis)
            assert yes is not None
            mailing_id = mailings.release(session, self.issue_id, self.list_id, yes, self.author.id, self.now)
        freeze(self.database, mailing_id, self.now)
        return mailing_id

    def sender(
        self,
        mailing_id: int,
        transport: Transport,
        stop: threading.Event | None = None,
        progress: Callable[[Tally], None] | None = None,
        database: Database | None = None,
    ) -> Sender:
        with self.database.reading() as session:
            sealed, parts, _ = mailings.sealed(session, mailing_id)
        compiled = compile_snapshot(parts, sealed)
        addresser = Addresser(self.links, BASE_URL, sealed, tuple(parts), loopback=False)
        return Sender(
            database or self.database, transport, compiled, addresser, mailing_id, lambda: self.now, stop, progress
        )

    def sums(self, mailing_id: int) -> dict[str, int]:
        """The counts, after asserting that they add up to the candidates."""
        with self.database.reading() as session:
            counts = sums(session, mailing_id)
            candidates = session.scalars(select(MailingRow.candidates).where(MailingRow.id == mailing_id)).one()
            rows = session.scalar(select(func.count()).where(DeliveryRow.mailing_id == mailing_id))
        assert sum(counts.values()) == candidates == rows
        return {state: number for state, number in counts.items() if number}

    def revoke(self) -> None:
        with self.database.transaction() as session:
            session.execute(update(DecisionRow).values(revoked_at=self.now))


def address(n: int) -> str:
    return f"reader{n:05d}@example.org"
