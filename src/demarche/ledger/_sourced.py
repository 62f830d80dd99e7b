"""Moves with their documents, as other formats take them: a page of moves at a time, with few questions for each page."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.ledger import _views
from demarche.ledger._custody import custodies
from demarche.ledger._selection import select
from demarche.model import MoveFilter, SourcedMove

__all__ = ["PAGE", "keys", "page"]

PAGE = 200
"""Moves that are fetched at a time: their documents are held whole."""


def keys(connection: Connection, wanted: MoveFilter) -> array[int]:
    """Return the keys of the moves that pass, document by document, in the order in which these were taken in."""
    selection = select(connection, wanted)
    query = (
        f"SELECT m.row FROM {selection.source} {selection.join} standing_documents s ON s.document = m.document "
        f"WHERE {selection.where} ORDER BY s.seq, m.row"
    )
    return array("q", (row[0] for row in connection.execute(sa.text(query), selection.parameters)))


def page(connection: Connection, keys: Sequence[int]) -> list[SourcedMove]:
    """Return the moves with these keys, in their order, without those that were rejected or redacted meanwhile."""
    moves = _views.moves_at(connection, keys)
    names = sorted({one.move.document for one in moves})
    held = custodies(connection, names)
    documents = {
        document.id: replace(document, custody=held.get(document.id))
        for document in _views.documents_at(connection, names)
    }
    told = _reports(connection, names)
    return [
        SourcedMove(
            move=one.move, document=documents[one.move.document], verdict=one.verdict, **told[one.move.document]
        )
        for one in moves
    ]


def _reports(connection: Connection, documents: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return for each document the first one of its cluster, how many that has, and of how many publishers, None where one is unknown."""
    own = "SELECT cluster FROM standing_documents WHERE document IN :ids"
    counted = (
        "SELECT s.cluster, min(s.seq) AS first, count(*) AS reports, "
        "CASE WHEN count(d.publisher) = count(*) THEN count(DISTINCT d.publisher) END AS publishers "
        f"FROM standing_documents s JOIN documents d ON d.seq = s.seq WHERE s.cluster IN ({own}) GROUP BY s.cluster"
    )
    query = sa.text(
        f"SELECT a.document, f.document, c.reports, c.publishers FROM standing_documents a JOIN ({counted}) c "
        "ON c.cluster = a.cluster JOIN standing_documents f ON f.seq = c.first WHERE a.document IN :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    return {
        row[0]: {"cluster": row[1], "reports": int(row[2]), "publishers": row[3]}
        for row in connection.execute(query, {"ids": list(documents)})
    }
