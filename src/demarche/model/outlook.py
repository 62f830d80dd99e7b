"""What lies ahead and how it went before: prospects of a ledger, base rates of past cases, forecasts and their scores."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from demarche.errors import InputError
from demarche.model.findings import Finding, Interval

__all__ = [
    "AppliedRate",
    "BaseRate",
    "Decomposition",
    "Forecast",
    "Outlook",
    "Prospect",
    "ReliabilityBin",
    "ScoredForecast",
    "Scores",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """How often something happened in past cases of a class. It says nothing certain about the next case.

    Parameters
    ----------
    id
        Its name in the table.
    reference_class
        The class of cases that was counted; it decides beside what the rate is shown.
    question
        What the share is a share of, in words.
    share
        0 to 1.
    events, cases
        Cases in which it happened, and all cases; None where the source does not give them. Without `events` the share is the
        source's own wording, often rounded ("almost half").
    interval
        Wilson's interval of the share; None where the counts are unknown.
    horizon
        The time within which it had to happen; None where there is none.
    population, period
        Which cases were counted, and from when to when.
    source, url
        Where the number stands.
    note
        What to know before it is used; None where there is nothing.
    """

    id: str
    reference_class: str
    question: str
    share: float
    population: str
    period: str
    source: str
    url: str
    events: int | None = None
    cases: int | None = None
    interval: Interval | None = None
    horizon: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRate:
    """A base rate whose class fits moves of the ledger.

    Parameters
    ----------
    because
        What is reported that puts cases of the ledger into the class.
    moves
        How many such moves are reported, copies once. No weight of evidence: the rate is the same for one as for many.
    evidence
        Their ids.
    """

    rate: BaseRate
    because: str
    moves: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Something that is reported to lie ahead, or to have been due.

    Parameters
    ----------
    kind
        ``threat``: a case that is open; ``deadline``: a day by which something must happen; ``plan``: a move announced for a day;
        ``condition``: a condition that a party stated; ``forecast``: a forecast of the user that falls due.
    state
        ``ahead``: its day is today or later; ``passed``: its day is over and the ledger has no report of what came of it;
        ``undated``: it has no day.
    day, precision
        When it is due or planned, the first day of what is known, and how precise that is: ``day``, ``week``, ``month``, ``year``.
    act, issue
        Codes; None for a forecast.
    actors, recipients
        Ids of the parties.
    words
        What is threatened, demanded, planned or forecast, in the words of the first report that has them.
    condition
        On what it hangs; None where no condition is reported.
    first, last
        Days of the first and the last report; None where no report has a day.
    reports
        Independent reports: copies count once.
    case
        Id of the case or forecast; None where it is none.
    evidence
        Ids of the moves behind it.
    """

    kind: str
    state: str
    words: str | None
    evidence: tuple[str, ...]
    day: date | None = None
    precision: str | None = None
    act: str | None = None
    issue: str | None = None
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    condition: str | None = None
    first: date | None = None
    last: date | None = None
    reports: int = 0
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook(Finding):
    """What a ledger says lies ahead of a day, and the base rates of the classes that it falls into.

    Parameters
    ----------
    today
        The day that is looked from: what was published later is not used.
    back
        Days before `today` for which passed days, conditions and undated threats are still shown.
    rows
        By day; what has no day comes last.
    rates
        Base rates that apply, in the order of their table.
    """

    today: date
    back: int
    rows: tuple[Prospect, ...] = ()
    rates: tuple[AppliedRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A probability that a person gives, with the rule by which it will be judged. It is the person's own, never computed.

    Parameters
    ----------
    id
        See :meth:`make_id`.
    made
        Day on which it was recorded.
    who
        Whose forecast it is.
    question
        What may happen, as a question that yes or no answers.
    probability
        Of yes, above 0 and below 1. Certainty is refused: a wrong 0 or 1 has an infinite log score, so that one forecast would
        decide all.
    rule
        How it is decided, in words: what counts as yes, by which source.
    resolves_by
        The day on which it is decided at the latest.
    base_rate, base_value
        Id of the base rate that was looked at, and its share as it was then; both None where there was none.
    issue, parties
        The issue and the ids of the parties that it is about, where it is about any.
    outcome
        True: yes; False: no; None: not decided yet.
    resolved
        Day on which the outcome was recorded.
    why, evidence
        On what the outcome rests: words, and ids of moves.
    """

    id: str
    made: date
    who: str
    question: str
    probability: float
    rule: str
    resolves_by: date
    base_rate: str | None = None
    base_value: float | None = None
    issue: str | None = None
    parties: tuple[str, ...] = ()
    outcome: bool | None = None
    resolved: date | None = None
    why: str | None = None
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "who", "question", "rule"):
            if not getattr(self, name).strip():
                raise InputError(f"a forecast needs its {name}")
        if not 0 < self.probability < 1:
            raise InputError(
                f"a forecast of {self.probability} cannot be scored: give a probability above 0 and below 1, such as 0.01 or 0.99"
            )
        if self.base_value is not None and not 0 <= self.base_value <= 1:
            raise InputError(f"a base rate is a share from 0 to 1, not {self.base_value}")
        if self.resolves_by < self.made:
            raise InputError(f"a forecast made on {self.made} cannot resolve by {self.resolves_by}, an earlier day")
        if (self.outcome is None) != (self.resolved is None):
            raise InputError(f"forecast {self.id}: an outcome and the day of its record go together")
        if self.resolved is not None and self.resolved < self.made:
            raise InputError(f"forecast {self.id} was made on {self.made}, after it was resolved ({self.resolved})")

    @staticmethod
    def make_id(who: str, question: str, made: date, probability: float, resolves_by: date) -> str:
        """Return the id of a forecast: ``f`` and 12 hexadecimal digits.

        Examples
        --------
        >>> Forecast.make_id("me", "Will they meet?", date(2026, 1, 5), 0.3, date(2026, 2, 1))
        'f719f72992ed3'
        """
        key = "\x1f".join((who, question, made.isoformat(), repr(probability), resolves_by.isoformat()))
        return "f" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredForecast:
    """A forecast, whether it counts, and its scores.

    Parameters
    ----------
    state
        ``counted``; ``replaced``: its maker gave a later one on the same question; ``open``; ``overdue``: its day is over and
        no outcome is recorded; ``late``: made after the outcome was recorded; ``disputed``: the same question was resolved both
        ways.
    brier
        (probability - outcome) squared, 0 (right and sure) to 1; None unless counted.
    log
        -ln of the probability given to what happened, 0 or more; None unless counted.
    base_brier
        The Brier score of the base rate that was recorded with it; None without one.
    evidence
        Ids of the moves on which the outcome rests.
    """

    forecast: Forecast
    state: str
    brier: float | None = None
    log: float | None = None
    base_brier: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Forecasts of about the same probability, and how often it happened.

    Parameters
    ----------
    low, high
        The bin: low <= probability < high; the last one holds its upper end.
    mean
        Mean probability of its forecasts.
    forecasts, events
        How many there are, and how many came true.
    share, interval
        events / forecasts, and Wilson's 95 % interval.
    members
        Ids of the forecasts.
    evidence
        Ids of the moves on which the outcomes rest.
    """

    low: float
    high: float
    mean: float
    forecasts: int
    events: int
    share: float
    interval: Interval
    members: tuple[str, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """The Brier score taken apart over the bins: reliability - resolution + uncertainty + within, exactly.

    Parameters
    ----------
    reliability
        Squared distance between forecast and share in the bins; 0 is best.
    resolution
        Squared distance between the shares of the bins and the share of all; larger is better.
    uncertainty
        Share of all times its complement: what nobody can help.
    within
        What forecasts of one bin differ: their variance less twice their covariance with the outcomes. 0 where each bin holds one
        probability, and then this is Murphy's decomposition.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Finding):
    """How forecasts did, and whether they did better than the base rates that were recorded with them.

    Parameters
    ----------
    counted, replaced, open, overdue, late, disputed
        Forecasts by state (:class:`ScoredForecast`); together they are all.
    events
        Counted forecasts that came true.
    brier, log
        Means over the counted forecasts; None without any.
    bins
        Reliability, without the empty bins.
    decomposition
        None without counted forecasts.
    compared
        Counted forecasts with a base rate recorded; the skill rests on these alone.
    groups
        In how many groups they fall that are taken as independent: forecasts of one matter that were open together are one.
    base_brier, base_mean
        Brier score and mean of their base rates; None without any.
    skill
        1 - Brier / Brier of the base rates, over the same forecasts: 0 is as good as the base rate, 1 perfect, negative worse; None below
        `minimum`, or where the base rates were never wrong.
    gain
        Interval of the mean of (Brier of the base rate - Brier of the forecast): above 0 is better than the base rate.
    verdict
        What may be said of the skill, in words.
    minimum
        Compared forecasts from which the skill is shown.
    rows
        All forecasts in the order given.
    """

    counted: int
    replaced: int
    open: int
    overdue: int
    late: int
    disputed: int
    events: int
    brier: float | None
    log: float | None
    bins: tuple[ReliabilityBin, ...]
    decomposition: Decomposition | None
    compared: int
    groups: int
    base_brier: float | None
    base_mean: float | None
    skill: float | None
    gain: Interval | None
    verdict: str
    minimum: int
    rows: tuple[ScoredForecast, ...] = ()
