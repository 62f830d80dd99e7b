"""Which records speak of the same alleged event: candidates by shared rare words, then each with the founder it is most like.

Only founders draw records to themselves: with plain connected components a chain of reports, each like the next, would join
events that have nothing in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._claim_words import Told, score_pairs

__all__ = ["WEAKER", "find_rivals", "group_records"]

WEAKER = 0.15
"""What likeness must be higher where the doer of one record is not known: the words alone must carry it."""
_RAREST = 4
"""Stems of a record that look for others: its rarest that others have too."""
_FOUNDERS = 8
"""Founders that a stem offers within some days: the first of them. More would make time and memory grow with the square of a
day's reports, and a stem that so many share says little."""
_EVENTS, _AFTER, _BEFORE = range(3)
"""Kinds of pairs: two events; a founder that is said (an accusation, a denial) and any record; an event and what is said of it."""

_Ints = NDArray[np.int64]
_Keys = NDArray[np.uint64]


def group_records(records: pl.DataFrame, told: Told, *, window: int, reply: int, least: float, all: bool) -> _Ints:
    """Return for each record the number of the record that founded its claim; its own if it founded one.

    Parameters
    ----------
    records
        Numbered ``n`` from 0 in the order in which they may found; with ``acts``, ``doers``, ``targets`` (ids without sector), ``said``
        (an accusation or a denial), ``soft`` (a denial: its doer is only presumed), ``told`` (somebody asserts or denies it), ``day``
        (a number, or null), ``document``.
    told
        The words of the records.
    all
        Whether records that nobody is said to assert found claims too. If not, they stay by themselves unless they join one.
    """
    rows = _rows(records, told)
    may_found = rows.filter(pl.lit(all) | pl.col("told"))
    days = records.get_column("day").fill_null(0).to_numpy()
    others = _keys(records, rows, left=False)
    left, right = _near(_keys(records, may_found, left=True), others, days, window, reply)
    undated = rows.filter(pl.col("day").is_null())
    for founders, others in ((may_found, undated), (undated.filter(pl.lit(all) | pl.col("told")), rows)):
        found = founders.join(others, on=["act", "word", "document"], maintain_order="left").filter(
            pl.col("n") < pl.col("n_right")
        )
        left = np.append(left, found.get_column("n").to_numpy())
        right = np.append(right, found.get_column("n_right").to_numpy())
    return _assign(records, _score(left, right, told, least), least)


def find_rivals(founders: pl.DataFrame, told: Told, *, window: int, reply: int, least: float) -> dict[int, list[int]]:
    """Return for each founder the founders of claims that say the like of other doers, with no target against it."""
    able = founders.filter((pl.col("doers").list.len() > 0) & ~pl.col("soft") & pl.col("told"))
    rows = _with_keys(_rows(able, told).with_columns(party=pl.lit(0, dtype=pl.Int64)))
    days = np.zeros(told.every.len(), dtype=np.int64)
    days[founders.get_column("n").to_numpy()] = founders.get_column("day").fill_null(0).to_numpy()
    left, right = _near(rows, rows, days, window, reply)
    parties = {
        n: (frozenset(doers), frozenset(targets))
        for n, doers, targets in able.select("n", "doers", "targets").iter_rows()
    }
    found: dict[int, list[int]] = {}
    pairs = _score(left, right, told, least)
    for one, other in pairs.select("left", "right").sort("left", "right").iter_rows():
        (doers, targets), (others, suffered) = parties[one], parties[other]
        if not doers & others and _near_targets(targets, suffered):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


def _rows(records: pl.DataFrame, told: Told) -> pl.DataFrame:
    """Return a row for each act that a record can be of and each of its rarest stems that another record has."""
    every = told.every.gather(records.get_column("n"))
    place = np.repeat(np.arange(records.height), every.list.len().to_numpy())
    words = every.explode().drop_nulls().to_numpy()
    shared = told.shared[words]
    both = np.sort((place[shared].astype(np.uint64) << np.uint64(32)) | words[shared])
    place, words = (both >> np.uint64(32)).astype(np.int64), (both & np.uint64(0xFFFFFFFF)).astype(np.int64)
    rarest = _rank(place) < _RAREST
    found = pl.DataFrame({"word": words[rarest], "at": place[rarest]})
    columns = records.select(
        "n", "acts", "said", "soft", "told", "day", "document", pl.col("doers").list.len().alias("doers")
    )
    plain = columns[found.get_column("at")].with_columns(found.get_column("word")).explode("acts")
    codes = {act: code for code, act in enumerate(plain.get_column("acts").unique(maintain_order=True).to_list())}
    return plain.with_columns(pl.col("acts").replace_strict(codes, return_dtype=pl.Int64).alias("act")).drop("acts")


def _rank(keys: NDArray[Any]) -> _Ints:
    """Return the place of each item in its run of equal keys."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    starts = np.append(0, np.flatnonzero(keys[1:] != keys[:-1]) + 1)
    places: _Ints = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    return places


def _keys(records: pl.DataFrame, rows: pl.DataFrame, *, left: bool) -> pl.DataFrame:
    """Return the rows by party: founders and others meet under a doer that both have, or where one's doer is unknown or presumed."""
    parties = records.select("n", "doers").explode("doers").drop_nulls("doers")
    table = pl.DataFrame({"doers": parties.get_column("doers").unique(maintain_order=True)}).with_row_index(
        "party", offset=3
    )
    named = parties.join(table.cast({"party": pl.Int64}), on="doers").select("n", "party")
    known = rows.join(named, on="n", maintain_order="left")
    unknown = (pl.col("doers") == 0) | pl.col("soft")
    first, second = (rows.filter(unknown), rows.filter(~unknown)) if left else (rows, rows.filter(unknown))
    marked = (
        part.with_columns(pl.lit(mark, dtype=pl.Int64).alias("party")) for mark, part in ((1, first), (2, second))
    )
    return _with_keys(pl.concat([known, *marked]))


