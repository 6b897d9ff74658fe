"""The two databases: where a fresh copy of the prepared one comes from, and what can be done to one that is in use."""

import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.postgres import Postgres

_numbers = count()


class Engine(Protocol):
    """A database that can be filled once and copied at will."""

    name: str
    url: str

    def keep(self) -> None: ...

    def another(self, folder: Path) -> "Engine": ...

    def fresh(self, folder: Path | None = None) -> str: ...

    def drop(self, url: str) -> None: ...

    def is_free(self, url: str) -> bool: ...

    def be_impatient(self, url: str, seconds: float) -> None: ...

    def locked(self, url: str) -> AbstractContextManager[None]: ...


class Sqlite:
    """A file, copied."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / f"newsletter-{next(_numbers)}.db"
        self._prepared = path.with_suffix(".prepared")
        self.url = f"sqlite:///{path}"

    def another(self, folder: Path) -> "Sqlite":
        """One more, with nothing in it."""
        return Sqlite(folder)

    def keep(self) -> None:
        """What stands in the database now is what each copy begins with."""
        query(self.url, "PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.move(_path(self.url), self._prepared)

    def fresh(self, folder: Path | None = None) -> str:
        """A copy; in another folder where one is named."""
        path = (folder or self._folder) / f"copy-{next(_numbers)}.db"
        shutil.copy(self._prepared, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)

    def is_free(self, url: str) -> bool:
        """Whether nobody holds the write lock."""
        connection = sqlite3.connect(_path(url), timeout=0.02, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def be_impatient(self, url: str, seconds: float) -> None:
        """How long a lock is waited for: here it is set where the sender starts."""

    @contextmanager
    def locked(self, url: str) -> Iterator[None]:
        """Another process writes and writes."""
        connection = sqlite3.connect(_path(url), timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()


class Postgresql:
    """A database on a server, and copies made with it as their template."""

    name = "PostgreSQL"

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = f"crash_{secrets.token_hex(4)}"
        self.url = self._url(self._template)
        self._do(f'CREATE DATABASE "{self._template}" TEMPLATE template0')

    def another(self, folder: Path) -> "Postgresql":
        """One more, with nothing in it."""
        return Postgresql(self._server)

    def keep(self) -> None:
        """What stands in the database now is what each copy begins with."""

    def fresh(self, folder: Path | None = None) -> str:
        """A copy."""
        name = f"{self._template}_{next(_numbers)}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY file_copy')
        return self._url(name)

    def drop(self, url: str) -> None:
        self._do(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def is_free(self, url: str) -> bool:
        """Whether no session is within a transaction, where it may have locked rows that others need."""
        time.sleep(0.02)  # what was under way when its client was stopped has come to its end then
        return not query(url, _BUSY)

    def be_impatient(self, url: str, seconds: float) -> None:
        """How long a lock is waited for, in all sessions that begin from now on."""
        self.settle(url, "lock_timeout", str(int(seconds * 1000)))

    @contextmanager
    def locked(self, url: str) -> Iterator[None]:
        """Another session holds the ledger."""
        with create_engine(url, poolclass=NullPool).connect() as connection, connection.begin():
            connection.execute(text("LOCK TABLE deliveries, handovers IN ACCESS EXCLUSIVE MODE"))
            yield

    def settle(self, url: str, setting: str, value: str) -> None:
        """Set it for all sessions from now on, and end those that there are."""
        self._do(f'ALTER DATABASE "{make_url(url).database}" SET {setting} = {value}')
        self.terminate(url)

    def terminate(self, url: str) -> int:
        """End all sessions; how many there were."""
        return len(query(url, _TERMINATE))

    def _url(self, name: str) -> str:
        return make_url(self._server.url).set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with create_engine(self._server.url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(statement))


_SESSIONS = """FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND backend_type = 'client backend'"""
_BUSY = f"SELECT pid {_SESSIONS} AND state <> 'idle'"
_TERMINATE = f"SELECT pg_terminate_backend(pid) {_SESSIONS}"


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Look into a database from outside."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


@contextmanager
def engines(wanted: str, folder: Path) -> Iterator[list[Engine]]:
    """The engines asked for; a PostgreSQL of our own is started and ended."""
    found: list[Engine] = []
    server: Postgres | None = None
    if wanted in {"sqlite", "both"}:
        found.append(Sqlite(folder))
    try:
        if wanted in {"postgresql", "both"}:
            server = Postgres()
            found.append(Postgresql(server))
        yield found
    finally:
        if server is not None:
            server.stop()
