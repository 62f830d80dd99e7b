"""A part of an input: what one worker reads when a large input is divided among many."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file, or a range of one that holds whole documents.

    Parameters
    ----------
    file
        Its path, as the user gave it.
    kind
        ``whole``; ``lines``: bytes of JSON lines; ``records``: bytes of a WARC file, from the first byte of a record on; ``rows`` of
        Parquet.
    start, stop
        The range, its end exclusive: rows count from 0 on, all others are bytes. Of a whole file 0 and its size.
    before
        Lines of the file that stand before the range.
    size
        Bytes, as they are in the file; of rows their share of it.
    sha256
        Hex digest of the bytes of the range; of rows of the row groups in which they stand.
    """

    file: str
    kind: str
    start: int
    stop: int
    before: int = 0
    size: int
    sha256: str
