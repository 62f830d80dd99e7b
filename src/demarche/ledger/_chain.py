"""The chain of hashes: each entry of the log holds the digest of the rows that it added and the hash of the entry before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["FIRST", "entry_hash", "rows_digest"]

FIRST = "0" * 64
"""What the first entry has in place of the hash before it."""

Rows = Mapping[str, Iterable[Mapping[str, Any]]]


def rows_digest(rows: Rows) -> str:
    """Return the SHA-256 of rows by table, whatever the order of the rows and of their columns.

    Examples
    --------
    >>> one = rows_digest({"redactions": [{"seq": 3, "document": "d1"}]})
    >>> one == rows_digest({"redactions": [{"document": "d1", "seq": 3}], "moves": []})
    True
    """
    plain = {table: sorted(_plain(row) for row in found) for table, found in rows.items()}
    return _sha({table: found for table, found in plain.items() if found})


def entry_hash(
    *, seq: int, at: str, who: str, kind: str, subject: str, why: str | None, digest: str, previous: str
) -> str:
    """Return the hash of an entry: of all that it says and of the hash before it."""
    return _sha([seq, at, who, kind, subject, why, digest, previous])


# One for all: `json.dumps` makes a new one for each of the many rows.
_plain = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def _sha(value: Any) -> str:
    return hashlib.sha256(_plain(value).encode("utf-8", "surrogatepass")).hexdigest()
