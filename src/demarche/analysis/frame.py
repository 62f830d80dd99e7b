"""The frame of moves that every analysis takes: one row a move, columns with fixed types, unknown is null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal

from demarche.codebook import load_codebook
from demarche.errors import InputError, MissingExtra
from demarche.model import Act, Assignment, CodedDocument, LeftOut, Mention, Move

try:
    import polars as pl
except ImportError as error:
    raise MissingExtra("an analysis", "analysis") from error

__all__ = [
    "SCHEMA",
    "as_frame",
    "coded_rows",
    "convert_frame",
    "drop_copies",
    "frame_rows",
    "frame_table",
    "keep_usable",
    "with_propositions",
]

SCHEMA: dict[str, Any] = {
    "id": pl.String,
    "document": pl.String,
    "cluster": pl.String,
    "seq": pl.Int64,
    "date": pl.Date,
    "precision": pl.String,
    "published": pl.Date,
    "act": pl.String,
    "event": pl.String,
    "quad": pl.Int8,
    "status": pl.String,
    "voice": pl.String,
    "issue": pl.String,
    "actors": pl.List(pl.String),
    "recipients": pl.List(pl.String),
    "source": pl.String,
    "publisher": pl.String,
    "confidence": pl.Float64,
    "trigger": pl.String,
    "content": pl.String,
    "condition": pl.String,
    "deadline": pl.Date,
    "sentence": pl.String,
    "proposition": pl.String,
    "polarity": pl.Int8,
}
"""Columns and their types.

``date`` is the first day of what is known, ``precision`` says how much that is: day, week, month, year. ``actors`` and
``recipients`` hold the ids of the parties that are resolved, each once. ``source`` is the id, or else the words, of who is
cited. ``proposition`` is the id of the proposition of the content, ``polarity`` 1 where the content states it and -1 where
it states its contrary.
"""

_NEEDED = ("id", "act", "actors")
_DAYS = ("date", "published", "deadline")


def as_frame(moves: Any) -> pl.DataFrame:
    """Return moves as a frame with the columns of `SCHEMA`, rows in the order given.

    Parameters
    ----------
    moves
        A polars or pandas frame, an Arrow table (anything with the Arrow C stream interface), or an iterable of mappings.
        ``id``, ``act`` and ``actors`` are needed; columns that lack are null, but for these: event and quad follow from the
        act, status is actual, voice is report, the cluster is the document. Dates are dates or ISO text; ``1962-10`` is
        the month. More columns are left out.

    Raises
    ------
    InputError
        If a needed column is missing, a column cannot be read as its type, or an act or id is none.

    Examples
    --------
    >>> frame = as_frame([{"id": "m1", "act": "demand", "actors": ["RUS"], "date": "2025-11"}])
    >>> frame.select("event", "date", "precision").row(0)
    ('REQUEST', datetime.date(2025, 11, 1), 'month')
    """
    frame = _load(moves)
    if frame.schema == pl.Schema(SCHEMA):
        _check(frame)
        return frame
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        if frame.width == 0 and frame.height == 0:
            return pl.DataFrame(schema=SCHEMA)
        raise InputError(
            f"the frame of moves lacks the columns {', '.join(missing)}; it has {', '.join(frame.columns)}"
        )
    frame = _with_days(frame)
    lacking = [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if name not in frame.columns]
    frame = _cast(frame.with_columns(lacking))
    _check(frame)
    return _with_codes(frame)


def frame_rows(rows: Iterable[Mapping[str, Any]], *, step: int = 50_000) -> pl.DataFrame:
    """Return rows whose columns are those of `SCHEMA`, days as ISO text, as a frame; `step` of them are held at a time."""
    raw = {**SCHEMA, **dict.fromkeys(_DAYS, pl.String)}
    source = iter(rows)
    parts = [pl.DataFrame(schema=raw)]
    while batch := list(islice(source, step)):
        parts.append(pl.DataFrame(batch, schema=raw))
    return as_frame(pl.concat(parts))


def frame_table(table: Any) -> pl.DataFrame:
    """Return an Arrow table that has some columns of `SCHEMA`, in their types, as a frame; the others are null and take no memory.

    Raises
    ------
    InputError
        If what gives the table fails before its end.
    """
    try:
        frame = pl.DataFrame(table)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"the moves cannot be read to their end: {_first_line(error)}") from error
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items()
    )


def with_propositions(frame: pl.DataFrame, assignments: Iterable[Assignment]) -> pl.DataFrame:
    """Return the moves with the propositions that their contents were given."""
    rows = [(given.move, given.proposition, given.polarity) for given in assignments]
    schema = {name: SCHEMA[name] for name in ("id", "proposition", "polarity")}
    given = pl.DataFrame(rows, schema=schema, orient="row")
    joined = frame.drop("proposition", "polarity").join(given, on="id", how="left", maintain_order="left")
    return joined.select(list(SCHEMA))


def coded_rows(coded: CodedDocument, *, sectors: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the moves of a coded document as rows of `SCHEMA`: what only a ledger knows (copies, propositions) is null or its own."""
    for move in coded.moves:
        yield dict.fromkeys(SCHEMA) | {
            **{
                name: getattr(move, name) for name in ("id", "document", "date", "event", "quad", "issue", "confidence")
            },
            **{name: getattr(move, name).value for name in ("act", "status", "voice")},
            **{name: _words(getattr(move, name)) for name in ("trigger", "content", "condition", "sentence")},
            "published": move.published or coded.document.published,
            "cluster": move.document,
            "precision": move.date_precision,
            "publisher": coded.document.publisher,
            "actors": _parties(move.actors, sectors=sectors),
            "recipients": _parties(move.recipients, sectors=sectors),
            "source": _source(move, sectors=sectors),
            "deadline": _deadline(move),
        }


