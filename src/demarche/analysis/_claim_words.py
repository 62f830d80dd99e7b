"""The words by which reports of one event are told apart from reports of another, as numbers, so that a million can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._alleged import load_alleged, name_acts
from demarche.analysis.words import stems

__all__ = ["Told", "name_contents", "score_pairs", "tell_words"]

_AROUND = 0.5
"""Weight of a stem of the sentence beside one of the event's own words: the sentence also holds who says so."""
_LARGE = 30_000
"""Different words of which those that occur once are not stemmed: that would take longer than all the rest, and joins next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The stems of records, a list of numbers a record; the rarer the stem, the lower its number as a rule.

    Parameters
    ----------
    own
        Of the record's own words.
    every
        Of those and of its sentence.
    weights
        Of each stem: log((1 + N) / n), where n of N records have it.
    totals
        Of each record: the weights of its stems together.
    shared
        Of each stem: whether more than one record has it.
    """

    own: pl.Series
    every: pl.Series
    weights: NDArray[np.float64]
    totals: NDArray[np.float64]
    shared: NDArray[np.bool_]


def tell_words(own: pl.Series, sentences: pl.Series) -> Told:
    """Return the stems of records, given their own words and the sentences that they stand in (null: none)."""
    around = sentences.unique(maintain_order=True).drop_nulls()
    place = pl.DataFrame({"text": around}).with_row_index("place")
    lists, texts = _stem_lists(pl.concat([own, around])), own.len()
    at = pl.DataFrame({"text": sentences}).join(place, on="text", how="left", maintain_order="left").get_column("place")
    beside = lists.slice(texts).gather(at)
    own = lists.head(texts)
    every = own.list.concat(beside.fill_null([])).list.unique()
    flat = every.explode().drop_nulls().to_numpy()
    counts = np.bincount(flat, minlength=1)
    weights = np.log((1 + texts) / np.maximum(counts, 1))
    totals = _AROUND * _sums(every, weights) + (1 - _AROUND) * _sums(own, weights)
    return Told(own=own, every=every, weights=weights, totals=totals, shared=counts > 1)


def _stem_lists(texts: pl.Series) -> pl.Series:
    """Return for each text the numbers of its stems, as `stems` finds them, each once."""
    flat = _chunks(texts)
    counted = flat.group_by("chunk").agg(pl.len().alias("count")).sort("chunk")
    table = counted.with_columns(_stems_of(counted)).explode("stem").drop_nulls("stem")
    order = table.group_by("stem").agg(pl.col("count").sum()).sort("count", "stem").with_row_index("word")
    numbered = table.select("chunk", "stem").join(order.select("stem", "word"), on="stem").select("chunk", "word")
    words = flat.join(numbered, on="chunk", maintain_order="left").select(pl.col("row").set_sorted(), "word")
    lists = words.group_by("row", maintain_order=True).agg("word")
    rows = pl.DataFrame({"row": np.arange(texts.len(), dtype=np.uint32)})
    return rows.join(lists, on="row", how="left", maintain_order="left").get_column("word").fill_null([]).list.unique()


def _chunks(texts: pl.Series) -> pl.DataFrame:
    """Return a row a text (``row``) and different piece between its blanks (``chunk``), in lower case."""
    chunks = texts.fill_null("").str.to_lowercase().str.split(" ").list.unique(maintain_order=True)
    rows = np.repeat(np.arange(texts.len(), dtype=np.uint32), chunks.list.len().to_numpy())
    return pl.DataFrame({"row": rows, "chunk": chunks.explode()})


def _stems_of(counted: pl.DataFrame) -> pl.Series:
    """Return the stems of pieces of text; in a large vocabulary those that occur once stand as they are."""
    whole = counted.height > _LARGE
    found = [
        [chunk] if whole and count == 1 else list(stems(chunk))
        for chunk, count in counted.select("chunk", "count").iter_rows()
    ]
    return pl.Series("stem", found, dtype=pl.List(pl.String))


def name_contents(contents: pl.Series) -> pl.DataFrame:
    """Return the different contents with the acts that they name (``named``) and whether they name nothing at all (``empty``)."""
    known = load_alleged()
    texts = contents.unique(maintain_order=True)
    flat = _chunks(texts)
    pieces = flat.get_column("chunk").unique(maintain_order=True)
    found = [sorted(stems(piece)) for piece in pieces.to_list()]
    table = (
        pl.DataFrame({"chunk": pieces, "stem": pl.Series(found, dtype=pl.List(pl.String))})
        .explode("stem")
        .drop_nulls("stem")
    )
    stem = pl.col("stem")
    words = flat.join(table, on="chunk", maintain_order="left").group_by("row", maintain_order=True).agg(
        stem.is_in(list(known.nothing_said)).all().alias("empty"),
        stem.filter(stem.is_in([*known.single, *known.several])).unique().sort().str.join(" ").alias("telling"),
    )  # fmt: skip
    combined = words.get_column("telling").unique().to_list()
    named = pl.Series("named", [list(name_acts(telling.split())) for telling in combined], dtype=pl.List(pl.String))
    words = words.join(
        pl.DataFrame({"telling": pl.Series(combined, dtype=pl.String), "named": named}), on="telling", how="left"
    )
    rows = pl.DataFrame({"content": texts}).with_row_index("row")
    return rows.join(words, on="row", how="left").select("content", "named", pl.col("empty").fill_null(True))


def _sums(lists: pl.Series, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.repeat(np.arange(lists.len()), lists.list.len().to_numpy())
    sums: NDArray[np.float64] = np.zeros(lists.len())
    return sums + np.bincount(rows, weights[lists.explode().drop_nulls().to_numpy()], minlength=lists.len())


def score_pairs(told: Told, left: pl.Series, right: pl.Series) -> NDArray[np.float64]:
    """Return how much the records of each pair share, 0 to 1: the weighted Dice coefficient of their stems.

    A stem that is one of a record's own words weighs in full, another one half; of a stem that both have, the mean of both counts.
    """
    sides = pl.DataFrame(
        {
            "one": told.every.gather(left), "other": told.every.gather(right),
            "own": told.own.gather(left), "others": told.own.gather(right),
        }
    )  # fmt: skip
    shared = np.zeros(left.len())
    for one, other, share in (
        ("one", "other", _AROUND),
        ("own", "other", (1 - _AROUND) / 2),
        ("one", "others", (1 - _AROUND) / 2),
    ):
        common = sides.select(pl.col(one).list.set_intersection(other)).to_series()
        shared += share * _sums(common, told.weights)
    whole = told.totals[left.to_numpy()] + told.totals[right.to_numpy()]
    likeness: NDArray[np.float64] = np.divide(2 * shared, whole, out=np.zeros(left.len()), where=whole > 0)
    return likeness
