"""What all findings share: an interval, and the plain words that say what a finding rests on and does not show."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "Interval", "LeftOut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A range that holds the true value with probability `level`, if the assumptions that the notes name hold."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Moves that an analysis could not or must not use: how many, and why."""

    reason: str
    moves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Base of the results of all analyses.

    Parameters
    ----------
    moves
        Moves that the finding rests on, copies of a report counted once.
    left_out
        Moves that did not go in, by reason.
    notes
        What it shows, rests on and does not show, and why it is silent where it is; each a sentence for people.
    """

    moves: int
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
