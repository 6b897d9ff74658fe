"""Adding, moving and showing people, each step with its consent event; nobody is revived silently."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import landing, leaving, people, preferring, rules, suppressing
from subscribers.addresses import address_hash, parse
from subscribers.model import Consent, Person, SubscriptionState
from subscribers.networks import network_hash
from subscribers.returning import Reason, path_of
from subscribers.tables import ImportBatchRow, SubscriberRow, SubscriptionRow, WordingRow


class AddressBook:
    """The writing side of the address book. Sessions are the caller's; so are commits."""

    def __init__(self, suppression_key: str) -> None:
        self._key = suppression_key

    def hash(self, address: str) -> str:
        """The keyed hash that stands for an address in look-ups and after erasure."""
        return address_hash(address, self._key)

    def network(self, text: str) -> str | None:
        """The keyed hash of where a request came from; None where that is no IP address."""
        return network_hash(text, self._key)

    def arrival(self, text: str, name: str = "", language: str = "") -> rules.Arrival:
        """Somebody on his way onto a list, checked; AddressError names what is wrong."""
        return rules.arrival(text, name, language, self._key)

    def subscribe(
        self,
        session: Session,
        list_id: int,
        text: str,
        state: SubscriptionState,
        consent: Consent,
        now: datetime,
        name: str = "",
        language: str = "",
    ) -> str:
        """Bring an address onto a list as `state`: "added" or "unchanged". AddressError names why not.

        Unsubscribed and suppressed people stay as they are: only they themselves can come back.
        """
        arrival = self.arrival(text, name, language)
        standing = landing.standings(session, list_id, [arrival.hash]).get(arrival.hash, rules.NOBODY)
        if not rules.is_new(standing, state, path_of(consent.source)):
            return "unchanged"
        landing.add_subscriptions(session, list_id, state, consent, now, [(arrival, standing)])
        return "added"

    def unsubscribe(self, session: Session, subscription_id: int, consent: Consent, now: datetime) -> bool:
        """Withdraw; whether anything changed. Seen by a running send on its next claim."""
        return leaving.leave(session, subscription_id, consent, now)

    def pause(self, session: Session, subscription_id: int, until: datetime, consent: Consent, now: datetime) -> None:
        """No issue before `until`; the subscription stands."""
        preferring.pause(session, subscription_id, until, consent, now)

    def suppress(self, session: Session, text: str, reason: str, source: str, now: datetime, detail: str = "") -> bool:
        """Never mail this address again, on any list; whether that is new."""
        return suppressing.suppress(session, self.hash(parse(text)), Reason(reason), source, now, detail)

    def subscription_id(self, session: Session, text: str, list_id: int) -> int | None:
        """The subscription of an address on a list."""
        return session.scalar(
            select(SubscriptionRow.id)
            .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
            .where(SubscriberRow.address_hash == self.hash(parse(text)), SubscriptionRow.list_id == list_id)
        )

    def wording(self, session: Session, text: str, purpose: str, language: str, now: datetime) -> int:
        """Archive exact words; the id of the archived wording (the same words: the same id)."""
        digest = hashlib.sha256(f"{purpose}\0{language}\0{text}".encode()).hexdigest()
        known = session.scalar(select(WordingRow.id).where(WordingRow.sha256 == digest))
        if known is not None:
            return known
        row = WordingRow(sha256=digest, purpose=purpose, language=language, text=text, created_at=now)
        session.add(row)
        session.flush()
        return row.id

    def open_batch(
        self, session: Session, list_id: int, file_name: str, file_sha256: str, imported_as: str, by: str,
        now: datetime, mapping: Mapping[str, object] | None = None,
    ) -> int:  # fmt: skip
        """Record that a file is being imported; the batch that its consent events name."""
        row = ImportBatchRow(
            list_id=list_id, file_name=file_name, file_sha256=file_sha256, imported_as=imported_as, imported_by=by,
            created_at=now, counts={}, mapping=dict(mapping or {}),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    def close_batch(self, session: Session, batch_id: int, counts: Mapping[str, int]) -> None:
        """Record what became of the file; a batch without counts was interrupted."""
        session.get_one(ImportBatchRow, batch_id).counts = dict(counts)

    def show(self, session: Session, text: str) -> Person | None:
        """Everything known about an address."""
        return people.show(session, text, self._key)
