"""The broken record: how often a party says the same again, made comparable between parties that speak much and little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._occasions import STANCE_NAMES, list_stances
from demarche.analysis._student import t_factor
from demarche.errors import InputError
from demarche.model.findings import Interval
from demarche.model.repetition import RepeatedDemand, Repetition, Repetitions

__all__ = ["measure_repetition"]

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_BLOCKS = 10
_LEAST_BLOCKS = 3
_DEMANDS = ("demand", "appeal")
_TOO_FEW = "too few statements"


def measure_repetition(
    moves: Any,
    *,
    actor: str | Iterable[str] | None = None,
    issue: str | None = None,
    by_issue: bool = False,
    m: int = 10,
    minimum: int = 20,
) -> Repetitions:
    """Return how much each actor repeats itself, against its own past, and the demands that are repeated most.

        R = 1 - E[different propositions in m statements drawn without replacement] / m

    The expectation is Hurlbert's (1971, Ecology 52), exact: the sum over propositions of 1 - C(N - n_i, m) / C(N, m). As m is the same for
    all, R does not grow with the number N of statements. 0: m statements are on m propositions; 1 - 1/m, its largest: always the same
    one. A statement is a stance toward a proposition on a day; copies and further reports of that day are the same statement.

    The interval leaves out one of ten runs of days at a time (jackknife), with Student's t, and adds the variance of one statement
    that might as well have been on a new proposition, without which an actor that always says the same would get an interval of no
    width. A bootstrap is not used: it draws statements twice and so finds repetition where there is none. Earlier and later half are
    compared in the same way. ``evaluation/repetition.py`` says how often the intervals hold the truth.

    When not to use it: where contents are grouped badly (a wrong proposition makes R smaller, propositions drawn too wide make it larger);
    to compare an actor with few statements with one that has hundreds, if they stay on a subject for several statements and then leave it:
    over a short time they do repeat more. A party that speaks many times a day repeats itself within the day, which does not count here.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    actor
        Id of the actor, or several; all by default.
    issue
        Only propositions of this issue.
    by_issue
        One row for each actor and issue instead of one for each actor.
    m
        Statements drawn, 2 or more.
    minimum
        Statements from which R is given; at least m.

    Raises
    ------
    InputError
        If m is below 2 or the minimum below m.

    Examples
    --------
    >>> def demand(day, what):
    ...     return {"id": f"m{day}", "act": "demand", "actors": ["CUB"], "date": f"1962-10-{day:02}", "proposition": what, "polarity": 1}
    >>> found = measure_repetition([demand(day, "p1" if day % 2 else "p2") for day in range(1, 25)])
    >>> round(found.rows[0].repetition, 3), found.demands[0].occasions
    (0.8, 12)
    """
    if m < 2 or minimum < m:
        raise InputError(f"{m} of at least {minimum} statements cannot be drawn: m is 2 or more, the minimum m or more")
    stances, left_out = list_stances(moves, issue=issue)
    if actor is not None:
        stances = stances.filter(pl.col("actor").is_in([actor] if isinstance(actor, str) else list(actor)))
    said = _list_statements(stances)
    rows = tuple(_rows(said, ["actor", "issue"] if by_issue else ["actor"], m, minimum))
    return Repetitions(
        moves=stances.get_column("id").n_unique(),
        left_out=left_out,
        notes=_notes(rows, m, minimum),
        m=m,
        minimum=minimum,
        rows=tuple(sorted(rows, key=_order)),
        demands=_repeated(stances),
    )


def _list_statements(stances: pl.DataFrame) -> pl.DataFrame:
    grouped = stances.group_by("actor", "proposition", "stance", "date").agg(
        pl.col("issue").first(), pl.col("cluster").n_unique().alias("clusters"), pl.col("id").alias("evidence")
    )
    return grouped.sort("actor", "date", "proposition", "stance")


def _order(row: Repetition) -> tuple[float, int, str, str]:
    return (-1.0 if row.repetition is None else -row.repetition - 1, -row.statements, row.actor, row.issue or "")


def _rows(said: pl.DataFrame, keys: list[str], m: int, minimum: int) -> Iterator[Repetition]:
    said = said.sort(*keys, "date", maintain_order=True)
    groups = said.group_by(keys, maintain_order=True).agg(
        pl.len().alias("statements"),
        pl.col("proposition").n_unique().alias("propositions"),
        pl.col("date").first().alias("start"),
        pl.col("date").last().alias("end"),
        pl.col("evidence").explode(),
    )
    sizes = groups.get_column("statements").to_numpy().astype(np.int64)
    long = np.repeat(sizes >= minimum, sizes)
    number = np.repeat(np.arange(len(sizes)), sizes)
    day = said.get_column("date").to_physical().to_numpy().astype(np.int64)
    proposition = said.get_column("proposition").rank("dense").to_numpy().astype(np.int64)
    place = _places(number, day)
    kept = (number[long], proposition[long], place[long])
    whole = _rarefy(*kept, m)
    earlier, later = (_rarefy(*_half(*kept, number), m, least=minimum) for number in (0, 1))
    for index, row in enumerate(groups.iter_rows(named=True)):
        yield _row(row, whole.get(index), earlier.get(index), later.get(index), m)


def _places(group: _Ints, day: _Ints) -> _Floats:
    """Return where the day of each statement lies among those of its group, 0 to 1: the middle of the day. The rows are sorted by both."""
    if not len(group):
        return np.zeros(0)
    fresh = np.r_[True, group[1:] != group[:-1]]
    starts = np.flatnonzero(fresh | np.r_[True, day[1:] != day[:-1]])
    sizes = np.diff(np.r_[starts, len(day)])
    first = np.flatnonzero(fresh)
    total = np.diff(np.r_[first, len(group)])
    middle = np.repeat(starts + sizes / 2, sizes) - np.repeat(first, total)
    places: _Floats = middle / np.repeat(total, total)
    return places


def _half(group: _Ints, proposition: _Ints, place: _Floats, number: int) -> tuple[_Ints, _Ints, _Floats]:
    chosen = (place >= 0.5) == bool(number)
    return group[chosen], proposition[chosen], (place[chosen] - number / 2) * 2


_Rarefied = dict[int, tuple[float, float | None, int]]
"""Group -> R, its error (None where that is unknown), and the number of runs of days left out in turn."""


def _rarefy(group: _Ints, proposition: _Ints, place: _Floats, m: int, *, least: int = 0) -> _Rarefied:
    """Return R of each group with `least` statements or more: one count a group and proposition, one column a run of days."""
    names, group, totals = np.unique(group, return_inverse=True, return_counts=True)
    if not len(names):
        return {}
    block = np.minimum((place * _BLOCKS).astype(np.int64), _BLOCKS - 1)
    pairs, key = np.unique(np.stack([group, proposition]), axis=1, return_inverse=True)
    key = key.reshape(-1)
    inside = np.bincount(key * _BLOCKS + block, minlength=pairs.shape[1] * _BLOCKS).reshape(-1, _BLOCKS)
    sizes = np.bincount(group * _BLOCKS + block, minlength=len(names) * _BLOCKS).reshape(-1, _BLOCKS)
    counts = inside.sum(axis=1, keepdims=True)
    whole = _repetition(counts, totals[:, None], pairs[0], m)[:, 0]
    less = _repetition(counts - inside, totals[:, None] - sizes, pairs[0], m)
    found = {}
    for index, name in enumerate(names.tolist()):
        if totals[index] >= least:
            error = _error(float(whole[index]), less[index], sizes[index])
            found[name] = (float(whole[index]), error, int((sizes[index] > 0).sum()))
    return found


def _repetition(counts: _Ints, totals: _Ints, owner: _Ints, m: int) -> _Floats:
    """Return R for each owner and column; NaN where fewer than m statements are there.

    C(N - n, m) / C(N, m), the chance that no statement on a proposition is drawn, is the product of (N - n - j) / (N - j) over j below m.
    """
    all_of = totals[owner].astype(np.float64)
    missed = np.ones(counts.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        for drawn in range(m):
            missed *= np.maximum(all_of - counts - drawn, 0) / (all_of - drawn)
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    different = np.add.reduceat(1 - missed, starts, axis=0)
    result: _Floats = np.where(totals >= m, 1 - different / m, np.nan)
    return result


def _error(whole: float, less: _Floats, sizes: _Ints) -> float | None:
    """Return the error by leaving out runs of unequal size (Busing, Meijer and van der Leeden 1999, Statistics and Computing 9)."""
    used = sizes > 0
    runs, total = int(used.sum()), int(sizes.sum())
    less = less[used]
    if runs < _LEAST_BLOCKS or np.isnan(less).any():
        return None
    ratio = total / sizes[used]
    centre = runs * whole - ((1 - 1 / ratio) * less).sum()
    pseudo = ratio * whole - (ratio - 1) * less
    variance = float((((pseudo - centre) ** 2) / (ratio - 1)).sum()) / runs
    return sqrt(variance + 1 / (total + 1) ** 2)


_Part = tuple[float, float | None, int] | None


def _row(row: dict[str, Any], whole: _Part, earlier: _Part, later: _Part, m: int) -> Repetition:
    change = later[0] - earlier[0] if earlier and later else None
    interval = _difference(earlier, later)
    return Repetition(
        actor=row["actor"],
        issue=row.get("issue"),
        statements=row["statements"],
        propositions=row["propositions"],
        start=row["start"],
        end=row["end"],
        repetition=whole[0] if whole else None,
        interval=_around(whole, 1 - 1 / m) if whole else None,
        earlier=earlier[0] if earlier and later else None,
        later=later[0] if earlier and later else None,
        change=change,
        change_interval=interval,
        verdict=_judge(whole, interval),
        evidence=tuple(row["evidence"]),
    )


def _around(found: _Part, most: float) -> Interval | None:
    if found is None or found[1] is None:
        return None
    half = t_factor(found[2] - 1) * found[1]
    return Interval(low=max(0.0, found[0] - half), high=min(most, found[0] + half))


def _difference(earlier: _Part, later: _Part) -> Interval | None:
    if earlier is None or later is None or earlier[1] is None or later[1] is None:
        return None
    half = t_factor(min(earlier[2], later[2]) - 1) * sqrt(earlier[1] ** 2 + later[1] ** 2)
    change = later[0] - earlier[0]
    return Interval(low=max(-1.0, change - half), high=min(1.0, change + half))


def _judge(whole: _Part, interval: Interval | None) -> str:
    if whole is None:
        return _TOO_FEW
    if interval is None:
        return "too few statements to compare"
    if interval.low <= 0 <= interval.high:
        return "no change shown"
    return "more repetition" if interval.low > 0 else "less repetition"


def _repeated(stances: pl.DataFrame) -> tuple[RepeatedDemand, ...]:
    demands = stances.filter(pl.col("act").is_in(_DEMANDS))
    keys = ["actor", "issue", "proposition", "stance"]
    days = demands.group_by(*keys, "date").agg(
        pl.col("cluster").n_unique().alias("clusters"), pl.col("id").alias("evidence")
    )
    table = (
        days.sort("date")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("occasions"),
            pl.col("clusters").sum(),
            pl.col("date").first().alias("first"),
            pl.col("date").last().alias("last"),
            pl.col("evidence").explode(),
        )
        .filter(pl.col("occasions") > 1)
        .sort(["occasions", "clusters", *keys], descending=[True, True, False, False, False, False])
    )
    return tuple(
        RepeatedDemand(**{**row, "stance": STANCE_NAMES[row["stance"]], "evidence": tuple(row["evidence"])})
        for row in table.iter_rows(named=True)
    )


def _notes(rows: tuple[Repetition, ...], m: int, minimum: int) -> tuple[str, ...]:
    if not rows:
        return ("No stance toward a proposition is reported here on a day that is known.",)
    silent = sum(row.repetition is None for row in rows)
    crowded = sum(row.repetition is not None and row.interval is None for row in rows)
    few = (f"{silent} of {len(rows)} rows have fewer than the {minimum} statements that R needs.",) if silent else ()
    if silent == len(rows):
        return few
    return (
        f"R is 0 if {m} statements drawn are all on different propositions, and {1 - 1 / m:g} if they are all on the same one.",
        *few,
        *((f"{crowded} rows have no interval: too few days hold most of the statements.",) if crowded else ()),
        "The same stance toward the same proposition on the same day is one statement, however many report it.",
        f"The earlier and the later half are compared only where each has {minimum} statements.",
        "It counts what is reported: outlets that report only one demand of a party make it sound like a broken record.",
    )
