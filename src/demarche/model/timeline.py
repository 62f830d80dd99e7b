"""What actors are reported to have done, period by period."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.model.ledger import Count

__all__ = ["STEPS", "Timeline", "TimelineCell"]

STEPS = ("day", "week", "month", "year")
"""Lengths of a period, the shortest first; a week begins on Monday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineCell:
    """The moves of one actor in one period that are of one quad class.

    Parameters
    ----------
    actor
        Its id; None for actors that are not resolved.
    start, end
        First and last day of the period, ISO: with them as ``since`` and ``until``, and `actor` and `quad`, a filter gives the
        moves of the cell (:class:`~demarche.model.MoveFilter`; ``"unknown"`` stands for an actor that is None), and those that are
        dated less precisely and can lie in it.
    quad
        1 verbal co-operation, 2 material co-operation, 3 verbal conflict, 4 material conflict; 0 for acts of none of them.
    moves
        Moves counted once per cluster of copies.
    mentions
        Moves counted as often as they are reported.
    """

    actor: str | None
    start: str
    end: str
    quad: int
    moves: int
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Moves by actor, period and quad class.

    Parameters
    ----------
    step
        Length of a period: ``day``, ``week``, ``month`` or ``year``.
    actors
        The actors that are shown, the most reported first, those that are not resolved (value None) last; with all their moves,
        those without a day too.
    cells
        By actor in that order, start and quad class; none where nothing is reported.
    first, last
        First day of the first period and last day of the last, None where there is no cell.
    undated, coarse
        Moves of these actors, as often as they are reported, that have no date, or one that is less precise than the periods:
        they stand in no cell.
    """

    step: str
    actors: tuple[Count, ...]
    cells: tuple[TimelineCell, ...]
    first: str | None
    last: str | None
    undated: int
    coarse: int
