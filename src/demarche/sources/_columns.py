"""Which column of a table, or key of a record, holds which field of a document; and a row -> document."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from demarche.errors import InputError
from demarche.model import Document, Failure
from demarche.sources._text import document_from_text

__all__ = ["document_of_row", "find_columns", "parse_columns"]

_NAMES = {
    "text": ("text", "body", "content", "full_text", "article"),
    "id": ("id", "document", "doc_id", "document_id"),
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "pub_date", "published_at"),
    "publisher": ("publisher", "source", "outlet"),
    "url": ("url", "link"),
}
"""The headers that each field of a document may have; case and spaces do not matter."""
_SHOWN = 12


def parse_columns(values: Iterable[str]) -> dict[str, str]:
    """Return the column of each field, as ``text=body,title=headline`` says it; a name with a comma is put in quotes.

    Raises
    ------
    InputError
        If it names no field of a document, or one twice.

    Examples
    --------
    >>> parse_columns(['text=body,"title=Headline, long"'])
    {'text': 'body', 'title': 'Headline, long'}
    """
    columns: dict[str, str] = {}
    for part in (part for row in csv.reader(values, skipinitialspace=True) for part in row):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or name not in _NAMES or not column:
            raise InputError(f"{part[:60]!r} is no FIELD=COLUMN; the fields are: {', '.join(_NAMES)}")
        if name in columns:
            raise InputError(f"the field {name!r} is given two columns; give it one")
        columns[name] = column
    return columns


def find_columns(header: Sequence[str], where: str, wanted: Mapping[str, str]) -> dict[str, int]:
    """Return field -> number of its column: as `wanted`, else by the names that are usual.

    Raises
    ------
    InputError
        If a column that is wanted is not there, or none has the texts.
    """
    plain = [_plain(name) for name in header]
    asked = {field: _place(column, header, plain, where) for field, column in wanted.items()}
    found = {
        field: next(plain.index(name) for name in names if name in plain)
        for field, names in _NAMES.items()
        if field not in asked and any(name in plain for name in names)
    }
    taken = set(asked.values())
    columns = asked | {field: place for field, place in found.items() if place not in taken}
    if "text" not in columns:
        raise InputError(
            f'has no column "text"; its columns are: {_listed(header)}. Name the one with the texts "text", '
            f"or say which it is with --columns text=NAME",
            where=where,
        )
    return columns


def _place(column: str, header: Sequence[str], plain: list[str], where: str) -> int:
    if column in header:
        return header.index(column)
    if _plain(column) in plain:
        return plain.index(_plain(column))
    raise InputError(f'has no column "{column[:40]}"; its columns are: {_listed(header)}', where=where)


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _listed(header: Sequence[str]) -> str:
    more = f" and {len(header) - _SHOWN} more" if len(header) > _SHOWN else ""
    return (", ".join(name[:40] for name in header[:_SHOWN]) or "none") + more


def document_of_row(values: Mapping[str, str], where: str) -> Document | Failure:
    """Return the document of a row; its raw bytes are its cells by field, as a JSON object."""
    if "text" not in values:
        return Failure(
            where=where, stage="sources", reason="has no text in this row; give it one, or leave the row out"
        )
    raw = json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    about: dict[str, Any] = {name: value.strip() for name, value in values.items() if name != "text" and value.strip()}
    try:
        return document_from_text(values["text"], raw=raw, steps=("row:1", "json:text"), **about)
    except InputError as error:
        return Failure(where=where, stage="sources", reason=error.reason)
