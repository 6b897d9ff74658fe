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
    """A person as `subscribers show` tells: what stands, and how it came to be. `questions`: the mails that asked to
    confirm something, while they are kept.
    """

    id: int
    address: str
    name: str
    language: str
    subscriptions: tuple[dict[str, object], ...]
    events: tuple[dict[str, object], ...]
    suppressions: tuple[dict[str, object], ...]
    questions: tuple[dict[str, object], ...] = ()
    created_at: datetime | None = None
    erased_at: datetime | None = None


@dataclass(slots=True)
class ImportReport:
    """What became of each row: `added` and `unchanged` as counts, `refused` as (line, address, reason).

    `kinds` says what the added ones are; `unlisted` how many refusals are not listed, because they are so many.
    """

    added: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    kinds: dict[str, int] = field(default_factory=dict, compare=False)
    unlisted: int = 0

    def refuse(self, line: int, address: str, why: str, most: int) -> None:
        """Note a refusal; beyond `most` it is only counted."""
        if len(self.refused) < most:
            self.refused.append((line, address, why))
        else:
            self.unlisted += 1

    @property
    def refusals(self) -> int:
        """How many rows were refused."""
        return len(self.refused) + self.unlisted

    def counts(self) -> dict[str, int]:
        """What the batch keeps; without addresses, which stand in one place only."""
        return {"added": self.added, "unchanged": self.unchanged, "refused": self.refusals}
