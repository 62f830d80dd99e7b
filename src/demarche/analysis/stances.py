"""From moves to stances: who is reported to be for or against which proposition, on which day."""

from __future__ import annotations

import polars as pl

from demarche.codebook import load_codebook

__all__ = ["STANCE_OF_ACT", "take_stances"]

STANCE_OF_ACT = {act.value: code.stance for act, code in load_codebook().acts.items() if code.stance is not None}
"""Act -> 1 (for what its content states) or -1; other acts take no stance."""


def take_stances(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each actor of a move that takes a stance: the frame's columns, ``actor`` and ``stance``.

    ``stance`` is 1 (for the proposition) or -1 (against): that of the act times the polarity of the content. Moves without a
    proposition or polarity take none and are not in the result.

    Examples
    --------
    >>> from demarche.analysis.frame import as_frame
    >>> move = {"id": "m1", "act": "reject", "actors": ["RUS"], "proposition": "p1", "polarity": 1}
    >>> take_stances(as_frame([move])).select("actor", "proposition", "stance").row(0)
    ('RUS', 'p1', -1)
    """
    sign = pl.col("act").replace_strict(STANCE_OF_ACT, default=None, return_dtype=pl.Int8)
    with_sign = frame.with_columns((sign * pl.col("polarity")).cast(pl.Int8).alias("stance"))
    kept = with_sign.filter(
        pl.col("stance").is_not_null() & (pl.col("stance") != 0) & pl.col("proposition").is_not_null()
    )
    return (
        kept.with_columns(pl.col("actors").list.unique(maintain_order=True).alias("actor"))
        .explode("actor")
        .drop_nulls("actor")
    )
