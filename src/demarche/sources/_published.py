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
_DIGITS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:(?:,\s*|\s+)(\d{1,2}:\d\d(?::\d\d)?))?\Z", re.ASCII)
_LONGEST = 64


def parse_published(value: str) -> str:
    """Return an ISO 8601 date, date-time, month or year.

    Besides ISO dates, dates with the name of a month are read ("27 November 2025", "Thu, 27 Nov 2025 10:00:00 GMT"), and dates of
    digits that can be one day only: with dots the day comes first (3.4.2025 is in April), else one number is greater than 12
    (11/27/2025). 03/04/2025 is not read: nobody can tell whether that is March or April.

    Raises
    ------
    InputError
        If it is no date of the years 1 to 9999, or could be two.

    Examples
    --------
    >>> parse_published("Thu, 27 Nov 2025 10:00:00 GMT")
    '2025-11-27T10:00:00+00:00'
    >>> parse_published("13.11.2025")
    '2025-11-13'
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
    digits = _DIGITS.match(text)
    days = _days(*digits.groups()) if digits else set()
    if len(days) == 1:
        return days.pop()
    raise InputError(f"{value[:40]!r} is no day that can be told; give the publication as 2025-11-27, or leave it out")


def _days(first: str, mark: str, second: str, year: str, time: str | None) -> set[str]:
    """Return what a date of digits can mean: with dots the day comes first, else either does."""
    orders = ((first, second),) if mark == "." else ((first, second), (second, first))
    days = set()
    for day, month in orders:
        try:
            days.add(_iso(f"{year}-{int(month):02}-{int(day):02}", time))
        except ValueError:
            continue
    return days


def _iso(day: str, time: str | None) -> str:
    """Return a day and a time as they are written, the hour with two digits; raise ValueError if there is no such time."""
    hour, colon, rest = (time or "").partition(":")
    given = f"{day}T{hour.zfill(2)}:{rest}" if colon else day
    datetime.fromisoformat(given)
    return given


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
