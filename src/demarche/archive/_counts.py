"""How much an archive holds, and how often each value is reported."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from demarche.archive._selection import Parameters, date_text
from demarche.errors import InputError
from demarche.model import Count

__all__ = ["Holding", "count", "holding"]

_VALUES = {
    **{name: name for name in ("act", "issue", "status", "voice", "publisher", "cluster")},
    "month": f"substr({date_text()}, 1, 7)",
    "year": "strftime(date, '%Y')",
    "actor": "unnest(list_distinct(actors))",
    "recipient": "unnest(list_distinct(recipients))",
    "dyad": "unnest(list_distinct(flatten([[a || '>' || r for r in recipients if r <> a] for a in actors])))",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much an archive holds; `first` and `last` are the days of publication, None where no document has one.

    Parameters
    ----------
    shards, unfinished
        Complete shards, and the names of those that are not read because they are not complete.
    """

    shards: int
    unfinished: tuple[str, ...]
    documents: int
    clusters: int
    moves: int
    failures: int
    first: str | None
    last: str | None

    @property
    def copies(self) -> int:
        """Documents that are copies of another."""
        return self.documents - self.clusters


def holding(connection: duckdb.DuckDBPyConnection, shards: int, unfinished: tuple[str, ...]) -> Holding:
    """Return how much there is."""
    query = (
        "SELECT (SELECT count(*) FROM places), (SELECT count(DISTINCT cluster) FROM places), (SELECT count(*) FROM moves), "
        "(SELECT count(*) FROM failures), (SELECT min(published) FROM documents), (SELECT max(published) FROM documents)"
    )
    row = connection.execute(query).fetchall()[0]
    names = ("documents", "clusters", "moves", "failures", "first", "last")
    return Holding(shards=shards, unfinished=unfinished, **dict(zip(names, row, strict=True)))


def count(
    connection: duckdb.DuckDBPyConnection, by: str, where: str, parameters: Parameters, *, limit: int
) -> list[Count]:
    """Return how often each value is reported: of a cluster of several documents the one that has most of a story counts."""
    if by not in _VALUES:
        raise InputError(f"moves are not counted by {by!r}; choose from {', '.join(_VALUES)}")
    story = "cluster, document, act, list_sort(actors) AS a, list_sort(recipients) AS r"
    told = f"SELECT {_VALUES[by]} AS value, alone, {story} FROM moves WHERE {where}"
    query = f"""
        WITH told AS ({told}),
        single AS (SELECT value, count(*) AS moves, count(*) AS mentions FROM told WHERE alone GROUP BY value),
        copied AS (SELECT value, cluster, act, a, r, document, count(*) AS moves FROM told WHERE NOT alone GROUP BY ALL),
        stories AS (SELECT value, max(moves) AS moves, sum(moves) AS mentions FROM copied GROUP BY value, cluster, act, a, r)
        SELECT value, sum(moves)::BIGINT AS moves, sum(mentions)::BIGINT AS mentions
        FROM (SELECT * FROM single UNION ALL SELECT * FROM stories) GROUP BY value
        ORDER BY moves DESC, value NULLS LAST LIMIT $most_values
    """
    found = connection.execute(query, parameters | {"most_values": limit}).fetchall()
    return [Count(value=row[0], name=None, moves=row[1], mentions=row[2]) for row in found]
