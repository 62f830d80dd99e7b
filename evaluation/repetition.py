"""Does R stay the same however many statements there are? ``python -m evaluation.repetition [--draws N] [--seed S]``.

Statements are drawn from propositions of known shares, so that the true R is known: 1 - sum(1 - (1 - share) ** m) / m. Printed for
each number of statements: the bias of R, how often its 95 % interval holds the truth, how often the halves are found to differ (they do
not), and the bias that a bootstrap of statements would start from (mean of its draws less R). The worlds:

- one, three: the party always says the same with probability 0.97; has three subjects (0.5, 0.3, 0.2).
- zipf: 40 propositions, shares as 1 / rank; flat: 20 alike; wide: 300, as rank ** -0.7.
- stays on a subject: zipf, and with probability 0.3 a statement is on the proposition of the one before.
- coder wrong: zipf, and a fifth of the contents gets another proposition. The truth is that of the coded shares; the bias against
  the true shares is printed beside.
- several a day: zipf, the same 300 days for all, so that more statements fall on the same day and the same stance counts once.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from demarche.analysis.repetition import measure_repetition

__all__ = ["WORLDS", "World", "measure", "plant", "true_repetition"]

_M = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is planted: relative shares of propositions, how often a subject stays, coder error, days (None: five a statement)."""

    shares: tuple[float, ...]
    stays: float = 0.0
    wrong: float = 0.0
    days: int | None = None


_ZIPF = tuple(1 / rank for rank in range(1, 41))
WORLDS = {
    "one": World(shares=(0.97, *(0.001,) * 30)),
    "three": World(shares=(0.5, 0.3, 0.2)),
    "zipf": World(shares=_ZIPF),
    "flat": World(shares=(1.0,) * 20),
    "wide": World(shares=tuple(rank**-0.7 for rank in range(1, 301))),
    "coder wrong": World(shares=_ZIPF, wrong=0.2),
    "stays on a subject": World(shares=_ZIPF, stays=0.3),
    "several a day": World(shares=_ZIPF, days=300),
}


def true_repetition(world: World, *, coded: bool = True) -> float:
    """Return R of the shares, as the coder sees them or as they are."""
    shares = np.array(world.shares) / sum(world.shares)
    if coded:
        shares = (1 - world.wrong) * shares + world.wrong / len(shares)
    return float(1 - (1 - (1 - shares) ** _M).sum() / _M)


def plant(rng: np.random.Generator, statements: int, world: World) -> pl.DataFrame:
    """Return coded moves of one actor."""
    shares = np.array(world.shares) / sum(world.shares)
    what = rng.choice(len(shares), statements, p=shares)
    for index in np.flatnonzero(rng.random(statements) < world.stays).tolist():
        what[index] = what[max(0, index - 1)]
    what = np.where(rng.random(statements) < world.wrong, rng.integers(0, len(shares), statements), what)
    days = np.sort(rng.integers(0, world.days or 5 * statements, statements))
    return pl.DataFrame(
        {
            "id": [f"m{index}" for index in range(statements)],
            "act": ["demand"] * statements,
            "actors": [["A"]] * statements,
            "date": pl.Series(days + 10_000).cast(pl.Int32).cast(pl.Date),
            "proposition": [f"p{number}" for number in what],
            "polarity": [1] * statements,
        }
    )


def _bootstrap_shift(rng: np.random.Generator, frame: pl.DataFrame, found: float, draws: int = 20) -> float:
    """Return the mean R of bootstrap draws of statements less R of the sample."""
    _, what = np.unique(frame.get_column("proposition").to_numpy(), return_inverse=True)
    shifts = []
    for _ in range(draws):
        counts = np.bincount(rng.choice(what, len(what)), minlength=what.max() + 1).astype(float)
        missed = np.ones(len(counts))
        for drawn in range(_M):
            missed *= np.maximum(len(what) - counts - drawn, 0) / (len(what) - drawn)
        shifts.append(1 - (1 - missed).sum() / _M - found)
    return float(np.mean(shifts))


def measure(world: World, statements: int, *, draws: int, seed: int) -> dict[str, float]:
    """Return bias, coverage, false changes between halves, and the shift of a bootstrap."""
    rng = np.random.default_rng(seed)
    truth = true_repetition(world)
    values, held, changed, compared, shifts = [], 0, 0, 0, []
    for _ in range(draws):
        frame = plant(rng, statements, world)
        row = measure_repetition(frame, minimum=18).rows[0]
        if row.repetition is None or row.interval is None:
            continue
        values.append(row.repetition)
        held += row.interval.low - 1e-9 <= truth <= row.interval.high + 1e-9
        compared += row.change is not None
        changed += row.verdict in ("more repetition", "less repetition")
        shifts.append(_bootstrap_shift(rng, frame, row.repetition))
    return {
        "bias": float(np.mean(values)) - truth,
        "coverage": held / len(values),
        "false change": changed / compared if compared else float("nan"),
        "bootstrap": float(np.mean(shifts)),
    }


def main() -> None:
    """Print bias, coverage and false changes for each world and number of statements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = (20, 50, 200, 2000)
    print(f"{options.draws} draws each, seed {options.seed}; statements: {', '.join(map(str, sizes))}")
    print(f"{'':20} {'true R':6} | bias (at most 0.02) | coverage of 95 % | false change of halves | bootstrap shift")
    for name, world in WORLDS.items():
        found = [measure(world, size, draws=options.draws, seed=options.seed) for size in sizes]
        print(f"{name:20} {true_repetition(world):6.3f} | {_cells(found)}", flush=True)
        if world.wrong:
            apart = true_repetition(world) - true_repetition(world, coded=False)
            print(
                f"{'':20} R of the true shares {true_repetition(world, coded=False):.3f}: the coder's errors take {apart:+.3f}"
            )


def _cells(found: list[dict[str, Any]]) -> str:
    columns = [("bias", "+.3f"), ("coverage", ".3f"), ("false change", ".3f"), ("bootstrap", "+.3f")]
    return " | ".join(" ".join(format(one[key], form) for one in found) for key, form in columns)


if __name__ == "__main__":
    main()
