"""Excel -> documents, one a row of each sheet, read as a stream."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, BinaryIO

from demarche.errors import InputError, MissingExtra
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._archives import open_zip
from demarche.sources._bytes import open_seekable
from demarche.sources._columns import document_of_row, find_columns

__all__ = ["ExcelAdapter"]

_ROWS = 2**20
"""Rows that a sheet can have: a file can number one a milliard, and all before it would be gone through."""
_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class ExcelAdapter:
    """The sheets of a workbook, with openpyxl: the values, never the formulas."""

    name: str = "excel"
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm")
    media_types: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)
    columns: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as a workbook does; other zip archives seldom begin with this part."""
        return head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head[:200] and b"xl/" in head

    def with_columns(self, columns: Mapping[str, str]) -> ExcelAdapter:
        """Return the adapter that takes the fields from these columns."""
        return replace(self, columns=columns)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents, and failures in place of rows without text."""
        try:
            import openpyxl
        except ImportError as error:
            raise MissingExtra("Excel", "excel") from error
        with open_seekable(raw) as stream:
            _check_size(stream)
            try:
                with _quiet():
                    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
                with closing(book):
                    yield from _sheets(book, raw.where, self.columns)
            except InputError:
                raise
            except Exception as error:  # a broken workbook raises whatever the parser comes to
                reason = (
                    f"is no whole workbook ({type(error).__name__}: {str(error)[:120]}); what stands before was read"
                )
                raise InputError(reason) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out the warnings of what a workbook has that is not read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    while True:
        with _quiet():
            row = next(rows, None)
        if row is None:
            return
        yield row


def _check_size(stream: BinaryIO) -> None:
    """Raise InputError if the parts of the workbook would become larger than memory can bear."""
    with open_zip(stream, kind="workbook") as parts:
        infos = parts.infolist()
    size, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    limits = _limits.LIMITS
    if len(infos) > _PARTS or size > min(limits.sheet, limits.inflated + limits.ratio * packed):
        raise InputError("the workbook unfolds beyond measure; save it as CSV")
    if any(info.flag_bits & 0x1 for info in infos):
        raise InputError("is encrypted; save it without its password first")
    stream.seek(0)


def _sheets(book: Any, where: str, wanted: Mapping[str, str]) -> Iterator[Document | Failure]:
    """Yield the documents of all sheets; one without the columns is a failure if no other has them."""
    missing: list[InputError] = []
    read = 0
    for sheet in book.worksheets:
        try:
            yield from _rows(sheet, f"{where}:{sheet.title}" if len(book.worksheets) > 1 else where, wanted)
            read += 1
        except _NoColumns as error:
            missing.append(error)
    if not read:
        raise missing[0] if missing else InputError("has no sheet with cells", where=where)


class _NoColumns(InputError):
    """A sheet that is no table of documents."""


def _rows(sheet: Any, where: str, wanted: Mapping[str, str]) -> Iterator[Document | Failure]:
    sheet.reset_dimensions()  # what a file says of its size need not be so
    rows = sheet.iter_rows(values_only=True)
    columns: dict[str, int] | None = None
    for number, row in enumerate(_quietly(rows), 1):
        if number > _ROWS:
            raise InputError(f"has more than {_ROWS} rows; what stands before was read", where=where)
        if not any(cell not in (None, "") for cell in row):
            continue
        if columns is None:
            try:
                columns = find_columns([_cell(cell) for cell in row], where, wanted)
            except InputError as error:
                raise _NoColumns(error.reason, where=where) from error
            continue
        values = {name: _cell(row[place]) for name, place in columns.items() if place < len(row)}
        yield document_of_row({name: value for name, value in values.items() if value}, f"{where}:{number}")
    if columns is None:
        raise _NoColumns("is empty; there is nothing to code", where=where)


def _cell(value: Any) -> str:
    """Return the words of a cell: a day as ISO 8601, a whole number without a point."""
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
