"""A sentence as the encoder takes it: word pieces, their case, and the words that they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CASES", "MAX_PIECES", "Tokens", "batch_tokens", "split_tokens"]

CASES = 6
"""Case classes: 0 none (punctuation, special), 1 lower, 2 Title, 3 UPPER, 4 mixed, 5 with a digit."""

MAX_PIECES = 512
"""Word pieces a sentence, the two special ones included; what stands behind is not read.

A sentence of the greatest length has fewer, unless hardly a word of it is known to the tokenizer.
"""

_LONE = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which the tokenizer cannot take; a replacement character stands for each, so that offsets hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A tokenised sentence of P word pieces and W words.

    Parameters
    ----------
    ids, case
        int64 [P]: vocabulary id and case class of every piece.
    first
        int64 [W]: the piece that each word begins with; words are tagged by their first piece.
    starts, ends
        int64 [W]: code point offsets of each word in the sentence, end exclusive.
    """

    ids: NDArray[np.int64]
    case: NDArray[np.int64]
    first: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def words(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the range of words that the offsets touch, None if there is none."""
        inside = np.flatnonzero((self.ends > start) & (self.starts < end))
        return (int(inside[0]), int(inside[-1]) + 1) if inside.size else None

    def pieces(self, first_word: int, end_word: int) -> tuple[int, int]:
        """Return the range of pieces of the words from `first_word` to before `end_word`."""
        end = int(self.first[end_word]) if end_word < len(self.first) else len(self.ids) - 1
        return int(self.first[first_word]), end


def split_tokens(tokenizer: Any, texts: list[str]) -> list[Tokens]:
    """Return the tokens of each text; `tokenizer` is a ``tokenizers.Tokenizer`` that truncates to MAX_PIECES."""
    # One by one: for the few sentences of a report, handing them to threads of its own costs the tokenizer more than the work.
    return [_tokens(text, tokenizer.encode(_LONE.sub("\ufffd", text))) for text in texts]


def _tokens(text: str, encoding: Any) -> Tokens:
    first: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    words: list[int] = []
    previous = None
    for piece, (word, (start, end)) in enumerate(zip(encoding.word_ids, encoding.offsets, strict=True)):
        if word is not None and word == previous:
            ends[-1] = end
        elif word is not None:
            first.append(piece)
            starts.append(start)
            ends.append(end)
        words.append(len(first) - 1 if word is not None else -1)
        previous = word
    cases = [*(_case(text[start:end]) for start, end in zip(starts, ends, strict=True)), 0]  # the last one for no word
    return Tokens(
        ids=np.asarray(encoding.ids, dtype=np.int64),
        case=np.asarray([cases[word] for word in words], dtype=np.int64),
        first=np.asarray(first, dtype=np.int64),
        starts=np.asarray(starts, dtype=np.int64),
        ends=np.asarray(ends, dtype=np.int64),
    )


@lru_cache(maxsize=16384)  # of what may be no words at all: a sentence of 1,000 characters without a space
def _case(word: str) -> int:
    if any(character.isdigit() for character in word):
        return 5
    if word.islower():
        return 1
    if word.istitle():
        return 2
    if word.isupper():
        return 3
    return 4 if word.upper() != word.lower() else 0


def batch_tokens(
    batch: list[Tokens], *, pad: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return ids, case and mask of a batch of B sentences, each int64 [B, longest], padded with `pad`."""
    shape = (len(batch), max(len(tokens.ids) for tokens in batch))
    ids, case, mask = (np.full(shape, fill, dtype=np.int64) for fill in (pad, 0, 0))
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens.ids)] = tokens.ids
        case[row, : len(tokens.ids)] = tokens.case
        mask[row, : len(tokens.ids)] = 1
    return ids, case, mask