def _words(span: Any) -> str | None:
    return None if span is None else span.text


def _parties(mentions: Iterable[Mention], *, sectors: bool) -> list[str]:
    known = (
        f"{mention.id} {mention.sector}" if sectors and mention.sector else mention.id
        for mention in mentions
        if mention.id
    )
    return list(dict.fromkeys(known))


def _source(move: Move, *, sectors: bool) -> str | None:
    if move.source is None:
        return None
    return next(iter(_parties([move.source], sectors=sectors)), move.source.span.text)


def _deadline(move: Move) -> str | None:
    """Return the deadline only if it is known to the day: the last moment of a month is not its first day."""
    day = move.deadline.date if move.deadline else None
    return day if day and len(day) == 10 else None


def convert_frame(frame: pl.DataFrame, kind: Literal["polars", "pandas", "arrow"]) -> Any:
    """Return a frame of moves as it is, as a pandas frame, or as an Arrow table; :func:`as_frame` takes each of them back.

    In pandas texts are ``string``, days ``datetime64[ms]``, whole numbers ``Int64`` or ``Int8``, lists plain lists, and what is not known
    is ``NA`` (of a day ``NaT``), never a number.

    Raises
    ------
    InputError
        If the kind is none of these.
    MissingExtra
        If the library is not installed.
    """
    if kind == "polars":
        return frame
    if kind == "pandas":
        return _to_pandas(frame)
    if kind == "arrow":
        try:
            return frame.to_arrow()
        except ImportError as error:
            raise MissingExtra("an Arrow table", "parquet") from error
    raise InputError(f"there is no frame of the kind {kind!r}; choose polars, pandas or arrow")


