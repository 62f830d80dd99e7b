"""False alarms and power of playbooks on simulated ledgers whose truth is known.

    python evaluation/playbooks.py [--ledgers N] [--draws N] [--seed S]

A ledger has three pairs of parties, eight acts on both sides and a coder's errors: of the moves 30 % are missed, 10 % get another act,
10 % are reported again up to three days later, 15 % go to a second recipient too. In the ledgers without order, acts come in bursts
that are common to all acts, to an act of its own, or both, but no act waits for another. The planted ones have on top, for a share of
first steps, the further steps within 1 to 10 days. Rates are of all ledgers, those in which a playbook is too rare to be tested
included: who reads the ledger sees no finding there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis.frame import as_frame
from demarche.analysis.playbooks import check_playbooks, mine_playbooks
from demarche.analysis.shares import wilson_interval

__all__ = [
    "NAMED",
    "NULLS",
    "PLANTED",
    "SCENARIOS",
    "compare_nulls",
    "false_alarms",
    "mined_alarms",
    "power",
    "simulate",
]

ACTS = ("demand", "threaten", "attack", "reject", "meet", "offer", "accuse", "criticize")
PAIRS = 3
NAMED = (
    "demand -> attack within 14d",
    "demand -> <- reject within 14d",
    "verbal conflict -> material conflict within 14d",
    "demand -> threaten -> attack within 14d",
    "attack -> <- attack within 7d",
)
PLANTED = {
    "demand -> attack within 14d": ((0, 0), (2, 0)),
    "demand -> <- reject within 14d": ((0, 0), (3, 1)),
    "demand -> threaten -> attack within 14d": ((0, 0), (1, 0), (2, 0)),
    "attack -> <- attack within 7d": ((2, 0), (2, 1)),
}
"""Playbook -> its steps as (number of the act, 1 if the other side takes it)."""

Floats = NDArray[np.float64]
Days = NDArray[np.bool_]
"""pairs x sides x acts x days: whether that side did it on that day."""
Random = np.random.Generator


def _phases(rng: Random, days: int, on: tuple[int, int], off: tuple[int, int], shape: str = "flat") -> Floats:
    """Return an intensity with mean 1: quiet, with phases of 1.6 to 6.4 times the height that differ in length."""
    level, day = np.full(days, 0.15), int(rng.integers(0, off[1]))
    while day < days:
        length = int(rng.integers(*on))
        course = {"flat": np.ones(length), "rise": np.exp(np.linspace(-2, 0.7, length))}
        course["fall"] = course["rise"][::-1]
        part = level[day : day + length]
        part[:] = 4 * rng.uniform(0.4, 1.6) * course[shape][: part.size]
        day += length + int(rng.integers(*off))
    return np.asarray(level / level.mean())


def _excite(rng: Random, rate: Floats, *, share: float, decay: float) -> Floats:
    """Return daily counts of self-exciting processes (last axis: days); `share` of the events are set off by earlier ones."""
    keep = np.exp(-1 / decay)
    found, heat = np.zeros(rate.shape), np.zeros(rate.shape[:-1])
    for day in range(rate.shape[-1]):
        now = rng.poisson(np.minimum(rate[..., day] * (1 - share) + share * (1 - keep) / keep * heat, 20))
        found[..., day] = now
        heat = (heat + now) * keep
    return found


def _drift(rng: Random, size: tuple[int, ...], span: int) -> Floats:
    noise = rng.normal(size=(*size[:-1], size[-1] + 6 * span))
    weights = np.exp(-np.arange(6 * span) / span)
    slow = np.apply_along_axis(lambda row: np.convolve(row, weights, "valid")[: size[-1]], -1, noise)
    return np.asarray(np.exp(1.2 * slow / slow.std() - 0.72))


def _make(name: str, rng: Random, days: int, rate: float) -> Days:
    mix = rng.dirichlet(np.full(len(ACTS), 2.0)) * len(ACTS)
    shape = (PAIRS, 2, len(ACTS), days)
    rates = np.broadcast_to(rate * mix[:, None], shape).copy()
    spans = {"short phases": ((3, 12), (5, 60)), "slow phases": ((100, 300), (100, 300))}.get(
        name, ((10, 60), (20, 150))
    )
    if "phases" in name or name in ("drifting mix", "allies", "either way round"):
        course = "rise" if "rising" in name else "fall" if "falling" in name else "flat"
        rates *= np.stack([_phases(rng, days, *spans, course) for _ in range(PAIRS)])[:, None, None]
    if name == "drifting mix":
        rates *= _drift(rng, shape, 40)
    if name == "common self-exciting":
        total = _excite(rng, rates.sum(axis=(1, 2)), share=0.8, decay=5)
        share = (mix / mix.sum())[None, None, :, None] / 2
        return np.asarray(rng.poisson(np.broadcast_to(total[:, None, None] * share, shape)) > 0)
    if "own bursts" in name:
        return np.asarray(_excite(rng, rates, share=0.7, decay=6) > 0)
    did = np.asarray(rng.poisson(rates) > 0)
    if name == "either way round":
        did |= _plant_around(did, rng)
    if name == "allies":
        did[1:] = np.where(rng.random(did[1:].shape) < 0.7, did[:1], did[1:])
    return did


SCENARIOS = (
    *("steady", "phases", "short phases", "slow phases", "rising phases", "falling phases"),
    *("common self-exciting", "own bursts", "own bursts in phases", "drifting mix", "allies", "either way round"),
)


def _plant_around(did: Days, rng: Random) -> Days:
    """Return attacks that go with a quarter of the demands, within four days before or after them: they attract, without order."""
    made = np.zeros_like(did)
    for pair, side, day in zip(*np.nonzero(did[:, :, 0]), strict=True):
        when = day + int(rng.integers(-4, 5))
        if rng.random() < 0.25 and 0 <= when < did.shape[-1]:
            made[pair, side, 2, when] = True
    return made


def _plant(did: Days, rng: Random, steps: Sequence[tuple[int, int]], share: float, gap: int) -> Days:
    made = did.copy()
    for pair, side, day in zip(*np.nonzero(did[:, :, steps[0][0]]), strict=True):
        if rng.random() < share:
            for act, answer in steps[1:]:
                day += int(rng.integers(1, gap + 1))
                if day < did.shape[-1]:
                    made[pair, side ^ answer, act, day] = True
    return made


def _moves(did: Days, rng: Random, *, errors: bool) -> pl.DataFrame:
    """Return the frame of moves that a coder, with errors or without, makes of what was done."""
    pair, side, act, day = np.nonzero(did)
    kept = rng.random(pair.size) < (0.7 if errors else 1)
    again = kept & (rng.random(pair.size) < 0.1 * errors)
    late = rng.integers(1, 4, pair.size)
    pair, side, act = (np.concatenate([one[kept], one[again]]) for one in (pair, side, act))
    day = np.concatenate([day[kept], (day + late)[again]])
    wrong = rng.random(act.size) < 0.1 * errors
    act = np.where(wrong, rng.integers(0, len(ACTS), act.size), act)
    more = rng.random(act.size) < 0.15 * errors
    names = np.array([[f"{letter}{side}" for side in (0, 1)] for letter in "ABC"])
    recipients = [
        [first] + ([second] if two else [])
        for first, second, two in zip(names[pair, 1 - side], names[(pair + 1) % PAIRS, 1 - side], more, strict=True)
    ]
    start = date(2020, 1, 1)
    return as_frame(
        pl.DataFrame(
            {
                "id": [f"m{number}" for number in range(act.size)],
                "act": np.array(ACTS)[act],
                "actors": [[name] for name in names[pair, side]],
                "recipients": recipients,
                "date": [start + timedelta(days=int(one)) for one in day],
            },
            schema_overrides={"actors": pl.List(pl.String), "recipients": pl.List(pl.String), "date": pl.Date},
        )
    )


def simulate(
    name: str,
    rng: Random,
    *,
    days: int = 1092,
    rate: float = 0.03,
    plant: str | None = None,
    share: float = 0.0,
    errors: bool = True,
) -> pl.DataFrame:
    """Return a ledger's moves: a scenario without order, and what is planted in it; `rate` is moves per act, side and day."""
    did = _make(name, rng, days, rate)
    if plant:
        did = _plant(did, rng, PLANTED[plant], share, 5 if "within 7d" in plant else 10)
    return _moves(did, rng, errors=errors)


