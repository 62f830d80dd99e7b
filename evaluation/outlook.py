"""Scores of forecasts against hand-computed cases, and how often skill is claimed: ``python -m evaluation.outlook``.

A log is simulated: for each question a base rate b, a forecast p, a true probability t, an outcome. In the worlds without skill
forecasts are on average exactly as near to the truth as the base rate, so that every claim of skill is false. Compared are the
interval that the product uses (`compare_with_base`) and the percentile bootstrap of the paired differences. "Looks" counts logs
in which any look claims skill, the log being looked at after each forecast from the least number on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.forecasts import LEVEL, MINIMUM, compare_with_base, score_forecasts
from demarche.model.outlook import Forecast

Vector = NDArray[np.float64]
World = Callable[[int, np.random.Generator], tuple[Vector, Vector, Vector]]

SIZES = (5, 10, 20, 40, 60, 100, 200)
_NULL_DRAWS = 2000
_DAY = date(2026, 1, 1)


def _fixed(base: float, forecast: float, truth: float) -> World:
    return lambda n, _: (np.full(n, base), np.full(n, forecast), np.full(n, truth))


def _wide(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    base, forecast = np.full(n, 0.5), generator.uniform(0.2, 0.8, n)
    return base, forecast, (base + forecast) / 2


def _mixed(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    base = generator.beta(2, 4, n)
    forecast = np.clip(base + generator.normal(0, 0.2, n), 0.02, 0.98)
    return base, forecast, (base + forecast) / 2


def _uneven(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    return np.full(n, 0.5), np.full(n, 0.7), np.where(generator.random(n) < 0.5, 0.9, 0.3)


def _blind(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    """Return a world with a little skill on nine questions of ten, and a large error on the tenth that undoes it."""
    large = generator.random(n) < 0.1
    return np.full(n, 0.3), np.where(large, 0.02, 0.2), np.where(large, 0.4815, 0.15)


def _copied(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    base = np.full(n, 0.3)
    return base, np.clip(base + generator.normal(0, 0.1, n), 0.02, 0.98), base


def _skilled(a: float, b: float, error: float) -> World:
    def make(n: int, generator: np.random.Generator) -> tuple[Vector, Vector, Vector]:
        truth = generator.beta(a, b, n)
        return np.full(n, a / (a + b)), np.clip(truth + generator.normal(0, error, n), 0.02, 0.98), truth

    return make


NO_SKILL: dict[str, World] = {
    "half way, forecasts 0.2 to 0.8": _wide,
    "half way, base rates and forecasts mixed": _mixed,
    "rare: says 0.05, base 0.15": _fixed(0.15, 0.05, 0.10),
    "rarer: says 0.02, base 0.08": _fixed(0.08, 0.02, 0.05),
    "rare: says 0.15, base 0.05": _fixed(0.05, 0.15, 0.10),
    "right on half, wrong on half": _uneven,
    "base rate with noise (worse than it)": _copied,
    "right on most, large errors on few": _blind,
}
DEPENDENT: dict[str, World] = {
    "half way, to either side of the base rate": _wide,
    "half way, always above it (says 0.7, base 0.5)": _fixed(0.5, 0.7, 0.6),
}
SKILL: dict[str, World] = {
    "knows the truth, which varies much": _skilled(0.75, 1.75, 0.0),
    "error 0.1, truth varies (sd 0.19)": _skilled(1.5, 3.5, 0.1),
    "error 0.1, truth varies little (sd 0.14)": _skilled(3.0, 7.0, 0.1),
}


def score_by_hand() -> list[dict[str, Any]]:
    """Return scores of small logs that were worked out by hand, and those computed."""
    cases: list[tuple[str, list[tuple[float, bool]], dict[str, float]]] = [
        ("one, right", [(0.8, True)], {"brier": 0.04, "log": -log(0.8)}),
        ("one, wrong", [(0.8, False)], {"brier": 0.64, "log": -log(0.2)}),
        ("always 0.5", [(0.5, True), (0.5, False)], {"brier": 0.25, "log": log(2)}),
        (
            "three",
            [(0.9, True), (0.6, False), (0.1, False)],
            {"brier": 0.38 / 3, "log": -(2 * log(0.9) + log(0.4)) / 3},
        ),
    ]
    found = []
    for name, forecasts, expected in cases:
        scores = score_forecasts([make_forecast(number, p, o) for number, (p, o) in enumerate(forecasts)])
        for measure, value in expected.items():
            computed = float(getattr(scores, measure))
            found.append({"case": name, "measure": measure, "by hand": value, "computed": computed})
    # Four of 0.25 with one event, two of 0.75 with one: (4 (0.25 - 0.25)² + 2 (0.75 - 0.5)²) / 6, and so on.
    log_ = [(0.25, True), *[(0.25, False)] * 3, (0.75, True), (0.75, False)]
    terms = score_forecasts([make_forecast(number, p, o) for number, (p, o) in enumerate(log_)]).decomposition
    by_hand = {"reliability": 0.125 / 6, "resolution": (4 / 144 + 2 / 36) / 6, "uncertainty": 2 / 9, "within": 0.0}
    for term, value in by_hand.items():
        found.append({"case": "two values", "measure": term, "by hand": value, "computed": float(getattr(terms, term))})
    return found


def make_forecast(number: int, probability: float, outcome: bool | None, base: float | None = None) -> Forecast:
    """Return a forecast of its own question, resolved after ten days."""
    made = _DAY + timedelta(days=number)
    return Forecast(
        id=f"f{number}",
        made=made,
        who="simulated",
        question=f"Question {number}?",
        probability=probability,
        rule="drawn",
        resolves_by=made + timedelta(days=30),
        base_value=base,
        outcome=outcome,
        resolved=None if outcome is None else made + timedelta(days=10),
    )


def measure_claims(
    world: World, *, logs: int, seed: int, size: int = max(SIZES), bootstrap: bool = True
) -> dict[str, Any]:
    """Return the shares of logs in which skill is claimed: by size at either level, in any look, and by the bootstrap."""
    generator = np.random.default_rng(seed)
    sizes = [n for n in SIZES if n <= size]
    shipped, once, drawn = (np.zeros(len(sizes)) for _ in range(3))
    looks = looks_95 = 0
    for _ in range(logs):
        base, forecast, truth = world(size, generator)
        outcome = (generator.random(size) < truth).astype(float)
        values = _p_values(base, forecast, outcome, generator)
        shipped += [values[n - 1] <= (1 - LEVEL) / 2 for n in sizes]
        once += [values[n - 1] <= 0.025 for n in sizes]
        looks += bool((values[MINIMUM - 1 :] <= (1 - LEVEL) / 2).any())
        looks_95 += bool((values[MINIMUM - 1 :] <= 0.025).any())
        gain = (base - outcome) ** 2 - (forecast - outcome) ** 2
        drawn += [bootstrap and _bootstrap(gain[:n], generator) > 0 for n in sizes]
    by_size = {name: dict(zip(sizes, (counts / logs).tolist(), strict=True)) for name, counts in
               (("99 %", shipped), ("95 %", once), ("bootstrap 95 %", drawn))}  # fmt: skip
    return by_size | {"looks 99 %": looks / logs, "looks 95 %": looks_95 / logs}


def _p_values(base: Vector, forecast: Vector, outcome: Vector, generator: np.random.Generator) -> Vector:
    """Return, after each forecast, the probability of as large a sum of gains in the world half way."""
    slope, cost = 2 * (forecast - base), forecast**2 - base**2
    drawn = generator.random((_NULL_DRAWS, len(base))) < (base + forecast) / 2
    sums, observed = np.cumsum(drawn * slope - cost, axis=1), np.cumsum(outcome * slope - cost)
    more = (sums >= observed - 1e-9).sum(axis=0)
    found: Vector = (more + 1) / (_NULL_DRAWS + 1)
    return found


def _bootstrap(gain: Vector, generator: np.random.Generator, draws: int = 500) -> float:
    counts = generator.multinomial(len(gain), np.full(len(gain), 1 / len(gain)), size=draws)
    return float(np.quantile(counts @ gain, 0.025))


def measure_groups(world: World, *, size: int, same: int, logs: int, seed: int) -> dict[str, float]:
    """Return the shares of logs in which skill is claimed where each `same` questions share one outcome: groups told, and not told."""
    generator = np.random.default_rng(seed)
    groups = [number // same for number in range(size)]
    told = untold = 0
    for number in range(logs):
        base, forecast, truth = world(size, generator)
        outcome = (np.repeat(generator.random(-(-size // same)), same)[:size] < truth).astype(float)
        log_ = (list(forecast), list(base), list(outcome))
        told += compare_with_base(*log_, groups=groups, draws=1000, seed=number).low > 0
        untold += compare_with_base(*log_, draws=1000, seed=number).low > 0
    return {"told": told / logs, "not told": untold / logs}


def measure_agreement(*, logs: int, seed: int) -> float:
    """Return the share of logs in which `compare_with_base` claims skill exactly where the fast test of this file does.

    Both draw, so that logs at the very edge may differ.
    """
    generator = np.random.default_rng(seed)
    same = 0
    for number in range(logs):
        base, forecast, truth = _skilled(0.75, 1.75, 0.0)(60, generator)
        outcome = (generator.random(60) < truth).astype(float)
        interval = compare_with_base(list(forecast), list(base), list(outcome), seed=number)
        same += (interval.low > 0) == (_p_values(base, forecast, outcome, generator)[-1] <= (1 - LEVEL) / 2)
    return same / logs


def measure_coverage(world: World, *, size: int, logs: int, seed: int) -> dict[str, float]:
    """Return how often the 95 % interval lies below or above the true mean gain."""
    generator = np.random.default_rng(seed)
    below = above = 0
    for number in range(logs):
        base, forecast, truth = world(size, generator)
        outcome = (generator.random(size) < truth).astype(float)
        gain = float(np.mean(2 * (forecast - base) * (truth - (forecast + base) / 2)))
        found = compare_with_base(list(forecast), list(base), list(outcome), level=0.95, draws=1000, seed=number)
        below, above = below + (found.high < gain - 1e-9), above + (found.low > gain + 1e-9)
    return {"covered": 1 - (below + above) / logs, "too low": below / logs, "too high": above / logs}


def main() -> None:
    """Print the hand-computed cases, false claims, power and coverage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400, help="logs a world")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("Scores by hand and computed")
    for row in score_by_hand():
        print(f"  {row['case']:12} {row['measure']:12} {row['by hand']:.9f} {row['computed']:.9f}")
    print(f"\nClaims of skill where there is none, {options.draws} logs a world")
    for name, world in NO_SKILL.items():
        _print(name, measure_claims(world, logs=options.draws, seed=options.seed))
    logs = max(20, options.draws // 5)
    print(f"\nClaims where each five questions have one outcome, {logs} logs: with the groups, and without")
    for name, world in {**DEPENDENT, "skill: " + next(iter(SKILL)): next(iter(SKILL.values()))}.items():
        for size in (40, 100, 200):
            found = measure_groups(world, size=size, same=5, logs=logs, seed=options.seed)
            print(f"  {name:50} n {size:3}  {found['told']:.3f}  {found['not told']:.3f}")
    print("\nPower: claims of skill where there is some")
    for name, world in SKILL.items():
        _print(name, measure_claims(world, logs=options.draws // 2, seed=options.seed, bootstrap=False))
    print(f"\nCoverage of the 95 % interval of the gain, {logs} logs")
    for name, world in {**NO_SKILL, **SKILL}.items():
        for size in (20, 60):
            found = measure_coverage(world, size=size, logs=logs, seed=options.seed)
            print(
                f"  {name:42} n {size:3}  {found['covered']:.3f}  too low {found['too low']:.3f}, too high {found['too high']:.3f}"
            )
    print(
        f"\nThe fast test and compare_with_base agree in {measure_agreement(logs=logs, seed=options.seed):.3f} of {logs} logs"
    )


def _print(name: str, found: dict[str, Any]) -> None:
    print(
        f"  {name}: any look from {MINIMUM} to {max(SIZES)}: {found['looks 99 %']:.3f} (at 95 %: {found['looks 95 %']:.3f})"
    )
    for method in ("99 %", "95 %", "bootstrap 95 %"):
        if any(found[method].values()) or method == "99 %":
            print(f"    {method:15}" + "  ".join(f"n {n}: {share:.3f}" for n, share in found[method].items()))


if __name__ == "__main__":
    main()
