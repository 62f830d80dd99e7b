"""The rows of any finding, flat for tables of other programs, whole for JSON; and its notes for people."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import IO, Any

from rich.text import Text

from demarche.errors import MissingExtra
from demarche.model import Finding
from demarche.present._marks import show_line
from demarche.present.rows import safe_cell

__all__ = ["flatten_row", "render_notes", "row_record", "write_rows_csv", "write_rows_jsonl", "write_rows_parquet"]


def render_notes(finding: Finding) -> Text:
    """Return what a finding rests on and does not show, as lines."""
    lines = [f"Rests on {finding.moves} moves, copies of a report counted once."]
    if finding.left_out:
        lines.append("Left out: " + "; ".join(f"{one.moves} ({one.reason})" for one in finding.left_out) + ".")
    lines += finding.notes
    return Text("\n".join(show_line(line) for line in lines), style="dim")


def row_record(row: Any) -> dict[str, Any]:
    """Return a row as its JSON object; dates are ISO text."""
    made: dict[str, Any] = _plain(dataclasses.asdict(row))
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _key(name: Any) -> str:
    return name if isinstance(name, str) else str(_plain(name))


def flatten_row(row: Any) -> dict[str, Any]:
    """Return a row with plain cells: lists joined by "; ", an interval as NAME_low and NAME_high, what is inside as NAME_PART."""
    cells: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        cells |= _cells(field.name, getattr(row, field.name))
    return cells


def _cells(name: str, value: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        made: dict[str, Any] = {}
        for field in dataclasses.fields(value):
            made |= _cells(f"{name}_{field.name}", getattr(value, field.name))
        return made
    if isinstance(value, list | tuple | set | frozenset):
        return {name: "; ".join(_words(item) for item in value) or None}
    if isinstance(value, Mapping):
        return {name: json.dumps(_plain(value), ensure_ascii=False)}
    return {name: value.isoformat() if isinstance(value, date) else value}


def _words(value: Any) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return json.dumps(row_record(value), ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


More = Callable[[Any], dict[str, Any]]


def _nothing(_: Any) -> dict[str, Any]:
    return {}


def write_rows_jsonl(rows: Iterable[Any], *, more: More = _nothing) -> Iterator[str]:
    """Yield a JSON line a row, all of it, and what `more` adds to it."""
    for row in rows:
        yield json.dumps(row_record(row) | more(row), ensure_ascii=False) + "\n"


def write_rows_csv(rows: Iterable[Any], *, more: More = _nothing) -> Iterator[str]:
    """Yield a header and a CSV line a row; no cell that a spreadsheet takes for a formula."""
    flat = [flatten_row(row) | more(row) for row in rows]
    names = _names(flat)
    for cells in ([names] if names else []) + [[safe_cell(row.get(name)) for name in names] for row in flat]:
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerow(cells)
        yield buffer.getvalue()


def write_rows_parquet(rows: Iterable[Any], file: IO[bytes], *, more: More = _nothing) -> None:
    """Write flat rows as Parquet; raises MissingExtra if pyarrow is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("Parquet", "parquet") from error
    flat = [flatten_row(row) | more(row) for row in rows]
    names = _names(flat)
    table = pyarrow.table({name: pyarrow.array([row.get(name) for row in flat]) for name in names})
    parquet.write_table(table, file)


def _names(flat: list[dict[str, Any]]) -> list[str]:
    """Return the columns of all rows: a part that is unknown in the first row may be there in another."""
    return list(dict.fromkeys(name for row in flat for name in row))
