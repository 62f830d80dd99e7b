"""What one input may cost: every bound that a source is held to, in one place."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of an input: a file, a stream or an answer with all that is packed in it.

    Parameters
    ----------
    document
        Bytes of a text, a page, a letter or a PDF file, which are read whole.
    line
        Bytes of a line of JSON; characters of a line or a cell of a table.
    group
        Bytes of a row group of Parquet, as it says of itself.
    sheet
        Bytes of the parts of an Excel file, unpacked.
    ratio, inflated
        What is unpacked of an input, on all levels together, may be `inflated` bytes, and beyond that `ratio` times its size:
        text seldom becomes more than 20 times as large, a bomb a thousand times.
    copy
        Bytes of the copy that is made of what comes once, or of a member that has to be read from its beginning again.
    members
        Members of all archives of an input.
    directory
        Bytes of the list of members of a zip archive, which is read whole.
    depth
        Archives in archives.
    pages
        Of a PDF file.
    seconds
        For one document: what takes longer to read is given up.
    """

    document: int = 64 * 2**20
    line: int = 16 * 2**20
    group: int = 2**30
    sheet: int = 512 * 2**20
    ratio: int = 200
    inflated: int = 64 * 2**20
    copy: int = 4 * 2**30
    members: int = 1_000_000
    directory: int = 32 * 2**20
    depth: int = 3
    pages: int = 5000
    seconds: float = 60.0


LIMITS = Limits()
"""Those in force. Read at the time of use (``_limits.LIMITS.line``), never copied."""
