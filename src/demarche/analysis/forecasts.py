"""Scores of forecasts that people recorded, beside the base rates that they recorded with them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from math import fsum, log
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.shares import wilson_interval
from demarche.errors import InputError
from demarche.model import Interval
from demarche.model.outlook import Decomposition, Forecast, ReliabilityBin, ScoredForecast, Scores

__all__ = ["BETTER", "MINIMUM", "NO_SKILL", "WORSE", "compare_with_base", "score_forecasts"]

MINIMUM = 20
"""Compared forecasts from which skill is shown. The interval holds its level below it too, but hardly anything could be shown: of
forecasters who know the true probabilities, one in twenty is told from the base rate at 20 forecasts (evaluation/outlook.py)."""
LEVEL = 0.99
"""Level of the interval of the gain. A log is looked at after each forecast that resolves, and a verdict that is wrong in 2.5 % of
looks is wrong at some time in 3 to 18 % of logs of 200 forecasts. At this level that is 5 % or less; 13 % in logs in which a little
skill on most questions hides large errors on few (evaluation/outlook.py)."""
NO_SKILL = "no demonstrated skill over the base rate"
BETTER = "better than the base rate"
WORSE = "worse than the base rate"

Vector = NDArray[np.float64]

_MANY = 500
"""Questions from which the sum of gains is taken as normal instead of drawn."""
_STEPS = 32
_EPSILON = 1e-9
_CERTAIN = 40.0
"""A logit at which an outcome is certain for all that can be drawn."""
_FAR = 2 * _CERTAIN
_WORD = re.compile(r"[^\W\d_]+")
_MONTHS = frozenset(
    """january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec""".split()
)


def score_forecasts(
    forecasts: Iterable[Forecast],
    *,
    today: date | None = None,
    draws: int = 4000,
    seed: int = 1,
    minimum: int = MINIMUM,
    level: float = LEVEL,
    bins: int = 5,
) -> Scores:
    """Return how the resolved forecasts did, and what may be said of their skill over the base rate.

    - Brier score: mean of (p - o)², o = 1 for yes, 0 for no; 0 is right and sure, 0.25 is what saying 0.5 always gets, 1 wrong and
      sure (Brier 1950, Monthly Weather Review 78).
    - Log score: mean of -ln of the probability given to what happened; 0 is best. Never infinite, as a forecast of 0 or 1 is
      refused when it is made.
    - Reliability: in each bin of probabilities the share that came true, with Wilson's interval and the count.
    - Skill: 1 - B / B_base over the forecasts with a recorded base rate b; 0 is as good as the base rate, negative is worse. Shown
      from `minimum` of them on. The verdict stays "no demonstrated skill over the base rate" until the interval of the mean gain
      (b - o)² - (p - o)² excludes zero (:func:`compare_with_base`).

    Forecasts of one person with the same question and `resolves_by` are one forecast that was changed: the last that was made before
    the outcome was recorded counts, an outcome recorded for one of them is the outcome of all, and the others stay in the rows. The
    same question with another day is another question.

    Not for forecasts that were chosen after the fact, nor to compare people who answered different questions. Forecasts of one matter
    (issue and parties, or else the words without numbers and months) that were open together form a group, and count as right or wrong
    together; groups are taken as independent, and where they share their surprises the interval is too narrow.

    Parameters
    ----------
    forecasts
        In the order in which they were recorded.
    today
        Decides which open ones are overdue; the last day that the forecasts name as made or resolved by default.
    draws, seed
        Of the comparison with the base rate.
    bins
        How many bins of equal width reliability has.

    Raises
    ------
    InputError
        If `draws` are too few for `level`, or `bins` is less than 1.

    Examples
    --------
    >>> day = date(2026, 1, 5)
    >>> made = Forecast(id="f1", made=day, who="me", question="Will they meet?", probability=0.8, rule="Reuters says so",
    ...                 resolves_by=date(2026, 2, 1), base_value=0.5, outcome=True, resolved=date(2026, 1, 20))
    >>> scores = score_forecasts([made])
    >>> round(scores.brier, 2), scores.skill, scores.verdict
    (0.04, None, 'no demonstrated skill over the base rate')
    """
    if bins < 1:
        raise InputError("reliability needs at least one bin")
    known = list(forecasts)
    rows = _score(known, today or _last_day(known))
    counted = [row for row in rows if row.state == "counted"]
    states = Counter(row.state for row in rows)
    compared = [row for row in counted if row.base_brier is not None]
    groups = _groups([row.forecast for row in compared])
    gain = None
    if len(compared) >= max(1, minimum):
        gain = _gain([row.forecast for row in compared], groups, draws=draws, seed=seed, level=level)
    table = _bins(counted, bins)
    return Scores(
        moves=len({move for row in rows for move in row.evidence}),
        notes=_notes(states, counted, compared, len(set(groups)), minimum, level),
        counted=len(counted),
        replaced=states["replaced"],
        open=states["open"],
        overdue=states["overdue"],
        late=states["late"],
        disputed=states["disputed"],
        events=sum(bool(row.forecast.outcome) for row in counted),
        brier=_mean(row.brier for row in counted),
        log=_mean(row.log for row in counted),
        bins=table,
        decomposition=_decompose(counted, bins),
        compared=len(compared),
        groups=len(set(groups)),
        base_brier=_mean(row.base_brier for row in compared),
        base_mean=_mean(row.forecast.base_value for row in compared),
        skill=_skill(compared) if gain else None,
        gain=gain,
        verdict=_verdict(gain),
        minimum=minimum,
        rows=tuple(rows),
    )


def compare_with_base(
    probabilities: Sequence[float],
    base: Sequence[float],
    outcomes: Sequence[float],
    *,
    questions: Sequence[int] | None = None,
    groups: Sequence[int] | None = None,
    draws: int = 4000,
    seed: int = 1,
    level: float = LEVEL,
) -> Interval:
    """Return the interval of the mean gain, (b - o)² - (p - o)²: above 0 the forecasts are nearer to what happens than the base rate.

    The gain of a forecast can take two values only, one for each outcome, and both are known beforehand. It is 0 on average exactly if
    the true probability is (p + b) / 2, half way between forecast and base rate. The interval inverts a test that draws outcomes from
    these midpoints, all moved on the logit scale by the same step towards the forecasts or away from them. Its ends are the mean gains
    in the two worlds in which a sum as large, or as small, as the one observed has probability (1 - `level`) / 2 (test inversion:
    Casella and Berger, Statistical Inference, chapter 9). So a rare miss is reckoned with before it was seen. A bootstrap of the gains
    themselves does not do that: it takes twenty forecasts of 0.05 that came out as no for proof against a base rate of 0.15.

    Groups are taken as independent of each other, and within one the forecasts as right or wrong together, as far as their
    probabilities allow: whatever the questions of one matter share, more than this it cannot be. The truth is taken as no further from
    the forecasts where little is at stake than where much is. 0 inside the interval means that the outcomes do not tell the forecasts
    from the base rate.

    Parameters
    ----------
    questions
        The question of each forecast, where several people answered the same: they share one outcome. Each its own by default.
    groups
        What each forecast is about, where that may decide more than one; forecasts of one question are of one group. Each question its
        own by default.

    Raises
    ------
    InputError
        If `draws` are too few for `level`.

    Examples
    --------
    >>> found = compare_with_base([0.05] * 20, [0.15] * 20, [0] * 20)
    >>> found.low < 0 < found.high
    True
    """
    tail = (1 - level) / 2
    if draws * tail < 4:
        raise InputError(f"{draws} draws say nothing of a probability of {tail:.4f}; take {int(4 / tail) + 1} or more")
    p, b, o = (np.asarray(values, dtype=float) for values in (probabilities, base, outcomes))
    numbers = np.arange(len(p)) if questions is None else np.asarray(questions)
    first, of = np.unique(numbers, return_index=True, return_inverse=True)[1:]
    # The gain of a question is o * slope - cost: it is 0 on average where the probability is cost / slope.
    slope, cost, times, events = (_sum(of, values) for values in (2 * (p - b), p * p - b * b, np.ones_like(p), o))
    outcome = events / times
    group = np.unique(first if groups is None else np.asarray(groups)[first], return_inverse=True)[1]
    family = _Family(slope, cost, group, draws, seed)
    gain = float(outcome @ slope - cost.sum())
    low = family.solve(lambda tilt: family.tails(tilt, gain)[0] > tail, towards=-1)
    high = family.solve(lambda tilt: family.tails(tilt, gain)[1] > tail, towards=1)
    return Interval(low=family.mean(low) / len(p), high=family.mean(high) / len(p), level=level)


def _sum(of: NDArray[Any], values: Vector) -> Vector:
    return np.bincount(of, values).astype(float)


class _Family:
    """Worlds from one in which the base rate is much nearer to the truth (tilt < 0) to one in which the forecasts are (tilt > 0).

    A question turns out the forecast's way with a chance that the tilt moves; then its gain is greater by its stake.
    """

    def __init__(self, slope: Vector, cost: Vector, group: NDArray[Any], draws: int, seed: int) -> None:
        order = np.argsort(group, kind="stable")
        slope, cost, self._group = slope[order], cost[order], group[order]
        self._stake = np.abs(slope)
        self._least = float(np.minimum(slope, 0).sum() - cost.sum())
        some = self._stake > _EPSILON
        middle = np.clip(np.where(some, cost / np.where(some, slope, 1.0), 0.5), _EPSILON, 1 - _EPSILON)
        middle = np.where(slope < 0, 1 - middle, middle)
        self._middle, self._moves = np.log(middle / (1 - middle)), some.astype(float)
        many = len(slope) > _MANY
        count = int(self._group.max(initial=-1)) + 1
        self._drawn = (
            None if many else np.random.default_rng(seed).random((draws, count), dtype=np.float32)[:, self._group]
        )
        self._draws = draws

    def _chances(self, tilt: float) -> Vector:
        logit = np.clip(self._middle + tilt * self._moves, -_CERTAIN, _CERTAIN)
        made: Vector = 1 / (1 + np.exp(-logit))
        return made

    def mean(self, tilt: float) -> float:
        """Return the sum of gains to be expected."""
        return float(self._chances(tilt) @ self._stake) + self._least

    def tails(self, tilt: float, gain: float) -> tuple[float, float]:
        """Return the probabilities of a sum of gains at least, and at most, as large."""
        chances = self._chances(tilt)
        if self._drawn is None:
            wide = max(self._spread(chances), _EPSILON)
            below = NormalDist().cdf((gain - self.mean(tilt)) / wide)
            return 1 - below, below
        sums = (self._drawn < chances.astype(np.float32)) @ self._stake + self._least
        more, less = int((sums >= gain - _EPSILON).sum()), int((sums <= gain + _EPSILON).sum())
        return (more + 1) / (self._draws + 1), (less + 1) / (self._draws + 1)

    def _spread(self, chances: Vector) -> float:
        """Return the standard deviation of the sum: in a group, who turns out with a small chance does so with all of greater chance."""
        order = np.lexsort((-chances, self._group))
        stake, chance, group = self._stake[order], chances[order], self._group[order]
        before = np.cumsum(stake) - stake
        starts = np.searchsorted(group, group)
        squares = _sum(group, stake * chance * (2 * (before - before[starts]) + stake))
        return float(np.sqrt(max(0.0, float((squares - _sum(group, stake * chance) ** 2).sum()))))

    def solve(self, holds: Callable[[float], bool], *, towards: int) -> float:
        """Return the furthest tilt, from where it holds, at which `holds` still does."""
        inside, outside = -towards * _FAR, towards * _FAR
        if holds(outside):
            return outside
        for _ in range(_STEPS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if holds(middle) else (inside, middle)
        return inside


def _question(forecast: Forecast) -> tuple[str, date]:
    return " ".join(forecast.question.casefold().split()), forecast.resolves_by


def _last_day(forecasts: Sequence[Forecast]) -> date:
    return max((forecast.resolved or forecast.made for forecast in forecasts), default=date.min)


def _score(forecasts: Sequence[Forecast], today: date) -> list[ScoredForecast]:
    together: dict[tuple[str, tuple[str, date]], list[int]] = defaultdict(list)
    for number, forecast in enumerate(forecasts):
        together[forecast.who.strip(), _question(forecast)].append(number)
    rows: dict[int, ScoredForecast] = {}
    for numbers in together.values():
        group = [forecasts[number] for number in numbers]
        rows.update(zip(numbers, _score_question(group, today), strict=True))
    return [rows[number] for number in range(len(forecasts))]


def _score_question(group: Sequence[Forecast], today: date) -> list[ScoredForecast]:
    """Return the rows of one person's forecasts of one question, in the order of the log."""
    decided = [forecast for forecast in group if forecast.outcome is not None]
    if not decided:
        state = "overdue" if group[0].resolves_by < today else "open"
        last = max(range(len(group)), key=lambda number: (group[number].made, number))
        return [_row(one, state if number == last else "replaced") for number, one in enumerate(group)]
    if len({forecast.outcome for forecast in decided}) > 1:
        return [_row(forecast, "disputed") for forecast in group]
    first = min(decided, key=lambda forecast: forecast.resolved or date.max)
    settled = first.resolved or date.max
    # Of a forecast without an outcome of its own nobody knows that it was made before, if it was made on the day itself.
    fair = [one.made < settled or one.made == settled and one.outcome is not None for one in group]
    last = max((n for n in range(len(group)) if fair[n]), key=lambda number: (group[number].made, number))
    states = ["counted" if n == last else "replaced" if fair[n] else "late" for n in range(len(group))]
    return [_row(one, state, first) for one, state in zip(group, states, strict=True)]


