"""What going on with training did on sentences that the weights did not learn from."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.model.accuracy import Accuracy
from demarche.model.findings import Interval

__all__ = ["Gain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How well the weights before and those after agree with the same coded sentences.

    Parameters
    ----------
    about
        Which sentences, in words.
    before, after
        All measures of each.
    moves
        Moves in the coded sentences.
    difference
        F1 of trigger and act after, less F1 before, -1 to 1; None where neither has a case.
    interval
        Of the difference, 95 %, by drawing sentences again; None where `difference` is.
    minimum
        Moves below which it says that there are too few to tell.
    """

    about: str
    before: Accuracy
    after: Accuracy
    moves: int
    difference: float | None
    interval: Interval | None
    minimum: int = 30

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` if the interval leaves 0 out, else ``open``; ``few`` below the minimum of moves."""
        if self.interval is None or self.moves < self.minimum:
            return "few"
        if self.interval.low > 0:
            return "better"
        return "worse" if self.interval.high < 0 else "open"
