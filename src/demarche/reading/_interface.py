"""What the pipeline asks of whatever codes: the built-in reader, a language model, or a coder of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from demarche.model import Document, Reading, ReadSentence, Span

__all__ = ["AnyReader"]


class AnyReader(Protocol):
    """A reader: documents or sentences in, what was read in them out, with the exact words."""

    @property
    def coder(self) -> str:
        """Name and version, as every move carries them."""

    def check_language(self, document: Document) -> None:
        """Raise InputError if the document is in a language that it does not read."""

    def read(self, document: Document) -> Reading:
        """Return the reading of a document, whole, or raise a DemarcheError."""

    def read_sentences(self, spans: Iterable[Span]) -> Iterator[ReadSentence]:
        """Yield what was read in each sentence, in order."""
