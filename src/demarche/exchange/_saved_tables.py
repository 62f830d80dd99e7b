"""What spreadsheets do to a table that is saved from them: another separator, another encoding, dates as people write them."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from demarche.errors import InputError

__all__ = ["decode_table", "find_separator", "iso_day", "narrowed", "plain_dates"]

_SEPARATORS = ";,\t"
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?\Z", re.ASCII)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00)?\Z", re.ASCII)
_ISO = re.compile(r"[\d-]{1,10}\Z", re.ASCII)


def decode_table(content: bytes, *, where: str) -> tuple[str, bool]:
    """Return the text of a table, and whether it was saved in Windows-1252, which lacks most characters of the world.

    Raises
    ------
    InputError
        If it is neither Unicode nor that.
    """
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # "Unicode text" of Excel
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), encoding == "cp1252"
        except UnicodeDecodeError:
            continue
    raise InputError("is not UTF-8, as event lists of DNA are; save it as UTF-8", where=where)


def find_separator(text: str, needed: Sequence[str]) -> str:
    r"""Return the separator with which the first line has the columns that are needed, a semicolon if none has.

    Examples
    --------
    >>> find_separator("a\tb,c\n1\t2", ["a"])
    '\t'
    """
    header = re.match(r"[^\r\n]*", text)
    line = header.group()[:100_000] if header else ""
    for separator in _SEPARATORS:
        names = {name.strip().lower() for name in next(csv.reader([line], delimiter=separator), [])}
        if names.issuperset(needed):
            return separator
    return ";"


def plain_dates(cells: Sequence[str]) -> list[str | None]:
    """Return the cells of a column of dates, days as DD.MM.YYYY where a spreadsheet wrote them so; None for what cannot be read for sure.

    What is no such day is as it was. 10/11/1962 is read only if another cell of the column tells which is the day.

    Examples
    --------
    >>> plain_dates(["1962-10", "22.10.1962", "10/11/1962", "Oct 62"])
    ['1962-10', '22.10.1962', None, None]
    >>> plain_dates(["10/11/1962", "10/22/1962"])
    ['11.10.1962', '22.10.1962']
    """
    found = [_DAY.match(cell) for cell in cells]
    numbers = [(int(one[1]), int(one[3])) for one in found if one and one[2] != "."]
    orders = {order for order, place in (("day", 0), ("month", 1)) if any(pair[place] > 12 for pair in numbers)}
    order = orders.pop() if len(orders) == 1 else None
    return [_dotted(one, order) if one else _other(cell) for cell, one in zip(cells, found, strict=True)]


def _dotted(found: re.Match[str], order: str | None) -> str | None:
    first, second = int(found[1]), int(found[3])
    if found[2] == "." or first > 12 or first == second:
        order = "day"
    elif second > 12:
        order = "month"
    if order is None:
        return None
    day, month = (first, second) if order == "day" else (second, first)
    return f"{day:02}.{month:02}.{found[4]}"


def _other(cell: str) -> str | None:
    stamp = _STAMP.match(cell)
    is_typed = _ISO.match(cell) or not any(
        map(str.isdigit, cell)
    )  # by a person: no spreadsheet writes a date without digits
    return stamp[1] if stamp else cell if is_typed else None


def iso_day(cell: str) -> str | None:
    """Return the day of a cell such as 22.10.1962 in ISO 8601, None if it is no such cell.

    Examples
    --------
    >>> iso_day("22.10.1962"), iso_day("1962-10")
    ('1962-10-22', None)
    """
    found = _DAY.match(cell)
    return f"{found[4]}-{int(found[3]):02}-{int(found[1]):02}" if found and found[2] == "." else None


def narrowed(text: str) -> set[str]:
    """Return what may be left of a text in Windows-1252: characters that it lacks become ``?`` or the letter without its marks.

    Examples
    --------
    >>> narrowed("plain"), narrowed("Erdo\u011fan") == {"Erdo?an", "Erdogan"}
    (set(), True)
    """
    if all(map(_is_narrow, text)):
        return set()
    return {
        "".join(map(one, text))
        for one in (_marked, _marked_twice, lambda character: _bare(character) or _marked_twice(character))
    }


@lru_cache(maxsize=4096)
def _is_narrow(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _marked(character: str) -> str:
    return character if _is_narrow(character) else "?"


def _marked_twice(character: str) -> str:
    return character if _is_narrow(character) else "??" if character > "\uffff" else "?"


@lru_cache(maxsize=4096)
def _bare(character: str) -> str | None:
    """Return a letter without its marks, None if nothing is left that the encoding has."""
    if _is_narrow(character):
        return character
    letter = unicodedata.normalize("NFKD", character)[:1]
    return letter if letter != character and _is_narrow(letter) else None
