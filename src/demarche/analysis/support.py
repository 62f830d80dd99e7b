"""Who is reported to be for and against which propositions."""

from __future__ import annotations

from typing import Any

import polars as pl

from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.analysis.stances import take_stances
from demarche.model import LeftOut, Support, SupportRow

__all__ = ["find_support"]


def find_support(moves: Any) -> Support:
    """Return the propositions of a frame with the parties that took a stance on them, those with most statements first.

    A statement is one actor's stance on one proposition on one day, however many reports tell of it (DESIGN, Position). Statements
    are counted, not weighed: many say that much is reported, not that much is meant.

    Parameters
    ----------
    moves
        A frame of moves: see :func:`~demarche.analysis.frame.as_frame`.

    Raises
    ------
    InputError
        If it is no frame of moves.

    Examples
    --------
    >>> asked = {"id": "m1", "act": "demand", "actors": ["RUS"], "date": "2025-11-27", "proposition": "p1", "polarity": 1}
    >>> refused = {**asked, "id": "m2", "act": "reject", "actors": ["UKR"]}
    >>> row = find_support([asked, refused]).rows[0]
    >>> row.supporters, row.opponents
    (('RUS',), ('UKR',))
    """
    frame, left_out = keep_usable(as_frame(moves))
    frame = drop_copies(frame)
    stances = take_stances(frame)
    silent = frame.height - stances.get_column("id").n_unique()
    if silent:
        left_out += (LeftOut(reason="takes no stance on a proposition", moves=silent),)
    rows = tuple(_row(row) for row in _by_proposition(stances).iter_rows(named=True))
    return Support(moves=frame.height - silent, left_out=left_out, notes=_notes(rows), rows=rows)


def _by_proposition(stances: pl.DataFrame) -> pl.DataFrame:
    """Return a row a proposition. Each column comes of its own plain grouping: one inside another takes ten times as long."""
    day = (
        pl.when(pl.col("precision") == "day")
        .then(pl.col("date").cast(pl.String))
        .otherwise("cluster " + pl.col("cluster"))
    )
    exact = pl.when(pl.col("precision") == "day").then(pl.col("date")).alias("day")
    said = stances.with_columns(day.alias("occasion"), exact).sort("date", "id", nulls_last=True)
    issues = said.group_by("proposition", "issue").len().sort("len", "issue", descending=[True, False])
    made = said.group_by("proposition").agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    made = made.join(issues.unique("proposition", keep="first", maintain_order=True), on="proposition")
    moves = said.select("proposition", "id").unique(maintain_order=True)
    made = made.join(
        moves.group_by("proposition", maintain_order=True).agg(pl.col("id").alias("evidence")), on="proposition"
    )
    for name, sign in (("supporters", 1), ("opponents", -1)):
        side = said.filter(pl.col("stance") == sign).select("proposition", "actor", "occasion").unique()
        parties = side.group_by("proposition").agg(pl.len().alias(f"of_{name}"))
        named = (
            side.select("proposition", "actor")
            .unique()
            .sort("actor")
            .group_by("proposition")
            .agg(pl.col("actor").alias(name))
        )
        made = made.join(parties, on="proposition", how="left").join(named, on="proposition", how="left")
    made = made.with_columns(
        pl.col("of_supporters", "of_opponents").fill_null(0), pl.col("supporters", "opponents").fill_null([])
    )
    total = pl.col("of_supporters") + pl.col("of_opponents")
    return made.sort(total, "proposition", descending=[True, False])


def _row(row: dict[str, Any]) -> SupportRow:
    return SupportRow(
        proposition=row["proposition"],
        issue=row["issue"],
        supporters=tuple(row["supporters"]),
        opponents=tuple(row["opponents"]),
        statements_for=row["of_supporters"],
        statements_against=row["of_opponents"],
        first=row["first"],
        last=row["last"],
        evidence=tuple(row["evidence"]),
    )


def _notes(rows: tuple[SupportRow, ...]) -> tuple[str, ...]:
    if not rows:
        return ("No move takes a stance on a proposition: there is nothing to show.",)
    return (
        "Parties are reported to have been for or against; what they say elsewhere, or think, is not in it.",
        "Contents are put together by a network that errs (docs/analyses.md says how often); put it right with --merge, --split, --pin.",
    )
