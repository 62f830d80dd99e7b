"""What an address asks of a list: which page, and the filter as somebody typed it."""

from __future__ import annotations

from starlette.datastructures import QueryParams

from demarche.model import MoveFilter
from demarche.web._filters import FILTERS

__all__ = ["MOST_PAGES", "page_number", "typed_filter"]

MOST_PAGES = 200
"""Pages that a list has; who looks for more takes a filter."""


def page_number(query: QueryParams, *, most: int = MOST_PAGES) -> int:
    """Return the page that an address asks for, the first one where that is none, `most` at most.

    Examples
    --------
    >>> page_number(QueryParams("page=3")), page_number(QueryParams("page=-1")), page_number(QueryParams("page=1e9"))
    (3, 1, 1)
    """
    value = query.get("page", "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 1
    return max(1, min(number, most))


def typed_filter(query: QueryParams) -> MoveFilter:
    """Return the fields of a filter as they were typed, right or wrong, so that a form can show them again."""
    typed = {name: (query.get(name) or "")[:300] for name in FILTERS}
    return MoveFilter(**{name: value for name, value in typed.items() if value})  # type: ignore[arg-type]
