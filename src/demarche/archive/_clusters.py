"""Which documents of an archive are copies of one another: as a ledger finds them that takes in the same documents in the same order.

DuckDB finds the bands that more than one document has, out of core. Only documents with such a band are looked at one after the other,
because each goes to the cluster of a copy before it, and what is all but the same text is not looked for again.
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import duckdb
import numpy as np
from numpy.typing import NDArray

from demarche.archive._connection import database_memory
from demarche.copies import COMPARED, are_copies, are_near, are_same, shingles
from demarche.errors import InputError

__all__ = ["find_clusters"]

_Ints = NDArray[np.int64]
Report = Callable[[int, int], None]

_MOST = 1000
"""Documents of one band that later ones are compared with: a band of a notice that stands under every report tells no copies."""
_BYTES = 200
"""Memory of the database for each band of a part, ample."""
_SHARED_BYTES, _DOCUMENT_BYTES, _SHINGLE_BYTES = 80, 500, 100
"""Memory outside of the database for each band of a document that another has too, each such document, and each shingle that is held."""
_PAGE = 2000
_TEXTS_AT_ONCE = 100

_NUMBERED = """
CREATE OR REPLACE TEMP TABLE numbered AS
WITH ranked AS (SELECT unnest($names::VARCHAR[]) AS shard, unnest(range(len($names::VARCHAR[]))) AS rank),
known AS (SELECT id, shard, number, published, coalesce(rank, len($names::VARCHAR[])) AS rank FROM documents LEFT JOIN ranked USING (shard)
          QUALIFY row_number() OVER (PARTITION BY id ORDER BY rank, shard, number) = 1)
SELECT id AS document, shard, number, published, row_number() OVER (ORDER BY rank, shard, number) - 1 AS place FROM known
"""
_BANDS = """
CREATE OR REPLACE TEMP TABLE banded AS
SELECT n.place, unnest(list_distinct(d.bands)) AS band
FROM documents d JOIN numbered n ON n.shard = d.shard AND n.number = d.number
"""
_SHARED = """
INSERT INTO shared
WITH part AS (SELECT place, band FROM banded WHERE hash(band) % $parts = $part)
SELECT place, band FROM part WHERE band IN (SELECT band FROM part GROUP BY band HAVING count(*) > 1)
"""
_TEXTS = """
SELECT n.place, n.published, coalesce(d.text, '') FROM documents d JOIN numbered n ON n.shard = d.shard AND n.number = d.number
WHERE n.place IN (SELECT place FROM shared)
"""
_CLUSTERED = """
SELECT n.document, n.shard, n.number, n.place, coalesce(f.document, n.document) AS cluster,
       j.place IS NULL AND n.place NOT IN (SELECT first FROM joined) AS alone
