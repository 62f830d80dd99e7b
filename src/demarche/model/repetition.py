"""Repetition: how often a party says the same again, and what it asks for most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding, Interval

__all__ = ["RepeatedDemand", "Repetition", "Repetitions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """How much an actor repeats itself.

    Parameters
    ----------
    actor, issue
        Id of the actor; the issue, None where all issues are taken together.
    statements
        Statements, each once: the same stance toward the same proposition on the same day is one.
    propositions
        Different propositions in them.
    start, end
        Days of the first and the last statement.
    repetition
        R = 1 - E[different propositions in m statements drawn] / m: 0 (m statements, m propositions) to 1 - 1/m (always the
        same one); None below the minimum.
    interval
        95 % interval of R; None where R is, or where too few days hold most of the statements.
    earlier, later
        R of the earlier and of the later half of the statements; None unless both halves have the minimum.
    change
        later - earlier.
    change_interval
        95 % interval of the change; if it holds 0, no change is shown.
    verdict
        ``more repetition``, ``less repetition``, ``no change shown``, ``too few statements to compare``, or ``too few statements``.
    evidence
        Ids of the moves.
    """

    actor: str
    issue: str | None
    statements: int
    propositions: int
    start: date
    end: date
    repetition: float | None
    interval: Interval | None
    earlier: float | None
    later: float | None
    change: float | None
    change_interval: Interval | None
    verdict: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedDemand:
    """Something that an actor is reported to ask for on two days or more.

    Parameters
    ----------
    actor, issue, proposition
        Ids, and the code of the proposition's issue.
    stance
        ``for``: it asks for the proposition; ``against``: it asks for its contrary.
    occasions
        Days on which it is reported to ask.
    clusters
        Independent clusters of reports, summed over the days.
    first, last
        The first and the last of these days.
    evidence
        Ids of the moves, by day.
    """

    actor: str
    issue: str
    proposition: str
    stance: str
    occasions: int
    clusters: int
    first: date
    last: date
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetitions(Finding):
    """Repetition of each actor, and the demands repeated most.

    Parameters
    ----------
    m
        Statements drawn.
    minimum
        Statements from which R is given.
    rows
        One an actor (and issue, if asked so), those with an R first, the largest R first.
    demands
        Demands and appeals reported on two days or more, the most repeated first.
    """

    m: int
    minimum: int
    rows: tuple[Repetition, ...] = ()
    demands: tuple[RepeatedDemand, ...] = ()
