"""Inputs in parts, so that many workers can share them: which files there are, where each may be cut, and the documents of a part.

JSON lines are cut between lines, Parquet between rows, WARC between records; all else, and what is packed, is read whole. The parts
of a file hold its documents exactly once, whatever their size.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

from demarche.errors import InputError
from demarche.model import Document, Failure, Part
from demarche.sources import _limits
from demarche.sources._files import from_folder, raw_file
from demarche.sources._lines import LinesAdapter
from demarche.sources._parquet import ParquetAdapter
from demarche.sources._reading import read_raw
from demarche.sources._warc import WarcRecord, read_records
from demarche.sources._warc_adapter import WarcAdapter, is_wanted
from demarche.sources.adapters import Adapter, choose_adapter, find_adapters

__all__ = ["digest_part", "find_files", "read_part", "split_file"]

_CHUNK = 2**20


def find_files(inputs: Iterable[str]) -> Iterator[str | Failure]:
    """Yield the files that paths, folders and patterns (``news/**/*.jsonl``) name, and failures for what is not read, in order.

    A file that is named twice is given once. Hidden files are left out, and links that lead out of a folder, or out of where a pattern
    begins, are failures.
    """
    seen: set[str] = set()
    for name in inputs:
        found = list(_files_of(name))
        if not found:
            reason = "no file is there; check the path, or the pattern"
            yield Failure(where=name, stage="sources", reason=reason)
        for file in found:
            if isinstance(file, Failure) or file not in seen:
                yield file
            if not isinstance(file, Failure):
                seen.add(file)


def _files_of(name: str) -> Iterator[str | Failure]:
    path = Path(name)
    try:
        # Whoever may put a file named ``*.jsonl`` into a folder must not hide the others.
        if "*" in name or (glob.has_magic(name) and not path.exists()):
            yield from _matching(path)
        elif path.is_dir():
            yield from _files_in(path)
        else:
            yield _file_at(path)
    except InputError as error:
        yield Failure(where=error.where or name, stage="sources", reason=error.reason)
    except (OSError, ValueError) as error:  # a path that no file can have is a ValueError
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}; check the path"
        yield Failure(where=name, stage="sources", reason=reason)


def _file_at(path: Path) -> str | Failure:
    if stat.S_ISREG(path.stat().st_mode):
        return str(path)
    return Failure(where=str(path), stage="sources", reason="is no file; what comes once cannot be shared, save it")


def _matching(pattern: Path) -> Iterator[str | Failure]:
    """Yield the files that a pattern fits, as :func:`from_folder` those of a folder: hidden ones only where it says so itself."""
    fixed = next(number for number, part in enumerate(pattern.parts) if glob.has_magic(part))
    base = Path(*pattern.parts[:fixed])
    inside = Path(os.path.realpath(base))
    hidden = any(part.startswith(".") for part in pattern.parts[fixed:])
    for path in sorted(base.glob("/".join(pattern.parts[fixed:]))):
        if path.is_dir() or (not hidden and any(part.startswith(".") for part in path.relative_to(base).parts)):
            continue
        if not Path(os.path.realpath(path)).is_relative_to(inside):
            reason = "is a link that leads out of the folder; name the file itself"
            yield Failure(where=str(path), stage="sources", reason=reason)
            continue
        try:
            yield _file_at(path)
        except OSError as error:  # a link to nothing, or a file that is gone
            reason = f"cannot be read: {error.strerror or error}; check the path"
            yield Failure(where=str(path), stage="sources", reason=reason)


def _files_in(folder: Path) -> Iterator[str | Failure]:
    for raw in from_folder(folder):
        if raw.size is None:  # refused, or gone meanwhile
            yield from (item for item in read_raw(raw) if isinstance(item, Failure))
        else:
            yield raw.where


def split_file(file: str, *, size: int) -> list[Part]:
    """Return the parts of a file, in order, each of about `size` bytes where the format can be cut.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    path = Path(file)
    whole = Part(file=file, kind="whole", start=0, stop=path.stat().st_size, size=path.stat().st_size, sha256="")
    if whole.size > size:
        cut = _CUTS.get(type(choose_adapter(raw_file(path))))
        try:
            parts = list(cut(whole, size)) if cut else []
        except Exception as error:  # a file that is damaged or lies is read whole, which says what is wrong with it
            if isinstance(error, OSError) and error.errno is not None:
                raise
            parts = []
        if len(parts) > 1:
            return parts
    return [replace(whole, sha256=digest_part(whole))]


