"""What a passkey is asked to sign: made for one use, kept as its hash for a few minutes."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.staff.tables import ChallengeRow

LASTS = timedelta(minutes=10)
_BYTES = 32
MOST_ANSWER = 20_000  # characters of what a browser sends back


@dataclass(frozen=True, slots=True)
class Challenge:
    """One that was asked for and is now used up. `staff_id`: for whom, where somebody was adding a passkey."""

    content: bytes
    staff_id: int | None


def make(session: Session, staff_id: int | None, now: datetime) -> bytes:
    """A new one; those that are too old are forgotten."""
    content = secrets.token_bytes(_BYTES)
    session.execute(delete(ChallengeRow).where(ChallengeRow.expires_at <= now))
    session.add(ChallengeRow(challenge_sha256=_digest(content), staff_id=staff_id, expires_at=now + LASTS))
    session.flush()
    return content


def take(session: Session, answer: str, now: datetime) -> Challenge | None:
    """The one that a browser's answer names; nobody can take it a second time."""
    content = _named(answer)
    if content is None:
        return None
    row = session.execute(
        delete(ChallengeRow)
        .where(ChallengeRow.challenge_sha256 == _digest(content))
        .returning(ChallengeRow.staff_id, ChallengeRow.expires_at)
    ).first()
    return Challenge(content, row.staff_id) if row is not None and row.expires_at > now else None


def _named(answer: str) -> bytes | None:
    if len(answer) > MOST_ANSWER:
        return None
    try:
        said = json.loads(_decoded(json.loads(answer)["response"]["clientDataJSON"]))
        return _decoded(said["challenge"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, NotBase64):
        return None


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
