"""Positions as the discourse-network model has them: actor, proposition, for or against, day by day.

Leifeld (2017), "Discourse network analysis", The Oxford Handbook of Political Networks, is the model: a statement joins an actor
and a concept, with agreement or without. Nothing here says what a party wants, only what it is reported to say.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl

from demarche.analysis._occasions import STANCE_NAMES, group_days, list_stances
from demarche.analysis.movement import movement_of
from demarche.analysis.shares import wilson_interval
from demarche.errors import InputError
from demarche.model import LeftOut
from demarche.model.positions import Comparison, Gap, GapDay, GapRow, GapSeries, Positions, StanceDay, Standing

__all__ = ["compare_positions", "find_positions", "measure_gap", "trace_gap"]

_REPORTED = "These are stances as reported; what a party says in public need not be what it would settle for."
_CARRIED = "A standing stance is the last one reported, however long ago; a change that nobody reported does not show."
_KINDS = ("differ", "agree", "mixed", "only_one", "only_other")


def find_positions(
    moves: Any, *, at: date | None = None, actors: Iterable[str] | None = None, issue: str | None = None
) -> Positions:
    """Return the stances of actors toward propositions, occasion by occasion, and those that stand at a date.

    An act takes a stance as ``STANCE_OF_ACT`` says, times the polarity of its content. All reports of one actor, proposition and
    day are one occasion: the same stance from another cluster is a re-report, on another day a restatement. Where reports of a day
    contradict each other, the stance of the day is mixed. The standing stance is that of the last occasion on or before `at`.
    An actor that is never heard on a proposition has no row: unknown, not neutral. Do not use it on moves whose contents are not
    grouped into propositions.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    at
        The date; by default the last day in the moves.
    actors
        Ids of the actors wanted; all by default.
    issue
        Only propositions of this issue.

    Raises
    ------
    InputError
        If `moves` is no frame of moves.

    Examples
    --------
    >>> demand = {"id": "m1", "act": "demand", "actors": ["SUN"], "date": "1962-10-23", "proposition": "p1", "polarity": 1}
    >>> refusal = {"id": "m2", "act": "reject", "actors": ["USA"], "date": "1962-10-25", "proposition": "p1", "polarity": 1}
    >>> [(row.actor, row.stance, row.last.day) for row in find_positions([demand, refusal]).standing]
    [('SUN', 'for', 23), ('USA', 'against', 25)]
    """
    stances, left_out = list_stances(moves, issue=issue)
    at = at or _last_day(stances)
    series = tuple(_series(group_days(stances, actors=actors)))
    past = tuple(row for row in series if at is not None and row.day <= at)
    standing = tuple(_stand(rows, at) for rows in _by_pair(series))
    unknown = sum(row.stance is None for row in standing)
    return Positions(
        moves=_count_moves(past),
        left_out=left_out,
        notes=_note_positions(len(past), unknown, at),
        at=at,
        rows=past,
        standing=standing,
    )


def _last_day(stances: pl.DataFrame) -> date | None:
    days = stances.get_column("date")
    return days[-1] if len(days) else None


def _series(days: pl.DataFrame) -> Iterator[StanceDay]:
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in ("actor", "issue", "proposition"))
    stance = pl.col("stance").replace_strict(STANCE_NAMES, return_dtype=pl.String)
    named = days.with_columns(stance, pl.when(same).then(stance.shift(1)).alias("before"))
    names = ("actor", "issue", "proposition", "date", "stance", "before", "clusters", "evidence")
    for actor, issue, proposition, day, taken, before, clusters, evidence in zip(
        *(named.get_column(name).to_list() for name in names), strict=True
    ):
        yield StanceDay(
            actor=actor,
            issue=issue,
            proposition=proposition,
            day=day,
            stance=taken,
            before=before,
            clusters=clusters,
            evidence=tuple(evidence),
        )


def _by_pair(series: Iterable[StanceDay]) -> Iterator[list[StanceDay]]:
    for _, rows in itertools.groupby(series, key=lambda row: (row.actor, row.proposition)):
        yield list(rows)


def _stand(rows: list[StanceDay], at: date | None) -> Standing:
    """Return the standing stance of one actor toward one proposition from its occasions by day."""
    past = [row for row in rows if at is not None and row.day <= at]
    turns = [row.day for row in past if row.stance != row.before]
    kinds = [row.stance for row in past]
    return Standing(
        actor=rows[0].actor,
        issue=rows[0].issue,
        proposition=rows[0].proposition,
        stance=kinds[-1] if past else None,
        since=turns[-1] if past else None,
        last=past[-1].day if past else None,
        occasions=len(past),
        occasions_for=kinds.count("for"),
        occasions_against=kinds.count("against"),
        occasions_mixed=kinds.count("mixed"),
        clusters=sum(row.clusters for row in past),
        evidence=tuple(move for row in reversed(past) for move in row.evidence),
    )


def _count_moves(rows: Iterable[StanceDay] | Iterable[GapRow] | Iterable[GapDay]) -> int:
    """Return how many moves the rows rest on; one of two actors stands in two rows."""
    return len({move for row in rows for move in row.evidence})


def _note_positions(occasions: int, unknown: int, at: date | None) -> tuple[str, ...]:
    if not occasions:
        return ("No stance toward a proposition is reported here on a day that is known.",)
    mixed = "Where reports of one day contradict each other, the stance is shown as mixed."
    first = (f"{unknown} stances are unknown on {at}: the actor is first heard on it later.",) if unknown else ()
    return (_CARRIED, mixed, *first, _REPORTED)


def measure_gap(moves: Any, one: str, other: str, *, issue: str | None = None, at: date | None = None) -> Gap:
    """Return on which share of the propositions that two parties both speak on their standing stances differ.

    share = differ / n, n the propositions on which both stand for or against at the date. 0 means the same stance on all n; where
    n is 0 the share is None. Propositions on which only one or neither speaks are counted beside it and never as agreement. The
    interval is Wilson's and takes the propositions as independent draws from what the two might be asked; it holds no error of the
    coder: a stance coded wrong in a share e of cases draws the gap toward a half, by up to 2e. Do not compare the gaps of two pairs
    that speak about different things, and do not read it as a distance to an agreement.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    one, other
        Ids of the parties.
    issue
        Only propositions of this issue.
    at
        The date; by default the last day in the moves.

    Raises
    ------
    InputError
        If the two are the same.

    Examples
    --------
    >>> demand = {"id": "m1", "act": "demand", "actors": ["SUN"], "date": "1962-10-23", "proposition": "p1", "polarity": 1}
    >>> refusal = {"id": "m2", "act": "reject", "actors": ["USA"], "date": "1962-10-25", "proposition": "p1", "polarity": 1}
    >>> found = measure_gap([demand, refusal], "SUN", "USA")
    >>> found.share, found.n
    (1.0, 1)
    """
    _check_two(one, other)
    stances, left_out = list_stances(moves, issue=issue)
    return _gap(stances, left_out, one, other, issue, at or _last_day(stances))


def _check_two(one: str, other: str) -> None:
    if one == other:
        raise InputError(f"the gap of {one} with itself is none; name two parties")


def _gap(
    stances: pl.DataFrame, left_out: tuple[LeftOut, ...], one: str, other: str, issue: str | None, at: date | None
) -> Gap:
    past = stances if at is None else stances.filter(pl.col("date") <= at)
    rows = _gap_rows(group_days(past, actors=(one, other)), one)
    kinds = Counter(_kind(row) for row in rows)
    n, differ = kinds["differ"] + kinds["agree"], kinds["differ"]
    return Gap(
        moves=_count_moves(rows),
        left_out=left_out,
        notes=_note_gap(n, one, other, rows),
        one=one,
        other=other,
        issue=issue,
        at=at,
        share=differ / n if n else None,
        interval=wilson_interval(differ, n) if n else None,
        n=n,
        differ=differ,
        mixed=kinds["mixed"],
        only_one=kinds["only_one"],
        only_other=kinds["only_other"],
        neither=past.get_column("proposition").n_unique() - len(rows),
        rows=rows,
    )


def _gap_rows(days: pl.DataFrame, one: str) -> tuple[GapRow, ...]:
    latest: dict[str, dict[bool, StanceDay]] = {}
    for row in _series(days):
        latest.setdefault(row.proposition, {})[row.actor == one] = row
    rows = [_gap_row(pair.get(True), pair.get(False)) for pair in latest.values()]
    return tuple(sorted(rows, key=lambda row: (_KINDS.index(_kind(row)), row.issue, row.proposition)))


def _gap_row(one: StanceDay | None, other: StanceDay | None) -> GapRow:
    known = [side for side in (one, other) if side]
    stances = {side.stance for side in known}
    return GapRow(
        proposition=known[0].proposition,
        issue=known[0].issue,
        one=one.stance if one else None,
        other=other.stance if other else None,
        differ=len(stances) > 1 if len(known) > 1 and "mixed" not in stances else None,
        one_last=one.day if one else None,
        other_last=other.day if other else None,
        one_evidence=one.evidence if one else (),
        other_evidence=other.evidence if other else (),
        evidence=tuple(dict.fromkeys(move for side in known for move in side.evidence)),
    )


def _kind(row: GapRow) -> str:
    if row.differ is not None:
        return "differ" if row.differ else "agree"
    return "only_other" if row.one is None else "only_one" if row.other is None else "mixed"


def _note_gap(n: int, one: str, other: str, rows: tuple[GapRow, ...]) -> tuple[str, ...]:
    silent = [
        f"No stance of {actor} toward a proposition is reported here."
        for actor, known in ((one, [row.one for row in rows]), (other, [row.other for row in rows]))
        if not any(known)
    ]
    if not n:
        return (*silent, "There is no proposition on which both have a standing stance, so the gap is unknown.")
    return (
        _CARRIED,
        "Propositions on which only one of the two speaks are not in the share: silence is neither agreement nor difference.",
        "The interval takes the propositions as independent and leaves the error of the coder out.",
        _REPORTED,
    )


def trace_gap(moves: Any, one: str, other: str, *, issue: str | None = None) -> GapSeries:
    """Return the gap between two parties through time, one row for each day on which either takes a stance.

    Each row is what :func:`measure_gap` gives at that day. The series is for looking at: stances are carried forward, so that
    neighbouring rows are nearly the same, and a test for a trend would find one in series without any. For a change use
    :func:`~demarche.analysis.movement.measure_movement`.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    one, other
        Ids of the parties.
    issue
        Only propositions of this issue.

    Raises
    ------
    InputError
        If the two are the same.
    """
    _check_two(one, other)
    stances, left_out = list_stances(moves, issue=issue)
    return _trace(stances, left_out, one, other, issue)


def _trace(stances: pl.DataFrame, left_out: tuple[LeftOut, ...], one: str, other: str, issue: str | None) -> GapSeries:
    series = sorted(_series(group_days(stances, actors=(one, other))), key=lambda row: row.day)
    return GapSeries(
        moves=_count_moves(series),
        left_out=left_out,
        notes=("Standing stances are carried forward from day to day: the line shows no trend that could be tested.",),
        one=one,
        other=other,
        issue=issue,
        rows=tuple(_gap_days(series, one)),
    )


def _gap_days(series: list[StanceDay], one: str) -> Iterator[GapDay]:
    standing: dict[str, tuple[str | None, str | None]] = {}
    kinds: Counter[str] = Counter()
    for day, found in itertools.groupby(series, key=lambda row: row.day):
        rows = list(found)
        for row in rows:
            old = standing.get(row.proposition, (None, None))
            new = (row.stance, old[1]) if row.actor == one else (old[0], row.stance)
            standing[row.proposition] = new
            kinds[_kind_of(old)] -= 1
            kinds[_kind_of(new)] += 1
        n, differ = kinds["differ"] + kinds["agree"], kinds["differ"]
        yield GapDay(
            day=day,
            share=differ / n if n else None,
            interval=wilson_interval(differ, n) if n else None,
            n=n,
            differ=differ,
            mixed=kinds["mixed"],
            only_one=kinds["only_one"],
            only_other=kinds["only_other"],
            evidence=tuple(dict.fromkeys(move for row in rows for move in row.evidence)),
        )


def _kind_of(pair: tuple[str | None, str | None]) -> str:
    one, other = pair
    if one is None or other is None:
        return "neither" if one is other else "only_other" if one is None else "only_one"
    return "mixed" if "mixed" in pair else "agree" if one == other else "differ"


def compare_positions(
    moves: Any, one: str, other: str, *, issue: str | None = None, at: date | None = None, minimum: int = 12
) -> Comparison:
    """Return two parties side by side: their gap at a date and through time, and the movement of each toward the other.

    See :func:`measure_gap`, :func:`trace_gap` and :func:`~demarche.analysis.movement.measure_movement` for what each of them means.
    Nothing after `at` is used.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    one, other
        Ids of the parties.
    issue
        Only propositions of this issue.
    at
        The date; by default the last day in the moves.
    minimum
        Statements that each party needs before a movement is measured.

    Raises
    ------
    InputError
        If the two are the same, or the minimum is below 6.
    """
    _check_two(one, other)
    stances, left_out = list_stances(moves, issue=issue)
    at = at or _last_day(stances)
    stances = stances if at is None else stances.filter(pl.col("date") <= at)
    gap = _gap(stances, left_out, one, other, issue, at)
    series = _trace(stances, left_out, one, other, issue)
    movements = tuple(
        movement_of(stances, left_out, actor, other=party, issue=issue, minimum=minimum)
        for actor, party in ((one, other), (other, one))
    )
    measured = [movement for movement in movements if movement.change is not None]
    return Comparison(
        moves=series.moves,
        left_out=left_out,
        notes=tuple(dict.fromkeys(note for part in (gap, *measured) for note in part.notes)),
        gap=gap,
        series=series,
        movements=(movements[0], movements[1]),
    )
