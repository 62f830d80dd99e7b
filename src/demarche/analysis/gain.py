"""Whether one coder agrees better than another with the same coded sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.accuracy import match_moves, measure_accuracy
from demarche.model import Interval, ReadSentence
from demarche.model.training import Gain

__all__ = ["measure_gain"]


def measure_gain(
    gold: Sequence[ReadSentence],
    before: Sequence[ReadSentence],
    after: Sequence[ReadSentence],
    *,
    about: str,
    draws: int = 1000,
    seed: int = 1,
) -> Gain:
    """Return the accuracy of two coders on the same sentences, and the difference of their F1 of trigger and act.

    F1 = 2 right / (coded + gold), as in :func:`~demarche.analysis.measure_accuracy`. The interval of the difference is a percentile
    bootstrap over sentences in which both coders keep their sentences, so that it is narrower than their two intervals suggest. It
    takes sentences as independent; those of one document are less so. A difference of 0 means that neither agrees better. Do not use
    it on sentences from which one of the two has learnt.

    Parameters
    ----------
    about
        Which sentences they are, in words.
    draws, seed
        Of the bootstrap.
    """
    rows = [(*_count(one, read), *_count(one, reread)) for one, read, reread in zip(gold, before, after, strict=True)]
    table = np.array(rows, dtype=float).reshape(len(rows), 6)
    difference, interval = _difference(table, draws, seed)
    return Gain(
        about=about,
        before=measure_accuracy(gold, before, draws=draws, seed=seed),
        after=measure_accuracy(gold, after, draws=draws, seed=seed),
        moves=sum(len(one.moves) for one in gold),
        difference=difference,
        interval=interval,
    )


def _count(gold: ReadSentence, read: ReadSentence) -> tuple[int, int, int]:
    return len(match_moves(gold.moves, read.moves)), len(read.moves), len(gold.moves)


def _difference(table: NDArray[np.float64], draws: int, seed: int) -> tuple[float | None, Interval | None]:
    if not table.any():
        return None, None
    weights = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), size=draws)
    sums = weights @ table
    drawn = _f1(sums[:, 3:]) - _f1(sums[:, :3])
    low, high = (float(value) for value in np.quantile(drawn, (0.025, 0.975)))
    total = table.sum(axis=0)[None, :]
    return float((_f1(total[:, 3:]) - _f1(total[:, :3]))[0]), Interval(low=low, high=high)


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 2 right / (coded + gold) of each row; 0 where there is no case, on which nobody can be better."""
    cases = counts[:, 1] + counts[:, 2]
    result: NDArray[np.float64] = 2 * counts[:, 0] / np.maximum(cases, 1)
    return result
