"""A small network of readers for the tests of what readers do: lists of every kind, people, and their links."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

import subscribers
from newsletter.database import Database
from newsletter.issues import lists
from newsletter.readers.changing import Changing
from newsletter.readers.model import Standing
from newsletter.settings import Settings
from subscribers import AddressBook, Consent, Links, Purpose, SubscriptionState
from subscribers.tables import ConsentEventRow, ListRow, SubscriberRow, SubscriptionRow, SuppressionRow
from tests.conftest import NOW

KEY = "s" * 32
IP = "192.0.2.7"
WORDS = "Yes, send me The Quarterly."


@dataclass
class Readers:
    database: Database
    keys: tuple[str, ...] = (KEY,)
    now: datetime = NOW
    book: AddressBook = field(default_factory=lambda: AddressBook("k" * 32))
    list_ids: dict[str, int] = field(default_factory=dict)

    def build(self) -> "Readers":
        for slug, name, cadence in (
            ("quarterly", "The Quarterly", "quarterly"),
            ("yearly", "The Year", "yearly"),
            ("calls", "Open Calls", "monthly"),
        ):
            with self.database.transaction() as session:
                id_ = subscribers.add_list(session, slug, name, ("en", "es"), NOW)
                lists.add_profile(
                    session, id_, from_name="Network of Mayors", from_address="news@news.example.org",
                    postal_address="1 Example Square", cadence=cadence,
                )  # fmt: skip
            self.list_ids[slug] = id_
        return self

    @property
    def links(self) -> Links:
        return Links(self.keys)

    @property
    def changing(self) -> Changing:
        settings = Settings(
            secret_keys=self.keys, suppression_key="k" * 32, timezone="Europe/Brussels",
            base_url="https://news.example.org", folder=Path(),
        )  # fmt: skip
        return Changing(settings, self.database, lambda: self.now, self.book, self.links)

    def one_click(self, token: str, network: str) -> Standing | None:
        """A mail provider's post (RFC 8058), and where it leaves the reader."""
        self.changing.leave_at_once(token, network)
        return self.changing.standing(token)

    # -- people ---------------------------------------------------------------------------------------------------

    def subscribe(
        self, address: str = "mira@example.org", slug: str = "quarterly", state: str = "confirmed", source: str = "form"
    ) -> str:
        """Bring somebody onto a list; the token of the way out."""
        with self.database.transaction() as session:
            words = self.book.wording(session, WORDS, "form", "en", self.now)
            self.book.subscribe(
                session, self.list_ids[slug], address, SubscriptionState(state),
                Consent(source, self.now, words, detail="https://www.example.org/news"), self.now, "Mira", "es",
            )  # fmt: skip
            id_ = self.book.subscription_id(session, address, self.list_ids[slug])
        assert id_ is not None
        return self.links.token(Purpose.UNSUBSCRIBE, id_)

    def own_page(self, address: str = "mira@example.org") -> str:
        return self.links.token(Purpose.PREFERENCES, self.person(address).id)

    def suppress(self, reason: str, address: str = "mira@example.org") -> None:
        with self.database.transaction() as session:
            self.book.suppress(session, address, reason, "provider", self.now)

    def archive(self, slug: str = "quarterly") -> None:
        with self.database.transaction() as session:
            session.execute(update(ListRow).where(ListRow.slug == slug).values(archived_at=self.now))

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    # -- what there is to know --------------------------------------------------------------------------------------

    def person(self, address: str = "mira@example.org") -> SubscriberRow:
        with self.database.reading() as session:
            key = self.book.hash(address)
            return session.scalars(select(SubscriberRow).where(SubscriberRow.address_hash == key)).one()

    def subscription(self, address: str = "mira@example.org", slug: str = "quarterly") -> SubscriptionRow:
        with self.database.reading() as session:
            wanted = select(SubscriptionRow).where(
                SubscriptionRow.subscriber_id == self.person(address).id, SubscriptionRow.list_id == self.list_ids[slug]
            )
            return session.scalars(wanted).one()

    def events(self, address: str = "mira@example.org") -> list[ConsentEventRow]:
        with self.database.reading() as session:
            wanted = select(ConsentEventRow).where(ConsentEventRow.subscriber_id == self.person(address).id)
            return list(session.scalars(wanted.order_by(ConsentEventRow.id)))

    def told(self, address: str = "mira@example.org") -> list[tuple[str, str]]:
        """The events as (kind, source)."""
        return [(one.kind, one.source) for one in self.events(address)]

    def reason(self, address: str = "mira@example.org", slug: str = "quarterly") -> Any:
        """Why he may not be mailed, by the question that sending asks."""
        people = subscribers.mailability(self.list_ids[slug], self.now).subquery()
        with self.database.reading() as session:
            wanted = select(people.c.reason).where(people.c.subscriber_id == self.person(address).id)
            return session.scalars(wanted).one_or_none()

    def stands(self, address: str = "mira@example.org") -> list[str]:
        """The suppressions that stand."""
        with self.database.reading() as session:
            wanted = select(SuppressionRow.reason).where(
                SuppressionRow.address_hash == self.book.hash(address), SuppressionRow.lifted_at.is_(None)
            )
            return sorted(session.scalars(wanted))