def _to_pandas(frame: pl.DataFrame) -> Any:
    """Return a pandas frame column by column: polars does it by way of pyarrow, which need not be there."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra("a pandas frame", "pandas") from error
    return pd.DataFrame({name: _to_series(pd, frame.get_column(name)) for name in frame.columns})


def _to_series(pd: Any, column: pl.Series) -> Any:
    if column.dtype == pl.Date:
        return pd.Series(column.cast(pl.Datetime("ms")).to_numpy(), dtype="datetime64[ms]")
    kind = _PANDAS.get(column.dtype, "object")
    return pd.Series(column.to_list(), dtype=kind)


_PANDAS: dict[Any, str] = {
    pl.String: "string",
    pl.Int64: "Int64",
    pl.Int8: "Int8",
    pl.Float64: "Float64",
}


def _load(moves: Any) -> pl.DataFrame:
    if isinstance(moves, pl.DataFrame):
        return moves
    if isinstance(moves, pl.LazyFrame):
        return moves.collect()
    try:
        if hasattr(moves, "to_dict") and hasattr(moves, "columns"):  # pandas, which need not have pyarrow beside it
            named = {str(name): _plain(moves[name]) for name in moves.columns}
            return pl.DataFrame(named, strict=False)
        if hasattr(moves, "__arrow_c_stream__"):
            return pl.DataFrame(moves)
        if isinstance(moves, Iterable) and not isinstance(moves, str | bytes | Mapping):
            rows = list(moves)
            names = {name: kind for name, kind in SCHEMA.items() if name not in _DAYS}
            return pl.DataFrame(rows, schema_overrides=names, infer_schema_length=None)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise InputError(f"this is no frame of moves ({_first_line(error)}); see demarche.analysis.SCHEMA") from error
    raise InputError(f"a {type(moves).__name__} is no frame of moves; give a polars or pandas frame, or an Arrow table")


def _plain(column: Any) -> list[Any]:
    """Return a pandas column with None in place of its NaN, NaT and NA, and lists in place of arrays."""
    return [_cell(value) for value in column]


def _cell(value: Any) -> Any:
    if hasattr(value, "tolist") and getattr(value, "ndim", None):
        return value.tolist()
    if value is None or isinstance(value, list | tuple | str):
        return value
    # NA answers every comparison with itself, so that it is told by its name: pandas itself need not be there.
    return None if type(value).__name__ == "NAType" or value != value else value


def _with_days(frame: pl.DataFrame) -> pl.DataFrame:
    made = []
    for name in _DAYS:
        if name in frame.columns and frame.schema[name] == pl.String:
            words = pl.col(name)
            whole = pl.when(words.str.len_chars() == 4).then(words + "-01-01").when(words.str.len_chars() == 7)
            made.append(
                whole.then(words + "-01")
                .otherwise(words.str.head(10))
                .str.to_date("%Y-%m-%d", strict=False)
                .alias(name)
            )
            if name == "date" and "precision" not in frame.columns:
                kind = words.str.len_chars().replace_strict(
                    {4: "year", 7: "month"}, default="day", return_dtype=pl.String
                )
                made.append(pl.when(words.is_null()).then(None).otherwise(kind).alias("precision"))
    return frame.with_columns(made)


def _cast(frame: pl.DataFrame) -> pl.DataFrame:
    made = []
    for name, kind in SCHEMA.items():
        try:
            made.append(frame.get_column(name).cast(kind))
        except pl.exceptions.PolarsError as error:
            raise InputError(f"the column {name} of the frame of moves is no {kind}: {_first_line(error)}") from error
    return pl.DataFrame(made)


def _check(frame: pl.DataFrame) -> None:
    if frame.get_column("id").null_count():
        raise InputError("a row of the frame of moves has no id; give every move one, it is the way to its evidence")
    unknown = set(frame.get_column("act").unique().to_list()) - {act.value for act in Act}
    if unknown:
        raise InputError(f"there is no act {sorted(map(str, unknown))[0]!r}; see the codebook")


def _with_codes(frame: pl.DataFrame) -> pl.DataFrame:
    acts = load_codebook().acts
    events = {act.value: code.event for act, code in acts.items()}
    quads = {act.value: code.quad for act, code in acts.items()}
    act = pl.col("act")
    return frame.with_columns(
        pl.col("event").fill_null(act.replace_strict(events, return_dtype=pl.String)),
        pl.col("quad").fill_null(act.replace_strict(quads, return_dtype=pl.Int8)),
        pl.col("status").fill_null("actual"),
        pl.col("voice").fill_null("report"),
        pl.col("issue").fill_null("other"),
        pl.col("document").fill_null(pl.col("id")),
        pl.col("cluster").fill_null(pl.coalesce("document", "id")),
        pl.when(pl.col("date").is_null()).then(None).otherwise(pl.col("precision").fill_null("day")).alias("precision"),
        pl.col("actors").fill_null([]).list.drop_nulls(),
        pl.col("recipients").fill_null([]).list.drop_nulls(),
    )


def drop_copies(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the moves with those left out that a copy in the same cluster reports too: same act, parties and content.

    Of the documents of a cluster only the first that reports it keeps it; two moves of one document stay two. Where the contents
    differ but the proposition is the same, it is a copy all the same. Where status, voice
    or what is known of the date differ, it is none: one of them may be usable where the other is not.
    """
    ends = (pl.col("document").min().alias("low"), pl.col("document").max().alias("high"))
    # Where a cluster has several documents, one of them at least is not the one that it is named after.
    near = frame.lazy().filter(pl.col("document").ne_missing(pl.col("cluster"))).select("cluster").unique()
    ranges = frame.lazy().select("cluster", "document").join(near, on="cluster", how="semi", nulls_equal=True)
    several = (
        ranges.group_by("cluster").agg(ends).filter(pl.col("low") != pl.col("high")).collect().get_column("cluster")
    )
    if several.is_empty():  # most clusters have one document, and to compare moves costs more than all the rest
        return frame
    shared = frame.get_column("cluster").is_in(several.implode(), nulls_equal=True)
    about = pl.coalesce("proposition", "content").fill_null("")
    key = [pl.col(name).list.sort().list.join("|") for name in ("actors", "recipients")]
    told = [pl.col(name).fill_null("") for name in ("status", "voice", "precision")]
    sign = pl.col("polarity").fill_null(0)
    first = pl.col("document").first().over("cluster", "act", *key, about, sign, *told)
    copies = frame.lazy().filter(shared).select(pl.col("document") != first).collect().to_series()
    return frame.filter(~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(shared.arg_true().filter(copies).implode()))


