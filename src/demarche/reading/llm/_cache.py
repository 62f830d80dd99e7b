"""Answers that a language model gave, kept in one file, so that the same question is not paid for twice."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demarche.errors import InputError

__all__ = ["Cache", "question_key"]

_TABLE = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL)"
_ID = 0x64656D63
"""Marks the file as ours, so that no other database is written to."""


def question_key(question: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything that goes into a question."""
    text = json.dumps(question, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Cache:
    """A file of answers by the hash of their question; the questions, and so the texts, are not in it, but answers quote them.

    Parameters
    ----------
    path
        The file; it is made for this user alone if it is not there.
    size
        Bytes of answers at most; those that were not used for longest go first.
    """

    def __init__(self, path: str | Path, *, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._held = 0
        self._turn = 0
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, str(error)) from error

    def _prepare(self) -> None:
        try:
            mark = self._connection.execute("PRAGMA application_id").fetchone()[0]
            others = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if others and mark != _ID:
                raise sqlite3.DatabaseError("it is another database")
            self._connection.execute(f"PRAGMA application_id = {_ID}")
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute(_TABLE)
            found = self._connection.execute("SELECT coalesce(sum(size), 0), coalesce(max(used), 0) FROM answers")
            self._held, self._turn = found.fetchone()
        except sqlite3.Error:
            self._connection.close()
            raise

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the answer to a question, None if there is none, or none that can be read."""
        with self._lock:
            try:
                row = self._connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
                if row is None:
                    return None
                self._turn += 1
                self._connection.execute("UPDATE answers SET used = ? WHERE key = ?", (self._turn, key))
                answer = json.loads(row[0])
            except (sqlite3.Error, ValueError):
                return None
        return answer if isinstance(answer, dict) else None

    def put(self, key: str, answer: Mapping[str, Any]) -> None:
        """Keep an answer; one that cannot be written, or is larger than the whole cache, is not kept."""
        text = json.dumps(answer)
        if len(text) > self._size:
            return
        with self._lock:
            try:
                self._write(key, text)
            except sqlite3.Error:  # a full disk or another writer: the answer is there, it is only not kept
                return

    def _write(self, key: str, text: str) -> None:
        self._turn += 1
        before = self._connection.execute("SELECT size FROM answers WHERE key = ?", (key,)).fetchone()
        self._connection.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (key, text, len(text), self._turn)
        )
        self._held += len(text) - (before[0] if before else 0)
        for old, size in self._oldest() if self._held > self._size else ():
            self._connection.execute("DELETE FROM answers WHERE key = ?", (old,))
            self._held -= size
            if self._held <= self._size:
                break

    def _oldest(self) -> list[tuple[str, int]]:
        """Return all answers, those first that were not used for longest, and count anew: another run may share the file."""
        found: list[tuple[str, int]] = self._connection.execute(
            "SELECT key, size FROM answers ORDER BY used"
        ).fetchall()
        self._held = sum(size for _, size in found)
        return found

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _unusable(path: str | Path, reason: str) -> InputError:
    return InputError(f"cannot be used as a cache of answers ({reason}); give another file", where=str(path))
