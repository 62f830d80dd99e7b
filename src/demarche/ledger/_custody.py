"""The chain of custody of a document: one row that its entry proves, and the record that it gives back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import LedgerError
from demarche.model import Custody, Kept
from demarche.model.custody import open_headers

__all__ = ["custodies", "custody_of", "custody_row"]

_LONGEST = 4000
"""Characters of an address, a source or a header at most."""
_MOST = 200
"""Headers, and steps, at most."""

Row = dict[str, Any]


def custody_row(document: str, custody: Custody, seq: int) -> Row:
    """Return the row of a custody; what is endless is cut."""
    headers = [(name[:200], value[:_LONGEST]) for name, value in open_headers(custody.headers)]
    kept = custody.kept
    return {
        "seq": seq,
        "document": document,
        "sha256": custody.sha256,
        "size": custody.size,
        "source": _storable(custody.source),
        "retrieved": _storable(custody.retrieved),
        "address": _storable(custody.address),
        "headers": json.dumps(headers[:_MOST], separators=(",", ":")),
        "media_type": _storable(custody.media_type),
        "steps": json.dumps(custody.steps[:_MOST], separators=(",", ":")),
        "archive": kept and _storable(kept.archive),
        "record": kept and _storable(kept.record),
        "place": kept and kept.offset,
    }


def custody_of(connection: Connection, document: str) -> Custody | None:
    """Return the custody of a document as far as it may be told; raises LedgerError if the document is not there."""
    query = (
        "SELECT c.*, EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id) AS hidden FROM documents d "
        "LEFT JOIN custody c ON c.document = d.id WHERE d.id = :id ORDER BY c.seq DESC LIMIT 1"
    )
    row = connection.execute(sa.text(query), {"id": document}).mappings().first()
    if row is None:
        raise LedgerError(f"there is no document {document[:80]} in the ledger")
    if row["seq"] is None:
        return None
    return _tombstone(row) if row["hidden"] else _custody(row)


def custodies(connection: Connection, documents: Sequence[str]) -> dict[str, Custody]:
    """Return the custody of each document of which it is known; the caller sees to it that none of them was redacted."""
    query = sa.text("SELECT * FROM custody WHERE document IN :ids ORDER BY seq").bindparams(
        sa.bindparam("ids", expanding=True)
    )
    return {row["document"]: _custody(row) for row in connection.execute(query, {"ids": list(documents)}).mappings()}


def _custody(row: Any) -> Custody:
    archive = row["archive"]
    return Custody(
        sha256=row["sha256"],
        size=int(row["size"]),
        source=row["source"],
        steps=tuple(json.loads(row["steps"])),
        retrieved=row["retrieved"],
        address=row["address"],
        headers=tuple((name, value) for name, value in json.loads(row["headers"])),
        media_type=row["media_type"],
        kept=None if archive is None else Kept(archive=archive, record=row["record"], offset=int(row["place"])),
    )


def _tombstone(row: Any) -> Custody:
    steps = tuple(json.loads(row["steps"]))
    return Custody(sha256=row["sha256"], size=int(row["size"]), source="redacted", steps=steps)


def _storable(words: str | None) -> str | None:
    """Return words as both stores can keep them: no NUL, no lone surrogate, not endless."""
    if words is None:
        return None
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")[:_LONGEST]
