"""The database: one MetaData, two engines, and the only place that commits.

SQLite: WAL, synchronous=FULL, foreign keys; every writing transaction is BEGIN IMMEDIATE behind one in-process
lock (a deferred one that turns to writing fails at once, whatever the busy time-out says).
PostgreSQL: READ COMMITTED; claims use FOR UPDATE SKIP LOCKED.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, LargeBinary, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session

import subscribers
from newsletter.errors import Misconfigured

BUSY_SECONDS = 30
IDLE_SECONDS = 60
POOL = 40  # one connection a lane, a heartbeat and a page


class Row(DeclarativeBase):
    """Base of the tables on this side of the border; the MetaData is shared."""

    metadata = subscribers.metadata
    type_annotation_map = {  # noqa: RUF012
        datetime: subscribers.Instant,
        dict[str, Any]: subscribers.Json,
        dict[str, str]: subscribers.Json,
        list[str]: subscribers.Json,
        bytes: LargeBinary,
    }


class Transactions(Protocol):
    """What a long verb gets: it opens one short transaction after another."""

    def transaction(self) -> AbstractContextManager[Session]: ...

    def reading(self) -> AbstractContextManager[Session]: ...


class Database:
    """Opens transactions on `url` (`sqlite:///path` or `postgresql+psycopg://...`)."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._write_lock: AbstractContextManager[Any] = _WriteLock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing transaction: committed at the end, rolled back on any exception. Never nested; keep it short."""
        with self._write_lock, self._session("IMMEDIATE") as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction: one consistent view, never committed."""
        with self._session("DEFERRED") as session:
            yield session

    @contextmanager
    def _session(self, begin: str) -> Iterator[Session]:
        with self.engine.connect().execution_options(sqlite_begin=begin) as connection:
            session = Session(connection, expire_on_commit=False, autoflush=True)
            try:
                yield session
            finally:
                session.close()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


class _WriteLock:
    """One writer at a time in this process, in the order of asking; a nested writing transaction is a mistake and says
    so. In order, because a sender that writes again and again would keep a reader's page waiting with a plain lock.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: int | None = None
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("A writing transaction is open in this thread; nested ones would wait for themselves.")
        with self._guard:
            if self._owner is None:
                self._owner = me
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append((me, turn))
        try:
            turn.acquire()  # whoever is before us makes us the owner, and opens it
        except BaseException:  # Ctrl-C: out of the row, or on with the turn that has just come
            with self._guard:
                if (me, turn) in self._waiting:
                    self._waiting.remove((me, turn))
                    raise
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._owner, turn = self._waiting.popleft() if self._waiting else (None, None)
        if turn is not None:
            turn.release()


def database_time(session: Session) -> datetime:
    """The database's own clock, which leases are measured by, so that hosts need not agree on the time."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.scalar(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(found)).replace(tzinfo=UTC)
    moment = session.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: its port is no number; the words would quote what was typed
        raise Misconfigured(
            "DATABASE_URL is not a URL; use sqlite:///path or postgresql+psycopg://host/name."
        ) from None
    if parsed.drivername == "postgresql+psycopg":
        # A process suspended inside a transaction must not hold its locks for ever: nobody else could go on.
        options = {"options": f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s"}
        return create_engine(parsed, pool_size=POOL, max_overflow=POOL, pool_pre_ping=True, connect_args=options)
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"} and parsed.database not in {None, "", ":memory:"}:
        return _sqlite(str(parsed.database), url)
    raise Misconfigured("DATABASE_URL must be sqlite:///path or postgresql+psycopg://host/name.")


def _sqlite(path: str, url: str) -> Engine:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=POOL, max_overflow=POOL, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(dbapi: Any, _record: object) -> None:
    dbapi.isolation_level = None  # we say BEGIN ourselves
    cursor = dbapi.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
