"""Files and standard input -> documents, streamed; what cannot be read becomes a failure and the run goes on."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from demarche.errors import InputError
from demarche.model import Document, Failure
from demarche.sources._html import document_from_html, looks_like_html
from demarche.sources._tables import read_csv, read_parquet
from demarche.sources._text import decode_bytes, document_from_text

__all__ = ["read_sources"]

_LARGEST = 64 * 2**20
"""Bytes of a text or HTML file at most."""
_LONGEST_LINE = 16 * 2**20
"""Bytes of a JSON line at most."""
_INFLATED = 200
"""Bytes that one byte of gzip may become: text seldom becomes more than 20, a bomb a thousand."""
_FIELDS = ("title", "published", "publisher", "url")

Item = Document | Failure


def read_sources(paths: Iterable[str], *, stdin: BinaryIO | None = None) -> Iterator[Item]:
    """Yield the documents of files, or failures in their place, in order; one is held at a time.

    Parameters
    ----------
    paths
        Text, Markdown (``.md``), HTML (``.html``, ``.htm``), JSON lines (``.jsonl``, ``.ndjson``, also with ``.gz``), tables
        (``.csv``, ``.tsv``, ``.parquet``) with the fields id, title, published, publisher, url, text, and folders of them.
        ``-`` is standard input, whose format is recognised.
    stdin
        Standard input; that of the process by default.
    """
    for path in paths:
        try:
            yield from _read_stdin(stdin or sys.stdin.buffer) if path == "-" else _read_file(Path(path))
        except InputError as error:
            yield Failure(where=error.where or path, stage="sources", reason=error.reason)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}; check the path"
            yield Failure(where=path, stage="sources", reason=reason)


def _read_file(path: Path) -> Iterator[Item]:
    if path.is_dir():
        yield from _read_folder(path)
        return
    names = [suffix.lower() for suffix in path.suffixes]
    if names[-2:] in ([".jsonl", ".gz"], [".ndjson", ".gz"]):
        with gzip.open(path, "rb") as lines:
            yield from _read_lines(lines, str(path), most=_LARGEST + _INFLATED * path.stat().st_size)
    elif names[-1:] in ([".jsonl"], [".ndjson"]):
        with open(path, "rb") as lines:
            yield from _read_lines(lines, str(path))
    elif names[-1:] in ([".csv"], [".tsv"]):
        yield from read_csv(path)
    elif names[-1:] == [".parquet"]:
        yield from read_parquet(path)
    else:
        with open(path, "rb") as file:
            yield _read_whole(file.read(_LARGEST + 1), str(path), html=names[-1:] in ([".html"], [".htm"]))


def _read_folder(folder: Path) -> Iterator[Item]:
    """Yield the documents of all files of a folder and the folders in it, hidden ones left out, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if not _is_hidden(path.relative_to(folder)) and path.is_file())
    if not paths:
        raise InputError("is a folder without files; there is nothing to read", where=str(folder))
    yield from read_sources(map(str, paths))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read_stdin(stream: BinaryIO) -> Iterator[Item]:
    head = stream.readline(_LONGEST_LINE + 1)
    while head and not head.strip():
        head = stream.readline(_LONGEST_LINE + 1)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        yield from _read_lines(_Joined(head, stream), "<stdin>")
    else:
        yield _read_whole(head + stream.read(_LARGEST + 1), "<stdin>", html=False)


class _Joined(io.RawIOBase):
    """A stream whose first line was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readline(self, size: int | None = -1, /) -> bytes:
        head, self._head = self._head, b""
        return head or self._rest.readline(-1 if size is None else size)


def _read_whole(raw: bytes, where: str, *, html: bool) -> Item:
    try:
        if len(raw) > _LARGEST:
            raise InputError(f"is larger than {_LARGEST // 2**20} MiB; split it, or give its documents as JSON lines")
        text = decode_bytes(raw)
        if html or looks_like_html(text):
            return document_from_html(text, raw=raw)
        return document_from_text(text, raw=raw)
    except InputError as error:
        raise InputError(error.reason, where=where) from error


def _read_lines(lines: Any, where: str, *, most: float = math.inf) -> Iterator[Item]:
    number = size = 0
    try:
        while line := lines.readline(_LONGEST_LINE + 1):
            number += 1
            size += len(line)
            if size > most:
                raise InputError("the gzip data grow beyond measure; unpack the file and look at it", where=where)
            if len(line) > _LONGEST_LINE:
                _skip_line(line, lines)
                reason = f"the line is longer than {_LONGEST_LINE // 2**20} MiB; split the document"
                yield Failure(where=f"{where}:{number}", stage="sources", reason=reason)
            elif line.strip():
                yield _read_record(line, f"{where}:{number}")
        if number == 0:
            raise InputError("is empty; there is nothing to code", where=where)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"the gzip data are damaged ({error}); what stands before was read", where=f"{where}:{number + 1}"
        ) from error


def _skip_line(line: bytes, lines: Any) -> None:
    while line and not line.endswith(b"\n"):
        line = lines.readline(_LONGEST_LINE)


def _read_record(line: bytes, where: str) -> Item:
    try:
        record = json.loads(line.decode("utf-8-sig"))
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise InputError('is no JSON object with a string "text"; give {"id": ..., "text": ...} on each line')
        about = {name: record[name] for name in _FIELDS if isinstance(record.get(name), str)}
        given = record.get("id")
        return document_from_text(record["text"], id=None if given in (None, "") else str(given), raw=line, **about)
    except InputError as error:
        return Failure(where=where, stage="sources", reason=error.reason)
    except (ValueError, RecursionError) as error:
        reason = f"is no JSON ({error}); give one JSON object a line, in UTF-8"
        return Failure(where=where, stage="sources", reason=reason)
