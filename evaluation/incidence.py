"""Does the cumulative incidence find what was planted, and what lifelines finds? ``python -m evaluation.incidence [--draws N]``.

Planted: two exponential causes that compete, and censoring that has nothing to do with them; the truth is
``rate / (rate + other) * (1 - exp(-(rate + other) t))``. Beside it lifelines' AalenJohansenFitter on data with many ties. That
one jitters tied events of different causes at random, so they are set apart by hand, by less than any gap: the estimate does
not depend on their order. Variances are compared too, as both use the same formula; its interval is symmetric in
log(-log F), ours in log(-log(1 - F)), so intervals are not compared. Where nobody is left at risk its variance is no number.
"""

from __future__ import annotations

import argparse
import math
import warnings
from typing import Any

import numpy as np

from demarche.analysis.incidence import estimate_incidence

__all__ = ["compare_lifelines", "plant"]

_TIMES = (10.0, 20.0, 40.0, 60.0)
_PLANTED = ((0.02, 0.015, 0.012), (0.005, 0.02, 0.01), (0.05, 0.01, 0.02))


def plant(*, cases: int, rates: tuple[float, float, float], draws: int, seed: int) -> list[dict[str, float]]:
    """Return bias, and coverage of 95 % intervals, at several times.

    Parameters
    ----------
    rates
        Of the event, of the competing one, and of censoring, a day.
    """
    rng = np.random.default_rng(seed)
    rate, other, censoring = rates
    error, covered = np.zeros(len(_TIMES)), np.zeros(len(_TIMES))
    truth = [rate / (rate + other) * -math.expm1(-(rate + other) * time) for time in _TIMES]
    for _ in range(draws):
        ends = rng.exponential(1 / (rate + other), cases)
        kinds = np.where(rng.random(cases) < rate / (rate + other), 1, 2)
        seen = rng.exponential(1 / censoring, cases)
        curve = estimate_incidence(np.minimum(ends, seen), np.where(ends <= seen, kinds, 0), cause=1)
        for number, time in enumerate(_TIMES):
            step = curve.at(time)
            error[number] += (step.incidence if step else 0.0) - truth[number]
            low, high = (step.interval.low, step.interval.high) if step else (0.0, 1 - 0.025 ** (1 / cases))
            covered[number] += low - 1e-12 <= truth[number] <= high + 1e-12
    return [
        {"time": time, "truth": truth[number], "bias": error[number] / draws, "coverage": covered[number] / draws}
        for number, time in enumerate(_TIMES)
    ]


def compare_lifelines(*, cases: int, days: int, seed: int) -> dict[str, Any]:
    """Return the largest difference from lifelines in estimate, variance and number at risk, on data with ties."""
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(seed)
    durations, causes = rng.integers(1, days + 1, cases).astype(float), rng.integers(0, 3, cases)
    ours = estimate_incidence(durations, causes, cause=1)
    apart = np.where(causes == 2, durations - 1e-4, np.where(causes == 1, durations - 2e-4, durations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = AalenJohansenFitter().fit(apart, causes, event_of_interest=1)
    shares, variances = fitter.cumulative_density_.iloc[:, 0], fitter.variance_
    difference = spread = 0.0
    compared = 0
    for step in ours.steps:
        place = int(np.searchsorted(shares.index.to_numpy(), step.time + 1e-9)) - 1
        difference = max(difference, abs(float(shares.iloc[place]) - step.incidence))
        variance = float(variances.iloc[place])
        if math.isfinite(variance):
            spread = max(spread, abs(variance - step.error**2))
            compared += 1
    return {
        "cases": cases, "steps": len(ours.steps), "estimate": difference, "variance": spread, "variances compared": compared,
    }  # fmt: skip


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"planted truth, {options.draws} draws")
    for rates in _PLANTED:
        for cases in (20, 50, 200):
            for row in plant(cases=cases, rates=rates, draws=options.draws, seed=options.seed):
                print(
                    f"rates {rates} n {cases:3}  day {row['time']:3.0f}  truth {row['truth']:.3f}  bias {row['bias']:+.4f}  "
                    f"coverage {row['coverage']:.3f}"
                )
    print("against lifelines, largest difference")
    for cases, days in ((20, 8), (50, 10), (200, 30), (2000, 60), (200, 10**6)):
        print(compare_lifelines(cases=cases, days=days, seed=options.seed))


if __name__ == "__main__":
    main()
