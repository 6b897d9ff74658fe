"""Writing many rows of one table: the driver's own bulk statement, without a detour for every value."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Dialect, Table, text
from sqlalchemy.orm import Session
from sqlalchemy.types import Date

from subscribers.tables import Instant


def insert(session: Session, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write the rows, their values in the order of `columns`, which hold all that has no default in the database."""
    if not rows:
        return
    dialect = session.get_bind().dialect
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608
    session.connection().exec_driver_sql(sql, _bound(table, columns, rows, dialect))


def next_ids(session: Session, table: Table, number: int) -> list[int]:
    """Ids for so many new rows, taken from the sequence of the table."""
    if not number:
        return []
    if session.get_bind().dialect.name == "sqlite":  # we hold the write lock; the insert moves the sequence on
        last = session.scalar(text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return list(range((last or 0) + 1, (last or 0) + 1 + number))
    found = session.scalars(
        text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)"),
        {"name": table.name, "number": number},
    )
    return list(found)


def _bound(
    table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], dialect: Dialect
) -> list[tuple[Any, ...]]:
    """The rows with their moments and days as the driver wants them."""
    turns = [(n, turn) for n, name in enumerate(columns) if (turn := _turn(table.c[name].type, dialect))]
    known: dict[tuple[int, Any], Any] = {}
    ready = []
    for row in rows:
        values = list(row)
        for n, turn in turns:
            key = (n, values[n])
            if key not in known:
                known[key] = turn(values[n])
            values[n] = known[key]
        ready.append(tuple(values))
    return ready


def _turn(kind: Any, dialect: Dialect) -> Callable[[datetime | date | None], Any] | None:
    if not isinstance(kind, Instant | Date):
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)
