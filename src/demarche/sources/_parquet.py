"""Parquet -> documents, one a row, a few rows held at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from demarche.errors import InputError, MissingExtra
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import open_seekable
from demarche.sources._columns import document_of_row, find_columns

__all__ = ["ParquetAdapter"]

_BATCH = 64


@dataclass(frozen=True, slots=True)
class ParquetAdapter:
    """A table of Parquet, with pyarrow.

    Parameters
    ----------
    rows
        Of a file that is no member of an archive only these, counted from 0 on, the end exclusive; None for all.
    """

    name: str = "parquet"
    suffixes: tuple[str, ...] = (".parquet",)
    media_types: tuple[str, ...] = ("application/vnd.apache.parquet",)
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[int, int] | None = None

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as Parquet does."""
        return head.startswith(b"PAR1")

    def with_columns(self, columns: Mapping[str, str]) -> ParquetAdapter:
        """Return the adapter that takes the fields from these columns."""
        return replace(self, columns=columns)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents, and failures in place of rows without text."""
        try:
            import pyarrow
        except ImportError as error:
            raise MissingExtra("Parquet", "parquet") from error
        try:
            with open_seekable(raw) as stream:
                yield from _rows(stream, raw.where, self.columns, self.rows if raw.depth == 0 else None)
        except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
            if isinstance(error, InputError):
                raise
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(
                f"is no whole Parquet file ({first[:120]}); what stands before was read", where=raw.where
            ) from error


def _rows(
    stream: BinaryIO, where: str, wanted: Mapping[str, str], rows: tuple[int, int] | None
) -> Iterator[Document | Failure]:
    from pyarrow import parquet

    with parquet.ParquetFile(stream) as file:
        names = _names(file, where, wanted)
        start, stop = rows or (0, file.metadata.num_rows)
        groups, number = _groups_with(file.metadata, start, stop)
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=groups, columns=list(names.values())):
            if number + batch.num_rows <= start:
                number += batch.num_rows
                continue
            for row in batch.to_pylist():
                number += 1
                if number > stop:
                    return
                if number <= start:
                    continue
                values = {name: str(row[column]) for name, column in names.items() if row[column] is not None}
                yield document_of_row(values, f"{where}:{number}")


def _groups_with(metadata: Any, start: int, stop: int) -> tuple[list[int], int]:
    """Return the row groups that hold the rows from `start` to `stop`, and how many rows stand before the first of them."""
    found: list[int] = []
    before = first = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if before < stop and before + rows > start:
            first = first if found else before
            found.append(number)
        before += rows
    return found, first


def _names(file: Any, where: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return field -> name of its column.

    Raises
    ------
    InputError
        If a row group is too large, a column is not there or is of another kind.
    """
    header = file.schema_arrow.names
    columns = find_columns(header, where, wanted)
    groups = (file.metadata.row_group(number).total_byte_size for number in range(file.metadata.num_row_groups))
    largest = max(groups, default=0)
    if largest > _limits.LIMITS.group:
        raise InputError(f"has a row group of {largest // 2**20} MiB; write it with smaller ones", where=where)
    names = {name: header[place] for name, place in columns.items()}
    _check_types(file.schema_arrow, names, where)
    return names


def _check_types(schema: Any, names: dict[str, str], where: str) -> None:
    """Raise InputError unless the texts are strings, and the rest strings, numbers or dates."""
    from pyarrow import types

    for name, column in names.items():
        kind = schema.field(column).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        plain = types.is_string(kind) or types.is_large_string(kind)
        other = types.is_integer(kind) or types.is_date(kind) or types.is_timestamp(kind) or types.is_null(kind)
        if not (plain or (other and name != "text")):
            raise InputError(f"has {kind} in the column {column!r}, where a string is needed", where=where)
