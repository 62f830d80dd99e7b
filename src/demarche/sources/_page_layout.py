"""Where the blocks of a page begin and end: tables that only say where things stand become blocks, and words in line stay in line.

Letters and old pages are laid out with tables: taken as data, a heading would be part of the sentence behind it.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from demarche.sources._page_boxes import short_text

__all__ = ["join_text", "unfold_tables"]

_ROWS = ("tr", "tbody", "thead", "tfoot", "caption")
_CELLS = ("td", "th")
_INNER = tuple(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr"
    " html legend li main nav ol option p pre section summary table ul".split()
)
_BLOCKS = frozenset((*_ROWS, *_CELLS, *_INNER, "button", "iframe", "select", "textarea"))
"""Elements at which a line ends."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SENTENCE = re.compile(r"(?:\S+\s+){4}\S.*[.!?…][\"'”’)\]]*$", re.DOTALL)
_LONG = 300
"""Code points of a cell from which it is a text and no datum."""
_LOOKED_AT = 2000
"""Cells of a table that are looked at, at most."""


def unfold_tables(tree: Any) -> None:
    """Make blocks of the tables of a page that hold no data, in place."""
    tables = [table for table in tree.iter("table") if not _is_data(table)]
    unfolded = set(tables)
    parts = [part for part in tree.iter(*_ROWS, *_CELLS) if next(part.iterancestors("table"), None) in unfolded]
    for part in parts:
        part.tag = "div" if part.tag in _ROWS or next(part.iterdescendants(*_INNER), None) is not None else "p"
    outer = [table for table in tables if next(table.iterancestors("table"), None) is None]
    for table in tables:
        table.tag = "div"
    body = tree.find("body")
    if body is not None and 2 * sum(map(_length, outer)) > _length(body) and not _has_article(tree):
        _wrap(body)


def _length(element: Any) -> int:
    return sum(len(piece.strip()) for piece in element.itertext())


def _has_article(tree: Any) -> bool:
    return next(tree.iter("article", "main"), None) is not None


def _wrap(body: Any) -> None:
    """Put what stands in a page into one article: without one, headings are taken for no part of the text."""
    from lxml.html import Element

    article = Element("article")
    article.text, body.text = body.text, None
    article.extend(list(body))
    body.append(article)


def _is_data(table: Any) -> bool:
    """Tell whether a table has something in rows and columns: if it does not say so, by what its cells hold."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    if next(table.iterdescendants("table", *_HEADINGS), None) is not None:
        return False
    if next(table.iterdescendants("th", "thead", "caption"), None) is not None:
        return True
    rows: dict[Any, list[str | None]] = {}
    for cell in islice(table.iterdescendants("td"), _LOOKED_AT):
        words = short_text(cell, most=_LONG)
        if words != "":
            rows.setdefault(cell.getparent(), []).append(words)
    return _are_data(list(rows.values()))


def _are_data(rows: list[list[str | None]]) -> bool:
    """Tell whether most rows have several cells, and most cells no sentences."""
    wide = [row for row in rows if len(row) > 1]
    if len(wide) < 2 or 2 * len(wide) < len(rows):
        return False
    cells = [words for row in wide for words in row]
    sentences = sum(words is None or _SENTENCE.match(words) is not None for words in cells)
    return 2 * sentences <= len(cells)


def join_text(tree: Any) -> str:
    """Return all words of a page, a line for each block; what is marked within a line stays in it."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        named = isinstance(element.tag, str)
        if event == "start" and named:
            pieces.append("\n" if element.tag in _BLOCKS or element.tag == "br" else "")
            pieces.append(_in_line(element.text, element))
        else:
            pieces.append("\n" if named and element.tag in _BLOCKS else "")
            pieces.append(_in_line(element.tail, element.getparent()))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _in_line(words: str | None, element: Any) -> str:
    """Return words with white space as it is shown: in ``pre`` alone a line that ends does so."""
    return (words or "") if element is not None and element.tag == "pre" else re.sub(r"\s", " ", words or "")
