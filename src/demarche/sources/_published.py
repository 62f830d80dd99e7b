"""The day on which a text was published, as sources write it -> ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime

from demarche.errors import InputError

__all__ = ["parse_published"]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?\Z")
_LETTERS = re.compile(r"[A-Za-z]{3,}")


def parse_published(value: str) -> str:
    """Return an ISO 8601 date, date-time, month or year.

    Besides ISO dates, dates with the name of a month are read ("27 November 2025", "Thu, 27 Nov 2025 10:00:00 GMT"); dates of
    digits alone, such as 03/04/2025, are not: nobody can tell whether that is March or April.

    Raises
    ------
    InputError
        If it is no date of the years 1 to 9999, or could be two.

    Examples
    --------
    >>> parse_published("Thu, 27 Nov 2025 10:00:00 GMT")
    '2025-11-27T10:00:00+00:00'
    """
    text = value.strip()
    partial = _PARTIAL.match(text)
    if partial and partial[1] != "0000" and 1 <= int(partial[2] or 1) <= 12:
        return text
    try:
        datetime.fromisoformat(text)
        return text
    except ValueError:
        pass
    if _LETTERS.search(text) and not text[:1].isalpha() or re.match(r"[A-Za-z]{3,9}\b", text):
        from dateutil import parser

        try:
            # Two defaults that differ in everything: what they do not agree on, the text does not say.
            first, second = (
                parser.parse(text, default=default) for default in (datetime(2000, 1, 1), datetime(2003, 2, 2))
            )
        except (ValueError, OverflowError):
            first, second = datetime(1, 1, 1), datetime(2, 2, 2)
        if first == second:
            return first.isoformat() if first.time() != datetime.min.time() else first.date().isoformat()
    raise InputError(f"{value[:40]!r} is no day that can be told; give the publication as 2025-11-27, or leave it out")