def digest_part(part: Part) -> str:
    """Return the SHA-256 of the bytes of a part, in hexadecimal, as they are now.

    Raises
    ------
    OSError
        If they cannot be read.
    """
    with open(part.file, "rb") as stream:
        if part.kind == "whole":
            return hashlib.file_digest(stream, "sha256").hexdigest()
        if part.kind != "rows":
            return _digest_range(stream, part.start, part.stop)
        metadata = _metadata_of(stream)
        return _digest_range(stream, *_bytes_of_rows(metadata, _row_ends(metadata), part.start, part.stop))


def _digest_range(stream: BinaryIO, start: int, stop: int) -> str:
    found = hashlib.sha256()
    stream.seek(start)
    while start < stop and (data := stream.read(min(_CHUNK, stop - start))):
        found.update(data)
        start += len(data)
    return found.hexdigest()


def read_part(part: Part, *, columns: Mapping[str, str] | None = None) -> Iterator[Document | Failure]:
    """Yield the documents of a part, or failures in their place, as :func:`~demarche.sources.read_raw` does for a whole file.

    Parameters
    ----------
    columns
        As of :func:`~demarche.sources.read_raw`.
    """
    adapters = find_adapters().working
    if part.kind != "whole":
        adapters = tuple(_limited(adapter, part) for adapter in adapters)
    yield from read_raw(raw_file(Path(part.file)), columns=columns, adapters=adapters)


def _limited(adapter: Adapter, part: Part) -> Adapter:
    """Return the adapter that reads no more than the part; one for another kind as it is."""
    if part.kind == "lines" and isinstance(adapter, LinesAdapter):
        return replace(adapter, part=(part.start, part.stop, part.before))
    if part.kind == "records" and isinstance(adapter, WarcAdapter):
        return replace(adapter, part=(part.start, part.stop))
    if part.kind == "rows" and isinstance(adapter, ParquetAdapter):
        return replace(adapter, rows=(part.start, part.stop))
    return adapter


def _cut_lines(whole: Part, size: int) -> Iterator[Part]:
    with open(whole.file, "rb") as stream:
        start = before = 0
        while start < whole.stop:
            stop, lines = _line_end(stream, start, start + size)
            if stop == start:  # it became shorter meanwhile
                return
            digest = _digest_range(stream, start, stop)
            part = replace(whole, kind="lines", start=start, stop=stop, before=before, size=stop - start, sha256=digest)
            yield part
            start, before = stop, before + lines


def _line_end(stream: BinaryIO, start: int, wanted: int) -> tuple[int, int]:
    """Return the end of the line that reaches `wanted`, or of the file, and how many lines end from `start` to there."""
    stream.seek(start)
    lines = 0
    while start < wanted:
        data = stream.read(min(_CHUNK, wanted - start))
        if not data:
            return start, lines
        start += len(data)
        lines += data.count(b"\n")
        ended = data.endswith(b"\n")
    while not ended and (data := stream.readline(_limits.LIMITS.line)):
        start += len(data)
        ended = data.endswith(b"\n")
        lines += ended
    return start, lines


