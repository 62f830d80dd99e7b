"""Moves as flat rows: CSV that a spreadsheet opens safely, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from demarche.errors import MissingExtra
from demarche.model import Mention, Move, Span, TimeSpan

__all__ = ["COLUMNS", "flatten_move", "safe_cell", "write_csv", "write_parquet"]

COLUMNS: dict[str, type] = {
    "id": str,
    "document": str,
    "published": str,
    "voice": str,
    "act": str,
    "event": str,
    "quad": int,
    "status": str,
    "issue": str,
    "date": str,
    "date_precision": str,
    "date_basis": str,
    "actors": str,
    "actor_ids": str,
    "recipients": str,
    "recipient_ids": str,
    "content": str,
    "condition": str,
    "deadline": str,
    "deadline_date": str,
    "when": str,
    "where": str,
    "source": str,
    "source_id": str,
    "trigger": str,
    "sentence": str,
    "sentence_start": int,
    "sentence_end": int,
    "trigger_start": int,
    "trigger_end": int,
    "confidence": float,
    "coder": str,
    "codebook": str,
}
"""Columns of a row and their types; unknown is None. The full record with all offsets is the JSON line."""

_BATCH = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNSEEN = " \u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
"""What a spreadsheet, or a person, may not see in front of a formula."""


_WORDS = ("actors", "recipients", "content", "condition", "deadline", "when", "where", "source", "trigger", "sentence")


def flatten_move(move: Move, *, text: bool = True) -> dict[str, Any]:
    """Return the row of a move: words in place of spans, several parties joined by "; ", lone surrogates as U+FFFD.

    With `text` false the columns with words of the document are None.
    """
    row: dict[str, Any] = {name: _cell(getattr(move, name)) for name in COLUMNS if hasattr(move, name)}
    row |= {
        "actor_ids": _ids(move.actors),
        "recipient_ids": _ids(move.recipients),
        "source_id": _ids((move.source,) if move.source else ()),
        "deadline_date": move.deadline and move.deadline.date,
        "sentence_start": move.sentence.start,
        "sentence_end": move.sentence.end,
        "trigger_start": move.trigger.start,
        "trigger_end": move.trigger.end,
        "confidence": move.confidence,
    }
    return {name: _whole(row[name]) if text or name not in _WORDS else None for name in COLUMNS}


def _ids(mentions: tuple[Mention, ...]) -> str | None:
    """Return the ids with their sectors ("SUN GOV"), in the order of the mentions; "?" for one that is not resolved."""
    known = (" ".join(filter(None, (mention.id or "?", mention.sector))) for mention in mentions)
    return "; ".join(known) or None


def _whole(value: Any) -> Any:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return "; ".join(mention.span.text for mention in value) or None
    if isinstance(value, Mention | TimeSpan):
        return value.span.text
    if isinstance(value, Span):
        return value.text
    return value if value is None or isinstance(value, int | float) else str(value)


def write_csv(moves: Iterable[Move], *, text: bool = True) -> Iterator[str]:
    r"""Yield a header and one CSV line a move (RFC 4180, ``\r\n``); None is an empty cell.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front; the exact words are in the JSON lines.
    """
    yield _line(COLUMNS)
    for move in moves:
        yield _line(safe_cell(value) for value in flatten_move(move, text=text).values())


def _line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def safe_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front."""
    return "'" + value if isinstance(value, str) and value.lstrip(_UNSEEN).startswith(_FORMULA) else value


def write_parquet(moves: Iterable[Move], file: BinaryIO, *, text: bool = True) -> None:
    """Write the rows as Parquet to an open binary file, a batch at a time.

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
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    rows = (flatten_move(move, text=text) for move in moves)
    with parquet.ParquetWriter(file, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
