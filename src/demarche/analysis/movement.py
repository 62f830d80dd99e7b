"""Has a party moved? Its statements on the same propositions, the first third against the last, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf, sqrt
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._occasions import STANCE_NAMES, group_days, list_stances
from demarche.analysis._student import t_factor
from demarche.errors import InputError
from demarche.model.findings import Interval, LeftOut
from demarche.model.positions import Movement, MovementRow, Third

__all__ = ["measure_movement", "movement_of"]

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_LEAST = 6
_FOUR_OF_FIVE = 1 + 0.8416 / 1.96
"""A change of half an interval times this lies outside it in four cases of five."""


def measure_movement(
    moves: Any, actor: str, *, other: str, issue: str | None = None, until: date | None = None, minimum: int = 12
) -> Movement:
    """Return whether `actor` came nearer to the positions of `other`: first against last third of its statements.

    A statement is an occasion of `actor` on a proposition on which `other` has a side: the stance of most of the other's occasions,
    over all the time, so that what the other does later is no movement of the actor's. It agrees if it takes that side. Days with
    contradicting reports are left out. With a, b statements on a proposition in the first and the last third, and f, l the shares
    of them that agree, the change is

        sum of w (l - f) / sum of w,    w = a b / (a + b)

    the risk difference of Mantel and Haenszel (Greenland and Robins 1985, Biometrics 41). Only the same proposition is compared with
    itself, because what parties speak about changes with the weeks, and the plain difference takes that for movement. 0 means that
    as large a share takes the other's side as before.

    The interval is the change plus and minus the widest of three errors, each times Student's t: (1) the hypergeometric variance of
    Mantel and Haenszel under no change, with half a statement added to each side, for few statements; (2) the jackknife that leaves
    out one day at a time, for reports of a day that are wrong together; (3) the jackknife that leaves out runs of 1 + sqrt(k) of the
    k statements on a proposition in a third, for errors that last. ``evaluation/positions.py`` says how often it shows a movement
    where there is none, beside the percentile bootstrap by day of the plain difference, and how often it sees one.

    When not to use it: for a party that speaks on other propositions every time (nothing to compare); for the reasons of a movement;
    for a trend, since positions that wander up and down can end elsewhere than they began.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    actor, other
        Ids of the parties: whose movement, and toward whose positions.
    issue
        Only propositions of this issue.
    until
        Nothing after this day is used.
    minimum
        Statements that each of the two needs; 6 at least.

    Raises
    ------
    InputError
        If the two are the same, or the minimum is below 6.

    Examples
    --------
    >>> def move(day, actor, act):
    ...     return {"id": f"{actor}{day}", "act": act, "actors": [actor], "date": f"1962-10-{day:02}", "proposition": "p", "polarity": 1}
    >>> early = [move(day, "SUN", "reject") for day in range(1, 10)] + [move(day, "USA", "demand") for day in range(1, 13)]
    >>> late = [move(day, "SUN", "accept") for day in range(10, 19)]
    >>> found = measure_movement(early + late, "SUN", other="USA")
    >>> found.change, found.verdict
    (1.0, 'toward')
    """
    stances, left_out = list_stances(moves, issue=issue)
    if until is not None:
        stances = stances.filter(pl.col("date") <= until)
    return movement_of(stances, left_out, actor, other=other, issue=issue, minimum=minimum)


def movement_of(
    stances: pl.DataFrame, left_out: tuple[LeftOut, ...], actor: str, *, other: str, issue: str | None, minimum: int
) -> Movement:
    """Return the movement from stances that are taken already: what :func:`measure_movement` does once it has read its moves."""
    if actor == other:
        raise InputError(f"{actor} cannot move toward itself; name two parties")
    if minimum < _LEAST:
        raise InputError(
            f"two statements a third are the least that can be compared: a minimum of {minimum} is below 6"
        )
    days = group_days(stances, actors=(actor, other)).filter(pl.col("stance") != 0)
    theirs = days.filter(pl.col("actor") == other)
    own = _scored(days.filter(pl.col("actor") == actor), theirs)
    enough = min(own.height, theirs.height) >= minimum
    own = own.with_columns(pl.Series("third", _part(own.get_column("date")), dtype=pl.Int8))
    first, last = (_third(own, number) if enough else None for number in (0, 2))
    parted = first is not None and last is not None
    rows = _rows(own) if parted else ()
    change = _estimate(own) if parted else None
    return Movement(
        moves=days.get_column("evidence").explode().n_unique() if days.height else 0,
        left_out=left_out,
        notes=_notes(actor, other, own.height, theirs.height, minimum, parted=parted, change=change),
        actor=actor,
        other=other,
        issue=issue,
        minimum=minimum,
        statements=own.height,
        other_statements=theirs.height,
        first=first,
        last=last,
        overall=last.agree / last.statements - first.agree / first.statements if first and last else None,
        compared=sum(row.first + row.last for row in rows if row.weight),
        change=change.value if change else None,
        interval=change.interval if change else None,
        detectable=change.detectable if change else None,
        verdict=change.verdict if change else "nothing to compare" if parted else "too few statements",
        rows=rows,
    )


def _scored(own: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return the statements on propositions on which the other has a side, with ``side`` and ``agree``, by day."""
    sides = theirs.group_by("proposition").agg(pl.col("stance").cast(pl.Int64).sum().sign().cast(pl.Int8).alias("side"))
    joined = own.join(sides.filter(pl.col("side") != 0), on="proposition")
    return joined.with_columns((pl.col("stance") == pl.col("side")).alias("agree")).sort("date", "proposition")