def _cut_records(whole: Part, size: int) -> Iterator[Part]:
    with open(whole.file, "rb") as stream, open(whole.file, "rb") as again:
        start = last = 0
        for found in read_records(stream, wanted=is_wanted):
            apart = isinstance(found, WarcRecord) and found.offset > last and found.offset - start >= size
            if apart and _begins_at(again, found):
                yield _records(whole, again, start, found.offset)
                start = found.offset
            last = max(last, found.offset)
        yield _records(whole, again, start, whole.stop)


def _begins_at(stream: BinaryIO, record: Any) -> bool:
    """Return whether reading that begins at the offset of a record finds that record: it can share its gzip member with others."""
    return bool(next(read_records(stream, wanted=is_wanted, start=record.offset), None) == record)


def _records(whole: Part, stream: BinaryIO, start: int, stop: int) -> Part:
    digest = _digest_range(stream, start, stop)
    return replace(whole, kind="records", start=start, stop=stop, size=stop - start, sha256=digest)


def _cut_rows(whole: Part, size: int) -> Iterator[Part]:
    with open(whole.file, "rb") as stream:
        metadata = _metadata_of(stream)
        ends = _row_ends(metadata)
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        sizes = [(group.num_rows, group.total_byte_size) for group in groups]
        if not _are_credible(sizes, whole.size):
            return
        digest_of = cache(lambda start, stop: _digest_range(stream, start, stop))  # a large group has many parts
        each = whole.size / max(1, metadata.num_rows)
        for start, stop in _row_ranges(sizes, size):
            digest = digest_of(*_bytes_of_rows(metadata, ends, start, stop))
            part = replace(whole, kind="rows", start=start, stop=stop, size=round(each * (stop - start)), sha256=digest)
            yield part


def _are_credible(groups: list[tuple[int, int]], size: int) -> bool:
    """Return whether a file of `size` bytes can hold row groups of so many rows and bytes: one that lies could have parts without end."""
    most = _limits.LIMITS.inflated + _limits.LIMITS.ratio * size
    return all(rows >= 0 and weight >= 0 for rows, weight in groups) and sum(weight for _, weight in groups) <= most


def _row_ranges(groups: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows of about `size` bytes: a group that is larger is cut, smaller ones are put together."""
    start = stop = held = 0
    for rows, weight in groups:
        if held and held + weight > size:
            yield start, stop
            start, held = stop, 0
        stop, held = stop + rows, held + weight
        pieces = min(rows, -(-held // size))
        if pieces > 1:
            cuts = [start + (stop - start) * number // pieces for number in range(pieces + 1)]
            yield from zip(cuts[:-1], cuts[1:], strict=True)
            start, held = stop, 0
    if stop > start:
        yield start, stop


def _metadata_of(stream: BinaryIO) -> Any:
    from pyarrow import ArrowException, parquet

    try:
        return parquet.ParquetFile(stream).metadata
    except (ArrowException, ValueError) as error:
        raise OSError(f"is no Parquet file any more: {error}") from error


def _row_ends(metadata: Any) -> list[int]:
    """Return for each row group how many rows stand before its end."""
    return list(accumulate(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)))


def _bytes_of_rows(metadata: Any, ends: list[int], start: int, stop: int) -> tuple[int, int]:
    """Return the range of bytes of the row groups in which rows stand; `ends` is from :func:`_row_ends`."""
    groups = map(metadata.row_group, range(bisect_right(ends, start), min(bisect_left(ends, stop) + 1, len(ends))))
    spans = [_bytes_of_column(group.column(place)) for group in groups for place in range(group.num_columns)]
    return min((first for first, _ in spans), default=0), max((end for _, end in spans), default=0)


def _bytes_of_column(column: Any) -> tuple[int, int]:
    first = column.data_page_offset
    if column.has_dictionary_page and column.dictionary_page_offset:
        first = min(first, column.dictionary_page_offset)
    return first, first + column.total_compressed_size


_CUTS: dict[type, Callable[[Part, int], Iterator[Part]]] = {
    LinesAdapter: _cut_lines,
    WarcAdapter: _cut_records,
    ParquetAdapter: _cut_rows,
}
