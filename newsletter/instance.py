"""Which installation a database belongs to, how far it was used, and whether the keys given are those it began with.

A small file beside the installation says which database is its own, and the generation that it has seen of it. A
database without such a file is a copy; one whose generation is smaller was put back from a backup.
"""

import hmac
import json
import os
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

import subscribers
from newsletter.database import Database, Row
from newsletter.errors import Misconfigured, Refusal

_PROBE = "probe@suppression.invalid"


class NotOurs(Refusal):
    """The database is a copy, or was put back from a backup: nothing is handed over from it until it is adopted."""


class InstanceRow(Row):
    """The one row of this database. `generation` grows while it is used, so that an older copy of it can be told."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(32))
    suppression_probe: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(default=0, server_default="0")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the file says, and the row."""

    instance_id: str
    generation: int


class Trouble(Enum):
    """Why a database is not taken for this installation's own: what was found, as a sentence."""

    UNKNOWN = "This database was never used by this installation: it is a copy, or was moved here."
    OTHER = "This is another database than the one that this installation used."
    OLDER = "This database is an older copy of the one that this installation used: it was put back from a backup."


def trouble(own: Mark, file: Mark | None) -> Trouble | None:
    """What is wrong with a database whose row says `own`, where the installation's file says `file`."""
    if file is None:
        return Trouble.UNKNOWN
    if file.instance_id != own.instance_id:
        return Trouble.OTHER
    return Trouble.OLDER if own.generation < file.generation else None


def require_same_key(session: Session, suppression_key: str) -> None:
    """Refuse another SUPPRESSION_KEY than the database was filled with: it would find nobody suppressed."""
    row = session.get(InstanceRow, 1)
    if row is not None and not hmac.compare_digest(row.suppression_probe, _probe(suppression_key)):
        raise Misconfigured(
            "SUPPRESSION_KEY is not the one this database was made with, so nobody on the do-not-mail list would be "
            "recognised. Restore the old key; it is never changed."
        )


def establish(database: Database, file: Path, suppression_key: str, now: datetime) -> None:
    """Write the one row of a new database, and the file of the installation that it belongs to. Once: a generation of
    0 has never had a file.
    """
    with database.transaction() as session:
        require_same_key(session, suppression_key)
        if session.get(InstanceRow, 1) is None:
            probe = _probe(suppression_key)
            session.add(InstanceRow(id=1, instance_id=new_id(), suppression_probe=probe, created_at=now))
            session.flush()
        own = mark(session)
    before = read(file)
    if own.generation == 0 and (before is None or before.instance_id != own.instance_id or before.generation == 0):
        write(file, own)
        advance(database, file)


def mark(session: Session) -> Mark:
    """What the database's row says."""
    row = session.get(InstanceRow, 1, populate_existing=True)
    if row is None:
        raise Misconfigured("The database has not been set up. Run: newsletter migrate")
    return Mark(row.instance_id, row.generation)


def advance(database: Database, file: Path) -> None:
    """The next generation: any copy of the database that was made before is older from now on.

    The database first: a kill in between leaves a file that is behind, and that is no trouble.
    """
    with database.transaction() as session:
        row = session.execute(
            update(InstanceRow)
            .values(generation=InstanceRow.generation + 1)
            .returning(InstanceRow.instance_id, InstanceRow.generation)
        ).one()
    follow(Mark(row.instance_id, row.generation), file)


def follow(own: Mark, file: Path) -> None:
    """Let the file say what the row says, where it is behind."""
    before = read(file)
    if before is not None and before.instance_id == own.instance_id and before.generation < own.generation:
        write(file, own)


def read(file: Path) -> Mark | None:
    """What the file says; None where there is none, or it says nothing."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return Mark(str(said["instance"]), int(said["generation"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}. See STATE_DIR.") from None
    except (ValueError, TypeError, KeyError):
        return None


def write(file: Path, own: Mark) -> None:
    """Replace the file at once and for good, so that no crash leaves half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as out:
            json.dump({"instance": own.instance_id, "generation": own.generation}, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Misconfigured(
            f"{file} cannot be written: {error.strerror}. Set STATE_DIR to a folder that can."
        ) from None


def new_id() -> str:
    """The name of an installation that is like no other."""
    return secrets.token_hex(16)


def _probe(suppression_key: str) -> str:
    return subscribers.address_hash(_PROBE, suppression_key)
