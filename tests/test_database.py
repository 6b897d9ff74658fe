"""The database: one history, the same schema from migrations and metadata, and the rules of its transactions."""

import signal
import threading
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import newsletter.approval.tables
import newsletter.calendar
import newsletter.delivery.tables
import newsletter.guests.tables
import newsletter.instance
import newsletter.issues.tables
import newsletter.media.tables
import newsletter.publications.tables
import newsletter.readers.tables
import newsletter.setup.tables
import newsletter.staff.tables
import subscribers
from newsletter import migrations
from newsletter.database import Database, database_time
from newsletter.errors import Misconfigured
from newsletter.issues.tables import BlockRow, BlockWordingRow
from newsletter.migrations import migrate, require_current
from newsletter.staff import people
from newsletter.staff.tables import StaffRow
from tests.conftest import NOW


def _shape(database: Database) -> list[tuple[object, ...]]:
    """Every table, column, constraint and index as the engine itself describes it."""
    if database.is_sqlite:
        query = (
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' AND type <> 'trigger'"
        )
    else:
        query = """
            SELECT 'column', table_name, column_name, data_type, is_nullable, character_maximum_length::text
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
        """
    with database.reading() as session:
        rows = session.execute(text(query)).all()
    found = [tuple(_settled(str(cell)) for cell in row) for row in rows]
    return sorted(row for row in found if "alembic_version" not in " ".join(row))


def _settled(cell: str) -> str:
    """White space folded; a table's columns and constraints in the order of their names (a new column stands last)."""
    words = " ".join(cell.replace('"', "").split()).replace(" ,", ",")
    first, *constraints = words.removesuffix(")").strip().split(", CONSTRAINT ")
    head, _, columns = first.partition("( ")
    return " | ".join([head, *sorted(columns.split(", ")), *sorted(constraint.strip() for constraint in constraints)])


def test_migrations_from_empty_give_what_the_metadata_says(empty_database: Database) -> None:
    with empty_database.transaction() as session:
        subscribers.metadata.create_all(session.connection())
    created = _shape(empty_database)
    assert len(subscribers.metadata.tables) >= 35
    with empty_database.transaction() as session:
        subscribers.metadata.drop_all(session.connection())
    migrate(empty_database)
    assert _shape(empty_database) == created
    with empty_database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, subscribers.metadata) == []


def test_migrating_twice_changes_nothing(empty_database: Database) -> None:
    with pytest.raises(Misconfigured, match="newsletter migrate"):
        require_current(empty_database)
    before, after = migrate(empty_database)
    assert before is None
    assert migrate(empty_database) == (after, after)
    require_current(empty_database)


def test_what_was_written_before_there_was_a_history_is_kept(empty_database: Database) -> None:
    with empty_database.transaction() as session:
        config = migrations._config()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0004")
        values = {"now": "2024-07-09 07:00:00+00:00", "day": "2024-07-09"}
        for statement in _AN_ISSUE_WITH_TEXTS:
            session.execute(text(statement), values)
    migrate(empty_database)
    with empty_database.transaction() as session:
        words = session.execute(select(BlockWordingRow.block_id, BlockWordingRow.fields)).tuples().all()
        assert dict(words) == {1: {"text": "One"}, 2: {"text": "Two"}}
        session.execute(delete(BlockWordingRow).where(BlockWordingRow.block_id == 2))
        session.execute(delete(BlockRow).where(BlockRow.id == 2))
        if not empty_database.is_sqlite:  # the rows above were given their numbers by hand
            session.execute(text("SELECT setval(pg_get_serial_sequence('issue_blocks', 'id'), 2)"))
        block = BlockRow(issue_id=1, position=2, kind="text")
        session.add(block)
        session.flush()
        assert block.id == 3, "a number is given once"
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("INSERT INTO block_wordings (block_id, language, fields) VALUES (99, 'en', '{}')"))


_AN_ISSUE_WITH_TEXTS = (
    """INSERT INTO lists (id, slug, name, description, languages, created_at)
       VALUES (1, 'quarterly', 'The Quarterly', '', '["en"]', :now)""",
    """INSERT INTO issues (id, list_id, slug, name, ordinal, kind, period, collects_from, collects_until, state,
                           revision, created_at, updated_at)
       VALUES (1, 1, 'q2', 'Summer', 1, 'regular', '2024-Q2', :day, :day, 'draft', 1, :now, :now)""",
    "INSERT INTO issue_blocks (id, issue_id, position, kind) VALUES (1, 1, 1, 'text'), (2, 1, 2, 'text')",
    """INSERT INTO block_wordings (block_id, language, fields)
       VALUES (1, 'en', '{"text": "One"}'), (2, 'en', '{"text": "Two"}')""",
)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        subscribers.add_list(session, "quarterly", "The Quarterly", ("en",), NOW)
        raise RuntimeError
    with database.reading() as session:
        assert subscribers.lists(session) == ()


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO subscriptions (subscriber_id, list_id, state, source, created_at, changed_at)"
                " VALUES (999, 999, 'confirmed', 'staff', :now, :now)"
            ),
            {"now": "2024-07-09 07:00:00"},
        )


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    elsewhere = NOW.astimezone(ZoneInfo("America/New_York"))
    with database.transaction() as session:
        people.add(session, "ana@example.org", "author", elsewhere)
    with database.reading() as session:
        stored = session.scalars(select(StaffRow.created_at)).one()
        found = session.scalar(select(StaffRow.id).where(StaffRow.created_at == NOW))
        assert database_time(session).utcoffset() == timedelta(0)
    assert (stored, stored.utcoffset(), found) == (NOW, timedelta(0), 1)


