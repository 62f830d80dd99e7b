"""The database under a ledger: SQLite in one file, or PostgreSQL by URL. Only here do the two differ."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from demarche.errors import InputError, LedgerError, MissingExtra
from demarche.ledger._migrations import MIGRATIONS, statements
from demarche.ledger._standing import rebuild

__all__ = ["Store"]

_LOCK = 0x64656D61726368  # "demarch": the advisory lock that writers of one PostgreSQL ledger take in turn


class Store:
    """A connection to the database of a ledger, with its schema up to date.

    Parameters
    ----------
    url
        Path of a SQLite file, ``sqlite:///path`` or ``postgresql://user@host/database``.
    create
        Make the ledger if it is not there.
    wait
        Seconds to wait for other writers.
    """

    def __init__(self, url: str, *, create: bool, wait: float) -> None:
        self.url = _parse_url(url)
        self.dialect = self.url.get_backend_name()
        self.shown = self.url.render_as_string(hide_password=True) if self.dialect == "postgresql" else _file(self.url)
        self.orders: dict[str, Any] = {}  # of sentences to be reviewed, by coder: derived, and kept while it is open
        self._engine = _engine(self.url, self.shown, create=create, wait=wait)
        self._begin = "BEGIN"
        if self.dialect == "sqlite":
            sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql(self._begin))
        self.connection = self._connect()
        try:
            self._migrate(create=create)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield the connection in a transaction that only reads, with errors told as LedgerError."""
        with self._told(), self.connection.begin():
            if self.dialect == "postgresql":
                # All that one answer is made of is seen as of one moment, as SQLite does by itself.
                self.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield self.connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the connection in a transaction of its own turn: all of it is committed, or nothing."""
        with self._told():
            self._begin = "BEGIN IMMEDIATE"
            try:
                transaction = self.connection.begin()
            finally:
                self._begin = "BEGIN"
            with transaction:
                if self.dialect == "postgresql":
                    self.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield self.connection

    def _connect(self) -> Connection:
        with self._told():
            return self._engine.connect()

    def _migrate(self, *, create: bool) -> None:
        with self.reading() as connection:
            done = _migrations_done(connection)
        if done is None and not create:
            raise LedgerError(f"{self.shown} is no ledger; make one with: demarche ingest SOURCE --ledger {self.shown}")
        if done != list(MIGRATIONS):
            with self.writing() as connection:
                self._upgrade(connection)

    def _upgrade(self, connection: Connection) -> None:
        done = _migrations_done(connection)  # again: another writer may have come first
        if done is None:
            if sa.inspect(connection).get_table_names():
                raise LedgerError(f"{self.shown} holds tables of something else; name another file or database")
            self._check_encoding(connection)
            connection.exec_driver_sql("CREATE TABLE migrations (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
            done = []
        unknown = [name for name in done if name not in MIGRATIONS]
        if unknown:
            raise LedgerError(
                f"{self.shown} was written by a newer Demarche (schema {unknown[-1]}, this one knows {MIGRATIONS[-1]}); "
                "install the newer one: pip install --upgrade demarche"
            )
        for name in MIGRATIONS[len(done) :]:
            for statement in statements(name, self.dialect):
                connection.exec_driver_sql(statement)
            if name == "0004_standing":
                rebuild(connection)
            connection.execute(sa.text("INSERT INTO migrations VALUES (:name, :at)"), {"name": name, "at": now()})

    def _check_encoding(self, connection: Connection) -> None:
        if self.dialect == "postgresql":
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding not in ("UTF8", b"UTF8"):
                raise LedgerError(f"{self.shown} is in {encoding}; make the database with: createdb -E UTF8 NAME")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (UnicodeEncodeError, OverflowError) as error:
            raise InputError(f"cannot be kept: {error}; take out what is no character, or is too large") from error
        except DBAPIError as error:
            # What the driver refuses by itself, as a NUL, has no state, but a class that the standard names.
            state = str(getattr(error.orig, "sqlstate", "") or "")
            if state.startswith(("22", "54")) or type(error.orig).__name__ == "DataError":
                first = str(error.orig).splitlines()[0]
                raise InputError(f"cannot be kept in this store ({first}); shorten it or clean it") from error
            raise LedgerError(f"{self.shown}: {_explain(str(error.orig))}") from error
        except SQLAlchemyError as error:
            raise LedgerError(f"{self.shown}: {error}") from error


def now() -> str:
    """Return the time of the clock, UTC, ISO 8601 with seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _migrations_done(connection: Connection) -> list[str] | None:
    if not sa.inspect(connection).has_table("migrations"):
        return None
    return [str(row[0]) for row in connection.execute(sa.text("SELECT name FROM migrations ORDER BY name"))]


