"""From moves to occasions: the same stance of the same actor on the same day is one, however many report it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.analysis.stances import STANCE_OF_ACT, take_stances
from demarche.model import LeftOut

__all__ = ["STANCE_NAMES", "group_days", "list_stances"]

STANCE_NAMES = {1: "for", -1: "against", 0: "mixed"}


def list_stances(moves: Any, *, issue: str | None = None) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Return one row for each actor of a reported move that takes a stance on a known day, by day; and what was left out.

    The issue is that of the proposition: the one that most of its moves have. Copies are counted in what was left out.
    """
    frame = as_frame(moves)
    left_out = []
    grouped = pl.col("proposition").is_not_null() & pl.col("polarity").is_in([1, -1])
    for reason, passes in (
        ("the act takes no stance", pl.col("act").is_in(list(STANCE_OF_ACT))),
        ("content missing or not grouped into a proposition", grouped),
    ):
        kept = frame.filter(passes)
        if kept.height < frame.height:
            left_out.append(LeftOut(reason=reason, moves=frame.height - kept.height))
        frame = kept
    # Copies share act and proposition, so that what went before took none without the others; fewer moves are faster compared.
    frame, more = keep_usable(drop_copies(frame), day=True)
    stances = take_stances(_settle_issues(frame)).sort("date", maintain_order=True)
    if issue is not None:
        stances = stances.filter(pl.col("issue") == issue)
    return stances, (*left_out, *more)


def _settle_issues(frame: pl.DataFrame) -> pl.DataFrame:
    counts = frame.group_by("proposition", "issue").len().sort(["len", "issue"], descending=[True, False])
    most = counts.unique("proposition", keep="first", maintain_order=True).select("proposition", "issue")
    return frame.drop("issue").join(most, on="proposition", how="left", maintain_order="left")


def group_days(stances: pl.DataFrame, *, actors: Iterable[str] | None = None) -> pl.DataFrame:
    """Return one row for each actor, proposition and day, in that order: issue, stance (1, -1, 0 mixed), clusters, evidence (ids)."""
    if actors is not None:
        stances = stances.filter(pl.col("actor").is_in(list(actors)))
    grouped = stances.group_by("actor", "proposition", "date").agg(
        pl.col("issue").first(),
        pl.col("stance").min().alias("low"),
        pl.col("stance").max().alias("high"),
        pl.col("cluster").n_unique().alias("clusters"),
        pl.col("id").alias("evidence"),
    )
    stance = pl.when(pl.col("low") == pl.col("high")).then("low").otherwise(pl.lit(0, pl.Int8)).alias("stance")
    return grouped.with_columns(stance).drop("low", "high").sort("actor", "issue", "proposition", "date")