def test_writers_wait_for_each_other(database: Database) -> None:
    """Sixteen read-then-write transactions at once: none is refused, no update is lost."""
    with database.transaction() as session:
        subscribers.add_list(session, "quarterly", "0", ("en",), NOW)

    def add_one() -> None:
        with database.transaction() as session:
            lock = "" if database.is_sqlite else " FOR UPDATE"
            count = int(str(session.scalar(text(f"SELECT name FROM lists{lock}"))))
            time.sleep(0.002)
            session.execute(text("UPDATE lists SET name = :name"), {"name": str(count + 1)})

    threads = [threading.Thread(target=add_one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(text("SELECT name FROM lists")) == "16"


def test_a_second_process_waits_too(database_url: str) -> None:
    """Two pools on one SQLite file stand for two processes: BEGIN IMMEDIATE makes the second wait, not fail."""
    first, second = Database(database_url), Database(database_url)
    entered = threading.Event()

    def slow() -> None:
        with first.transaction() as session:
            subscribers.add_list(session, "a", "A", ("en",), NOW)
            entered.set()
            time.sleep(0.2)

    thread = threading.Thread(target=slow)
    thread.start()
    entered.wait()
    with second.transaction() as session:
        subscribers.add_list(session, "b", "B", ("en",), NOW)
    thread.join()
    with second.reading() as session:
        assert [face.slug for face in subscribers.lists(session)] == ["a", "b"]
    first.close()
    second.close()


def test_writers_in_one_process_get_their_turn_in_the_order_of_asking(sqlite_database: Database) -> None:
    lock, order = sqlite_database._write_lock, []

    def write(n: int) -> None:
        with lock:
            order.append(n)

    threads = []
    with lock:
        for n in range(6):
            threads.append(threading.Thread(target=write, args=(n,)))
            threads[-1].start()
            while len(lock._waiting) <= n:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert order == list(range(6))


def test_a_writer_that_is_interrupted_while_it_waits_blocks_nobody(sqlite_database: Database) -> None:
    lock, passed = sqlite_database._write_lock, threading.Event()

    def interrupts(*_: object) -> None:
        raise KeyboardInterrupt

    def hold() -> None:
        with lock:
            holding.set()
            while not lock._waiting:
                time.sleep(0.001)
            signal.raise_signal(signal.SIGUSR1)
            passed.wait(10)

    holding, before = threading.Event(), signal.signal(signal.SIGUSR1, interrupts)
    holder = threading.Thread(target=hold)
    try:
        holder.start()
        assert holding.wait(10)
        with pytest.raises(KeyboardInterrupt), lock:
            pass
    finally:
        signal.signal(signal.SIGUSR1, before)
        passed.set()
        holder.join(10)
    with lock:
        assert not lock._waiting


def test_a_nested_writing_transaction_is_refused_on_sqlite(sqlite_database: Database) -> None:
    with sqlite_database.transaction(), pytest.raises(RuntimeError, match="nested"), sqlite_database.transaction():
        pass


def test_sqlite_runs_with_the_rules_we_rely_on(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def _execute(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(text(statement))


def test_consent_events_cannot_be_changed_or_deleted(database: Database) -> None:
    book = subscribers.AddressBook("k" * 32)
    with database.transaction() as session:
        list_id = subscribers.add_list(session, "quarterly", "The Quarterly", ("en",), NOW)
        book.subscribe(session, list_id, "a@example.org", subscribers.SubscriptionState.CONFIRMED,
                       subscribers.Consent("staff", NOW), NOW)  # fmt: skip
    for statement in ("UPDATE consent_events SET source = 'form'", "DELETE FROM consent_events"):
        with pytest.raises(DBAPIError, match="append-only"):
            _execute(database, statement)
    with database.transaction() as session:
        session.execute(text("UPDATE consent_events SET address = NULL"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_a_wrong_url_is_refused_with_the_right_forms(url: str) -> None:
    with pytest.raises(Misconfigured, match="sqlite:///path"):
        Database(url)
