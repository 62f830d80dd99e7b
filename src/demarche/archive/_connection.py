"""A DuckDB that reads the files of one archive and nothing else: no network, no extension, no other folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demarche.errors import InputError, MissingExtra

try:
    import duckdb
except ImportError as error:
    raise MissingExtra("an archive", "archive") from error

__all__ = ["Table", "asking", "bytes_of", "connect", "database_memory", "default_memory", "seal", "view"]

_GIB = 1024**3
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DATABASE = 3
"""The database may use one part in so many of the memory: what it finds, and what is computed of it, need the rest."""


def default_memory() -> int:
    """Return the bytes that may be used if nobody says: 4 GiB, or half of the machine's memory if that is less."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 2 * _GIB
    return min(4 * _GIB, whole // 2)


def bytes_of(size: str) -> int:
    """Return a size that a user gives as bytes.

    Raises
    ------
    InputError
        If it is no size, or less than 256 MB.

    Examples
    --------
    >>> bytes_of("4GB"), bytes_of("1.5 GiB")
    (4000000000, 1610612736)
    """
    digits = size.strip().upper().rstrip("KMGTIB ")
    unit = size.strip().upper()[len(digits) :].strip()
    try:
        found = int(float(digits) * _UNITS[unit or "B"])
    except (KeyError, ValueError, OverflowError):
        raise InputError(f"{size!r} is no size of memory; give one such as 4GB or 800MB") from None
    if found < 256 * 10**6:
        raise InputError(f"{size} of memory are too few; give 256MB or more")
    return found


def database_memory(memory: int) -> int:
    """Return how much of the memory the database may use."""
    return max(memory // _DATABASE, 128 * 10**6)


def connect(scratch: str, *, memory: int, threads: int | None) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that spills to a folder and loads no extension."""
    given: dict[str, Any] = {
        "allow_community_extensions": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "false",  # order is asked for where it matters, and to keep it takes memory
        "memory_limit": f"{database_memory(memory)}B",
        "python_enable_replacements": "false",
        "temp_directory": scratch,
    }
    if threads is not None:
        given["threads"] = threads
    return duckdb.connect(":memory:", config=given)


@contextmanager
def asking() -> Iterator[None]:
    """Raise InputError in place of an error of a database: too little memory or disk, or a file that is damaged or gone.

    Values are parameters and statements are ours, so that no other error is the user's.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise InputError(
            f"the memory is too little for the database ({_first_line(error)}); give more by --memory, or a narrower filter"
        ) from error
    except duckdb.Error as error:
        raise InputError(f"the archive cannot be read: {_first_line(error)}") from error
    except sqlite3.Error as error:  # in which texts and words are held for a while
        raise InputError(f"the temporary folder cannot be used ({_first_line(error)}); is the disk full?") from error


class Table:
    """The rows of a query as a stream of Arrow; it is asked when the stream is."""

    def __init__(self, found: duckdb.DuckDBPyRelation) -> None:
        self._found = found

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the stream, see the Arrow C stream interface."""
        with asking():
            return self._found.__arrow_c_stream__(requested_schema)


def view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: tuple[str, ...],
    columns: dict[str, str],
    *,
    rows: bool = False,
) -> None:
    """Make a view of Parquet files, whose names never become part of a statement; of no files, an empty one.

    Parameters
    ----------
    columns
        Name and type of what must be there; other columns are left out.
    rows
        Whether to give ``shard`` and ``number``, the shard and the row in its file, too.

    Raises
    ------
    InputError
        If a column is missing, or a file cannot be read.
    """
    if not files:
        more = {"shard": "VARCHAR", "number": "BIGINT"} if rows else {}
        made = ", ".join(f"NULL::{kind} AS {column}" for column, kind in {**columns, **more}.items())
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {made} WHERE false")
        return
    try:
        # A name that is there is taken as it is, also where it has signs that would stand for others.
        found = connection.read_parquet(list(files), filename=rows, file_row_number=rows, hive_partitioning=False)
    except duckdb.Error as error:
        raise InputError(
            f"cannot be read as Parquet: {_first_line(error)}", where=str(Path(files[0]).parent)
        ) from error
    missing = [column for column in columns if column not in found.columns]
    if missing:
        raise InputError(f"lacks the columns {', '.join(missing)} of an archive", where=files[0])
    parts = [f'CAST("{column}" AS {kind}) AS {column}' for column, kind in columns.items()]
    parts += ["parse_filename(filename, true) AS shard", "file_row_number AS number"] if rows else []
    found.project(", ".join(parts)).create_view(name)


def seal(connection: duckdb.DuckDBPyConnection, folders: Sequence[str]) -> None:
    """Close the way to all files but those of some folders, and to the settings."""
    connection.execute(f"SET allowed_directories = [{', '.join(map(_literal, folders))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _literal(words: str) -> str:
    """Return words as a string of SQL: a setting takes no parameter."""
    return "'" + words.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
