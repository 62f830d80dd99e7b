"""From moves to ties: who addresses whom on which occasion, and which two actors have the same or opposite stances."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis.frame import keep_usable
from demarche.analysis.stances import take_stances
from demarche.model import LeftOut

__all__ = ["MOST_PAIRS", "tie_addresses", "tie_stances", "tie_two_modes", "to_addresses", "to_statements"]

MOST_PAIRS = 1_000_000
"""Pairs of stances that are compared in one window; with more, only the actors with most stances are taken, and a note says so."""

_MUTUAL = ("meet", "sign", "cooperate")
"""Acts whose participants are all actors: they address one another where no recipient is known."""
_QUADS = {1: "verbal_cooperation", 2: "material_cooperation", 3: "verbal_conflict", 4: "material_conflict"}


def to_addresses(frame: pl.DataFrame, *, day: bool) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Return a row for each move and pair of actor and recipient: both, act, issue, occasion, quad class, day, id."""
    kept, left_out = keep_usable(frame, day=day)
    mutual = pl.col("act").is_in(_MUTUAL) & (pl.col("recipients").list.len() == 0) & (pl.col("actors").list.len() > 1)
    told = kept.with_columns(pl.when(mutual).then("actors").otherwise("recipients").alias("targets"))
    named = told.filter(pl.col("targets").list.len() > 0)
    left_out += _fewer(told, named, "recipient not named or not resolved")
    rows = _dated(named).select(
        pl.col("actors").alias("source"),
        pl.col("targets").alias("target"),
        "act",
        "issue",
        "occasion",
        "quad",
        "day",
        "id",
    )
    rows = rows.explode("source").explode("target").filter(pl.col("source") != pl.col("target"))
    itself = named.height - rows.get_column("id").n_unique()
    if itself:
        left_out += (LeftOut(reason="the actor is the only recipient", moves=itself),)
    return rows, left_out