def _part(days: pl.Series) -> _Ints:
    """Return 0, 1 or 2, the third in which the day of each statement lies: days stay whole, by the place of their middle."""
    if not len(days):
        return np.zeros(0, dtype=np.int64)
    _, place, counts = np.unique(days.to_numpy(), return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(days)
    parts: _Ints = np.where(middle < 1 / 3, 0, np.where(middle > 2 / 3, 2, 1))[place]
    return parts


def _third(own: pl.DataFrame, number: int) -> Third | None:
    part = own.filter(pl.col("third") == number)
    if not part.height:
        return None
    days = part.get_column("date")
    return Third(start=days[0], end=days[-1], statements=part.height, agree=int(part.get_column("agree").sum()))


def _rows(own: pl.DataFrame) -> tuple[MovementRow, ...]:
    first, last = pl.col("third") == 0, pl.col("third") == 2
    table = (
        own.filter(pl.col("third") != 1)
        .group_by("proposition", maintain_order=True)
        .agg(
            pl.col("issue", "side").first(),
            first.sum().alias("first"),
            (first & pl.col("agree")).sum().alias("first_agree"),
            last.sum().alias("last"),
            (last & pl.col("agree")).sum().alias("last_agree"),
            pl.col("evidence").explode(),
        )
    )
    rows = [
        MovementRow(
            proposition=row["proposition"],
            issue=row["issue"],
            other_stance=STANCE_NAMES[row["side"]],
            first=row["first"],
            first_agree=row["first_agree"],
            last=row["last"],
            last_agree=row["last_agree"],
            weight=row["first"] * row["last"] / (row["first"] + row["last"]),
            evidence=tuple(row["evidence"]),
        )
        for row in table.iter_rows(named=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.weight, -row.first - row.last, row.proposition)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    value: float
    half: float

    @property
    def interval(self) -> Interval:
        return Interval(low=max(-1.0, self.value - self.half), high=min(1.0, self.value + self.half))

    @property
    def detectable(self) -> float | None:
        least = self.half * _FOUR_OF_FIVE
        return least if least <= 1 else None

    @property
    def verdict(self) -> str:
        if abs(self.value) <= self.half:
            return "no movement shown"
        return "toward" if self.value > 0 else "away"


def _estimate(own: pl.DataFrame) -> _Change | None:
    """Return the change on the same propositions and half its interval; None where no proposition is in both thirds."""
    both = pl.col("third").n_unique().over("proposition") == 2
    kept = own.filter(pl.col("third") != 1).filter(both).sort("proposition", "third", "date")
    if not kept.height:
        return None
    _, strata = np.unique(kept.get_column("proposition").to_numpy(), return_inverse=True)
    _, days = np.unique(kept.get_column("date").to_numpy(), return_inverse=True)
    last = kept.get_column("third").to_numpy() == 2
    agree = kept.get_column("agree").to_numpy()
    cells = _count_cells(strata, last, agree)
    weights, sums = _weigh(cells)
    total = float(weights.sum())
    value = float(sums.sum()) / total
    errors = (
        _null_error(cells, total),
        _jackknife(days, strata, last, agree, cells),
        _jackknife(_runs(strata, last), strata, last, agree, cells),
    )
    return _Change(value=value, half=max(errors))


def _count_cells(keys: _Ints, last: NDArray[np.bool_], agree: NDArray[np.bool_]) -> _Floats:
    """Return for each key the statements of the first third, those of the last, and how many of each agree: [4, keys]."""
    size = int(keys.max()) + 1
    counts = [np.bincount(keys[chosen], minlength=size) for chosen in (~last, last, ~last & agree, last & agree)]
    return np.array(counts, dtype=np.float64)


def _weigh(cells: _Floats) -> tuple[_Floats, _Floats]:
    """Return the weight of each stratum, and its weight times its difference of shares."""
    first, last, first_agree, last_agree = cells
    size = np.maximum(first + last, 1)
    return first * last / size, (first * last_agree - last * first_agree) / size


def _null_error(cells: _Floats, total: float) -> float:
    first, last, first_agree, last_agree = cells
    size = first + last
    share = (first_agree + last_agree + 0.5) / (size + 1)
    variance = (first * last * share * (1 - share) / (size - 1)).sum()
    return t_factor(max(1, int(4 * total) - 1)) * sqrt(float(variance)) / total


def _runs(strata: _Ints, last: NDArray[np.bool_]) -> _Ints:
    """Return the run of each statement; the statements are sorted by stratum, third and day."""
    cell = strata * 2 + last
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
    sizes = np.diff(np.r_[starts, len(cell)])
    place = np.arange(len(cell)) - np.repeat(starts, sizes)
    length = np.repeat(1 + np.sqrt(sizes).astype(np.int64), sizes)
    return np.unique(np.stack([cell, place // length]), axis=1, return_inverse=True)[1].reshape(-1)


def _jackknife(
    groups: _Ints, strata: _Ints, last: NDArray[np.bool_], agree: NDArray[np.bool_], cells: _Floats
) -> float:
    """Return t times the error when one group is left out at a time; infinite where one group holds all that can be compared."""
    pairs, key = np.unique(np.stack([groups, strata]), axis=1, return_inverse=True)
    inside = _count_cells(key.reshape(-1), last, agree)
    whole = cells[:, pairs[1]]
    (weights, sums), (less_weights, less_sums) = _weigh(whole), _weigh(whole - inside)
    size = int(groups.max()) + 1
    all_weights, all_sums = _weigh(cells)
    weight = all_weights.sum() - np.bincount(pairs[0], weights - less_weights, size)
    if weight.min() < 1e-9:
        return inf
    values = (all_sums.sum() - np.bincount(pairs[0], sums - less_sums, size)) / weight
    centre = all_sums.sum() / all_weights.sum()
    return t_factor(size - 1) * sqrt(float((size - 1) / size * ((values - centre) ** 2).sum()))


def _notes(
    actor: str, other: str, own: int, theirs: int, minimum: int, *, parted: bool, change: _Change | None
) -> tuple[str, ...]:
    if min(own, theirs) < minimum:
        return (
            f"No movement is measured of {actor} toward {other}: that needs {minimum} statements of each, and there are {own} of {actor}"
            f" on propositions on which {other} has a side, and {theirs} of {other}.",
        )
    if not parted:
        return (f"The statements of {actor} lie on too few days to part a first from a last third.",)
    if change is None:
        return (
            f"{actor} speaks on no proposition in both the first and the last third, so nothing can be compared with itself.",
        )
    return (
        "Only statements on the same proposition are compared: coming nearer by speaking of something else does not show here.",
        "The side that a statement is compared with is that of most of the other party's statements, over the whole time.",
        "Errors of the coder make a movement look smaller; a phrase misread from some day on can look like one.",
    )
