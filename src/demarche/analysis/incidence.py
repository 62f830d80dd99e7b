"""How often something had happened by a time, where something else can come first and some cases go out of sight."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import InputError
from demarche.model.findings import Interval
from demarche.model.threats import Incidence, Step

__all__ = ["estimate_incidence"]

Floats = NDArray[np.float64]


def estimate_incidence(durations: ArrayLike, causes: ArrayLike, *, cause: int, level: float = 0.95) -> Incidence:
    r"""Return the cumulative incidence of one event by Aalen-Johansen, the other events competing with it.

    .. math:: F(t) = \sum_{t_i \le t} S(t_i-) d_{ki} / n_i

    with S the share without any event (Kaplan-Meier over all events), n_i the cases at risk and d_ki those with the event
    (Aalen and Johansen 1978). Ties are exact; cases that go out of sight at the time of an event are at risk of it. Variance
    by the delta method from Greenwood's (Collett, Modelling Survival Data in Medical Research, 3rd ed., 12.3); the interval is
    symmetric in log(-log(1 - F)) (Kalbfleisch and Prentice). Where F is 0 it is the exact binomial bound for the cases that
    were not out of sight before, where it is 1 that for the cases at risk. On planted truth 95 % intervals covered 93 to 98 %
    from 20 cases on (``python -m evaluation.incidence``).

    0 means that no case seen so far has had the event. After the last step nothing is known: the curve is not flat, it ends.
    Do not use it where going out of sight has to do with the event, and do not read it as what would happen if the other
    events could not occur: that is 1 - Kaplan-Meier, which answers another question, and is too high here.

    Parameters
    ----------
    durations
        Time to the event, or to when the case was last seen: 0 or more.
    causes
        Code of the event of each case, 0 if it was last seen without any.
    cause
        Code of the event asked for, 1 or more.
    level
        Of the intervals.

    Raises
    ------
    InputError
        If the lists differ in length, a duration is negative or no number, a code is no whole number from 0 on, or `cause` is
        below 1 or `level` not between 0 and 1.

    Examples
    --------
    >>> curve = estimate_incidence([2, 2, 3, 5], [1, 2, 0, 1], cause=1)
    >>> [(step.time, step.at_risk, step.incidence) for step in curve.steps]
    [(2.0, 4, 0.25), (3.0, 2, 0.25), (5.0, 1, 0.75)]
    """
    times, codes = _check(durations, causes, cause, level)
    if not len(times):
        return Incidence(cause=cause, cases=0, events=0, competing=0, censored=0)
    at, of_cause, of_any, of_all = _tally(times, codes, cause)
    at_risk = len(times) - np.concatenate([[0], np.cumsum(of_all)[:-1]])
    share, variance = _incidence(at_risk.astype(float), of_any.astype(float), of_cause.astype(float))
    seen = len(times) - (np.cumsum(of_all - of_any) - (of_all - of_any))
    low, high = _interval(share, variance, seen, at_risk, level)
    error = np.sqrt(np.maximum(variance, 0.0))
    return Incidence(
        cause=cause,
        cases=len(times),
        events=int(of_cause.sum()),
        competing=int(of_any.sum() - of_cause.sum()),
        censored=int(of_all.sum() - of_any.sum()),
        steps=tuple(
            Step(
                time=float(at[step]),
                at_risk=int(at_risk[step]),
                events=int(of_cause[step]),
                competing=int(of_any[step] - of_cause[step]),
                censored=int(of_all[step] - of_any[step]),
                incidence=float(share[step]),
                error=float(error[step]),
                interval=Interval(low=float(low[step]), high=float(high[step]), level=level),
            )
            for step in range(len(at))
        ),
    )


def _check(durations: ArrayLike, causes: ArrayLike, cause: int, level: float) -> tuple[Floats, NDArray[np.int64]]:
    try:
        times = np.asarray(durations, dtype=np.float64).ravel()
        codes = np.asarray(causes, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise InputError(f"durations and causes must be numbers: {error}") from error
    if len(times) != len(codes):
        raise InputError(f"there are {len(times)} durations but {len(codes)} causes; give each case one of both")
    if not np.all(np.isfinite(times)) or np.any(times < 0):
        raise InputError("a duration is negative or no number; give the time from the start of each case")
    if np.any(codes < 0) or np.any(codes != np.floor(codes)):
        raise InputError("a cause is no whole number from 0 on; 0 is a case without an event")
    if cause < 1:
        raise InputError(f"cause {cause} is none: 0 stands for cases without an event, events are 1 or more")
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")
    return times, codes.astype(np.int64)


def _tally(
    times: Floats, codes: NDArray[np.int64], cause: int
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct times, and how many cases had the event, any event, and ended in any way at each."""
    at, place = np.unique(times, return_inverse=True)
    of_cause = np.bincount(place[codes == cause], minlength=len(at))
    of_any = np.bincount(place[codes > 0], minlength=len(at))
    return at, of_cause, of_any, np.bincount(place, minlength=len(at))


def _incidence(at_risk: Floats, of_any: Floats, of_cause: Floats) -> tuple[Floats, Floats]:
    """Return incidence and variance; sums over pairs of times are written out, so that it takes one pass."""
    alive = np.concatenate([[1.0], np.cumprod(1 - of_any / at_risk)[:-1]])
    share = np.minimum(np.cumsum(alive * of_cause / at_risk), 1.0)
    left = at_risk - of_any
    # Where nobody is left the curve stays as it is, and the term has no weight.
    greenwood = np.where(left > 0, of_any / (at_risk * np.where(left > 0, left, 1.0)), 0.0)
    cross = alive * of_cause / at_risk**2
    own = alive**2 * of_cause * (at_risk - of_cause) / at_risk**3
    variance = (
        share**2 * np.cumsum(greenwood)
        - 2 * share * np.cumsum(greenwood * share)
        + np.cumsum(greenwood * share**2)
        + np.cumsum(own)
        - 2 * (share * np.cumsum(cross) - np.cumsum(cross * share))
    )
    return share, variance


def _interval(
    share: Floats, variance: Floats, seen: NDArray[np.int64], at_risk: NDArray[np.int64], level: float
) -> tuple[Floats, Floats]:
    inside = (share > 1e-12) & (share < 1 - 1e-12)
    middle = np.where(inside, share, 0.5)
    hazard = -np.log1p(-middle)
    spread = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(np.maximum(variance, 0.0)) / ((1 - middle) * hazard)
    spread = np.minimum(spread, 50.0)
    tail = (1 - level) / 2
    low = np.where(inside, -np.expm1(-hazard * np.exp(-spread)), np.where(share >= 0.5, tail ** (1 / at_risk), 0.0))
    high = np.where(inside, -np.expm1(-hazard * np.exp(spread)), np.where(share >= 0.5, 1.0, 1 - tail ** (1 / seen)))
    return low, high
