"""The reader: Document -> Reading. The only room that knows the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from demarche.errors import InputError
from demarche.model import Document, Reading, ReadMove, ReadSentence, Span
from demarche.reading._assemble import assemble_move, choose_act, drop_doubles
from demarche.reading._decode import Candidate, find_triggers, log_softmax
from demarche.reading._labels import VOICES
from demarche.reading._relation import relate_pair
from demarche.reading._sentences import split_sentences
from demarche.reading._tokens import Tokens, split_tokens
from demarche.reading._weights import FirstPass, Weights, batches, load_weights

__all__ = ["Reader", "load_reader"]

_WINDOW = 256
"""Sentences that are held at once and sorted by length, so that little of a batch is padding."""


class Reader:
    """Reads sentences with one set of weights; make it with :func:`load_reader`.

    It goes to another process as the name of its folder, and takes one thread there: the other cores have processes of their own.

    Parameters
    ----------
    weights
        The loaded weights.
    folder
        Where they were loaded from, None for the shipped ones.
    """

    def __init__(self, weights: Weights, folder: str | Path | None = None) -> None:
        self._weights = weights
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return _load_alone, (None if self._folder is None else str(Path(self._folder).resolve()),)

    @property
    def coder(self) -> str:
        """Name and version of the coder, as every move carries them."""
        return f"{self._weights.card.name}/{self._weights.card.version}"

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language that it reads."""
        return self._weights.card.language

    def check_language(self, document: Document) -> None:
        """Raise InputError if the document is known to be in a language that the weights do not read."""
        if document.language not in (None, self.language):
            raise InputError(
                f"the text is in the language {document.language!r}, the coder {self.coder} reads {self.language!r}; "
                "nothing was coded; give a translation",
                where=document.id,
            )

    def read(self, document: Document) -> Reading:
        """Return the reading of a document: all its sentences, with offsets into its text."""
        spans = [Span.of(document.text, start, end) for start, end in split_sentences(document.text)]
        sentences = tuple(self.read_sentences(spans))
        return Reading(document=document.id, coder=self.coder, sentences=sentences)

    def read_sentences(self, spans: Iterable[Span]) -> Iterator[ReadSentence]:
        """Yield what was read in each sentence, in order; the offsets are those of the given spans."""
        source = iter(spans)
        while window := list(islice(source, _WINDOW)):
            yield from self._read_window(window)

    def relate(
        self, text: str, *, actor: tuple[int, int] | None, recipient: tuple[int, int] | None
    ) -> dict[str, float]:
        """Return the probability of each PLOVER event type between a given pair.

        Parameters
        ----------
        text
            One sentence.
        actor, recipient
            Offsets [start, end) of the two parties in `text`; None for one that is not named.

        Returns
        -------
        dict
            Event type -> probability; the sum is 1: what the actor does to the recipient, given that it does something.
        """
        (tokens,) = split_tokens(self._weights.tokenizer, [text])
        return relate_pair(self._weights, tokens, actor=actor, recipient=recipient)

    def _read_window(self, window: list[Span]) -> list[ReadSentence]:
        tokens = split_tokens(self._weights.tokenizer, [span.text for span in window])
        order = sorted(range(len(window)), key=lambda number: len(tokens[number].ids))
        found: dict[int, ReadSentence] = {}
        for part in batches([len(tokens[number].ids) for number in order]):
            numbers = order[part]
            read = self._read_batch([window[number] for number in numbers], [tokens[number] for number in numbers])
            found.update(zip(numbers, read, strict=True))
        return [found[number] for number in range(len(window))]

    def _read_batch(self, spans: list[Span], batch: list[Tokens]) -> list[ReadSentence]:
        read = self._weights.read(batch)
        candidates = self._candidates(read, batch)
        moves = self._moves(spans, batch, read, candidates)
        voices = np.exp(log_softmax(read.voice))
        return [
            ReadSentence(
                span=span,
                voice=VOICES[int(voices[row].argmax())],
                voice_confidence=float(voices[row].max()),
                moves=tuple(moves[row]),
            )
            for row, span in enumerate(spans)
        ]

    def _candidates(self, read: FirstPass, batch: list[Tokens]) -> list[tuple[int, Candidate]]:
        return [
            (row, candidate)
            for row, tokens in enumerate(batch)
            for candidate in find_triggers(log_softmax(read.triggers[row, tokens.first]), self._weights.card.candidates)
        ]

    def _moves(
        self, spans: list[Span], batch: list[Tokens], read: FirstPass, candidates: list[tuple[int, Candidate]]
    ) -> list[list[ReadMove]]:
        moves: list[list[ReadMove]] = [[] for _ in batch]
        rows = [row for row, _ in candidates]
        pieces = [batch[row].pieces(first, end) for row, (first, end, _) in candidates]
        scores = self._weights.read_triggers(read, rows, pieces, batch)
        for (row, candidate), own in zip(candidates, scores, strict=True):
            if choose_act(own.act, candidate[2])[1] >= self._weights.card.keep:
                moves[row].append(assemble_move(spans[row], batch[row], candidate, own))
        return [drop_doubles(found) for found in moves]


def load_reader(folder: str | Path | None = None, *, threads: int = 0) -> Reader:
    """Return a reader with the weights in `folder`, the shipped ones by default; ModelError if they cannot be loaded."""
    return Reader(load_weights(folder, threads=threads), folder)


def _load_alone(folder: str | None) -> Reader:
    return load_reader(folder, threads=1)
