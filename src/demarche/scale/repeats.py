"""Documents that several shards have: the first shard keeps them, so that nothing in an archive counts twice.

A shard cannot know what the others hold, so that this is looked for when all are complete. What was left out of a shard is noted in
it: should the shard that kept the document be dropped, the other one is done again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from demarche.errors import InputError
from demarche.model import Failure
from demarche.scale._layout import Layout, put_in_place, write_json
from demarche.scale._records import OTHER_TEXT, failure_row
from demarche.scale.writing import FAILURES, describe_file, writer_to

__all__ = ["leave_out_repeats"]


def leave_out_repeats(layout: Layout, shards: Sequence[str]) -> None:
    """Leave documents out of all but the first of the complete shards that have them; to do it again changes nothing."""
    several = set(_found_in_several(layout, shards).tolist())
    if not several:
        return
    kept: dict[str, tuple[str, str]] = {}
    for shard in shards:
        found: dict[str, tuple[str, str]] = {}
        for document, text in _documents(layout, shard, several):
            if document in kept:
                found[document] = (kept[document][0], text)
            else:
                kept[document] = (shard, text)
        if found:
            others = [document for document, (_, text) in found.items() if text != kept[document][1]]
            _rewrite(layout, shard, Counter(first for first, _ in found.values()), list(found), others)


def _found_in_several(layout: Layout, shards: Sequence[str]) -> Any:
    """Return the hashes of the ids that occur more than once."""
    parts = [
        np.fromiter(
            (_short(name) for batch in _batches(layout, shard, ["id"]) for name in batch["id"]), dtype=np.uint64
        )
        for shard in shards
    ]
    values, counts = np.unique(np.concatenate([np.empty(0, dtype=np.uint64), *parts]), return_counts=True)
    return values[counts > 1]


def _short(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


def _documents(layout: Layout, shard: str, wanted: set[int]) -> Iterator[tuple[str, str]]:
    """Yield id and hash of the text of the documents of a shard whose ids have one of these hashes."""
    # The texts are read only if an id is: most shards have none.
    ids = [name for batch in _batches(layout, shard, ["id"]) for name in batch["id"]]
    if not any(_short(name) in wanted for name in ids):
        return
    for batch in _batches(layout, shard, ["id", "text"]):
        for name, text in zip(batch["id"], batch["text"], strict=True):
            if _short(name) in wanted:
                yield name, hashlib.sha256(text.encode()).hexdigest()


def _batches(layout: Layout, shard: str, columns: list[str]) -> Iterator[dict[str, list[Any]]]:
    path = layout.documents(shard)
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024, columns=columns):
                yield batch.to_pydict()
    except (pa.ArrowException, OSError) as error:
        reason = f"is damaged ({str(error)[:120]}); delete {layout.done(shard)}, and start again"
        raise InputError(reason, where=str(path)) from error


def _rewrite(layout: Layout, shard: str, repeats: Counter[str], left_out: list[str], others: list[str]) -> None:
    """Write the files of a shard without some documents, and with a failure for each that is another text."""
    done = layout.read_done(shard) or {}
    layout.done(shard).unlink(missing_ok=True)  # killed in the midst of this, the shard is done again
    for path in layout.all_moves(shard):
        _filter(path, "document", left_out)
    _filter(layout.documents(shard), "id", left_out)
    reasons = [failure_row(Failure(where=name, stage="sources", reason=OTHER_TEXT), name) for name in others]
    with parquet.ParquetFile(layout.failures(shard)) as file:
        known = file.read()
    known = known.filter(pc.invert(pc.is_in(known["where"], pa.array(others, pa.string()))))
    _replace(layout.failures(shard), [known, pa.Table.from_pylist(reasons, schema=FAILURES)], FAILURES)
    places = sorted([*layout.all_moves(shard), layout.documents(shard), layout.failures(shard)])
    files = [describe_file(path, path, layout) for path in places]
    rows = Counter[str]()
    for one in files:
        rows[one["name"].partition("/")[0]] += one["rows"]
    done |= {name: rows[name] for name in ("documents", "moves", "failures")}
    done |= {"repeats": dict(Counter(done.get("repeats", {})) + repeats), "files": files}
    write_json(layout.done(shard), done)


def _filter(path: Path, column: str, left_out: list[str]) -> None:
    """Leave the rows of these documents out of a file, and remove it if none is left that is a file of moves."""
    values = pa.array(left_out, pa.string())
    with parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        tables = (pa.Table.from_batches([batch]) for batch in file.iter_batches())
        rows = _replace(path, (one.filter(pc.invert(pc.is_in(one[column], values))) for one in tables), schema)
    if not rows and column == "document":
        path.unlink()


def _replace(path: Path, tables: Any, schema: Any) -> int:
    made = path.with_name(f".{path.name}.{uuid4().hex}")
    rows = 0
    with writer_to(made, schema) as writer:
        for table in tables:
            if table.num_rows:
                writer.write_table(table)
                rows += table.num_rows
    put_in_place(made, path)
    return rows
