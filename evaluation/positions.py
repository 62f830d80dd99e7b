"""Does a movement show where there is none, and does one show that is there? ``python -m evaluation.positions [--draws N] [--seed S]``.

Two parties with planted stances make statements; reports of them are coded with a known error: a share `flip` of stances is turned, a share
`wrong` of contents gets another proposition. On flat positions every movement shown is false. The regimes:

- plain: statements at random days, subjects at random.
- subjects drift: what the parties speak about changes over the time, strongly (log odds by 3 standard deviations).
- bursts: statements come in bursts of about five, and a burst has its own subjects.
- documents wrong whole: bursts, and where the coder turns a stance it turns all stances of that day.
- in two minds: the party says the contrary of its position in three statements of ten.
- errors that last: an error is made again in the next statement on the same proposition with probability 0.5.
- three propositions; other party steps: the other party changes all its stances half way; unequal: the other has 15 statements.
- coder bad: a fifth turned and a fifth on another proposition, while subjects drift.

"plain bootstrap" is what the analysis does not do: the difference of the shares that agree, first against last third whatever they
are about, with the percentile bootstrap of days. "unknown": too few statements (errors and days with contradictions cost some), or no
proposition in both thirds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis.movement import measure_movement

__all__ = ["FLAT", "MOVING", "Plan", "bootstrap_shows", "plant", "rates"]

_ACTS = {1: "demand", -1: "reject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planted.

    Parameters
    ----------
    propositions, days, other
        Propositions, days of the period, statements of the other party (None: as many as the first has).
    drift, burst
        Standard deviation of the change of a subject's log odds over the period; statements in a burst, 0 for none.
    flip, wrong
        Shares of reports with the stance turned, and with another proposition.
    by_day, lasting
        Whether errors take all statements of a day; the probability that an error is made again.
    doubt
        Share of statements in which the party says the contrary of its position.
    step
        Share of propositions on which the party goes over to the other's side half way.
    walk
        Standard deviation of the daily steps of a random walk whose sign is the position; 0 for none.
    other_steps
        Whether the other party changes all its stances half way.
    """

    propositions: int = 8
    days: int = 180
    other: int | None = None
    drift: float = 0.0
    burst: int = 0
    flip: float = 0.1
    wrong: float = 0.1
    by_day: bool = False
    lasting: float = 0.0
    doubt: float = 0.0
    step: float = 0.0
    walk: float = 0.0
    other_steps: bool = False


FLAT = {
    "plain": Plan(),
    "no error of the coder": Plan(flip=0, wrong=0),
    "subjects drift": Plan(drift=3),
    "bursts": Plan(burst=5),
    "documents wrong whole": Plan(burst=5, by_day=True, flip=0.2),
    "in two minds": Plan(doubt=0.3),
    "errors that last": Plan(lasting=0.5),
    "three propositions": Plan(propositions=3),
    "three, errors that last": Plan(propositions=3, lasting=0.5),
    "other party steps": Plan(other_steps=True),
    "unequal": Plan(other=15),
    "coder bad, drift": Plan(flip=0.2, wrong=0.2, drift=3),
}
MOVING = {
    "all of 8 change": Plan(step=1),
    "half of 8 change": Plan(step=0.5),
    "all of 3 change": Plan(step=1, propositions=3),
    "all of 8, coder right": Plan(step=1, flip=0, wrong=0),
    "random walks": Plan(walk=0.1),
}

_Ints = NDArray[np.int64]


def plant(rng: np.random.Generator, statements: int, plan: Plan) -> pl.DataFrame:
    """Return coded moves of A, who makes `statements`, and of B."""
    stances = rng.choice([-1, 1], (2, plan.propositions))
    if plan.step:
        stances[0] = -stances[1]
    changes = rng.permutation(plan.propositions) < plan.step * plan.propositions
    walks = rng.normal(0, plan.walk, (plan.days, plan.propositions)).cumsum(axis=0) + stances[0] * 0.3

    def own(day: _Ints, what: _Ints) -> _Ints:
        moved = changes[what] & (day >= plan.days / 2)
        stepped: _Ints = np.where(moved, stances[1][what], stances[0][what])
        return np.where(walks[day, what] > 0, 1, -1) if plan.walk else stepped

    def others(day: _Ints, what: _Ints) -> _Ints:
        turned: _Ints = stances[1][what] * np.where(plan.other_steps & (day >= plan.days / 2), -1, 1)
        return turned

    number = plan.other or statements
    rows = [
        *_rows(rng, "A", statements, plan, own),
        *_rows(rng, "B", number, replace(plan, doubt=0.0), others),
    ]
    return pl.DataFrame(rows)


def _rows(rng: np.random.Generator, actor: str, number: int, plan: Plan, stance: Any) -> Iterator[dict[str, Any]]:
    day, what = _subjects(rng, number, plan)
    said = stance(day, what) * np.where(rng.random(number) < plan.doubt, -1, 1)
    coded = said * np.where(_errors(rng, day, what, plan), -1, 1)
    named = np.where(rng.random(number) < plan.wrong, rng.integers(0, plan.propositions, number), what)
    start = np.datetime64("2020-01-01")
    for index in range(number):
        yield {
            "id": f"{actor}{index}",
            "act": _ACTS[int(coded[index])],
            "actors": [actor],
            "date": str(start + day[index]),
            "proposition": f"p{named[index]}",
            "polarity": 1,
        }


