"""Rows into tables, many at a time: by COPY where the store has it, else by one statement that is run with each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

__all__ = ["MANY", "insert", "insert_values", "marked", "parts", "run_each"]

MANY = 5000
"""Values in one list: fewer than the parameters that a statement may have."""

_COPIED = 50
"""Rows from which COPY is worth its two answers of the server."""

Value = TypeVar("Value")


def insert(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, all with the same columns, in their order."""
    if rows:
        names = tuple(rows[0])
        insert_values(connection, table, names, [tuple([row[name] for name in names]) for row in rows])


def insert_values(connection: Connection, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, given as the values of these columns, in their order."""
    if connection.dialect.name == "postgresql" and len(rows) >= _COPIED:
        _copy(connection, f"COPY {table} ({', '.join(names)}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(names))
    run_each(connection, f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def run_each(connection: Connection, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement with each of some rows: for the driver as it is, because there are many of them in every entry."""
    if rows:
        connection.exec_driver_sql(marked(connection, query), list(rows))


def parts(values: list[Value], size: int = MANY) -> Iterator[list[Value]]:
    """Yield values so many at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))


def marked(connection: Connection, query: str) -> str:
    """Return a statement with the marks of the driver for its parameters."""
    return query if connection.dialect.name == "sqlite" else query.replace("%", "%%").replace("?", "%s")


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    import psycopg

    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:  # as SQLAlchemy would tell of it, had it seen the statement
        raise sa.exc.DBAPIError(statement, None, error) from error