def _rate(hits: int, ledgers: int, tested: int) -> dict[str, Any]:
    interval = wilson_interval(hits, ledgers)
    return {
        "hits": hits,
        "ledgers": ledgers,
        "tested": tested,
        "rate": hits / ledgers,
        "low": interval.low,
        "high": interval.high,
    }


def false_alarms(name: str, *, ledgers: int, draws: int, seed: int) -> dict[str, dict[str, Any]]:
    """Return for each playbook how many of the ledgers without order have it with p of 0.05 or less."""
    rng = np.random.default_rng([seed, SCENARIOS.index(name)])
    found: dict[str, list[float | None]] = {line: [] for line in NAMED}
    for number in range(ledgers):
        frame = simulate(name, rng)
        for line, row in zip(
            NAMED, check_playbooks(frame, NAMED, draws=draws, seed=seed + number, keep=1).rows, strict=True
        ):
            found[line].append(row.p)
    return {line: _of(values) for line, values in found.items()}


def _of(values: Iterable[float | None]) -> dict[str, Any]:
    listed = list(values)
    tested = [value for value in listed if value is not None]
    return _rate(sum(value <= 0.05 for value in tested), len(listed), len(tested))


def mined_alarms(name: str, *, length: int, ledgers: int, draws: int, seed: int) -> dict[str, Any]:
    """Return how many of the ledgers without order have any candidate with a p_all of 0.05 or less."""
    rng = np.random.default_rng([seed, 100 + SCENARIOS.index(name)])
    best, tried = [], []
    for number in range(ledgers):
        found = mine_playbooks(
            simulate(name, rng), length=length, draws=draws, seed=seed + number, top=1, keep=1, limit=500
        )
        best.append(found.rows[0].p_all if found.rows else None)
        tried.append(found.tried)
    return _of(best) | {"tried": float(np.mean(tried))}


