"""What was taken out of an archive for an analysis, and how its result is made whole with what was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from demarche.archive._needs import Need
from demarche.model import LeftOut

__all__ = ["Taking", "merge_left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Moves of an archive for one analysis.

    Parameters
    ----------
    moves
        A table of Arrow (anything with ``__arrow_c_stream__``) with columns of `demarche.analysis.SCHEMA`, documents in their order.
    need
        By which it was taken.
    passed
        How many moves pass the filter.
    left_out
        Those that were left out here, by reason: what the analysis would have counted itself.
    contents
        Contents that can be grouped among the moves that pass.
    grouped
        Whether they are to be grouped before the analysis: all of them are in `moves`.
    """

    moves: Any
    need: Need
    passed: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    contents: int = 0
    grouped: bool = False

    def notes(self) -> tuple[str, ...]:
        """Return what a reader of the result must know of how it was taken."""
        if self.grouped or not self.contents:
            return ()
        much = f"{self.contents:,} contents are too many to be grouped into propositions"
        if self.need.propositions == "helps":
            return (
                f"{much}: statements and what followed are joined by their words alone. A narrower filter groups them.",
            )
        return (f"{much}: only copies with the same words count once. A narrower filter groups them.",)

    def complete(self, result: Any) -> Any:
        """Return a result of the analysis with the moves that were left out here counted, and the notes."""
        order = [reason for reason, _ in self.need.tests]
        merged = merge_left_out(result.left_out, self.left_out, order)
        return replace(result, left_out=merged, notes=(*result.notes, *self.notes()))


def merge_left_out(found: tuple[LeftOut, ...], more: Mapping[str, int], order: list[str]) -> tuple[LeftOut, ...]:
    """Return both counts as one, those of `order` first and in that order, as the analysis itself would give them."""
    counts = {one.reason: one.moves for one in found}
    for reason, moves in more.items():
        counts[reason] = counts.get(reason, 0) + moves
    names = [*(name for name in order if counts.get(name)), *(name for name in counts if name not in order)]
    return tuple(LeftOut(reason=name, moves=counts[name]) for name in names)
