"""Which documents are copies of one another: candidates by their bands, compared by their words, in clusters that stay put."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import LedgerError
from demarche.ledger._copies import are_copies, shingles
from demarche.model import Document

__all__ = ["cluster_for", "cluster_of", "members", "moved", "oldest"]

_APART = 10
"""Days between the publication of two copies at most: a text printed again months later is a new occasion."""

_COMPARED = 30
"""Candidates for copies that are compared at most."""
_SAME = 0.9
"""Share of common shingles from which a copy is all but the same text."""


def cluster_for(
    connection: Connection, document: Document, found: frozenset[int], values: list[int]
) -> tuple[str | None, bool]:
    """Return the cluster that a document is a copy in, None for one of its own, and whether it is all but the same text.

    Of the documents that share bands the likeliest are compared, until one is a copy. Nothing that is there is moved: what a
    person has put together or apart stays so.
    """
    query = sa.text(
        "SELECT d.id, d.published, k.cluster FROM (SELECT b.document, count(*) AS shared FROM bands b "
        "WHERE b.value IN :values GROUP BY b.document ORDER BY shared DESC, b.document LIMIT :most) c "
        "JOIN documents d ON d.seq = c.document JOIN current_clusters k ON k.document = d.id ORDER BY c.shared DESC, d.seq"
    ).bindparams(sa.bindparam("values", expanding=True))
    rows = connection.execute(query, {"values": values, "most": _COMPARED}).all()
    for name, published, cluster in rows:
        if not _near(document.published, published) or not _fits_cluster(connection, document, cluster):
            continue
        text = connection.execute(sa.text("SELECT text FROM documents WHERE id = :id"), {"id": name}).scalar_one()
        other = shingles(text)
        if are_copies(found, other):
            return str(cluster), len(found & other) >= _SAME * len(found | other)
    return None, False


def _fits_cluster(connection: Connection, document: Document, cluster: str) -> bool:
    """Tell whether a document is of the time of all of a cluster, not only of its nearest copy."""
    query = (
        "SELECT min(d.published), max(d.published) FROM current_clusters k JOIN documents d ON d.id = k.document "
        "WHERE k.cluster = :cluster"
    )
    first, last = connection.execute(sa.text(query), {"cluster": cluster}).one()
    return _near(document.published, first) and _near(document.published, last)


def _near(first: str | None, second: str | None) -> bool:
    """Tell whether two texts can be copies by their dates; one of unknown date, or of no certain day, can be anything's."""
    try:
        apart = date.fromisoformat((first or "")[:10]) - date.fromisoformat((second or "")[:10])
    except ValueError:
        return True
    return abs(apart.days) <= _APART


def cluster_of(connection: Connection, document: str) -> str:
    """Return the cluster that a document is in; raises LedgerError if it is not in the ledger."""
    query = sa.text("SELECT cluster FROM current_clusters WHERE document = :document")
    found = connection.execute(query, {"document": document}).scalar()
    if found is None:
        raise LedgerError(f"there is no document {document} in the ledger")
    return str(found)


def members(connection: Connection, cluster: str) -> list[str]:
    """Return the documents of a cluster in the order in which they were taken in."""
    query = sa.text(
        "SELECT k.document FROM current_clusters k JOIN documents d ON d.id = k.document WHERE k.cluster = :cluster "
        "ORDER BY d.seq"
    )
    return [str(row[0]) for row in connection.execute(query, {"cluster": cluster})]


def oldest(connection: Connection, clusters: list[str]) -> str:
    """Return which of some clusters, named after their first documents, is the oldest."""
    query = sa.text("SELECT id FROM documents WHERE id IN :ids ORDER BY seq LIMIT 1").bindparams(
        sa.bindparam("ids", expanding=True)
    )
    return str(connection.execute(query, {"ids": clusters}).scalar_one())


def moved(connection: Connection, clusters: list[str], to: str, seq: int) -> list[dict[str, Any]]:
    """Return the rows that put the documents of clusters into another."""
    return [
        {"seq": seq, "document": document, "cluster": to}
        for cluster in clusters
        for document in members(connection, cluster)
    ]