def power(
    plant: str, *, name: str, share: float, days: int, ledgers: int, draws: int, seed: int, errors: bool = True
) -> dict[str, Any]:
    """Return how many of the ledgers with a planted playbook show it with p of 0.05 or less, and what they show on average."""
    rng = np.random.default_rng([seed, 200, list(PLANTED).index(plant), int(1000 * share), days])
    values, lifts, counts = [], [], []
    for number in range(ledgers):
        frame = simulate(name, rng, days=days, plant=plant, share=share, errors=errors)
        row = check_playbooks(frame, [plant], draws=draws, seed=seed + number, keep=1).rows[0]
        values.append(row.p)
        counts.append(row.occurrences or 0)
        lifts += [row.lift] if row.lift is not None else []
    return _of(values) | {"lift": float(np.mean(lifts)) if lifts else None, "occurrences": float(np.mean(counts))}


def _followed(first: Days, second: Days, within: int = 14) -> int:
    sums = np.cumsum(np.pad(second, ((0, 0), (1, within))).astype(np.int64), axis=1)
    size = second.shape[1]
    return int((first & (sums[:, 1 + within : 1 + within + size] > sums[:, 1 : 1 + size])).sum())


def _single(second: Days, busy: Floats, rng: Random) -> Days:
    return rng.permuted(second, axis=1)


def _blocks(second: Days, busy: Floats, rng: Random) -> Days:
    parts = second.reshape(len(second), -1, 28)
    return np.stack([row[rng.permutation(len(row))] for row in parts]).reshape(second.shape)


def _matched(second: Days, busy: Floats, rng: Random) -> Days:
    """Return blocks permuted among the four that are most alike in how much is reported of the pair."""
    parts = second.reshape(len(second), -1, 28).copy()
    for row, level in zip(parts, busy, strict=True):
        order = np.argsort(level + rng.random(level.size) / 2)
        for start in range(0, order.size, 4):
            group = order[start : start + 4]
            row[group] = row[rng.permutation(group)]
    return parts.reshape(second.shape)


def _rotated(second: Days, busy: Floats, rng: Random) -> Days:
    parts = second.reshape(len(second), -1, 28)
    places = (np.arange(28) + rng.integers(0, 28, (*parts.shape[:2], 1))) % 28
    return np.take_along_axis(parts, places, axis=2).reshape(second.shape)


NULLS: dict[str, Callable[[Days, Floats, Random], Days]] = {
    "moves one by one": _single,
    "28-day blocks of an act": _blocks,
    "the same, equally busy blocks": _matched,
    "rotation within blocks": _rotated,
}


