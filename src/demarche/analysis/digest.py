"""What moves come to in short: what is reported most, what last, by whom, when. Counts of reports, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.model.report import Digest, PeriodCount, PublisherCount, ReportedAct, Tally

__all__ = ["digest_moves", "keep_known"]

_KEY = ("date", "act", "doers", "targets")
_LANES, _CITED = 6, 3
_STEPS = (("day", 1, "1d"), ("week", 7, "1w"), ("month", 31, "1mo"), ("year", 366, "1y"))
_PERIODS = 40
"""Periods of a timeline: with more of them, longer ones are taken."""
_NEAR = timedelta(days=90)
"""A date further than this from all days of publication is more often an error or history than an act that is reported."""
_NOTE = "Counted is what texts report: an act that many report is not the weightier for it, and one that nobody reports is not there."


def keep_known(moves: Any, at: date) -> pl.DataFrame:
    """Return the moves that were published on a day or before; where that is not known, those dated so, and no others.

    Examples
    --------
    >>> later = {"id": "m1", "act": "meet", "actors": ["USA"], "date": "1962-10-20", "published": "1962-10-22"}
    >>> keep_known([later], date(1962, 10, 21)).height
    0
    """
    return as_frame(moves).filter(pl.coalesce("published", "date") <= at)


def digest_moves(moves: Any, *, until: date | None = None, rows: int = 20) -> Digest:
    """Return what moves come to in short: acts, parties, sources, the occasions reported most and last, and counts by period.

    An occasion is an act of the same parties on one day; its reports are the clusters that tell of it. Of occasions with as many
    reports those come first of which the coder is surest. Do not read the counts as how much a party does: they are how much
    of it is reported here.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    until
        No act after this day is among the latest; by default the last day of publication.
    rows
        At most so many of each.

    Raises
    ------
    InputError
        If `moves` is no frame of moves.

    Examples
    --------
    >>> one = {"id": "m1", "act": "meet", "actors": ["USA"], "date": "1962-10-20", "published": "1962-10-22", "document": "d1"}
    >>> found = digest_moves([one, {**one, "id": "m2", "document": "d2"}])
    >>> found.occasions[0].reports, found.occasions[0].evidence
    (2, ('m1', 'm2'))
    """
    frame = as_frame(moves)
    once = drop_copies(frame)
    told, left_out = keep_usable(once, actor=False)
    ranked = _ranked(told)
    occasions = _occasions(ranked)
    until = until or frame["published"].max()  # type: ignore[assignment]
    parties = _tallies(ranked.explode("actors", empty_as_null=True).drop_nulls("actors"), "actors", rows)
    step, drawn, undrawn = _periods(ranked, [party.value for party in parties[:_LANES]], frame)
    publishers = _publishers(frame)
    opinions = once.filter(pl.col("voice") == "opinion")
    return Digest(
        moves=told.height,
        left_out=left_out,
        notes=(_NOTE,),
        total=frame.height,
        once=once.height,
        documents=frame["document"].n_unique(),
        clusters=frame["cluster"].n_unique(),
        first_published=frame["published"].min(),  # type: ignore[arg-type]
        last_published=frame["published"].max(),  # type: ignore[arg-type]
        opinions_total=opinions.height,
        unresolved=once.filter(pl.col("actors").list.len() == 0).height,
        acts=_tallies(ranked, "act", rows),
        parties=parties,
        publishers=tuple(publishers[:rows]),
        publishers_total=len(publishers),
        statuses=tuple(once.group_by("status").len().sort("len", "status", descending=[True, False]).iter_rows()),
        occasions=tuple(sorted(_acts(occasions.head(rows)), key=_by_day)),
        latest=_latest(occasions, until, rows),
        opinions=tuple(sorted(_acts(_occasions(_ranked(opinions), dated=False).head(rows)), key=_by_day)),
        step=step,
        periods=tuple(drawn),
        undrawn=undrawn,
    )


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the moves with how many independent reports tell of each one's occasion, the most reported first."""
    joined = [
        pl.col(name).list.sort().list.join("|").alias(key)
        for name, key in (("actors", "doers"), ("recipients", "targets"))
    ]
    day = pl.when(pl.col("precision") == "day").then("date")
    # A move without a day is an occasion of its own.
    key = pl.when(day.is_null()).then(pl.col("id")).otherwise(pl.lit(""))
    reports = pl.col("cluster").n_unique().over(*_KEY, "alone").alias("reports")
    return (
        frame.with_columns(*joined, key.alias("alone"))
        .with_columns(reports)
        .sort("reports", "confidence", "seq", "id", descending=[True, True, False, False], nulls_last=True)
    )


