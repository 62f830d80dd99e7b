"""Words compared: the stems of what a content says, and how much two contents share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from math import log
from typing import Any

from demarche.errors import MissingExtra

__all__ = ["likeness", "rarity", "stems"]

_WORD = re.compile(r"[^\W_]+(?:[.\u2019'-][^\W_]+)*")
_EMPTY = frozenset(
    """a an the and or but nor of in on at to from by for with without within into onto over under up down out off about
    as than that this these those it its they their them theirs he his him she her hers we our us you your i my me who whom
    whose which what is are was were be been being am do does did done has have had having will would shall should can could
    may might must not no n't if unless until while when where there here so such any all both each every some more most
    other only also just even still yet again very too s t""".split()
)


@cache
def _stemmer() -> Any:
    try:
        import snowballstemmer
    except ImportError as error:
        raise MissingExtra("an analysis", "analysis") from error
    return snowballstemmer.stemmer("english")


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def stems(text: str | None) -> frozenset[str]:
    """Return the stems of the words that carry meaning, lower case; the empty set for None.

    Examples
    --------
    >>> sorted(stems("The withdrawal of its troops from Donbas"))
    ['donba', 'troop', 'withdraw']
    """
    words = (re.sub("[\u2019']s$", "", word) for word in _WORD.findall((text or "").lower()))
    return frozenset(_stem(word) for word in words if word not in _EMPTY)


def rarity(texts: Iterable[frozenset[str]]) -> dict[str, float]:
    """Return the weight of each stem, log((1 + N) / n): N texts, n of them with the stem."""
    counts: Counter[str] = Counter()
    total = 0
    for found in texts:
        counts.update(found)
        total += 1
    return {stem: log((1 + total) / count) for stem, count in counts.items()}


def likeness(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float] | None = None) -> float:
    """Return how much two sets of stems share: the weighted Dice coefficient, 0 (nothing, or an empty set) to 1.

    Parameters
    ----------
    weights
        From :func:`rarity`; a stem that it lacks weighs as much as the rarest. All weigh the same by default.

    Examples
    --------
    >>> likeness(stems("withdraw from Donbas"), stems("withdrawal from Kursk"))
    0.5
    """
    if weights is None:
        both, total = float(len(one & other)), float(len(one) + len(other))
    else:
        rarest = max(weights.values(), default=1.0)
        both = sum(weights.get(stem, rarest) for stem in one & other)
        total = sum(weights.get(stem, rarest) for found in (one, other) for stem in found)
    return 2 * both / total if total else 0.0