def _near(founders: pl.DataFrame, others: pl.DataFrame, days: _Ints, window: int, reply: int) -> tuple[_Ints, _Ints]:
    """Return pairs of a founder and a later record with a stem and a party in common, near enough in time."""
    near = {_EVENTS: window, _AFTER: reply, _BEFORE: reply}
    lefts, rights = [], []
    for kind, apart in near.items():
        first = founders.filter(pl.col("said") if kind == _AFTER else ~pl.col("said")).drop_nulls("day")
        second = others.filter(
            {_EVENTS: ~pl.col("said"), _AFTER: pl.lit(True), _BEFORE: pl.col("said")}[kind]
        ).drop_nulls("day")
        left, right = _join(first, second, apart)
        fits = (left < right) & (np.abs(days[left] - days[right]) <= apart)
        lefts.append(left[fits])
        rights.append(right[fits])
    return np.concatenate(lefts), np.concatenate(rights)


def _join(founders: pl.DataFrame, others: pl.DataFrame, apart: int) -> tuple[_Ints, _Ints]:
    """Return pairs under one key: founders by their span of days, others in that span and those about it."""
    founders = founders.select("n", "key", pl.col("day") // (apart + 1))
    others = others.select("n", "key", pl.col("day") // (apart + 1)).join(
        founders.select("key").unique(), on="key", how="semi"
    )
    keys, numbers = _spanned(founders, 0), founders.get_column("n").to_numpy()
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    first = _rank(keys) < _FOUNDERS
    table = pl.DataFrame({"key": keys[first], "left": numbers[first]})
    spans = np.concatenate([_spanned(others, step) for step in (-1, 0, 1)])
    found = table.join(pl.DataFrame({"key": spans, "right": np.tile(others.get_column("n").to_numpy(), 3)}), on="key")
    return found.get_column("left").to_numpy(), found.get_column("right").to_numpy()


def _spanned(rows: pl.DataFrame, step: int) -> _Keys:
    return _mix(rows.get_column("key").to_numpy(), rows.get_column("day").to_numpy() + step)


def _mix(keys: _Keys, part: _Ints) -> _Keys:
    """Return the keys with one more part in them: a hash, which two that are unlike share once in 2^64."""
    mixed = (keys ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Add a key of act, stem and party."""
    keys = np.zeros(rows.height, dtype=np.uint64)
    for part in ("act", "word", "party"):
        keys = _mix(keys, rows.get_column(part).to_numpy())
    return rows.with_columns(pl.Series("key", keys))


def _score(left: _Ints, right: _Ints, told: Told, least: float) -> pl.DataFrame:
    """Return the pairs, each once, that share at least so much (``left``, ``right``, ``score``)."""
    pairs = pl.DataFrame({"left": left, "right": right}, schema={"left": pl.Int64, "right": pl.Int64}).unique()
    score = score_pairs(told, pairs.get_column("left"), pairs.get_column("right"))
    return pairs.with_columns(pl.Series("score", score, dtype=pl.Float64)).filter(pl.col("score") >= least)


def _assign(records: pl.DataFrame, pairs: pl.DataFrame, least: float) -> _Ints:
    """Return the founder of each record: of the founders before it that it is compatible with, the one most like it."""
    founder = list(range(records.height))
    ordered = pairs.sort("right", "score", "left", descending=[False, True, False])
    lefts, scores = ordered.get_column("left").to_list(), ordered.get_column("score").to_list()
    rights = ordered.get_column("right").to_list()
    starts = np.flatnonzero(np.diff(np.asarray(rights), prepend=-1)).tolist() + [len(lefts)]
    parties = _Parties(records, pl.concat([ordered.get_column("left"), ordered.get_column("right")]).unique())
    for start, end in pairwise(starts):
        own = rights[start]
        for place in range(start, end):
            other = lefts[place]
            if founder[other] == other and parties.fit(other, own, scores[place] >= least + WEAKER):
                founder[own] = other
                parties.join(other, own)
                break
    return np.asarray(founder, dtype=np.int64)


class _Parties:
    """Who is known to have done and suffered the event of each claim, filled up by the records that join."""

    def __init__(self, records: pl.DataFrame, numbers: pl.Series) -> None:
        found = records.select("n", "doers", "targets", "soft")[numbers]
        self._known: dict[int, tuple[list[str], list[str], bool]] = {
            n: (doers, targets, soft) for n, doers, targets, soft in found.iter_rows()
        }

    def fit(self, founder: int, record: int, very_like: bool) -> bool:
        (doers, targets, soft), (others, suffered, presumed) = self._known[founder], self._known[record]
        same = any(doer in others for doer in doers)
        if not same and not (very_like and (not doers or not others or soft or presumed)):
            return False
        return _near_targets(targets, suffered)

    def join(self, founder: int, record: int) -> None:
        (doers, targets, soft), (others, suffered, presumed) = self._known[founder], self._known[record]
        if not presumed:
            named = bool(others) and (soft or not doers)
            self._known[founder] = (others if named else doers, targets or suffered, soft and not named)


def _near_targets(one: Sequence[str] | frozenset[str], other: Sequence[str] | frozenset[str]) -> bool:
    """Return whether targets can be the same: a people or a group of a state counts for the state (``PSE-PEOPLE``, ``PSE``)."""
    if not one or not other:
        return True
    return any(a == b or a.startswith(f"{b}-") or b.startswith(f"{a}-") for a in one for b in other)