def _parse_url(url: str) -> URL:
    if not url or not url.strip():
        raise LedgerError("no ledger is named; give a file such as ledger.db or postgresql://host/database")
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        kind = url.split("://")[0]
        raise LedgerError(
            f"{kind}://... is no address of a ledger; give a file or postgresql://host/database"
        ) from error
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return URL.create("sqlite", database=parsed.database)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise LedgerError(f"{parsed.drivername} is no store that a ledger can be kept in; use SQLite or PostgreSQL")


def _file(url: URL) -> str:
    return str(url.database)


def _engine(url: URL, shown: str, *, create: bool, wait: float) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(_file(url)), shown, create=create, wait=wait)
    try:
        options = f"-c lock_timeout={int(wait * 1000)}"
        return sa.create_engine(url, pool_size=1, max_overflow=0, connect_args={"options": options})
    except ModuleNotFoundError as error:
        raise MissingExtra("a ledger in PostgreSQL", "postgresql") from error


def _sqlite_engine(path: Path, shown: str, *, create: bool, wait: float) -> Engine:
    if path.is_dir():
        raise LedgerError(f"{shown} is a folder; name a file in it")
    if not path.exists() and (not create or not path.absolute().parent.is_dir()):
        hint = "check the path" if not create else "make its folder first"
        raise LedgerError(f"{shown} is not there; {hint}")
    fixed = path.exists() and not create and not os.access(path.parent, os.W_OK)
    # On a medium that cannot be written there is no log of changes beside the file: it is read as it is.
    target = f"file:{quote(str(path.absolute()))}" if fixed else str(path)
    query = {"uri": "true", "mode": "ro", "immutable": "1"} if fixed else {}
    engine = sa.create_engine(
        URL.create("sqlite", database=target, query=query),
        connect_args={"timeout": wait, "isolation_level": None, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: Any) -> None:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # FULL: a document that was reported as taken in survives a power cut. WAL: readers do not wait for writers; a file
        # of something else is left as it is.
        if not fixed and (not names or "migrations" in names):
            connection.execute("PRAGMA journal_mode=WAL")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


_PRAGMAS = (
    "synchronous=FULL",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "mmap_size=2147418112",  # read as memory, a file of gigabytes answers twice as fast
    # Keys that are hashes lie all over an index: the pages that each document changes go to the file together with those of many others,
    # at 128 MB of the log of changes, which is gone when the ledger is closed.
    "wal_autocheckpoint=32768",
)
_EXPLAINED: tuple[tuple[str, str], ...] = (
    ("database is locked", "another program holds it; close that one or wait, then run again"),
    ("readonly|read-only", "it cannot be written; check the permissions of the file and of its folder"),
    ("unable to open", "it cannot be opened; check the path and the permissions"),
    ("not a database|malformed", "it is no ledger, or it is damaged; restore a copy"),
    ("disk is full|No space left", "the disk is full; make space and run again: what was committed is kept"),
    ("only grows", "a ledger only grows: nothing in it can be changed or deleted"),
    (
        "disk I/O error",
        "the disk gives an error; check it and the space left, then run again: what was committed is kept",
    ),
    ("database .* does not exist", "the database does not exist; make it first (createdb NAME)"),
    ("password|authentication|role .* does not exist", "the server refuses the login; check user and password"),
    (
        "could not connect|connection failed|refused|translate host",
        "the server does not answer; check the address and that it runs",
    ),
    ("lock timeout", "another program holds it; wait, then run again"),
)


def _explain(reason: str) -> str:
    found: Callable[[str], Any] = lambda pattern: re.search(pattern, reason, re.IGNORECASE)  # noqa: E731
    first = reason.strip().splitlines()[0] if reason.strip() else "no reason was given"
    return next((f"{told} ({first})" for pattern, told in _EXPLAINED if found(pattern)), first)
