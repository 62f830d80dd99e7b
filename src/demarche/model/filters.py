"""What the words and the days of a filter mean, the same wherever moves are kept."""

from __future__ import annotations

import re
from datetime import date

from demarche.errors import InputError

__all__ = ["check_date", "search_terms"]

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


def check_date(day: str) -> str:
    """Return a day, month or year in ISO form as it is; raises InputError if there is none such.

    Examples
    --------
    >>> check_date("1962-10")
    '1962-10'
    """
    try:
        date.fromisoformat((day + "-01-01")[:10] if len(day) < 8 else day)
    except ValueError:
        day = ""
    if not _DATE.match(day):
        raise InputError("that is no date; give 1962, 1962-10 or 1962-10-22")
    return day


def search_terms(words: str) -> list[str]:
    """Return the words and quoted phrases of a query; punctuation in it has no meaning but for double quotes.

    Raises
    ------
    InputError
        If there is no word in it.

    Examples
    --------
    >>> search_terms('"grain deal" Odesa, port!')
    ['grain deal', 'Odesa', 'port']
    """
    words = re.sub("['\u2019]s\\b", "", words)
    terms = [" ".join(re.findall(r"\w+", quoted or plain)) for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', words)]
    terms = [term for term in terms if term]
    if not terms:
        raise InputError(f"there is no word to search for in {words!r}")
    return terms