def to_statements(frame: pl.DataFrame, *, day: bool) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Return a row for each move and actor that takes a stance: actor, proposition, stance, occasion, day, id."""
    kept, left_out = keep_usable(frame, day=day)
    rows = take_stances(kept)
    silent = kept.height - rows.get_column("id").n_unique()
    if silent:
        left_out += (LeftOut(reason="takes no stance on a proposition", moves=silent),)
    return _dated(rows).select("actor", "proposition", "stance", "occasion", "day", "id"), left_out


def _fewer(before: pl.DataFrame, after: pl.DataFrame, reason: str) -> tuple[LeftOut, ...]:
    lost = before.height - after.height
    return (LeftOut(reason=reason, moves=lost),) if lost else ()


def _dated(moves: pl.DataFrame) -> pl.DataFrame:
    """Add the day, null if it is not known to the day, and the occasion: the day, or else the report."""
    day = pl.when(pl.col("precision") == "day").then(pl.col("date"))
    occasion = pl.coalesce(day.cast(pl.String), "cluster " + pl.col("cluster"))
    return moves.with_columns(day.alias("day"), occasion.alias("occasion")).sort("day", "id", nulls_last=True)


def tie_addresses(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each pair: occasions (``weight``), of each quad class, first and last day, ids.

    An occasion is an act of the pair on an issue on a day, however many report it.
    """
    pair = ("source", "target")
    coded = _numbered(rows, "occasion", "act", "issue")
    occasions = coded.unique((*pair, "act", "issue", "occasion"), keep="first")
    quads = [(pl.col("quad") == quad).sum().cast(pl.Int64).alias(name) for quad, name in _QUADS.items()]
    counts = occasions.group_by(pair).agg(
        pl.len().cast(pl.Float64).alias("weight"),
        *quads,
        pl.col("quad").is_null().sum().cast(pl.Int64).alias("neutral"),
    )
    told = coded.group_by(pair).agg(pl.col("id"), pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    return counts.join(told, on=pair).sort(pair)


def _numbered(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Return the rows with words replaced by numbers, which are quicker to group."""
    return rows.with_columns(pl.col(name).rank("dense") for name in names)


def tie_stances(rows: pl.DataFrame, *, kind: str, normalise: str) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Return a row for each pair of actors with a tie; the actors with their statements (``activity``); how many actors are too many.

    Several statements of an actor with one stance on one proposition count once.
    """
    single = rows.group_by("actor", "proposition", "stance", maintain_order=True).agg(
        pl.col("id", "day").first(), pl.col("day").max().alias("last")
    )
    single, too_many = _most_active(single)
    activity = single.group_by("actor").agg(pl.len().cast(pl.Float64).alias("activity")).sort("actor")
    table = single.join(activity.with_row_index("number").select("actor", "number"), on="actor").with_row_index("row")
    columns = ("proposition", "number", "stance", "row")
    both = (
        table.select(columns)
        .join(table.select(columns), on="proposition")
        .filter(pl.col("number") < pl.col("number_right"))
    )
    same = (pl.col("stance") == pl.col("stance_right")).alias("same")
    pairs = both.select(pl.col("number").alias("one"), pl.col("number_right").alias("other"), same, "row", "row_right")
    meant = {"agreement": pl.col("same"), "conflict": ~pl.col("same"), "subtract": pl.lit(True)}[kind]
    counts = (
        pl.col("same").sum().cast(pl.Int64).alias("agree"),
        (~pl.col("same")).sum().cast(pl.Int64).alias("differ"),
    )
    ties = pairs.group_by("one", "other").agg(*counts, pl.col("row", "row_right").filter(meant))
    ties = ties.with_columns(pl.col("row").list.concat("row_right").list.unique(maintain_order=True).alias("rows"))
    weighed = _weigh(ties.sort("one", "other"), activity, kind, normalise)
    return _with_words(weighed, activity, table), activity, too_many


def _most_active(single: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return the statements of as many of the most active actors as can be compared, and how many actors that leaves out."""
    ranked = single.group_by("actor").len().sort(["len", "actor"], descending=[True, False]).with_row_index("rank")
    with_rank = single.join(ranked.select("actor", "rank"), on="actor", maintain_order="left")
    if _pairs(with_rank) <= MOST_PAIRS:
        return single, 0
    low, high = 1, ranked.height
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _pairs(with_rank.filter(pl.col("rank") < middle)) <= MOST_PAIRS else (low, middle)
    return with_rank.filter(pl.col("rank") < low).drop("rank"), ranked.height - low


def _pairs(single: pl.DataFrame) -> float:
    sizes = single.group_by("proposition").len().get_column("len").cast(pl.Float64)
    return float((sizes * (sizes - 1) / 2).sum())


def _weigh(ties: pl.DataFrame, activity: pl.DataFrame, kind: str, normalise: str) -> pl.DataFrame:
    spoken = activity.get_column("activity").to_numpy()
    one, other = spoken[ties.get_column("one").to_numpy()], spoken[ties.get_column("other").to_numpy()]
    agree, differ = (ties.get_column(name).cast(pl.Float64).to_numpy() for name in ("agree", "differ"))
    count = {"agreement": agree, "conflict": differ, "subtract": agree - differ}[kind]
    norm = _norm(one, other, agree, normalise)
    return ties.with_columns(pl.Series("weight", count / norm, dtype=pl.Float64)).filter(pl.col("weight") != 0)


def _norm(
    one: NDArray[np.float64], other: NDArray[np.float64], agree: NDArray[np.float64], normalise: str
) -> NDArray[np.float64]:
    if normalise == "average":
        return (one + other) / 2
    if normalise == "jaccard":
        return one + other - agree
    if normalise == "cosine":
        norm: NDArray[np.float64] = np.sqrt(one * other)
        return norm
    return one * other if normalise == "product" else np.ones_like(one)


def _with_words(ties: pl.DataFrame, activity: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return the ties with the ids of actors and moves, and their first and last day."""
    names = activity.get_column("actor")
    found = ties.with_columns(
        source=names.gather(ties.get_column("one")), target=names.gather(ties.get_column("other"))
    ).with_row_index("tie")
    words = (
        found.select("tie", pl.col("rows").alias("row"))
        .explode("row")
        .join(table.select("row", "id", "day", "last"), on="row", maintain_order="left")
    )
    words = words.sort("tie", "day", "id", nulls_last=True)
    told = words.group_by("tie", maintain_order=True).agg(
        pl.col("id"), pl.col("day").min().alias("first"), pl.col("last").max()
    )
    return found.join(told, on="tie", how="left", maintain_order="left")


def tie_two_modes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each actor and proposition: occasions on which it was for (``agree``) and against (``differ``), ids, days."""
    occasions = pl.col("occasion")
    counts = [
        occasions.filter(pl.col("stance") == stance).n_unique().cast(pl.Int64).alias(name)
        for stance, name in ((1, "agree"), (-1, "differ"))
    ]
    days = (pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    ties = rows.group_by("actor", "proposition").agg(*counts, *days, "id").sort("actor", "proposition")
    return ties.rename({"actor": "source", "proposition": "target"}).with_columns(pl.lit(1.0).alias("weight"))
