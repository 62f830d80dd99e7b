"""Many contents as sets of terms in one table, so that announcements and later moves are compared all at once."""

from __future__ import annotations

import polars as pl

from demarche.analysis.threatened import terms

__all__ = ["split_terms", "weigh_terms"]

_WORD = r"[^\W_]+(?:[.\u2019'][^\W_]+)*"


def split_terms(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the columns ``place`` and ``term``, each pair once, of a frame with ``place`` and ``text``."""
    once = texts.drop_nulls("text").select("text").unique().with_row_index("number")
    plain = pl.col("text").str.to_lowercase().str.replace_all(r"[-\u2010-\u2015]", " ")
    words = (
        once.select("number", plain.str.extract_all(_WORD).list.unique().alias("word"))
        .explode("word")
        .drop_nulls("word")
    )
    words = words.with_columns(pl.col("word").cast(pl.Categorical))
    known = {word: sorted(terms(word)) for word in words["word"].unique().cast(pl.String)}
    meant = pl.DataFrame(
        {"word": list(known), "term": list(known.values())}, schema={"word": pl.String, "term": pl.List(pl.String)}
    ).with_columns(pl.col("word").cast(pl.Categorical))
    meant = meant.explode("term").drop_nulls("term").with_columns(pl.col("term").cast(pl.Categorical))
    pairs = words.join(meant, on="word").select("number", "term").unique()
    return texts.join(once, on="text").select("place", "number").join(pairs, on="number").select("place", "term")


def weigh_terms(found: pl.DataFrame) -> pl.DataFrame:
    """Return ``term`` and its rarity: log((1 + N) / n), N texts with any term, n of them with this one."""
    texts = found["place"].n_unique()
    return (
        found.group_by("term")
        .len()
        .select("term", ((1 + texts) / pl.col("len")).log().cast(pl.Float32).alias("weight"))
    )