def _subjects(rng: np.random.Generator, number: int, plan: Plan) -> tuple[_Ints, _Ints]:
    """Return the day and the proposition of each statement, by day."""
    if plan.burst:
        centres = rng.integers(0, plan.days, max(3, number // plan.burst))
        day = np.clip(centres[rng.integers(0, len(centres), number)] + rng.integers(0, 3, number), 0, plan.days - 1)
    else:
        day = rng.integers(0, plan.days, number)
    day = np.sort(day)
    odds = rng.normal(0, 0.8, plan.propositions) + np.outer(
        day / plan.days - 0.5, rng.normal(0, plan.drift, plan.propositions)
    )
    if plan.burst:
        odds += rng.normal(0, 1.5, (plan.days // 3 + 1, plan.propositions))[day // 3]
    shares = np.exp(odds)
    shares /= shares.sum(axis=1, keepdims=True)
    what = (shares.cumsum(axis=1) > rng.random((number, 1))).argmax(axis=1)
    return day, what


def _errors(rng: np.random.Generator, day: _Ints, what: _Ints, plan: Plan) -> NDArray[np.bool_]:
    if plan.by_day:
        whole: NDArray[np.bool_] = (rng.random(plan.days) < plan.flip)[day]
        return whole
    made = rng.random(len(day)) < plan.flip
    last: dict[int, int] = {}
    for index, subject in enumerate(what.tolist()):
        if subject in last and rng.random() < plan.lasting:
            made[index] = made[last[subject]]
        last[subject] = index
    return made


def bootstrap_shows(rng: np.random.Generator, frame: pl.DataFrame, draws: int = 300) -> bool:
    """Return whether the percentile bootstrap by day of the plain difference leaves 0 out."""
    signed = frame.with_columns(pl.when(pl.col("act") == "demand").then(1).otherwise(-1).alias("stance"))
    sides = (
        signed.filter(pl.col("actor") == "B").group_by("proposition").agg(pl.col("stance").sum().sign().alias("side"))
    )
    own = signed.filter(pl.col("actor") == "A").join(sides.filter(pl.col("side") != 0), on="proposition").sort("date")
    days = own.group_by("date", maintain_order=True).agg(
        pl.len().alias("n"), (pl.col("stance") == pl.col("side")).sum().alias("agree")
    )
    size, agree = days.get_column("n").to_numpy(), days.get_column("agree").to_numpy()
    if not len(size):
        return False
    middle = (np.cumsum(size) - size / 2) / size.sum()
    shares = []
    for chosen in (middle < 1 / 3, middle > 2 / 3):
        if not chosen.any():
            return False
        drawn = rng.integers(0, chosen.sum(), (draws, int(chosen.sum())))
        shares.append(agree[chosen][drawn].sum(axis=1) / size[chosen][drawn].sum(axis=1))
    low, high = np.quantile(shares[1] - shares[0], (0.025, 0.975))
    return bool(low > 0 or high < 0)


def rates(plan: Plan, statements: int, *, draws: int, seed: int, bootstrap: bool = False) -> dict[str, float]:
    """Return how often a movement shows, how often it is unknown, and how often the plain bootstrap shows one."""
    rng = np.random.default_rng(seed)
    shown = toward = nothing = plain = 0
    for _ in range(draws):
        frame = plant(rng, statements, plan)
        found = measure_movement(frame, "A", other="B")
        toward += found.verdict == "toward"
        shown += found.verdict in ("toward", "away")
        nothing += found.change is None
        plain += bootstrap and bootstrap_shows(rng, frame.with_columns(pl.col("actors").list.first().alias("actor")))
    result = {"shown": shown / draws, "toward": toward / draws, "unknown": nothing / draws}
    return result | ({"plain bootstrap": plain / draws} if bootstrap else {})


def main() -> None:
    """Print false movement on flat positions, power on steps, and what random walks do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = (15, 30, 60, 200)
    print(f"{options.draws} draws each, seed {options.seed}; statements of the party: {', '.join(map(str, sizes))}")
    print("\nFlat: share with a movement shown (target 0.05 or less) | unknown | plain bootstrap")
    for name, plan in FLAT.items():
        _print(name, plan, sizes, options, "shown", "unknown", "plain bootstrap")
    print("\nMoving: share with a movement toward the other shown | unknown")
    for name, plan in MOVING.items():
        _print(name, plan, sizes, options, "shown" if plan.walk else "toward", "unknown")


def _print(name: str, plan: Plan, sizes: tuple[int, ...], options: argparse.Namespace, *keys: str) -> None:
    found = [
        rates(plan, size, draws=options.draws, seed=options.seed, bootstrap="plain bootstrap" in keys) for size in sizes
    ]
    cells = ["  ".join(f"{one[key]:.3f}" for one in found) for key in keys]
    print(f"{name:24} {' | '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
