"""The files of one shard: written beside their places as documents come, and put there together when all are in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from demarche.scale._layout import Layout, put_in_place, write_json

__all__ = ["DOCUMENTS", "FAILURES", "ShardWriter", "describe_file", "writer_to"]

_HELD = 256
"""Documents that are held at most before they are written."""
_HELD_BYTES = 2**23
_ROWS = 50_000
"""Moves that are held, of all years together, when they are put in their files."""
_OPEN = 200
"""Files that are written side by side."""

DOCUMENTS = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("id", "title", "published", "publisher", "url", "language", "text", "sha256")
        ),
        ("moves", pa.int64()),
        ("bands", pa.list_(pa.int64())),
        ("coded", pa.string()),
    ]
)
FAILURES = pa.schema([(name, pa.string()) for name in ("where", "stage", "reason", "document")])


class ShardWriter:
    """Takes the rows of a shard, in order, and holds a few of them at a time.

    Parameters
    ----------
    layout, shard
        Where they go.
    schema
        Arrow schema of the moves, with ``published``.
    """

    def __init__(self, layout: Layout, shard: str, schema: Any) -> None:
        self._layout = layout
        self._shard = shard
        self._folder = layout.running(shard)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mark = uuid4().hex
        self._rows: dict[str, list[dict[str, Any]]] = {"documents": [], "failures": []}
        self._weight = 0
        self._documents = writer_to(self._beside("documents"), DOCUMENTS)
        self._failures = writer_to(self._beside("failures"), FAILURES)
        self._schema = _plain(schema)
        self._years: set[int | None] = set()
        # Moves wait in one file until it is known of which years there are some: years can be as many as documents.
        self._spool = pa.ipc.new_file(str(self._beside("moves")), self._schema)

    def add_document(self, row: dict[str, Any]) -> None:
        """Take the row of a document."""
        self._rows["documents"].append(row)
        self._weight += len(row["text"]) + len(row["coded"])
        if len(self._rows["documents"]) >= _HELD or self._weight >= _HELD_BYTES:
            self._flush()

    def add_moves(self, table: Any) -> None:
        """Take the moves of one or more documents."""
        if table.num_rows:
            self._years.update(pc.unique(pc.year(table.column("published"))).to_pylist())
            self._spool.write_table(table.cast(self._schema))

    def add_failure(self, row: dict[str, Any]) -> None:
        """Take the row of a failure."""
        self._rows["failures"].append(row)
        if len(self._rows["failures"]) >= _HELD:
            self._flush()

    def publish(self, about: dict[str, Any]) -> dict[str, Any]:
        """Put all files in their places, then say that the shard is complete, and return what is said.

        Two processes can be at the same shard, when one of a run that was killed is still there: no file is missing at any time.
        """
        if known := self._layout.complete(self._shard):
            return known
        self._flush()
        for writer in (self._documents, self._failures, self._spool):
            writer.close()
        moves = {self._layout.moves(self._shard, year): path for year, path in self._parted()}
        made = {
            **moves,
            self._layout.documents(self._shard): self._beside("documents"),
            self._layout.failures(self._shard): self._beside("failures"),
        }
        done = about | {"files": [describe_file(path, place, self._layout) for place, path in sorted(made.items())]}
        for place, path in made.items():
            put_in_place(path, place)
        for place in self._layout.all_moves(self._shard):  # of a time when there were other moves
            if place not in made:
                place.unlink(missing_ok=True)
        write_json(self._layout.done(self._shard), done)
        return done

    def discard(self) -> None:
        """Close and remove what is not put in place."""
        for writer in (self._documents, self._failures, self._spool):
            with suppress(OSError, pa.ArrowException):  # the disk is full: to close a file writes its end
                writer.close()
        for path in self._folder.glob(f"{self._mark}.*"):
            path.unlink(missing_ok=True)

    def _beside(self, name: str) -> Path:
        return self._folder / f"{self._mark}.{name}"

    def _flush(self) -> None:
        for name, writer, schema in (("documents", self._documents, DOCUMENTS), ("failures", self._failures, FAILURES)):
            if self._rows[name]:
                writer.write_table(pa.Table.from_pylist(self._rows[name], schema=schema))
                self._rows[name] = []
        self._weight = 0

    def _parted(self) -> Iterator[tuple[int | None, Path]]:
        """Yield the file with the moves of each year."""
        years = sorted(self._years, key=lambda year: (year is None, year or 0))
        for start in range(0, len(years), _OPEN):
            some = years[start : start + _OPEN]
            writers = {year: writer_to(self._beside(f"moves-{year}"), self._schema) for year in some}
            for table in self._gathered():
                for year, writer in writers.items():
                    of_year = pc.year(table.column("published"))
                    part = table.filter(pc.is_null(of_year) if year is None else pc.equal(of_year, year))
                    if part.num_rows:
                        writer.write_table(part)
            for year, writer in writers.items():
                writer.close()
                yield year, self._beside(f"moves-{year}")

    def _gathered(self) -> Iterator[Any]:
        """Yield the moves in tables of many, so that the groups of rows in a file are not small."""
        with pa.memory_map(str(self._beside("moves"))) as file:
            reader = pa.ipc.open_file(file)
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
            yield from _gather(batches, self._schema)


def _plain(schema: Any) -> Any:
    """Return a schema with strings and lists as all readers know them, and not those for columns of more than 2 GiB."""
    return pa.schema([pa.field(one.name, _plain_type(one.type)) for one in schema])


def _plain_type(kind: Any) -> Any:
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def _gather(batches: Iterable[Any], schema: Any) -> Iterator[Any]:
    held: list[Any] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS:
            yield pa.Table.from_batches(held, schema).combine_chunks()
            held, rows = [], 0
    if held:
        yield pa.Table.from_batches(held, schema).combine_chunks()


def writer_to(path: Path, schema: Any) -> Any:
    """Return what writes Parquet of an archive to a path."""
    return parquet.ParquetWriter(str(path), schema, compression="zstd")


def describe_file(path: Path, place: Path, layout: Layout) -> dict[str, Any]:
    """Return name, rows, size and hash of a file that lies at `path` and belongs to `place`."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = parquet.read_metadata(path).num_rows
    name = place.relative_to(layout.folder).as_posix()
    return {"name": name, "rows": rows, "size": path.stat().st_size, "sha256": digest}
