"""Cells of tab-separated files that no value can break, whoever reads them: with quoting, without, or in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["join_cells", "list_cell", "text_cell", "whole"]

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Tab, what ends a line for some reader, and what is no character."""
_LONE = re.compile("[\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNSEEN = " \u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"


def whole(text: str) -> str:
    """Return a text that UTF-8 can hold, as long as it was: U+FFFD for each lone surrogate."""
    return _LONE.sub("\ufffd", text)


def text_cell(text: str | None) -> str:
    r"""Return words as a cell: one line without tabs, no quotation mark that a reader could take for the start of a quoted cell,
    and nothing that a spreadsheet could take for a formula; "" for None.

    Examples
    --------
    >>> text_cell('the "special\toperation"'), text_cell("=1+1")
    ("the 'special operation'", "'=1+1")
    """  # noqa: D205, D400
    if text is None:
        return ""
    plain = _BREAKS.sub(" ", whole(text)).replace('"', "'").strip()
    return "'" + plain if plain.lstrip(_UNSEEN).startswith(_FORMULA) else plain


def list_cell(values: Iterable[str | None]) -> str:
    """Return values joined by ";", in their places; "" if none is known. A semicolon within a value becomes a comma."""
    cells = [text_cell(value).replace(";", ",") for value in values]
    return ";".join(cells) if any(cells) else ""


def join_cells(cells: Iterable[Any]) -> str:
    """Return a line of cells; None is an empty one."""
    return "\t".join("" if cell is None else str(cell) for cell in cells) + "\n"
