"""What asking a language model came to: how often, how much, what it cost, and what of its answers was not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CoderRun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderRun:
    """The counts of a coder that is asked at an address.

    Parameters
    ----------
    coder, address
        Its name as moves carry it, and where it was asked.
    answered, cached
        Questions that the server answered, and that the cache did.
    failed
        Tries that came to nothing: time-outs, errors of the server, answers that were none.
    tokens_in, tokens_out
        As the server counted them; where it did not, a quarter of the characters.
    estimated
        Answers whose tokens the server did not count.
    cost
        By the prices that the user gave, in their currency; None where none were given.
    seconds
        Spent in asking, waiting included; of questions side by side the sum.
    sentences, moves
        Read, and taken.
    dropped
        Reason -> moves (or answers to a sentence) that were not taken.
    unread
        Sentences for which there was no usable answer.
    """

    coder: str
    address: str
    answered: int = 0
    cached: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: int = 0
    cost: float | None = None
    seconds: float = 0.0
    sentences: int = 0
    moves: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    unread: int = 0
