"""Keys for programs: made once, shown once, kept as their SHA-256; each says what it may do, and can be revoked."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.staff.tables import ApiKeyRow

_START = "nk_"
_PREFIX_BYTES = 4
_SECRET_BYTES = 24  # 192 bits: nobody guesses it, so that a fast hash is enough to keep it by
_NAME_LENGTH = 100
_PREFIX_LENGTH = len(_START) + 2 * _PREFIX_BYTES
_LENGTH = _PREFIX_LENGTH + 1 + 2 * _SECRET_BYTES
SEEN_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key may do."""

    READ = "subscribers:read"
    WRITE = "subscribers:write"
    ERASE = "subscribers:erase"
    LISTS = "lists:read"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is known here. `prefix`: how the key itself begins, and what logs and consent events name."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(
    session: Session, name: str, scopes: Collection[str], now: datetime, created_by: int | None = None
) -> tuple[Key, str]:
    """Make a key; with it comes its text, which nobody can show again. BadInput for a wrong name or scope."""
    if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
        raise BadInput(f"A key needs a name of at most {_NAME_LENGTH} characters that says which program holds it.")
    wrong = sorted(set(scopes) - set(Scope))
    if wrong or not scopes:
        raise BadInput(f"{', '.join(wrong) or 'Nothing'} is no scope; use {', '.join(Scope)}.")
    prefix = _free_prefix(session)
    text = f"{prefix}_{secrets.token_hex(_SECRET_BYTES)}"
    row = ApiKeyRow(
        name=name.strip(), prefix=prefix, key_sha256=_digest(text), scopes=sorted(set(scopes)), created_by=created_by,
        created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _key(row), text


def find(session: Session, text: str) -> Key | None:
    """The key of that text; None for one that is wrong, cut, foreign or revoked."""
    if len(text) != _LENGTH or not text.startswith(_START) or not text.isascii():
        return None
    rows = session.scalars(select(ApiKeyRow).where(ApiKeyRow.prefix == text[:_PREFIX_LENGTH]))
    digest = _digest(text)
    good = [row for row in rows if hmac.compare_digest(row.key_sha256, digest)]
    return _key(good[0]) if good and good[0].revoked_at is None else None


def everything(session: Session) -> tuple[Key, ...]:
    """All keys, the oldest first, the revoked among them."""
    return tuple(_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id)))


def revoke(session: Session, prefix: str, now: datetime) -> Key:
    """From now on it opens nothing. NotFound for a prefix that no key has; one that is revoked already stays so."""
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.prefix == prefix))
    if row is None:
        raise NotFound(f"No key begins with {prefix!r}. See them: newsletter keys list")
    row.revoked_at = row.revoked_at or now
    session.flush()
    return _key(row)


def is_stale(key: Key, now: datetime) -> bool:
    """Whether it is time to write down again that the key is used."""
    return key.last_used_at is None or now - key.last_used_at >= SEEN_EVERY


def seen(session: Session, key_id: int, now: datetime) -> None:
    """Write down that it was used, at most once a minute."""
    last = ApiKeyRow.last_used_at
    session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.id == key_id, or_(last.is_(None), last <= now - SEEN_EVERY))
        .values(last_used_at=now)
    )


def _free_prefix(session: Session) -> str:
    """One that no other key has: a person revokes by it."""
    while True:
        prefix = f"{_START}{secrets.token_hex(_PREFIX_BYTES)}"
        if session.scalar(select(ApiKeyRow.id).where(ApiKeyRow.prefix == prefix)) is None:
            return prefix


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(row: ApiKeyRow) -> Key:
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Key(row.id, row.name, row.prefix, scopes, row.created_at, row.last_used_at, row.revoked_at)
