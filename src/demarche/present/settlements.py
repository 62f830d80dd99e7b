"""Who words mean, as a CSV file that one ledger writes and another takes in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from demarche.errors import InputError
from demarche.present.rows import safe_cell

__all__ = ["read_settlements", "write_settlements"]

_COLUMNS = ("words", "id", "sector", "name", "everywhere")


def write_settlements(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a header and one CSV line for each of what :meth:`Ledger.settlements <demarche.ledger.Ledger.settlements>` gives.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front; :func:`read_settlements` takes it away again.
    """
    yield _line(_COLUMNS)
    for row in rows:
        yield _line([*(safe_cell(row[name]) for name in _COLUMNS[:-1]), "yes" if row["everywhere"] else "no"])


def _line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def read_settlements(data: bytes, *, where: str) -> list[dict[str, Any]]:
    """Return the rows of such a file, as :meth:`Ledger.settle_all <demarche.ledger.Ledger.settle_all>` takes them.

    Raises
    ------
    InputError
        If it has other columns, or is no CSV file in UTF-8.
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise InputError(f"has the columns {reader.fieldnames}; it needs {', '.join(_COLUMNS)}", where=where)
        return [_settlement(row) for row in reader if row["words"]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"is no CSV file in UTF-8 ({error})", where=where) from error


def _settlement(row: dict[str, str]) -> dict[str, Any]:
    return {**{name: _bare(row[name] or "") for name in _COLUMNS[:-1]}, "everywhere": row["everywhere"] == "yes"}


def _bare(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from taking it for a formula; other apostrophes stay."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell
