"""JSON lines -> documents, one a line."""

from __future__ import annotations

import json
import lzma
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from gzip import BadGzipFile
from typing import Any, BinaryIO
from zipfile import BadZipFile

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._text import document_from_text

__all__ = ["Keys", "LinesAdapter", "document_of"]

_FIELDS = ("title", "published", "publisher", "url")
_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[ \t]*\"")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class LinesAdapter:
    """One JSON object a line, with a string ``text`` and what is known of it.

    Parameters
    ----------
    part
        Of a file that is no member of an archive only the lines in these bytes, and how many lines stand before; None for all.
    """

    name: str = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    media_types: tuple[str, ...] = ("application/jsonl", "application/x-ndjson", "application/x-jsonlines")
    columns: Mapping[str, str] = field(default_factory=dict)
    part: tuple[int, int, int] | None = None

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins with a JSON object."""
        return _OBJECT.match(head) is not None

    def with_columns(self, columns: Mapping[str, str]) -> LinesAdapter:
        """Return the adapter that takes the fields from these keys."""
        return replace(self, columns=columns)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents, and failures in place of bad lines."""
        keys = Keys(self.columns)
        part, number = self.part if raw.depth == 0 else None, 0
        with closing(raw.open()) as stream:
            for number, line in _numbered(stream, raw.where, part):
                where = f"{raw.where}:{number}"
                if len(line) > _limits.LIMITS.line:
                    _skip_line(line, stream)
                    reason = f"the line is longer than {_limits.LIMITS.line // 2**20} MiB; split the document"
                    yield Failure(where=where, stage="sources", reason=reason)
                elif line.strip():
                    yield _read_record(line, where, keys)
        if part is None:
            yield from keys.never_there(raw.where)
        elif (
            part[0] == 0
        ):  # what is in none of so many lines is in none at all, most likely: said once, not for each part
            yield from keys.never_there(raw.where, f"none of the first {number} lines")


def _numbered(stream: BinaryIO, where: str, part: tuple[int, int, int] | None) -> Iterator[tuple[int, bytes]]:
    start, stop, number = part or (0, None, 0)
    try:
        if part:
            stream.seek(start)
        while (stop is None or stream.tell() < stop) and (line := stream.readline(_limits.LIMITS.line + 1)):
            number += 1
            yield number, line
    except (EOFError, zlib.error, lzma.LZMAError, BadGzipFile, BadZipFile) as error:
        reason = f"the packed data are damaged ({error}); what stands before was read"
        raise InputError(reason, where=f"{where}:{number + 1}") from error
    if number == 0:
        raise InputError("is empty; there is nothing to code", where=where)


def _skip_line(line: bytes, lines: BinaryIO) -> None:
    while line and not line.endswith(b"\n"):
        line = lines.readline(_limits.LIMITS.line)


class Keys:
    """Which key holds which field; and whether those that the user named were ever there."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._of = {name: columns.get(name, name) for name in ("text", "id", *_FIELDS)}
        self._named = set(columns.values())
        self._seen: list[str] = []

    def __getitem__(self, name: str) -> str:
        return self._of[name]

    def see(self, record: Mapping[str, Any]) -> None:
        """Note which keys a record has."""
        self._named -= record.keys()
        if not self._seen:
            self._seen = list(record)[:_SHOWN]

    def never_there(self, where: str, which: str = "no line") -> Iterator[Failure]:
        """Yield a failure where a key that the user named is in no line; `which` says of how many."""
        if self._named and self._seen:
            reason = f"{which} has {_listed(sorted(self._named))}; the first has: {_listed(self._seen)}"
            yield Failure(where=where, stage="sources", reason=reason)


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names)


def _read_record(line: bytes, where: str, keys: Keys) -> Document | Failure:
    try:
        record = json.loads(line.decode("utf-8-sig"))
        if isinstance(record, dict):
            keys.see(record)
        return document_of(record, line, keys)
    except InputError as error:
        return Failure(where=where, stage="sources", reason=error.reason)
    except (ValueError, RecursionError) as error:
        reason = f"is no JSON ({error}); give one JSON object a line, in UTF-8"
        return Failure(where=where, stage="sources", reason=reason)


def document_of(record: Any, line: bytes, keys: Keys) -> Document:
    """Return the document of a record, whose bytes are `line`; raises InputError if it has no text."""
    text = keys["text"]
    if not isinstance(record, dict) or not isinstance(record.get(text), str):
        there = f" (there is: {_listed(list(record)[:_SHOWN])})" if isinstance(record, dict) and text != "text" else ""
        raise InputError(
            f'is no JSON object with a string "{text}"{there}; give {{"id": ..., "{text}": ...}} on each line'
        )
    about = {name: record[keys[name]] for name in _FIELDS if isinstance(record.get(keys[name]), str)}
    given = record.get(keys["id"])
    return document_from_text(
        record[text],
        id=None if given in (None, "") else str(given),
        raw=line,
        steps=(f"json:{text}",),
        **about,
    )