def keep_usable(
    frame: pl.DataFrame,
    *,
    statuses: Iterable[str] | None = ("actual",),
    voices: Iterable[str] | None = ("report",),
    actor: bool = True,
    recipient: bool = False,
    day: bool = False,
) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Return the moves that an analysis may use, and how many it may not, by reason; each move counts for its first reason.

    Parameters
    ----------
    statuses, voices
        Codes to keep; None keeps all.
    actor, recipient
        Whether a party must be resolved.
    day
        Whether the date must be known to the day.
    """
    tests: list[tuple[str, pl.Expr]] = []
    if voices is not None:
        tests.append(("opinion, not report", pl.col("voice").is_in(list(voices))))
    if statuses is not None:
        kept = list(statuses)
        tests.append((f"status other than {' or '.join(kept)}", pl.col("status").is_in(kept)))
    if actor:
        tests.append(("actor not resolved", pl.col("actors").list.len() > 0))
    if recipient:
        tests.append(("recipient not named or not resolved", pl.col("recipients").list.len() > 0))
    if day:
        known = pl.col("date").is_not_null() & (pl.col("precision") == "day")
        tests.append(("date not known to the day", known.fill_null(False)))
    left_out = []
    for reason, passes in tests:
        rest = frame.filter(passes)
        if rest.height < frame.height:
            left_out.append(LeftOut(reason=reason, moves=frame.height - rest.height))
        frame = rest
    return frame, tuple(left_out)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
