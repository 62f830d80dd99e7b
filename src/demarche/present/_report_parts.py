"""What a dossier is made of before it is a page: sections of paragraphs, lists, tables and figures, with citations in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "Cell",
    "Cites",
    "Figure",
    "Heading",
    "Line",
    "Part",
    "Piece",
    "Points",
    "Quoted",
    "Section",
    "Small",
    "Strong",
    "Table",
    "Tag",
    "Text",
    "cell",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cites:
    """The notes behind a statement.

    Parameters
    ----------
    refs
        Number of each note, and the name of this place, to which the note leads back.
    more
        Moves behind the statement that have no note here.
    """

    kind: ClassVar[str] = "cites"
    refs: tuple[tuple[int, str], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a text."""

    kind: ClassVar[str] = "quoted"
    words: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out: a party, an outcome."""

    kind: ClassVar[str] = "strong"
    words: str


@dataclass(frozen=True, slots=True)
class Small:
    """Words that stand back: an id, what a figure rests on."""

    kind: ClassVar[str] = "small"
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand back, on a line of their own."""

    kind: ClassVar[str] = "line"
    words: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A code in a frame of its own colour: a stance, a status, a voice."""

    kind: ClassVar[str] = "tag"
    words: str
    look: str


Piece = str | Cites | Line | Quoted | Small | Strong | Tag
Cell = tuple[Piece, ...]


def cell(*pieces: Piece | None) -> Cell:
    """Return pieces as a cell, without what is None or empty.

    Examples
    --------
    >>> cell("once", None, "")
    ('once',)
    """
    return tuple(piece for piece in pieces if piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph; `look` is ``plain``, ``lead`` or ``quiet``: what a finding rests on and leaves out."""

    kind: ClassVar[str] = "text"
    words: Cell
    look: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A list."""

    kind: ClassVar[str] = "points"
    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Parameters
    ----------
    head
        The headings of its columns.
    rows
        Cells; that at `leads` names the row.
    look
        Which columns are narrow and how it is set: a class of the stylesheet.
    """

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    look: str
    leads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart: SVG that was drawn and cleaned here, its caption, and the name to which the notes of its marks lead back."""

    kind: ClassVar[str] = "figure"
    id: str
    svg: str
    caption: Cell


Part = Figure | Heading | Points | Table | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered part of a dossier."""

    id: str
    title: str
    parts: Sequence[Part]
