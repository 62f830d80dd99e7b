"""How accurate a coder was found to be on gold data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Accuracy", "Measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure between 0 and 1 with its 95 % bootstrap interval.

    Parameters
    ----------
    value, low, high
        F1 = 2 right / (coded + gold), or a share right / cases, which is the same sum; None where there is no case.
    precision, recall
        right / coded and right / gold; None where nothing is coded, or nothing is in gold.
    gold
        Number of cases in gold.
    """

    value: float | None
    low: float | None
    high: float | None
    precision: float | None
    recall: float | None
    gold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """All measures by name, and the confusion of acts.

    Parameters
    ----------
    sentences
        Number of sentences compared.
    measures
        Name -> measure; ``act:demand`` is the F1 of one act, ``role:actors`` of one role (exact words),
        ``role~:actors`` of one role (overlapping words).
    confusion
        (gold act, coded act) -> number of moves; "none" where the other side has no move there.
    """

    sentences: int
    measures: Mapping[str, Measure]
    confusion: Mapping[tuple[str, str], int]
