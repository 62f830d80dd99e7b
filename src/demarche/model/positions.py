"""Positions: who is reported for or against what, since when, how far two parties differ, and whether one has moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding, Interval

__all__ = [
    "Comparison",
    "Gap",
    "GapDay",
    "GapRow",
    "GapSeries",
    "Movement",
    "MovementRow",
    "Positions",
    "Standing",
    "StanceDay",
    "Third",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceDay:
    """An occasion: the stance of an actor toward a proposition on a day, however many reports there are of it.

    Parameters
    ----------
    actor, issue, proposition
        Ids, and the code of the proposition's issue.
    day
        When the stance was taken.
    stance
        ``for``, ``against``, or ``mixed``: reports of the day contradict each other.
    before
        The stance on the occasion before; None on the first. The same stance again is a restatement.
    clusters
        Independent clusters of reports: re-reports of the same occasion.
    evidence
        Ids of the moves.
    """

    actor: str
    issue: str
    proposition: str
    day: date
    stance: str
    before: str | None
    clusters: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The stance that an actor was last reported to take toward a proposition, on or before a date.

    Parameters
    ----------
    actor, issue, proposition
        Ids, and the code of the proposition's issue.
    stance
        ``for``, ``against``, ``mixed``, or None: unknown, because the actor is first heard on it after the date.
    since, last
        First day of the unbroken run of this stance, and the last day on which it was reported; None where it is unknown.
    occasions, occasions_for, occasions_against, occasions_mixed
        Days on which a stance was reported.
    clusters
        Independent clusters of reports, summed over the occasions.
    evidence
        Ids of the moves of all occasions, the latest day first.
    """

    actor: str
    issue: str
    proposition: str
    stance: str | None
    since: date | None
    last: date | None
    occasions: int
    occasions_for: int
    occasions_against: int
    occasions_mixed: int
    clusters: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions(Finding):
    """Stances of actors toward propositions.

    Parameters
    ----------
    at
        The date that the standing stances are of; None where there is no stance.
    rows
        The series: every occasion on or before `at`, by actor, issue, proposition, day.
    standing
        One row for each actor and proposition on which it is heard at any time, by actor, issue, proposition.
    """

    at: date | None
    rows: tuple[StanceDay, ...] = ()
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """The standing stances of two parties toward one proposition.

    Parameters
    ----------
    proposition, issue
        Id of the proposition, and the code of its issue.
    one, other
        ``for``, ``against``, ``mixed``, or None: unknown.
    differ
        Whether they differ; None where one is unknown or mixed.
    one_last, other_last
        Last day on which each stance was reported.
    one_evidence, other_evidence, evidence
        Ids of the moves of that last day, and both together.
    """

    proposition: str
    issue: str
    one: str | None
    other: str | None
    differ: bool | None
    one_last: date | None
    other_last: date | None
    one_evidence: tuple[str, ...]
    other_evidence: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Finding):
    """How far the stated positions of two parties are apart at a date.

    Parameters
    ----------
    one, other, issue
        Ids of the parties, and the issue; None means all issues.
    at
        The date; None where neither party takes a stance.
    share
        differ / n, from 0 (the same stance on all) to 1 (the contrary on all); None where n is 0: unknown.
    interval
        Wilson's 95 % interval of the share, as if the n propositions were independent of each other.
    n
        Propositions on which both have a standing stance, for or against.
    differ
        Those on which they differ.
    mixed
        Propositions on which both have spoken, and the last reports of one contradict each other: not in n.
    only_one, only_other, neither
        Propositions on which only the one, only the other, or neither of them has spoken (but someone has): not in n.
    rows
        One a proposition on which at least one has spoken; those on which they differ first.
    """

    one: str
    other: str
    issue: str | None
    at: date | None
    share: float | None
    interval: Interval | None
    n: int
    differ: int
    mixed: int
    only_one: int
    only_other: int
    neither: int
    rows: tuple[GapRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDay:
    """The gap from a day on, until the next row. Its parts are those of :class:`Gap`; `evidence` are the moves of the day."""

    day: date
    share: float | None
    interval: Interval | None
    n: int
    differ: int
    mixed: int
    only_one: int
    only_other: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSeries(Finding):
    """The gap through time, one row for each day on which one of the two took a stance.

    Stances are carried forward from row to row: never test it for a trend.
    """

    one: str
    other: str
    issue: str | None
    rows: tuple[GapDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """The first or the last third of a party's statements.

    Parameters
    ----------
    start, end
        Its first and last day.
    statements
        Occasions in it.
    agree
        How many take the side that the other party mostly takes on the same proposition.
    """

    start: date
    end: date
    statements: int
    agree: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRow:
    """One proposition in the comparison of the first with the last third.

    Parameters
    ----------
    proposition, issue
        Id of the proposition, and the code of its issue.
    other_stance
        The side that the other party takes on most occasions: ``for`` or ``against``.
    first, first_agree, last, last_agree
        Statements in each third, and how many of them take the other party's side.
    weight
        Its weight in the change: first x last / (first + last); 0 where one third has no statement on it.
    evidence
        Ids of the moves of these statements.
    """

    proposition: str
    issue: str
    other_stance: str
    first: int
    first_agree: int
    last: int
    last_agree: int
    weight: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement(Finding):
    """Whether a party's statements came nearer to another party's positions, on the same propositions.

    Parameters
    ----------
    actor, other, issue
        The party whose statements are compared, the party whose positions they are compared with, the issue (None: all).
    minimum
        Statements that each of the two needs.
    statements
        Statements of `actor` on propositions on which `other` has a side.
    other_statements
        Statements of `other`.
    first, last
        The thirds; None below `minimum`, or where all was said on too few days to part them.
    overall
        Share agreeing in the last third minus share in the first, -1 to 1, whatever they speak about. It moves with the topics too,
        so it is a description and has no interval.
    compared
        Statements on propositions that are spoken of in both thirds.
    change
        The same difference on the same propositions, -1 (from the other's side to the contrary) to 1 (the reverse); None where there is
        nothing to compare. 0 means that as large a share takes the other's side as before.
    interval
        95 % interval of the change; the widest of three (see ``measure_movement``).
    detectable
        The smallest true change that statements such as these would show in four cases of five; None where none would be shown.
    verdict
        ``toward``, ``away``, ``no movement shown``, ``nothing to compare`` or ``too few statements``.
    rows
        One a proposition in either third, the heaviest first.
    """

    actor: str
    other: str
    issue: str | None
    minimum: int
    statements: int
    other_statements: int
    first: Third | None
    last: Third | None
    overall: float | None
    compared: int
    change: float | None
    interval: Interval | None
    detectable: float | None
    verdict: str
    rows: tuple[MovementRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Finding):
    """Two parties side by side: the gap at a date, through time, and the movement of each toward the other."""

    gap: Gap
    series: GapSeries
    movements: tuple[Movement, Movement]