def compare_nulls(name: str, *, share: float = 0.0, ledgers: int, draws: int, seed: int) -> dict[str, dict[str, Any]]:
    """Return how often each null, and ours, has demand -> attack within 14d with p of 0.05 or less; without a coder's errors."""
    rng = np.random.default_rng([seed, 300 + SCENARIOS.index(name)])
    line = "demand -> attack within 14d"
    found: dict[str, list[float | None]] = {null: [] for null in (*NULLS, "blocks mirrored")}
    for number in range(ledgers):
        did = _make(name, rng, 1092, 0.03)
        did = _plant(did, rng, PLANTED[line], share, 10) if share else did
        first, second = (did[:, :, act].reshape(2 * PAIRS, -1) for act in (0, 2))
        busy = np.repeat(did.sum(axis=(1, 2)).reshape(PAIRS, -1, 28).sum(axis=2), 2, axis=0).astype(float)
        count = _followed(first, second)
        for null, shuffle in NULLS.items():
            more = sum(_followed(first, shuffle(second, busy, rng)) >= count for _ in range(draws))
            found[null].append((1 + more) / (1 + draws) if count >= 10 else None)
        row = check_playbooks(_exact(did), [line], seed=seed + number, keep=1).rows[0]
        found["blocks mirrored"].append(row.p)
    return {null: _of(values) for null, values in found.items()}


def _exact(did: Days) -> pl.DataFrame:
    pair, side, act, day = np.nonzero(did[:, :, [0, 2]])
    names = np.array([[f"{letter}{side}" for side in (0, 1)] for letter in "ABC"])
    start = date(2020, 1, 1)
    rows = zip(pair, side, act, day, strict=True)
    return as_frame(
        [
            {"id": f"m{number}", "act": ("demand", "attack")[what], "actors": [str(names[one, which])],
             "recipients": [str(names[one, 1 - which])], "date": start + timedelta(days=int(when))}
            for number, (one, which, what, when) in enumerate(rows)
        ]
    )  # fmt: skip


def _show(label: str, found: dict[str, Any], more: str = "") -> None:
    figures = (
        f"{found['rate']:6.3f}  {found['low']:.3f} to {found['high']:.3f}  {found['hits']:4d} of {found['ledgers']}"
    )
    print(f"  {label:50s} {figures}  tested {found['tested']}{more}", flush=True)


def _show_alarms(ledgers: int, draws: int, seed: int) -> None:
    print("False alarms at 0.05, ledgers without order (rate, 95 % interval)")
    total: dict[str, list[int]] = {}
    for name in SCENARIOS:
        print(name)
        for line, found in false_alarms(name, ledgers=ledgers, draws=draws, seed=seed).items():
            _show(line, found)
            total.setdefault(line, [0, 0, 0])
            total[line] = [
                before + found[key] for before, key in zip(total[line], ("hits", "ledgers", "tested"), strict=True)
            ]
    print("all scenarios")
    for line, numbers in total.items():
        _show(line, _rate(*numbers))
    print("Any mined candidate with p_all <= 0.05, ledgers without order")
    for length, some in ((2, ledgers // 2), (3, ledgers // 4)):
        for name in SCENARIOS:
            found = mined_alarms(name, length=length, ledgers=max(4, some), draws=draws, seed=seed)
            _show(f"{length} steps, {name}", found, f", {found['tried']:.0f} sequences tried")


def _show_power(ledgers: int, draws: int, seed: int) -> None:
    print("Power at 0.05: share of first steps with a planted sequence")
    for plant in PLANTED:
        print(plant)
        for name, days, errors in (
            ("phases", 1092, False),
            ("own bursts in phases", 1092, False),
            ("phases", 1092, True),
            ("own bursts in phases", 1092, True),
            ("phases", 364, True),
        ):
            for share in (0.2, 0.4, 0.6):
                found = power(
                    plant, name=name, share=share, days=days, ledgers=ledgers, draws=draws, seed=seed, errors=errors
                )
                lift = "" if found["lift"] is None else f", mean lift {found['lift']:.2f}"
                label = f"{share:.0%}, {days} days, {name}{'' if errors else ', perfect coder'}"
                _show(label, found, f", mean C {found['occurrences']:.0f}{lift}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ledgers", type=int, default=200, help="simulated ledgers for each line")
    parser.add_argument("--draws", type=int, default=499)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for share, what in ((0.0, "without order"), (0.2, "20 % planted")):
        print(f"Nulls compared on demand -> attack within 14d, {what}, no coder's errors: p <= 0.05")
        for name in ("steady", "phases", "short phases", "own bursts in phases", "either way round"):
            print(name)
            some = max(4, asked.ledgers // 2)
            for null, found in compare_nulls(name, share=share, ledgers=some, draws=99, seed=asked.seed).items():
                _show(null, found)
    _show_alarms(asked.ledgers, asked.draws, asked.seed)
    _show_power(max(4, asked.ledgers // 4), asked.draws, asked.seed)


if __name__ == "__main__":
    main()
