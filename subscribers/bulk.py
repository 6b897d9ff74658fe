"""Writing many rows of one table: the driver's own bulk statement, without a detour for every value."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, String, Table, any_, cast, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import Date

from subscribers.tables import Instant

_AT_ONCE = 20  # rows a statement: half the time of one by one; more of them save little


def insert(session: Session, table: Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Write rows, given column by column; `itertools.repeat` where all have the same value, but not in every column.

    The columns are all that have no default in the database.
    """
    dialect = session.get_bind().dialect
    rows = list(zip(*(_bound(table, name, values, dialect) for name, values in columns.items()), strict=False))
    rest = len(rows) % _AT_ONCE
    whole = len(rows) - rest
    many = [tuple(chain.from_iterable(rows[n : n + _AT_ONCE])) for n in range(0, whole, _AT_ONCE)]
    for number, values in ((_AT_ONCE, many), (1, rows[whole:])):
        if values:
            session.connection().exec_driver_sql(_statement(table, columns, number, dialect), values)


def among(session: Session, column: InstrumentedAttribute[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether the column is one of the values, which travel as one parameter, however many."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    return column == any_(cast(list(values), ARRAY(String)))


def _statement(table: Table, columns: Iterable[str], number: int, dialect: Dialect) -> str:
    names = list(columns)
    row = f"({', '.join(['?' if dialect.paramstyle == 'qmark' else '%s'] * len(names))})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([row] * number)}"  # noqa: S608


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


def _bound(table: Table, name: str, values: Iterable[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of a column, its moments and days as the driver wants them; few of them differ."""
    kind = table.c[name].type
    turn: Callable[[Any], Any] | None = None
    if isinstance(kind, Instant | Date):
        turn = kind.dialect_impl(dialect).bind_processor(dialect)
    return map(lru_cache(1000)(turn), values) if turn else values
