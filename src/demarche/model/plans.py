"""A plan, point by point: whose earlier words a point repeats, who refused it, and what changed from one plan to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding
from demarche.model.spans import Span

__all__ = ["PartyWords", "Plan", "PlanChange", "PlanChanges", "PlanPoint", "PlanShare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyWords:
    """One party on one point of a plan.

    Parameters
    ----------
    actor
        Id of the party.
    stance
        1: it is reported to have asked for the point or agreed to it; -1: to have refused it.
    statements
        Days on which it is reported to have done so; a statement without a day is one for each cluster of reports.
    first, last
        The first and last of them; None where no day is known.
    red_line
        Whether the words of a refusal call the matter one on which it will not give way ("never", "not negotiable").
    evidence
        Ids of the moves, the first reported first.
    """

    actor: str
    stance: int
    statements: int
    first: date | None
    last: date | None
    red_line: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """One point of a plan.

    Parameters
    ----------
    number
        From 1, in the order of the plan.
    span
        Its words in the document of the plan.
    propositions
        Ids of the propositions of the ledger that it states, or whose contrary it states; the likeliest first.
    likeness
        Probability, 0 to 1, of the likeliest match; None where nothing was near enough to be compared.
    parties
        Who asked for it and who refused it; empty where nobody is reported to have spoken on it.
    first_by
        Ids of the parties whose call for it is the earliest that is reported; more than one where they share the day.
    evidence
        Ids of all moves behind it.
    """

    number: int
    span: Span
    propositions: tuple[str, ...]
    likeness: float | None
    parties: tuple[PartyWords, ...]
    first_by: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShare:
    """How much of a plan a party had asked for, or refused, before.

    Parameters
    ----------
    asked, first, refused
        Points that match what it asked for; of these, those that it is the first, alone or with others, reported to have asked
        for; points that it refused.
    points
        Points of the plan.
    evidence
        Ids of the moves behind `asked` and `refused`.
    """

    actor: str
    asked: int
    first: int
    refused: int
    points: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Finding):
    """A plan beside the ledger.

    Parameters
    ----------
    threshold
        Probability from which a point is taken to state a proposition.
    before
        Only what was reported to happen before this day was matched; None: all.
    """

    points: tuple[PlanPoint, ...]
    shares: tuple[PlanShare, ...]
    threshold: float
    before: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What became of a point from one plan to another.

    Parameters
    ----------
    change
        ``kept``, ``reversed`` (the new one states the contrary), ``changed`` (near, but not the same), ``dropped`` or ``new``.
    old, new
        The point's words in either plan; None where it is not in it.
    old_number, new_number
        From 1; None where it is not in it.
    likeness
        Probability, 0 to 1, that both state the same or the contrary; None where there is only one.
    evidence
        Empty: the words of the plans are the evidence.
    """

    change: str
    old: Span | None
    new: Span | None
    old_number: int | None
    new_number: int | None
    likeness: float | None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges(Finding):
    """Two plans point by point, in the order of the new one; what was dropped comes last."""

    rows: tuple[PlanChange, ...]
    threshold: float
