"""How often what was announced would have been reported anyway: the base rate around the announcements."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.incidence import estimate_incidence
from demarche.model.findings import Interval
from demarche.model.threats import Case, Excess

__all__ = ["chance_by", "estimate_excess"]


def chance_by(days: int, *, with_move: int, watched: int) -> float | None:
    """Return the chance of at least one day with a move within `days`, from `with_move` such days among `watched` days.

    1 less the share of all choices of `days` of the watched days that hold no such day: without bias where days are independent
    and alike, which 1 - exp(-rate * days) is not (it is too low, as the rate is not known but counted). None if fewer days
    were watched than are asked for.

    Examples
    --------
    >>> chance_by(60, with_move=1, watched=120)
    0.5
    >>> chance_by(60, with_move=0, watched=120), chance_by(60, with_move=0, watched=30)
    (0.0, None)
    """
    if watched < days:
        return None
    without = 1.0
    for number in range(with_move):
        without *= max(0.0, 1 - days / (watched - number)) if watched > number else 0.0
    return 1 - without


def estimate_excess(
    cases: Sequence[Case],
    *,
    within: int,
    watched: Sequence[int | None],
    causes: Sequence[int],
    level: float,
) -> Excess | None:
    """Return observed less expected share carried out within some days; None where no case has enough days around it.

    Expected is the mean of :func:`chance_by` over the cases, up to `within` or, where another outcome ended a case earlier, up to that:
    what had been withdrawn could not be carried out. The interval joins that of the incidence and that of the mean, as for two
    independent figures (the method of variance estimates recovery, Zou and Donner 2008). A bootstrap of the difference was
    tried: it has no width where all cases, or none, were carried out, and then finds an excess that is not there.

    Parameters
    ----------
    watched
        Of each case the days around it that its counts rest on.
    causes
        Of each case 0 for open, 1 for carried out, more for other outcomes.
    """
    expected, used = [], []
    for number, case in enumerate(cases):
        days = within if causes[number] < 2 else min(within, case.observed)
        count = case.before + case.after
        seen = watched[number]
        chance = None if seen is None else chance_by(days, with_move=count, watched=seen)
        if chance is not None:
            expected.append(chance)
            used.append(number)
    durations = [cases[number].observed for number in used]
    kinds = [causes[number] for number in used]
    if not used or _ends_open(durations, kinds, within):
        return None
    step = estimate_incidence(durations, kinds, cause=1, level=level).at(within)
    observed = step.incidence if step else 0.0
    bounds = (step.interval.low, step.interval.high) if step else _nothing(len(used), level)
    mean = float(np.mean(expected))
    spread = _interval_of_mean(np.array(expected), level)
    return Excess(
        days=within, cases=len(used), observed=observed, expected=mean, excess=observed - mean,
        interval=Interval(
            low=observed - mean - hypot(observed - bounds[0], spread[1] - mean),
            high=observed - mean + hypot(bounds[1] - observed, mean - spread[0]),
            level=level,
        ),
    )  # fmt: skip


def _nothing(cases: int, level: float) -> tuple[float, float]:
    return 0.0, 1 - ((1 - level) / 2) ** (1 / cases)


def _ends_open(durations: list[int], kinds: list[int], within: int) -> bool:
    """Tell whether nothing is known of so late a day: all cases that were left went out of sight before."""
    last = max(durations)
    return last < within and any(kind == 0 and days == last for days, kind in zip(durations, kinds, strict=True))


def _interval_of_mean(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Return the interval of a mean of chances: Wilson's, for as many cases as a share would need to be known as well.

    Where the chances do not differ at all that is the number of cases, so that none among few does not count as certain.
    """
    mean, size = float(values.mean()), len(values)
    spread = float(values.var(ddof=1)) / size if size > 1 else 0.0
    cases = mean * (1 - mean) / spread if spread > 0 and 0 < mean < 1 else float(size)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (mean + z * z / (2 * cases)) / (1 + z * z / cases)
    reach = z * (mean * (1 - mean) / cases + z * z / (4 * cases * cases)) ** 0.5 / (1 + z * z / cases)
    return max(0.0, middle - reach), min(1.0, middle + reach)