FROM numbered n LEFT JOIN joined j ON j.place = n.place LEFT JOIN numbered f ON f.place = j.first ORDER BY n.place
"""


def find_clusters(
    connection: duckdb.DuckDBPyConnection,
    shards: Sequence[str],
    places: Sequence[Path],
    *,
    memory: int,
    report: Report | None = None,
) -> Path:
    """Write a row for each document, with its place and cluster, and return the file.

    Parameters
    ----------
    connection
        With the view ``documents``.
    shards
        Names of the shards in the order in which their documents are compared.
    places
        Where to write, the first of them that can be written.
    memory
        Bytes that the database and what compares may use together.
    report
        Is told how many documents are compared, and how many there are to compare.

    Raises
    ------
    InputError
        If so many documents share bands that the memory would not do.
    """
    connection.execute(_NUMBERED, {"names": list(shards)})
    connection.execute(_BANDS)
    _share(connection, database_memory(memory))
    _check_memory(connection, memory)
    connection.execute("CREATE OR REPLACE TEMP TABLE joined (place BIGINT, first BIGINT)")
    found = dict(_joined(connection, memory // 10 // _SHINGLE_BYTES, report))
    names = list(found)
    for start in range(0, len(names), 50_000):
        part = names[start : start + 50_000]
        given = {"places": part, "firsts": [found[place] for place in part]}
        connection.execute("INSERT INTO joined SELECT unnest($places::BIGINT[]), unnest($firsts::BIGINT[])", given)
    made = _write(connection, places)
    for table in ("numbered", "shared", "joined"):
        connection.execute(f"DROP TABLE {table}")
    return made


def _share(connection: duckdb.DuckDBPyConnection, memory: int) -> None:
    """Make the table of the bands that several documents have: a part of the bands at a time, for all would have to be held at once."""
    connection.execute("CREATE OR REPLACE TEMP TABLE shared (place BIGINT, band BIGINT)")
    ((rows,),) = connection.execute("SELECT count(*) FROM banded").fetchall()
    parts = 1 + rows * _BYTES // memory
    for part in range(parts):
        connection.execute(_SHARED, {"parts": parts, "part": part})
    connection.execute("DROP TABLE banded")


def _check_memory(connection: duckdb.DuckDBPyConnection, memory: int) -> None:
    """Raise InputError if more documents share bands than can be compared: the bands of all are held, those of the database spill."""
    query = "SELECT count(*), count(DISTINCT place) FROM shared"
    ((rows, documents),) = connection.execute(query).fetchall()
    needed = rows * _SHARED_BYTES + documents * _DOCUMENT_BYTES
    if needed > max(0, memory - database_memory(memory)):
        # The database takes a third of what is given.
        raise InputError(
            f"to find copies among {documents:,} documents that can be some would take {needed / 1e9:.1f} GB beside the database; "
            f"give more memory: --memory {needed * 3 / 2 / 1e9 + 0.1:.1f}GB"
        )


def _write(connection: duckdb.DuckDBPyConnection, places: Sequence[Path]) -> Path:
    for number, place in enumerate(places):
        beside = place.with_name(f".{place.name}.{uuid4().hex}")
        try:
            place.parent.mkdir(exist_ok=True)
            connection.sql(_CLUSTERED).write_parquet(str(beside), compression="zstd")
            os.replace(beside, place)
        except (OSError, duckdb.IOException):
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            if number == len(places) - 1:
                raise
            continue
        return place
    raise ValueError("there is no place to write to")


def _joined(
    connection: duckdb.DuckDBPyConnection, shingles_held: int, report: Report | None
) -> Iterator[tuple[int, int]]:
    """Yield documents that are copies, and the first document of the cluster of each."""
    held = connection.execute("SELECT place, band FROM shared ORDER BY place").fetchnumpy()
    if not len(held["place"]):
        return
    bands = _Bands(np.asarray(held.pop("place"), np.int64), np.asarray(held.pop("band"), np.int64))
    with closing(sqlite3.connect("")) as texts:  # in a file that nobody sees, and that goes whatever ends the program
        _keep_texts(connection, texts)
        told = _Shingles(texts, shingles_held).of
        first: dict[int, int] = {}
        spans: dict[int, tuple[str | None, str | None]] = {}
        days: dict[int, str | None] = {}
        for number, place in enumerate(bands.documents.tolist()):
            days[place] = texts.execute("SELECT published FROM texts WHERE place = ?", (place,)).fetchone()[0]
            copy = _copy_of(place, bands.likely(number), told, first, days, spans)
            first[place] = place if copy is None else first[copy]
            spans[first[place]] = _span([*spans.get(first[place], ()), days[place]])
            if copy is None or not are_same(told(place), told(copy)):
                bands.keep(number)
            if copy is not None:
                yield place, first[place]
            if report and (number + 1) % _PAGE == 0:
                report(number + 1, len(bands.documents))


def _copy_of(
    place: int,
    likely: list[int],
    told: Callable[[int], frozenset[int]],
    first: dict[int, int],
    days: dict[int, str | None],
    spans: dict[int, tuple[str | None, str | None]],
) -> int | None:
    """Return the likeliest of the documents before it that a document is a copy of, None if it is one of none."""
    day = days[place]
    for other in likely:
        if are_near(day, days[other]) and all(are_near(day, end) for end in spans[first[other]]):
            if are_copies(told(place), told(other)):
                return other
    return None


def _span(days: list[str | None]) -> tuple[str | None, str | None]:
    known = [day for day in days if day is not None]
    return min(known, default=None), max(known, default=None)


def _keep_texts(connection: duckdb.DuckDBPyConnection, texts: sqlite3.Connection) -> None:
    texts.execute("CREATE TABLE texts (place INTEGER PRIMARY KEY, published TEXT, text TEXT NOT NULL)")
    found = connection.execute(_TEXTS)
    while page := found.fetchmany(_TEXTS_AT_ONCE):
        texts.executemany("INSERT INTO texts VALUES (?, ?, ?)", page)


class _Shingles:
    """The shingles of texts, of which those that were asked for last are held: a few of long ones, many of short ones."""

    def __init__(self, texts: sqlite3.Connection, most: int) -> None:
        self._texts = texts
        self._most = most
        self._held: OrderedDict[int, frozenset[int]] = OrderedDict()
        self._count = 0

    def of(self, place: int) -> frozenset[int]:
        """Return those of the document at a place."""
        if place in self._held:
            self._held.move_to_end(place)
            return self._held[place]
        query = "SELECT text FROM texts WHERE place = ?"
        found = self._held[place] = shingles(self._texts.execute(query, (place,)).fetchone()[0])
        self._count += len(found)
        while self._count > self._most and len(self._held) > 1:
            self._count -= len(self._held.popitem(last=False)[1])
        return found


class _Bands:
    """The bands that several documents have, and the documents before the one in hand that are to be found by them.

    Lists of a band lie one after the other in one array, each as long as it can become.
    """

    def __init__(self, places: _Ints, bands: _Ints) -> None:
        """Take pairs of a document and a band, by document."""
        self.documents, starts = np.unique(places, return_index=True)
        self._ends = np.append(starts, len(places)).tolist()
        _, numbers, counts = np.unique(bands, return_inverse=True, return_counts=True)
        self._of = numbers.reshape(-1).astype(np.int64)
        sizes = np.minimum(counts, _MOST)
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self._filled = np.zeros(len(counts), dtype=np.int64)
        self._sizes = sizes
        self._held = np.zeros(int(self._starts[-1]), dtype=np.int64)

    def likely(self, number: int) -> list[int]:
        """Return the documents that share most bands with one, given by its number, the earlier first."""
        own = self._own(number)
        some = own[self._filled[own] > 0]
        if not len(some):
            return []
        starts, filled = self._starts[some].tolist(), self._filled[some].tolist()
        slices = [self._held[start : start + count] for start, count in zip(starts, filled, strict=True)]
        places, shared = np.unique(np.concatenate(slices), return_counts=True)
        found: list[int] = places[np.lexsort((places, -shared))[:COMPARED]].tolist()
        return found

    def keep(self, number: int) -> None:
        """Let later documents find one by its bands."""
        own = self._own(number)
        own = own[self._filled[own] < self._sizes[own]]
        self._held[self._starts[own] + self._filled[own]] = self.documents[number]
        self._filled[own] += 1

    def _own(self, number: int) -> _Ints:
        return self._of[self._ends[number] : self._ends[number + 1]]
