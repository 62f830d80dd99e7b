"""Tables that an engine hands over, and takes back: Arrow or pandas, the same kind out as in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from demarche.errors import MissingExtra

__all__ = ["as_given", "to_parquet", "with_failures"]


def is_pandas(batch: Any) -> bool:
    """Return whether a table is a frame of pandas, which need not be installed."""
    return hasattr(batch, "iloc") and hasattr(batch, "to_dict")


def to_parquet(batch: Any) -> bytes:
    """Return a table as a Parquet file: what reads files reads it, held to the same limits."""
    table = pa.Table.from_pandas(batch, preserve_index=False) if is_pandas(batch) else pa.table(batch)
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()


def with_failures(moves: Any, failed: Sequence[tuple[str | None, str]]) -> Any:
    """Return moves with a column ``failure``, and behind them a row for each failure: the id of its document, and the reason."""
    nothing = {field.name: pa.nulls(len(failed), field.type) for field in moves.schema}
    nothing["document"] = pa.array([document for document, _ in failed], moves.schema.field("document").type)
    reasons = pa.array([reason for _, reason in failed], pa.string())
    none = pa.nulls(len(moves), pa.string())
    return pa.concat_tables(
        [moves.append_column("failure", none), pa.table(nothing).append_column("failure", reasons)]
    ).combine_chunks()


def as_given(table: Any, batch: Any) -> Any:
    """Return a table as the kind that `batch` is, with types that do not hang on what is in it."""
    if not is_pandas(batch):
        return table
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra("a pandas frame", "pandas") from error
    kinds = {
        pa.string(): pd.StringDtype(),
        pa.large_string(): pd.StringDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.int8(): pd.Int8Dtype(),
        pa.float64(): pd.Float64Dtype(),
    }
    return table.to_pandas(types_mapper=kinds.get, date_as_object=False)
