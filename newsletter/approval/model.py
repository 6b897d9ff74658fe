"""The vocabulary of sign-off: a snapshot, its fingerprint, and whose yes counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.canonical import digest
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import dump


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Version `number` of an issue, as stored."""

    id: int
    issue_id: int
    number: int
    fingerprint: str
    basis: str
    basis_facts: Mapping[str, Any]
    envelope: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Yes:
    """An approval that counts, and the version it names."""

    decision_id: int
    snapshot_id: int
    number: int
    fingerprint: str
    by: str
    at: datetime
    override_reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it was made. `yes`: else a change was asked for; `revoked`: it was taken back."""

    staff_id: int
    by: str
    yes: bool
    number: int
    at: datetime
    comment: str
    override_reason: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was just made, and the version that it is about."""

    id: int
    version: Snapshot


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as one row. `staff_id`: in whose name; `yes`: else a change was asked for; `revoked`: taken back."""

    id: int
    issue_id: int
    staff_id: int
    yes: bool
    number: int
    at: datetime
    revoked: bool


def fingerprint(parts: Mapping[str, Rendered], envelope: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of everything a reader would see or be affected by; slots by name.

    Never of a nonce, boundary, date, schedule or count: rendering the same thing twice gives the same fingerprint.
    """
    return digest(
        {
            "envelope": envelope,
            "parts": {
                language: {
                    "subject": part.subject,
                    "preheader": part.preheader,
                    "html": dump(part.html).decode(),
                    "text": dump(part.text).decode(),
                    "web": part.web,
                }
                for language, part in parts.items()
            },
        }
    )
