"""Tables of documents, one a row: CSV, TSV and Parquet, read as a stream."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from demarche.errors import InputError, MissingExtra
from demarche.model import Document, Failure
from demarche.sources._text import document_from_text

__all__ = ["read_csv", "read_parquet"]

_LONGEST = 16 * 2**20
"""Characters of a line, and of a cell, at most."""
_GROUP = 2**30
"""Bytes of one row group at most, as it says of itself: it is held in memory."""
_BATCH = 64
_HEAD = 2**20
"""Bytes by which the encoding of a table is told; a character may be cut at their end."""
_NAMES = {
    "text": ("text", "body", "content", "full_text", "article"),
    "id": ("id", "document", "doc_id", "document_id"),
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "pub_date", "published_at"),
    "publisher": ("publisher", "source", "outlet"),
    "url": ("url", "link"),
}
"""The headers that each field of a document may have; case and spaces do not matter."""

Item = Document | Failure


def read_csv(path: Path) -> Iterator[Item]:
    """Yield the documents of a CSV or TSV file, whose first line names the columns; failures in place of bad rows."""
    with open(path, encoding=_encoding(path), errors="replace", newline="") as file:
        lines = _Lines(file)
        head = lines.peek()
        delimiter = max(",;\t", key=head.count)
        csv.field_size_limit(_LONGEST)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            header = next(reader, [])
            columns = _columns(header, str(path))
            for row in reader:
                if len(row) > len(header):
                    reason = f"has {len(row)} cells, the header {len(header)}; put quotes around a text with {delimiter!r} in it"
                    yield Failure(where=f"{path}:{reader.line_num}", stage="sources", reason=reason)
                elif any(cell.strip() for cell in row):
                    values = {name: row[place] for name, place in columns.items() if place < len(row)}
                    yield _document(values, f"{path}:{reader.line_num}", short=len(row) <= columns["text"])
        except csv.Error as error:
            raise InputError(
                f"is no CSV from here on ({error}); what stands before was read", where=f"{path}:{lines.number}"
            ) from error


def _encoding(path: Path) -> str:
    """Return the encoding of a table: UTF-8 unless its beginning is something else."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return encoding
    foreign = head.decode("utf-8", "replace").count("\ufffd")
    return "cp1252" if foreign > 1 or (foreign and len(head) < _HEAD) else "utf-8-sig"


def read_parquet(path: Path) -> Iterator[Item]:
    """Yield the documents of a Parquet file, a few rows held at a time.

    Raises
    ------
    MissingExtra
        If pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("Parquet", "parquet") from error
    try:
        with parquet.ParquetFile(path) as file:
            columns = _columns(file.schema_arrow.names, str(path))
            largest = max(
                (file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups)), default=0
            )
            if largest > _GROUP:
                raise InputError(
                    f"has a row group of {largest // 2**20} MiB; write it with smaller ones", where=str(path)
                )
            names = {name: file.schema_arrow.names[place] for name, place in columns.items()}
            _check_types(file.schema_arrow, names, str(path))
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH, columns=list(names.values())):
                for row in batch.to_pylist():
                    number += 1
                    values = {name: row[column] for name, column in names.items() if row[column] is not None}
                    yield _document(
                        {name: str(value) for name, value in values.items()},
                        f"{path}:{number}",
                        short="text" not in values,
                    )
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"is no whole Parquet file ({first[:120]}); what stands before was read", where=str(path)
        ) from error


def _check_types(schema: Any, names: dict[str, str], where: str) -> None:
    """Raise InputError unless the texts are strings, and the rest strings, numbers or dates."""
    from pyarrow import types

    for field, column in names.items():
        kind = schema.field(column).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        plain = types.is_string(kind) or types.is_large_string(kind)
        other = types.is_integer(kind) or types.is_date(kind) or types.is_timestamp(kind) or types.is_null(kind)
        if not (plain or (other and field != "text")):
            raise InputError(f"has {kind} in the column {column!r}, where a string is needed", where=where)


def _columns(header: list[str], where: str) -> dict[str, int]:
    """Return field -> number of its column."""
    plain = [name.strip().casefold().replace(" ", "_") for name in header]
    found = {
        field: next(plain.index(name) for name in names if name in plain)
        for field, names in _NAMES.items()
        if any(name in plain for name in names)
    }
    if "text" not in found:
        shown = ", ".join(name[:40] for name in header[:12]) or "none"
        raise InputError(
            f'has no column "text"; its columns are: {shown}. Name the one with the texts "text"', where=where
        )
    return found


def _document(values: dict[str, str], where: str, *, short: bool) -> Item:
    if short:
        return Failure(
            where=where, stage="sources", reason="has no text in this row; give it one, or leave the row out"
        )
    raw = "\x1f".join(values[name] for name in sorted(values)).encode("utf-8", "surrogatepass")
    about: dict[str, Any] = {name: value.strip() for name, value in values.items() if name != "text" and value.strip()}
    try:
        document = document_from_text(values["text"], **about)
    except InputError as error:
        return Failure(where=where, stage="sources", reason=error.reason)
    return replace(document, sha256=hashlib.sha256(raw).hexdigest())


class _Lines:
    """The lines of a table, none of them longer than memory can bear."""

    def __init__(self, file: IO[str]) -> None:
        self._read: Callable[[int], str] = file.readline
        self._head: str | None = None
        self.number = 0

    def peek(self) -> str:
        """Return the first line, which is given again."""
        self._head = self._line()
        return self._head

    def __iter__(self) -> Iterator[str]:
        if self._head is not None:
            yield self._head.replace("\0", "\ufffd")
        while line := self._line():
            yield line.replace("\0", "\ufffd")

    def _line(self) -> str:
        line = self._read(_LONGEST + 1)
        self.number += 1
        if len(line) > _LONGEST:
            raise InputError(f"line {self.number} is longer than {_LONGEST // 2**20} Mi characters; is this a table?")
        return line
