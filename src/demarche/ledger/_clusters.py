"""Which documents are copies of one another: candidates by their bands, compared by their words, in clusters that stay put."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.copies import COMPARED, are_copies, are_near, are_same, shingles
from demarche.errors import LedgerError
from demarche.ledger._bulk import marked, parts
from demarche.model import Document

__all__ = ["Copies", "cluster_of", "members", "moved", "oldest"]

_ASKED = 100
"""Documents whose bands are looked for at a time."""


class Copies:
    """Tells of each document of a batch in its turn which cluster it is a copy in: of what the ledger holds, or of one before it.

    Nothing that is there is moved: what a person has put together or apart stays so.

    Parameters
    ----------
    connection
        In a transaction in which nobody else writes.
    bands
        Those of each document of the batch.
    """

    def __init__(self, connection: Connection, bands: Sequence[Sequence[int]]) -> None:
        self._connection = connection
        self._stored = _sharing(connection, bands)
        self._known = _candidates(connection, {seq for found in self._stored for _, seq in found})
        self._texts: dict[int, frozenset[int]] = {}
        self._own: dict[int, list[int]] = defaultdict(list)
        self._spans: dict[str, tuple[str | None, str | None]] = {}

    def cluster_for(
        self, place: int, document: Document, found: frozenset[int], values: Sequence[int]
    ) -> tuple[str | None, bool]:
        """Return the cluster that a document is a copy in, None for one of its own, and whether it is all but the same text.

        Of the documents that share bands the likeliest are compared, until one is a copy.

        Parameters
        ----------
        place
            Its place in the batch.
        found, values
            Its shingles and bands.
        """
        shared = Counter(seq for value in values for seq in self._own.get(value, ()))
        likely = sorted([*self._stored[place], *((-count, seq) for seq, count in shared.items())])[:COMPARED]
        for _, seq in likely:
            published, cluster = self._known[seq]
            if not are_near(document.published, published) or not self._fits_cluster(document, cluster):
                continue
            other = self._shingles(seq)
            if are_copies(found, other):
                return cluster, are_same(found, other)
        return None, False

    def keep(self, seq: int, document: Document, found: frozenset[int], values: Sequence[int], cluster: str) -> None:
        """Take note of a document that will be written.

        Parameters
        ----------
        values
            The bands by which it is to be found: none if it is all but the same as one that is there.
        """
        self._known[seq] = document.published, cluster
        if values:
            self._texts[seq] = found
        for value in values:
            self._own[value].append(seq)
        days = [day for day in (*self._spans.get(cluster, ()), document.published) if day is not None]
        self._spans[cluster] = min(days, default=None), max(days, default=None)

    def _shingles(self, seq: int) -> frozenset[int]:
        if seq in self._texts:
            return self._texts[seq]
        query = sa.text("SELECT text FROM documents WHERE seq = :seq")
        return shingles(self._connection.execute(query, {"seq": seq}).scalar_one())

    def _fits_cluster(self, document: Document, cluster: str) -> bool:
        """Tell whether a document is of the time of all of a cluster, not only of its nearest copy."""
        if cluster not in self._spans:
            query = (
                "SELECT min(d.published), max(d.published) FROM current_clusters k JOIN documents d ON d.id = k.document "
                "WHERE k.cluster = :cluster"
            )
            first, last = self._connection.execute(sa.text(query), {"cluster": cluster}).one()
            self._spans[cluster] = first, last
        return all(are_near(document.published, day) for day in self._spans[cluster])


def _sharing(connection: Connection, bands: Sequence[Sequence[int]]) -> list[list[tuple[int, int]]]:
    """Return for each list of bands the documents that share most of them, as (less than 0: how many, seq)."""
    join = "CROSS JOIN" if connection.dialect.name == "sqlite" else "JOIN"  # what is looked for leads
    made: list[list[tuple[int, int]]] = [[] for _ in bands]
    for start in range(0, len(bands), _ASKED):
        given = [(place, value) for place in range(start, min(start + _ASKED, len(bands))) for value in bands[place]]
        if not given:
            continue
        marks = ", ".join(["(?, ?)"] * len(given))
        query = (
            f"WITH p (place, value) AS (VALUES {marks}), c AS (SELECT p.place, b.document, count(*) AS shared, "
            "row_number() OVER (PARTITION BY p.place ORDER BY count(*) DESC, b.document) AS number "
            f"FROM p {join} bands b ON b.value = p.value GROUP BY p.place, b.document) "
            f"SELECT place, shared, document FROM c WHERE number <= {COMPARED}"
        )
        values = tuple(value for one in given for value in one)
        for place, shared, document in connection.exec_driver_sql(marked(connection, query), values):
            made[place].append((-shared, document))
    return made


def _candidates(connection: Connection, seqs: Collection[int]) -> dict[int, tuple[str | None, str]]:
    """Return when documents were published, and the clusters that they are in."""
    query = sa.text(
        "SELECT d.seq, d.published, k.cluster FROM documents d JOIN current_clusters k ON k.document = d.id "
        "WHERE d.seq IN :seqs"
    ).bindparams(sa.bindparam("seqs", expanding=True))
    found: dict[int, tuple[str | None, str]] = {}
    for part in parts(sorted(seqs)):
        for row in connection.execute(query, {"seqs": part}):
            found[row[0]] = row[1], str(row[2])
    return found


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
