"""How often what was announced would have been reported anyway: the base rate around the announcements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demarche.analysis.incidence import draw_incidence, estimate_incidence
from demarche.model.findings import Interval
from demarche.model.threats import Case, Excess

__all__ = ["chance_by", "estimate_excess"]

_BATCH = 50
_DRAWN = 2_000_000
"""Cases that are drawn in all: of many cases fewer draws are as good."""


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
    watched: Sequence[int],
    causes: Sequence[int],
    draws: int,
    seed: int,
    level: float,
) -> Excess | None:
    """Return observed less expected share carried out within some days; None where no case has enough days around it.

    Expected is the mean of :func:`chance_by` over the cases, up to `within` or, where another outcome ended a case earlier, up to that:
    what had been withdrawn could not be carried out. Cases are drawn again for the interval (percentile bootstrap).

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
        count = (case.before or 0) + (case.after or 0)
        chance = chance_by(days, with_move=count, watched=watched[number])
        if chance is not None and case.before is not None:
            expected.append(chance)
            used.append(number)
    durations = [cases[number].observed for number in used]
    kinds = [causes[number] for number in used]
    if not used or _ends_open(durations, kinds, within):
        return None
    curve = estimate_incidence(durations, kinds, cause=1, level=level).at(within)
    observed = curve.incidence if curve else 0.0
    low, high = _interval(durations, kinds, np.array(expected), within=within, draws=draws, seed=seed, level=level)
    mean = float(np.mean(expected))
    return Excess(
        days=within, cases=len(used), observed=observed, expected=mean, excess=observed - mean,
        interval=Interval(low=low, high=high, level=level),
    )  # fmt: skip


def _ends_open(durations: list[int], kinds: list[int], within: int) -> bool:
    """Tell whether nothing is known of so late a day: all cases that were left went out of sight before."""
    last = max(durations)
    return last < within and any(kind == 0 and days == last for days, kind in zip(durations, kinds, strict=True))


def _interval(
    durations: list[int], kinds: list[int], expected: np.ndarray, *, within: int, draws: int, seed: int, level: float
) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    size = len(durations)
    draws = min(draws, max(200, _DRAWN // size))
    found = []
    for start in range(0, draws, _BATCH):
        rows = min(_BATCH, draws - start)
        weights = rng.multinomial(size, np.full(size, 1 / size), size=rows).astype(float)
        shares = draw_incidence(durations, kinds, cause=1, time=within, weights=weights)
        found.append(shares - weights @ expected / size)
    low, high = np.quantile(np.concatenate(found), [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