def _tallies(ranked: pl.DataFrame, column: str, rows: int) -> tuple[Tally, ...]:
    counts = ranked.group_by(column, maintain_order=True).agg(pl.len(), pl.col("id").head(_CITED))
    found = counts.sort("len", column, descending=[True, False]).head(rows)
    return tuple(Tally(value=value, moves=moves, evidence=tuple(ids)) for value, moves, ids in found.iter_rows())


def _publishers(frame: pl.DataFrame) -> list[PublisherCount]:
    counts = frame.group_by("publisher").agg(pl.col("document").n_unique(), pl.len().alias("moves"))
    found = counts.sort("document", "moves", "publisher", descending=[True, True, False], nulls_last=True)
    return [
        PublisherCount(publisher=publisher, documents=documents, moves=moves)
        for publisher, documents, moves in found.iter_rows()
    ]


_SHOWN = ("date", "precision", "act", "issue", "status", "voice", "actors", "recipients", "content", "reports", "id")


def _occasions(ranked: pl.DataFrame, *, dated: bool = True) -> pl.DataFrame:
    """Return a row an occasion, the most reported first; `id` has one move a report."""
    if dated:
        ranked = ranked.filter((pl.col("precision") == "day") & (pl.col("actors").list.len() > 0))
    one_each = ranked.unique([*_KEY, "alone", "cluster"], keep="first", maintain_order=True)
    first = [pl.col(name).first() for name in _SHOWN if name not in ("date", "act", "content", "id")]
    words = pl.col("content").drop_nulls().first().alias("content")
    return (
        one_each.group_by(*_KEY, "alone", maintain_order=True)
        .agg(*first, words, pl.col("confidence").first(), pl.col("id"))
        .select(*_SHOWN)
    )


def _acts(rows: pl.DataFrame) -> Iterator[ReportedAct]:
    for day, precision, act, issue, status, voice, actors, recipients, words, reports, ids in rows.iter_rows():
        yield ReportedAct(
            day=day,
            precision=precision,
            act=act,
            issue=issue,
            status=status,
            voice=voice,
            actors=tuple(actors),
            recipients=tuple(recipients),
            words=words,
            reports=reports,
            evidence=tuple(ids),
        )


def _by_day(one: ReportedAct) -> tuple[bool, date, str]:
    return one.day is None, one.day or date.min, one.evidence[0]


def _latest(occasions: pl.DataFrame, until: date | None, rows: int) -> tuple[ReportedAct, ...]:
    past = occasions if until is None else occasions.filter(pl.col("date") <= until)
    return tuple(_acts(past.sort("date", descending=True, maintain_order=True).head(rows)))


def _periods(ranked: pl.DataFrame, actors: list[str], frame: pl.DataFrame) -> tuple[str, Iterator[PeriodCount], int]:
    """Return the length of the periods, the counts, and the moves of these actors that stand in none."""
    own = ranked.explode("actors", empty_as_null=True).filter(pl.col("actors").is_in(actors))
    near = own.filter(pl.col("date").is_not_null())
    first, last = frame["published"].min(), frame["published"].max()
    if isinstance(first, date) and isinstance(last, date):
        near = near.filter(pl.col("date").is_between(first - _NEAR, last + _NEAR))
    place, cut = _step(near)
    fine = [name for name, _, _ in _STEPS[: place + 1]]
    drawn = near.filter(pl.col("precision").is_in(fine))
    counts = (
        drawn.with_columns(pl.col("date").dt.truncate(cut).alias("start"))
        .group_by("actors", "start", "quad", maintain_order=True)
        .agg(pl.len(), pl.col("id").first())
        .with_columns(pl.col("start").dt.offset_by(cut).dt.offset_by("-1d").alias("end"))
        .sort(
            pl.col("actors").replace_strict({name: at for at, name in enumerate(actors)}, return_dtype=pl.Int64),
            "start",
            "quad",
        )
    )
    return _STEPS[place][0], _counted(counts), own["id"].n_unique() - drawn["id"].n_unique()


def _counted(counts: pl.DataFrame) -> Iterator[PeriodCount]:
    for actor, start, quad, moves, move, end in counts.iter_rows():
        yield PeriodCount(actor=actor, start=start, end=end, quad=quad, moves=moves, evidence=(move,))


def _step(dated: pl.DataFrame) -> tuple[int, str]:
    """Return the place in `_STEPS` of the shortest period of which few enough cover all days, and how polars calls it."""
    first, last = dated["date"].min(), dated["date"].max()
    days = (last - first).days + 1 if isinstance(first, date) and isinstance(last, date) else 1
    place = next((at for at, (_, length, _) in enumerate(_STEPS) if days <= length * _PERIODS), len(_STEPS) - 1)
    return place, _STEPS[place][2]
