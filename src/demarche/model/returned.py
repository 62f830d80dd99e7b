"""What people say in other tools of the moves that they were given, on its way back into a ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from demarche.model.documents import Document, Failure
from demarche.model.ledger import SentenceMark
from demarche.model.moves import Move
from demarche.model.spans import Span

__all__ = ["Remark", "Returned", "Said", "Sheet", "Standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """How a file was read where it could be read otherwise: no failure, but the person has to know."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document with what a ledger has of it, against which what comes back is held.

    Parameters
    ----------
    document
        With its text.
    sentences
        Where its sentences stand, as its latest coder read them.
    moves
        As they stand now, in text order.
    versions
        Gives a move, by its id, as it ever stood, the latest version first.
    """

    document: Document
    sentences: tuple[SentenceMark, ...]
    moves: tuple[Move, ...]
    versions: Callable[[str], Sequence[Move]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one person says stands in one sentence.

    Parameters
    ----------
    who
        Name that the other tool gives the person, None where it gives none.
    sentence
        Where it stands, and its words.
    before
        The moves that the person was given.
    moves
        The moves that stand there, by what the person says.
    key
        Digest of what the file says of the sentence: the same file again has the same key.
    """

    who: str | None
    sentence: Span
    before: tuple[Move, ...]
    moves: tuple[Move, ...]
    key: str

    @property
    def changes(self) -> tuple[tuple[str, Move, tuple[str, ...]], ...]:
        """What becomes of each move: verdict, the move, and the fields that changed."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[tuple[str, Move, tuple[str, ...]]]:
        before = {move.id: move for move in self.before}
        for move in self.moves:
            old = before.pop(move.id, None)
            changed = () if old is None else _differing(old, move)
            yield "added" if old is None else "amended" if changed else "accepted", move, changed
        for move in before.values():
            yield "rejected", move, ()

    @property
    def is_unchanged(self) -> bool:
        """The person left everything as it was."""
        return all(verdict == "accepted" for verdict, _, _ in self._changes())


def _differing(old: Move, new: Move) -> tuple[str, ...]:
    names = (field.name for field in dataclasses.fields(Move))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


class Sheet(Protocol):
    """What a file says of one document."""

    @property
    def where(self) -> str:
        """What a failure calls it."""

    @property
    def file(self) -> str:
        """Digest of the file, by which all that came of it can be taken back."""

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids under which the ledger may have the document, the likeliest first."""

    @property
    def title(self) -> str | None:
        """Title of the document, for one whose id was lost on the way."""

    def say(self, standing: Standing, *, complete: bool) -> Iterator[Said | Failure]:
        """Yield what is said of each sentence; what cannot be held against the text is a failure, and the sentence is left out.

        Parameters
        ----------
        complete
            A move that the sheet does not name is rejected.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What became of what a person said of a sentence.

    Parameters
    ----------
    document, title
        Of the text.
    who
        The reviewer, by name.
    said
        What was said.
    state
        ``new``: it is recorded now, or would be; ``known``: this file said so before; ``unchanged``: there is nothing to record.
    review
        Id of the review that was recorded, None where none was.
    """

    document: str
    title: str | None
    who: str | None
    said: Said
    state: str
    review: str | None = None
