"""Tables of documents in text, one a row: CSV and TSV, read as a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import IO

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import head_of
from demarche.sources._columns import document_of_row, find_columns

__all__ = ["CsvAdapter"]

_HEAD = 2**20
"""Bytes by which the encoding of a table is told; a character may be cut at their end."""


@dataclass(frozen=True, slots=True)
class CsvAdapter:
    """Rows of cells whose first line names the columns; comma, semicolon and tab are told apart by it."""

    name: str = "csv"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab")
    media_types: tuple[str, ...] = ("text/csv", "text/tab-separated-values", "application/csv")
    columns: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, head: bytes) -> bool:
        """Return False: a line with commas can be prose."""
        return False

    def with_columns(self, columns: Mapping[str, str]) -> CsvAdapter:
        """Return the adapter that takes the fields from these columns."""
        return replace(self, columns=columns)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents, and failures in place of bad rows."""
        encoding = _encoding(raw)
        with closing(raw.open()) as stream:
            lines = _Lines(io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=""))
            try:
                yield from _rows(lines, raw.where, self.columns)
            except csv.Error as error:
                raise InputError(
                    f"is no CSV from here on ({error}); what stands before was read",
                    where=f"{raw.where}:{lines.number}",
                ) from error


def _rows(lines: _Lines, where: str, wanted: Mapping[str, str]) -> Iterator[Document | Failure]:
    head = lines.peek()
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(_limits.LIMITS.line)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = next(reader, [])
    columns = find_columns(header, where, wanted)
    for row in reader:
        if len(row) > len(header):
            reason = (
                f"has {len(row)} cells, the header {len(header)}; put quotes around a text with {delimiter!r} in it"
            )
            yield Failure(where=f"{where}:{reader.line_num}", stage="sources", reason=reason)
        elif any(cell.strip() for cell in row):
            values = {name: row[place] for name, place in columns.items() if place < len(row)}
            yield document_of_row(values, f"{where}:{reader.line_num}")


def _encoding(raw: Raw) -> str:
    """Return the encoding of a table: UTF-8 unless its beginning is something else."""
    head = head_of(raw, _HEAD)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return encoding
    foreign = head.decode("utf-8", "replace").count("\ufffd")
    return "cp1252" if foreign > 1 or (foreign and len(head) < _HEAD) else "utf-8-sig"


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
        most = _limits.LIMITS.line
        line = self._read(most + 1)
        self.number += 1
        if len(line) > most:
            raise InputError(f"line {self.number} is longer than {most // 2**20} Mi characters; is this a table?")
        return line
