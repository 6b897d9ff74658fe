"""Which installation a database belongs to, and whether the keys given today are those it was filled with."""

import hmac
import secrets
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

import subscribers
from newsletter.database import Row
from newsletter.errors import Misconfigured

_PROBE = "probe@suppression.invalid"


class InstanceRow(Row):
    """The one row of this database. `generation` grows while it is used, so that an older copy of it can be told."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(32))
    suppression_probe: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(default=0, server_default="0")


def require_same_key(session: Session, suppression_key: str) -> None:
    """Refuse another SUPPRESSION_KEY than the database was filled with: it would find nobody suppressed."""
    row = session.get(InstanceRow, 1)
    if row is not None and not hmac.compare_digest(row.suppression_probe, _probe(suppression_key)):
        raise Misconfigured(
            "SUPPRESSION_KEY is not the one this database was made with, so nobody on the do-not-mail list would be "
            "recognised. Restore the old key; it is never changed."
        )


def found(session: Session, suppression_key: str, now: datetime) -> None:
    """Write the one row, once."""
    if session.get(InstanceRow, 1) is None:
        session.add(
            InstanceRow(
                id=1, instance_id=secrets.token_hex(16), suppression_probe=_probe(suppression_key), created_at=now
            )
        )


def _probe(suppression_key: str) -> str:
    return subscribers.address_hash(_PROBE, suppression_key)
