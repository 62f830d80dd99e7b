"""Who is reported to be for and against which propositions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding

__all__ = ["Support", "SupportRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRow:
    """One proposition with the parties that took a stance on it.

    Parameters
    ----------
    proposition, issue
        Its id, and the issue of most of its moves.
    supporters, opponents
        Ids of the actors that are reported to have been for it, or against it, at some time; an actor can be in both.
    statements_for, statements_against
        Occasions: one actor, one stance, one day, however many reports of it there are. A statement without a day is one for
        each cluster of reports.
    first, last
        Days of the first and last of them; None where no day is known.
    evidence
        Ids of the moves, in the order of their days.
    """

    proposition: str
    issue: str
    supporters: tuple[str, ...]
    opponents: tuple[str, ...]
    statements_for: int
    statements_against: int
    first: date | None
    last: date | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Finding):
    """Propositions with most statements first."""

    rows: tuple[SupportRow, ...]
