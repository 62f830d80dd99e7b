"""Coded texts as a notebook shows them: the page of ``demarche code --format html`` in a frame of its own.

In a frame, because a notebook is one page: without it the styles and anchors of two results would meddle with each other, and with those
of the notebook. The frame may run no script and ask for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from io import StringIO

from rich.console import Console

from demarche.errors import InputError
from demarche.model import CodedDocument, Failure
from demarche.present import render_page, render_table, show_line

__all__ = ["Shown", "show"]

_LEAST, _MOST = 220, 640
"""Height of the frame in CSS pixels: a frame without scripts cannot ask how high its page is."""
_WIDTH = 100
"""Columns of the table."""
_LINE = 26
_LINE_WIDTH = 70
_CARD = 120
_TOP = 260
_FRAME = (
    '<iframe title="Moves in text" sandbox="" srcdoc="{page}" '
    'style="width: 100%; height: {height}px; border: 1px solid #8884; border-radius: 6px; resize: vertical"></iframe>'
)


class Shown:
    """Coded texts to look at: a notebook shows them as a page, anything else as a table.

    Parameters
    ----------
    items
        Coded documents, and failures where they stand.
    height
        Of the frame in CSS pixels; by default as much as the texts need, within bounds.
    """

    def __init__(self, items: tuple[CodedDocument | Failure, ...], *, height: int | None = None) -> None:
        self._items = items
        self._height = height

    def _repr_html_(self) -> str:
        page = "".join(render_page(self._items))
        return _FRAME.format(page=escape(page), height=self._height or _height(self._items))

    def __repr__(self) -> str:
        written = StringIO()
        console = Console(file=written, width=_WIDTH, color_system=None, markup=False, emoji=False, highlight=False)
        for item in self._items:
            if isinstance(item, Failure):
                console.print(show_line(f"not coded: {item.where}: {item.reason}"))
            else:
                console.print(render_table(item))
        return written.getvalue().rstrip()


def show(coded: CodedDocument | Failure | Iterable[CodedDocument | Failure], *, height: int | None = None) -> Shown:
    """Return coded texts as a notebook shows them: sentences with their moves marked, opinion told apart, and each move in full.

    Parameters
    ----------
    coded
        From :func:`demarche.code` or :func:`demarche.code_all`; of a stream all is held.
    height
        Of the frame in CSS pixels; by default as much as the texts need, within bounds. It can be drawn larger.

    Raises
    ------
    InputError
        If the height is less than 1.

    Examples
    --------
    >>> import demarche
    >>> shown = demarche.show(demarche.code("Kyiv rejected the plan."))
    >>> shown._repr_html_()[:30]
    '<iframe title="Moves in text" '
    """
    if height is not None and height < 1:
        raise InputError(f"a frame cannot be {height} pixels high; leave the height out, or give 1 or more")
    items = (coded,) if isinstance(coded, CodedDocument | Failure) else tuple(coded)
    return Shown(items, height=height)


def _height(items: tuple[CodedDocument | Failure, ...]) -> int:
    needed = _TOP
    for item in items:
        if isinstance(item, CodedDocument):
            lines = len(item.document.text) // _LINE_WIDTH + item.document.text.count("\n") + 1
            needed += max(_LINE * lines, _CARD * len(item.moves))
    return max(_LEAST, min(_MOST, needed))
