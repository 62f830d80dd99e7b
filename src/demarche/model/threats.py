"""Threats, promises and offers as cases: what was announced, what followed, and how often."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding, Interval

__all__ = ["Case", "Curve", "Excess", "Incidence", "Link", "Step", "Threats"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A time at which a case ended or its observation did.

    Parameters
    ----------
    time
        In the unit of the durations; of threats days from the first statement.
    at_risk
        Cases that were neither ended nor out of sight before this time.
    events, competing, censored
        Cases that at this time had the event, had another one, or went out of sight without any.
    incidence
        Share with the event by this time, 0 to 1.
    error
        Standard error of the incidence.
    interval
        Of the incidence.
    """

    time: float
    at_risk: int
    events: int
    competing: int
    censored: int
    incidence: float
    error: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """The share of cases with an event, by time, where other events can come first.

    Parameters
    ----------
    cause
        Code of the event.
    cases, events, competing, censored
        Cases in all, with the event, with another event, and without any when they were last seen.
    steps
        One a distinct time, in order.
    """

    cause: int
    cases: int
    events: int
    competing: int
    censored: int
    steps: tuple[Step, ...] = ()

    def at(self, time: float) -> Step | None:
        """Return the last step at or before a time; None before the first one, where the incidence is 0.

        Nothing is known of times after the last step: :attr:`last` says where that is.
        """
        place = bisect_right(self.steps, time, key=lambda step: step.time)
        return self.steps[place - 1] if place else None

    def at_risk(self, time: float) -> int:
        """Return how many cases were neither ended nor out of sight just before a time."""
        place = bisect_right(self.steps, time, key=lambda step: step.time)
        if place and self.steps[place - 1].time == time:
            return self.steps[place - 1].at_risk
        return self.steps[place].at_risk if place < len(self.steps) else 0

    @property
    def last(self) -> float | None:
        """The time after which no case was seen any more."""
        return self.steps[-1].time if self.steps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How often, and how soon, cases had one outcome: the incidence with the other outcomes as competing events."""

    outcome: str
    incidence: Incidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """How much more often what was announced followed than such moves are reported anyway.

    Parameters
    ----------
    days
        Days from the first statement.
    cases
        Cases compared: those with as many days of record before them.
    observed
        Share carried out by then (Aalen-Johansen).
    expected
        Share expected from how often moves that would have counted as well are reported around the announcements.
    excess, interval
        Observed less expected, and its interval.
    """

    days: int
    cases: int
    observed: float
    expected: float
    excess: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A later move that may have ended a case.

    Parameters
    ----------
    case
        Id of the case.
    outcome
        What the move makes of it: ``carried out``, ``condition met``, ``withdrawn`` or ``refused``.
    move, act
        The later move and its act.
    date, days
        Its day, and the days since the first statement.
    why
        The rule that links them, in words.
    verdict
        ``confirmed`` or ``undone`` by a person; None where nobody has looked. What is undone decides nothing.
    evidence
        The statement and the later move.
    """

    case: str
    outcome: str
    move: str
    act: str
    date: date
    days: int
    why: str
    verdict: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A threat, promise or offer, restated or not.

    Parameters
    ----------
    id
        ``t`` and 12 hexadecimal digits, from the id of its first move.
    act
        ``threaten``, ``promise`` or ``offer``.
    actors, recipients
        Ids of the parties.
    recipients_inferred
        True if no statement names the recipient, and it was taken from what the actor addresses beside it in the report.
    words
        What is announced, in the words of the first statement that has any.
    condition
        On what it hangs, in the words of the report; None where that is not said.
    kinds
        The acts that would carry it out; empty if the words leave it open, or if nothing done would carry it out.
    abstains
        True if it announces not to do something, so that no move can carry it out.
    first, repeated
        Day of the first statement, days of the later ones.
    clusters
        Reports of it, copies of a report counted once.
    deadline
        The last day that a statement sets; None where none does.
    deadline_passed
        Whether that lies before the end of the observation; None without a deadline.
    outcome
        ``carried out``, ``condition met``, ``withdrawn``, ``refused`` or ``open``: that of the first link that is not undone.
    outcome_date, days
        Day of the outcome, and days from the first statement to it; None while it is open.
    observed
        Days for which the case was watched: to its outcome, or to the end.
    before, after
        Days with a move that would have counted as carrying it out, in the window before the first statement, and in the window
        after it without the linked move and the days up to it.
    links
        What may have ended it, by date: the first three moves of each outcome, and those that a person has judged.
    evidence
        The statements.
    """

    id: str
    act: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    recipients_inferred: bool = False
    words: str | None = None
    condition: str | None = None
    kinds: tuple[str, ...] = ()
    abstains: bool = False
    first: date
    repeated: tuple[date, ...] = ()
    clusters: int = 1
    deadline: date | None = None
    deadline_passed: bool | None = None
    outcome: str = "open"
    outcome_date: date | None = None
    days: int | None = None
    observed: int = 0
    before: int = 0
    after: int = 0
    links: tuple[Link, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Threats(Finding):
    """The threats, or promises, or offers, of a record, and what followed them.

    Parameters
    ----------
    act
        ``threaten``, ``promise`` or ``offer``.
    until
        End of the observation.
    rows
        The cases, by the day of the first statement.
    curves
        One an outcome, that of carrying out first; empty below the least number of cases.
    excess
        None below the least number of cases, or where the record does not reach far enough.
    """

    act: str
    until: date
    rows: tuple[Case, ...] = ()
    curves: tuple[Curve, ...] = ()
    excess: Excess | None = None
