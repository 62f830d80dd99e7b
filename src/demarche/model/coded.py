"""A document with what was read in it and the moves coded from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demarche.model.documents import Document
from demarche.model.moves import Move
from demarche.model.readings import Reading

__all__ = ["CodedDocument"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedDocument:
    """A document, its reading (all sentences with their voice) and its moves in text order; iterating yields the moves."""

    document: Document
    reading: Reading
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        for move in self.moves:
            move.check(self.document.text)

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves)

    def __len__(self) -> int:
        return len(self.moves)
