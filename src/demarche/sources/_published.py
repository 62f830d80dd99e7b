"""The day on which a text was published, as sources write it -> ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime

from demarche.errors import InputError

__all__ = ["parse_published"]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?\Z", re.ASCII)
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.{0,30})?\Z", re.ASCII)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NAMED = re.compile(
    rf"(?:[a-z]{{3,9}}\.?,?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})[a-z]{{0,6}}|(?:{_MONTHS})[a-z]{{0,6}}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)"
    r"\.?,?\s+\d{4}\b",
    re.ASCII | re.IGNORECASE,
)
_LONGEST = 64


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
    if len(text) <= _LONGEST and _WHOLE.match(text):
        try:
            datetime.fromisoformat(text)
            return text
        except ValueError:
            pass
    if len(text) <= _LONGEST and _NAMED.match(text):
        found = _parse_named(text)
        if found:
            return found
    raise InputError(f"{value[:40]!r} is no day that can be told; give the publication as 2025-11-27, or leave it out")


def _parse_named(text: str) -> str | None:
    """Return a date with the name of a month, None where it is none or contradicts its weekday."""
    from dateutil import parser

    try:
        # Two defaults that differ in everything: what they do not agree on, the text does not say. A zone known by letters
        # alone is left out: the day is what is needed.
        first, second = (
            parser.parse(text, default=default, tzinfos=lambda name, offset: offset)
            for default in (datetime(2000, 1, 1), datetime(2003, 2, 2))
        )
    except (ValueError, OverflowError):
        return None
    weekday = text[:3].lower()
    if first != second or (weekday in _WEEKDAYS and _WEEKDAYS.index(weekday) != first.weekday()):
        return None
    return first.isoformat() if first.time() != datetime.min.time() else first.date().isoformat()


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
