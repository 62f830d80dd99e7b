"""What the network sees in an epoch: a share of one list of sentences, drawn anew, with all of another, some with other states."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from demarche.model import CodedSentence
from demarche.training.augment import exchange_parties
from demarche.training.data import Example, make_examples

__all__ = ["draw_epochs"]


def draw_epochs(
    tokenizer: Any,
    drawn: Sequence[CodedSentence],
    always: Sequence[CodedSentence],
    *,
    number: int,
    exchange: float,
    seed: int,
) -> Callable[[int], list[Example]]:
    """Return what makes the examples of an epoch, given its number from 0 on.

    Parameters
    ----------
    drawn, number
        Sentences of which so many are drawn, anew for each epoch.
    always
        Sentences that are in every epoch.
    exchange
        Share, 0 to 1, of sentences in which other states stand in place of those named.
    """

    def make_epoch(epoch: int) -> list[Example]:
        generator = random.Random(1000 * seed + epoch)
        chosen = [*generator.sample(list(drawn), number), *always]
        return make_examples(tokenizer, exchange_parties(chosen, share=exchange, generator=generator))

    return make_epoch
