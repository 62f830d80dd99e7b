"""What is known of feeds and folders from one round to the next, in one SQLite file: after a crash it is as it was, or one step on.

An entry is noted when it has been dealt with, never before: what a crash interrupts is done again, and a ledger knows what it has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demarche.errors import InputError

__all__ = ["FeedState", "State"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (
    address TEXT PRIMARY KEY, title TEXT, etag TEXT, modified TEXT, next REAL NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT, answered TEXT, gone INTEGER NOT NULL DEFAULT 0, entries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS entries (
    feed TEXT NOT NULL, key BLOB NOT NULL, digest BLOB, seen REAL NOT NULL, versions INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (feed, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL
) WITHOUT ROWID;
"""
MOST_KEPT = 50_000
"""Entries of one feed that are remembered, those seen last: more than a feed can hold at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed.

    Parameters
    ----------
    etag, modified
        What its server gave with its last answer.
    next
        When it is asked next, in seconds since 1970.
    failures
        In a row.
    reason
        Of the last of them, or what is wrong with the feed; None where nothing is.
    answered
        When it answered last, ISO 8601 in UTC; None where it never did.
    gone
        It said that it is gone for good, and is not asked again.
    entries
        That were taken from it, versions of one counted each.
    """

    address: str
    title: str | None = None
    etag: str | None = None
    modified: str | None = None
    next: float = 0.0
    failures: int = 0
    reason: str | None = None
    answered: str | None = None
    gone: bool = False
    entries: int = 0


_FIELDS = tuple(part.name for part in fields(FeedState))


def _storable(value: Any) -> Any:
    """Return a value as SQLite can hold it: names of files need not be text."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _feed(values: dict[str, Any]) -> FeedState:
    return FeedState(**{**values, "gone": bool(values["gone"])})


class State:
    """The file in which it is kept.

    Parameters
    ----------
    path
        Made if it is not there.

    Raises
    ------
    InputError
        If it is not such a file, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told():
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._database.close()
                raise

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(
            "PRAGMA synchronous = NORMAL"
        )  # a cut of the power can undo the last notes, which is no harm
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        tables = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version != _VERSION and (version or tables):
            raise InputError(
                "is no list of feeds of this version; name another file with --state", where=str(self._path)
            )
        self._database.executescript(f"{_SCHEMA}PRAGMA user_version = {_VERSION};")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"cannot be used to keep what is known of feeds ({error}); name another file with --state",
                where=str(self._path),
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._told():
            return self._database.execute(statement, tuple(map(_storable, values))).fetchall()

    def feed(self, address: str) -> FeedState:
        """Return what is known of a feed, a new one if nothing is."""
        return next(iter(self._feeds("WHERE address = ?", address)), FeedState(address=address))

    def feeds(self) -> list[FeedState]:
        """Return what is known of all feeds, by address."""
        return self._feeds("ORDER BY address")

    def _feeds(self, clause: str, *values: object) -> list[FeedState]:
        rows: list[tuple[Any, ...]] = self._run(f"SELECT {', '.join(_FIELDS)} FROM feeds {clause}", *values)
        return [_feed(dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def keep(self, feed: FeedState) -> None:
        """Keep what is known of a feed."""
        values = (getattr(feed, name) for name in _FIELDS)
        marks = ", ".join("?" * len(_FIELDS))
        self._run(f"INSERT OR REPLACE INTO feeds ({', '.join(_FIELDS)}) VALUES ({marks})", *values)

    def forget(self, address: str) -> bool:
        """Forget a feed and its entries; return whether it was known."""
        known = bool(self._run("SELECT 1 FROM feeds WHERE address = ?", address))
        self._run("DELETE FROM entries WHERE feed = ?", address)
        self._run("DELETE FROM feeds WHERE address = ?", address)
        return known

    def entry(self, feed: str, key: bytes) -> tuple[bytes | None, int, int] | None:
        """Return digest, number of versions and tries of an entry; None if it was never met. The digest is None while it is not done."""
        rows = self._run("SELECT digest, versions, tries FROM entries WHERE feed = ? AND key = ?", feed, key)
        return rows[0] if rows else None

    def done(self, feed: str, key: bytes, digest: bytes, *, now: float) -> None:
        """Note that an entry has been dealt with."""
        self._run(
            "INSERT INTO entries (feed, key, digest, seen, versions) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET "
            "digest = excluded.digest, seen = excluded.seen, versions = versions + 1, tries = 0",
            feed, key, digest, now,
        )  # fmt: skip

    def tried(self, feed: str, key: bytes, *, now: float) -> None:
        """Note that the page of an entry could not be fetched for now."""
        self._run(
            "INSERT INTO entries (feed, key, seen, tries) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET "
            "seen = excluded.seen, tries = tries + 1",
            feed, key, now,
        )  # fmt: skip

    def seen(self, feed: str, keys: list[bytes], *, now: float) -> None:
        """Note which entries a feed has now, and forget the oldest beyond the bound."""
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(
                    "UPDATE entries SET seen = ? WHERE feed = ? AND key = ?", ((now, feed, key) for key in keys)
                )
                self._database.execute(
                    "DELETE FROM entries WHERE feed = ? AND key IN "
                    "(SELECT key FROM entries WHERE feed = ? ORDER BY seen DESC LIMIT -1 OFFSET ?)",
                    (feed, feed, MOST_KEPT),
                )
            finally:
                self._database.execute("COMMIT")

    def has_file(self, path: str, size: int, changed: int) -> bool:
        """Return whether a file of this size and time of its last change has been dealt with."""
        return self._run("SELECT size, changed FROM files WHERE path = ?", path) == [(size, changed)]

    def did_file(self, path: str, size: int, changed: int) -> None:
        """Note that a file has been dealt with."""
        self._run("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", path, size, changed)


def iso(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