def _row(forecast: Forecast, state: str, decided: Forecast | None = None) -> ScoredForecast:
    if state != "counted" or decided is None:
        return ScoredForecast(forecast=forecast, state=state, evidence=forecast.evidence)
    outcome = bool(decided.outcome)
    base = forecast.base_value
    whole = replace(forecast, outcome=outcome, resolved=forecast.resolved or decided.resolved)
    return ScoredForecast(
        forecast=whole,
        state=state,
        brier=(forecast.probability - outcome) ** 2,
        log=-log(forecast.probability if outcome else 1 - forecast.probability),
        base_brier=None if base is None else (base - outcome) ** 2,
        evidence=tuple(dict.fromkeys((*forecast.evidence, *decided.evidence))),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _gain(forecasts: Sequence[Forecast], groups: Sequence[int], *, draws: int, seed: int, level: float) -> Interval:
    # With the outcome: two people may have judged the same words by different rules.
    keys = [(*_question(forecast), forecast.outcome) for forecast in forecasts]
    return compare_with_base(
        [forecast.probability for forecast in forecasts],
        [forecast.base_value or 0.0 for forecast in forecasts],
        [float(bool(forecast.outcome)) for forecast in forecasts],
        questions=_number(keys),
        groups=groups,
        draws=draws,
        seed=seed,
        level=level,
    )


def _number(keys: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _groups(forecasts: Sequence[Forecast]) -> list[int]:
    """Return the group of each: forecasts of one matter that were open together, from the first until that one was resolved.

    The matter is the issue and the parties, or else the words of the question without its numbers and months. Questions with the
    same words and day are of one group whatever else was recorded with them.
    """
    matters: dict[Hashable, list[int]] = defaultdict(list)
    first: dict[Hashable, Hashable] = {}
    for number, forecast in enumerate(forecasts):
        matters[first.setdefault(_question(forecast), _matter(forecast))].append(number)
    found = [0] * len(forecasts)
    count = 0
    for members in matters.values():
        until: dict[Hashable, int] = {}
        end = date.min
        for number in sorted(members, key=lambda member: (forecasts[member].made, member)):
            question = _question(forecasts[number])
            if question not in until and forecasts[number].made > end:
                count, end = count + 1, forecasts[number].resolved or date.max
            found[number] = until.setdefault(question, count)
    return found


def _matter(forecast: Forecast) -> Hashable:
    if forecast.issue or forecast.parties:
        return forecast.issue, tuple(sorted(set(forecast.parties)))
    words = _WORD.findall(forecast.question.casefold())
    return tuple(word for word in words if word not in _MONTHS)


def _skill(compared: Sequence[ScoredForecast]) -> float | None:
    base = _mean(row.base_brier for row in compared)
    own = _mean(row.brier for row in compared)
    return 1 - own / base if base and own is not None else None


def _verdict(gain: Interval | None) -> str:
    if gain and gain.low > 0:
        return BETTER
    return WORSE if gain and gain.high < 0 else NO_SKILL


def _bin(probability: float, bins: int) -> int:
    # Rounded, so that 0.6 of five bins is the lower end of the fourth, as people read it, and not just below.
    return min(int(round(probability * bins, 9)), bins - 1)


def _bins(counted: Sequence[ScoredForecast], bins: int) -> tuple[ReliabilityBin, ...]:
    members: dict[int, list[ScoredForecast]] = defaultdict(list)
    for row in counted:
        members[_bin(row.forecast.probability, bins)].append(row)
    return tuple(_reliability(number, bins, members[number]) for number in sorted(members))


def _reliability(number: int, bins: int, rows: Sequence[ScoredForecast]) -> ReliabilityBin:
    events = sum(bool(row.forecast.outcome) for row in rows)
    return ReliabilityBin(
        low=number / bins,
        high=(number + 1) / bins,
        mean=fsum(row.forecast.probability for row in rows) / len(rows),
        forecasts=len(rows),
        events=events,
        share=events / len(rows),
        interval=wilson_interval(events, len(rows)),
        members=tuple(row.forecast.id for row in rows),
        evidence=tuple(dict.fromkeys(move for row in rows for move in row.evidence)),
    )


def _decompose(counted: Sequence[ScoredForecast], bins: int) -> Decomposition | None:
    """Return the terms of Stephenson, Coelho and Jolliffe (2008), Weather and Forecasting 23, which add up for any bins."""
    if not counted:
        return None
    p = np.array([row.forecast.probability for row in counted])
    o = np.array([float(bool(row.forecast.outcome)) for row in counted])
    of = np.unique([_bin(value, bins) for value in p], return_inverse=True)[1]
    size = np.bincount(of)
    mean, share = np.bincount(of, p) / size, np.bincount(of, o) / size
    base = float(o.mean())
    apart = p - mean[of]
    return Decomposition(
        reliability=float(size @ (mean - share) ** 2) / len(p),
        resolution=float(size @ (share - base) ** 2) / len(p),
        uncertainty=base * (1 - base),
        within=float((apart * apart - 2 * apart * (o - share[of])).mean()),
    )


def _notes(
    states: Counter[str],
    counted: Sequence[ScoredForecast],
    compared: Sequence[ScoredForecast],
    groups: int,
    minimum: int,
    level: float,
) -> tuple[str, ...]:
    notes = ["The forecasts are their makers' own; nothing here is computed for them."]
    if not counted:
        notes.append("No forecast is resolved yet, so there is nothing to score.")
    if len(compared) < minimum:
        notes.append(
            f"Skill is shown from {minimum} resolved forecasts with a base rate on; there are {len(compared)}. "
            "Fewer can hardly tell a good forecaster from the base rate."
        )
    else:
        notes.append(
            f"The gain is the Brier score of the base rates less that of the forecasts, with a {level:.0%} interval: so wide because "
            "a log is looked at again and again."
        )
        notes.append(
            f"The {len(compared)} forecasts are {groups} groups: those of one issue and parties (or of the same words) that were open "
            "together count as right or wrong together. Groups are taken as independent; where they are not, the interval is too narrow."
        )
    if len(counted) > len(compared):
        notes.append(
            f"{len(counted) - len(compared)} scored forecasts have no base rate and are not in the comparison."
        )
    for state, words in _TOLD.items():
        if states[state]:
            notes.append(f"{states[state]} {words}")
    return tuple(notes)


_TOLD = {
    "replaced": "were changed later by their maker: kept, but the last before the outcome counts.",
    "overdue": "are past their day and have no outcome: resolve them, or the scores leave out what was not to your liking.",
    "late": "were made when the outcome was recorded already: kept, not counted.",
    "disputed": "are on a question that was resolved both as yes and as no: not counted.",
}
