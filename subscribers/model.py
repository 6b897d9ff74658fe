"""The words of the address book: states, consent, a person, and what an import did."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where a person stands with a list."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Consent:
    """What an event records: where the consent came from, since when, on which archived words, from which network
    (keyed hash), by which confirmation's token (its SHA-256). `detail` never holds an address: events outlive erasure.
    """

    source: str
    at: datetime
    wording_id: int | None = None
    batch_id: int | None = None
    detail: str = ""
    network: str | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as `subscribers show` tells: what stands, and how it came to be."""

    id: int
    address: str
    name: str
    language: str
    subscriptions: tuple[dict[str, object], ...]
    events: tuple[dict[str, object], ...]
    suppressions: tuple[dict[str, object], ...]


@dataclass(slots=True)
class ImportReport:
    """What became of each row: `added` and `unchanged` as counts, `refused` as (line, address, reason)."""

    added: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
