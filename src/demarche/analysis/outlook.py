"""What a ledger says lies ahead of a day, with the base rates of the classes that it falls into. It computes no probability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import LeftOut
from demarche.model.outlook import AppliedRate, BaseRate, Forecast, Outlook, Prospect

__all__ = ["BACK", "CLASSES", "known_on", "look_ahead"]

BACK = 90
"""Days before today for which passed days, stated conditions and threats without a day are still shown."""
_STATUSES = ("actual", "planned", "possible")
_SLACK = (timedelta(days=1), timedelta(days=3))
"""A planned move is reported to have taken place from a day before to three days after: reports name days loosely."""
_STALE = 7
_OPEN = (None, "", "open")


def _said(pattern: str, *columns: str) -> pl.Expr:
    found = [pl.col(name).str.contains(f"(?i){pattern}").fill_null(False) for name in columns]
    return pl.any_horizontal(found)


def _from(actor: str) -> pl.Expr:
    return pl.col("actors").list.eval(pl.element().str.contains(f"^{actor}( |$)")).list.any()


_ACT = pl.col("act")
_ISSUE = pl.col("issue")
_THREAT = _ACT == "threaten"
_SANCTION = r"\b(sanction|embargo|tariff|export ban|asset freeze)"
_PEACE = ["ceasefire", "withdrawal", "territory", "security_guarantees", "borders", "autonomy", "government", "force"]

CLASSES: dict[str, tuple[str, pl.Expr]] = {
    "ultimatum": ("threats with a deadline are reported", _THREAT & pl.col("deadline").is_not_null()),
    "threat": ("threats are reported", _THREAT),
    "threat_usa": (
        "threats by the United States are reported; it fits where the target is much weaker",
        _THREAT & _from("USA"),
    ),
    "sanctions_threat": ("sanctions or tariffs are threatened", _THREAT & _said(_SANCTION, "content", "sentence")),
    "sanctions": (
        "sanctions are reported",
        (_ACT == "sanction") & ((_ISSUE == "sanctions_trade") | _said(_SANCTION, "trigger", "content", "sentence")),
    ),
    "sanctions_un": ("sanctions by the United Nations are reported", (_ACT == "sanction") & _from("UN(SC)?")),
    "ceasefire": (
        "a ceasefire is reported to be agreed, declared or kept; it fits one that ends a conflict, not a short truce",
        (_ISSUE == "ceasefire") & _ACT.is_in(["accept", "concede", "promise", "retreat", "sign"]),
    ),
    "peace_agreement": (
        "an agreement is reported to be signed; it fits one that ends an armed conflict",
        (_ACT == "sign") & _ISSUE.is_in(_PEACE),
    ),
    "talks": (
        "talks are reported; it fits formal negotiations to end a civil war",
        (_ISSUE == "talks") & _ACT.is_in(["accept", "meet", "promise"])
        | (_ACT == "meet") & _ISSUE.is_in(["ceasefire", "withdrawal", "territory"]),
    ),
    "civil_war_end": ("attacks are reported; it fits if this is a civil war", _ACT == "attack"),
    "interstate_war_end": ("attacks are reported; it fits if this is a war between states", _ACT == "attack"),
    "armed_conflict_end": ("attacks are reported; it fits if this is an armed conflict", _ACT == "attack"),
    "civil_war_relapse": (
        "attacks are reported; it fits a country that had a civil war before",
        _ACT == "attack",
    ),
    "interstate_crisis": (
        "threats or moves of forces are reported; it fits if this is a crisis between states",
        _THREAT | (_ACT == "mobilize"),
    ),
    "mediation": (
        "mediation is reported",
        _said(r"\b(mediat|broker|good offices|go-between)", "trigger", "content", "sentence"),
    ),
    "hostage": ("hostages are reported", (_ISSUE == "prisoners") & _said(r"\bhostage", "content", "sentence")),
}
"""Class of a base rate -> what is reported that puts a case of the ledger into it, and the test of a move.

It says that such a case may be there, no more: whether the case of the ledger is one of the population is for the reader to judge.
"""


def look_ahead(
    moves: Any,
    *,
    today: date,
    base_rates: Iterable[BaseRate] = (),
    threats: Iterable[Any] = (),
    forecasts: Iterable[Forecast] = (),
    back: int = BACK,
) -> Outlook:
    """Return what is reported to lie ahead of `today`, what was due and has no report, and the base rates that apply.

    - Open threats: the cases given without an outcome, whose deadline is ahead, passed since `back` days, or which have none and were
      stated since.
    - Deadlines of other moves ("gave them until Friday"), ahead or passed since `back` days. What came of them is not traced.
    - Plans: moves with status planned for a day after the report, ahead or passed since `back` days. A passed one is dropped if an act of
      the same kind among two of its parties (or by its only one) is reported from a day before to three days after.
    - Conditions that parties stated since `back` days, without a deadline.
    - The user's own forecasts that are open, by the day on which they resolve.

    Several reports of the same parties, act and day are one row. What was published after `today` is not used, so that one can look
    from a day of the past without hindsight. No row says that something will happen, and no rows means that nothing is reported,
    not that nothing is planned. Do not multiply base rates: their cases differ.

    Parameters
    ----------
    threats
        Cases as mappings, or as objects with the same attributes: id, actor or actors (an id, or several), recipients, words, condition,
        deadline (a date or ISO text), outcome (None or ``open``: not known yet), evidence (ids of moves). Moves that are evidence of a
        case, open or closed, make no row of their own.
    back
        Days, 0 to 36,500.

    Raises
    ------
    InputError
        If the frame or a case cannot be read, or `back` is out of range.

    Examples
    --------
    >>> move = {"id": "m1", "act": "meet", "actors": ["RUS", "USA"], "status": "planned", "date": "2026-03-04",
    ...         "published": "2026-03-01", "content": "talks in Geneva"}
    >>> [(row.kind, row.state, row.day.isoformat()) for row in look_ahead([move], today=date(2026, 3, 2)).rows]
    [('plan', 'ahead', '2026-03-04')]
    """
    if not 0 <= back <= 36_500:
        raise InputError(f"one can look back 0 to 36500 days, not {back}")
    since = date.fromordinal(max(1, today.toordinal() - back))
    whole = as_frame(moves)
    known = _with_told(known_on(whole, today))
    cases = [case for case in map(_read_case, threats) if _is_known(case, known)]
    traced = pl.col("id").is_in(_evidence_of(cases))
    near = known.filter((pl.max_horizontal("told", "deadline", "end") >= since).fill_null(True) | traced)
    frame, unusable = keep_usable(drop_copies(near), statuses=_STATUSES)
    rest = frame.filter(~traced)
    plans, done, dayless = _plans(rest, today, since)
    rows = [*_open_cases(cases, known, today), *_deadlines(rest, today, since), *plans, *_conditions(rest, since)]
    rows += [_own(forecast, today) for forecast in forecasts if forecast.outcome is None and forecast.made <= today]
    shown = [row for row in rows if row.kind != "threat" or _is_recent(row, since)]
    left_out = (
        LeftOut(reason=f"published after {today}", moves=whole.height - known.height),
        LeftOut(reason=f"reported before {since}, and due before it if at all", moves=known.height - near.height),
        *unusable,
        LeftOut(reason="planned, but for no day after the report", moves=dayless),
    )
    return Outlook(
        moves=frame.height,
        left_out=tuple(one for one in left_out if one.moves),
        notes=tuple(_notes(known, cases, shown, today=today, back=back, old=len(rows) - len(shown), done=done)),
        today=today,
        back=back,
        rows=tuple(sorted(shown, key=_order)),
        rates=tuple(_apply(frame.filter(pl.col("told") >= since), base_rates)),
    )


def known_on(moves: Any, day: date) -> pl.DataFrame:
    """Return the moves that were published by a day; of those without a day of publication, the ones that do not date from later.

    Examples
    --------
    >>> known_on([{"id": "m1", "act": "meet", "actors": ["RUS"], "published": "2026-03-05"}], date(2026, 3, 4)).height
    0
    """
    frame = as_frame(moves)
    later = pl.when(pl.col("published").is_not_null()).then(pl.col("published") > day)
    return frame.filter(~later.otherwise((pl.col("date") > day) & (pl.col("status") != "planned")).fill_null(False))


def _with_told(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``told``, the day of the report (a plan without one is not told on the day that it is for), and ``end`` of a plan."""
    planned = pl.col("status") == "planned"
    told = pl.coalesce("published", pl.when(~planned).then(pl.col("date"))).alias("told")
    return frame.with_columns(told, pl.when(planned).then(_end()).alias("end"))


def _read_case(case: Any) -> dict[str, Any]:
    names = ("id", "actor", "actors", "recipients", "words", "condition", "deadline", "outcome", "evidence")
    whole = isinstance(case, Mapping)
    found: dict[str, Any] = {name: case.get(name) if whole else getattr(case, name, None) for name in names}
    found["actor"] = found["actor"] or found["actors"]
    if not found["id"]:
        raise InputError(f"a case of a threat has no id: {case!r:.200}")
    for name in ("actor", "recipients", "evidence"):
        value = found[name] or ()
        found[name] = (value,) if isinstance(value, str) else tuple(value)
    if isinstance(found["deadline"], str):
        try:
            found["deadline"] = date.fromisoformat(found["deadline"])
        except ValueError as error:
            raise InputError(f"case {found['id']}: {found['deadline']!r} is no ISO date") from error
    return found


def _evidence_of(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    return [move for case in cases for move in case["evidence"]]


def _is_known(case: Mapping[str, Any], known: pl.DataFrame) -> bool:
    return not case["evidence"] or known.get_column("id").is_in(list(case["evidence"])).any()


def _open_cases(cases: Sequence[Mapping[str, Any]], known: pl.DataFrame, today: date) -> Iterator[Prospect]:
    chosen = known.filter(pl.col("id").is_in(_evidence_of(cases))).sort("told", nulls_last=True)
    moves = {row["id"]: row for row in chosen.iter_rows(named=True)}
    for case in cases:
        if case["outcome"] not in _OPEN:
            continue
        found = [moves[move] for move in case["evidence"] if move in moves]
        days = [move["told"] for move in found if move["told"]]
        yield Prospect(
            kind="threat",
            state=_state(case["deadline"], today),
            words=case["words"],
            evidence=case["evidence"],
            day=case["deadline"],
            precision="day" if case["deadline"] else None,
            act=found[0]["act"] if found else None,
            issue=found[0]["issue"] if found else None,
            actors=case["actor"],
            recipients=case["recipients"],
            condition=case["condition"],
            first=min(days, default=None),
            last=max(days, default=None),
            reports=len({move["cluster"] for move in found}),
            case=case["id"],
        )


def _state(day: date | None, today: date) -> str:
    return "undated" if day is None else "ahead" if day >= today else "passed"


def _deadlines(frame: pl.DataFrame, today: date, since: date) -> Iterator[Prospect]:
    due = frame.filter(pl.col("deadline") >= since).with_columns(
        pl.col("deadline").alias("day"), pl.lit("day").alias("precision")
    )
    key = ["act", "day", *_parties()]
    yield from (
        _prospect("deadline", _state(row["day"], today), row) for row in _gather(due, key).iter_rows(named=True)
    )


def _plans(frame: pl.DataFrame, today: date, since: date) -> tuple[list[Prospect], int, int]:
    """Return plans, how many passed ones are reported to have taken place, and how many moves are planned for no day."""
    planned = frame.filter(pl.col("status") == "planned").with_columns(pl.col("date").alias("day"))
    told = pl.col("told")
    ahead = (pl.col("end") > told) | told.is_null() | ((pl.col("end") == told) & (told == today))
    dated = planned.filter(pl.col("day").is_not_null() & ahead.fill_null(False))
    everybody = pl.concat_list("actors", "recipients").list.unique().list.sort().list.join("|").alias("everybody")
    rows = _gather(dated.filter(pl.col("end") >= since), ["act", "day", "precision", everybody]).with_row_index(
        "number"
    )
    done = _taken_place(
        rows.filter(pl.col("end") < today),
        frame.filter((pl.col("status") == "actual") & (pl.col("precision") == "day")),
    )
    kept = rows.filter(~pl.col("number").is_in(done))
    plans = [_prospect("plan", _state(row["end"], today), row) for row in kept.iter_rows(named=True)]
    return plans, len(done), planned.height - dated.height


def _end() -> pl.Expr:
    """Return the last day of what is known of the date."""
    day = pl.col("date")
    spans = {
        "week": day.dt.offset_by("6d"),
        "month": day.dt.month_end(),
        "year": day.dt.offset_by("1y").dt.offset_by("-1d"),
    }
    ends = day
    for precision, end in spans.items():
        ends = pl.when(pl.col("precision") == precision).then(end).otherwise(ends)
    return ends


def _taken_place(plans: pl.DataFrame, actual: pl.DataFrame) -> list[int]:
    """Return the numbers of the plans that a report of the same act, among the same parties, on about that day, answers."""
    before, after = _SLACK
    wanted = _couples(plans.select("number", "act", "day", "end", "actors", "recipients"), alone=False)
    done = _couples(actual.select("act", "date", "actors", "recipients"), alone=True).unique(["act", "couple", "date"])
    both = wanted.join(done, on=["act", "couple"])
    fits = both.filter(pl.col("date").is_between(pl.col("day") - before, pl.col("end") + after))
    return sorted(fits.get_column("number").unique().to_list())


def _couples(frame: pl.DataFrame, *, alone: bool) -> pl.DataFrame:
    """Return a row for each two parties of a row, sectors aside; `alone`: for each single one too, else only where it is the only one."""
    parties = pl.concat_list("actors", "recipients").list.eval(pl.element().str.split(" ").list.first()).list.unique()
    named = frame.select(pl.exclude("actors", "recipients"), parties.alias("couple"))
    single = named if alone else named.filter(pl.col("couple").list.len() == 1)
    pairs = named.filter(pl.col("couple").list.len() > 1).with_columns(pl.col("couple").alias("other"))
    pairs = pairs.explode("couple").explode("other").filter(pl.col("couple") < pl.col("other"))
    two = pairs.with_columns(pl.col("couple") + "|" + pl.col("other")).drop("other")
    return pl.concat([single.explode("couple").drop_nulls("couple"), two])


def _conditions(frame: pl.DataFrame, since: date) -> Iterator[Prospect]:
    stated = frame.filter(
        pl.col("condition").is_not_null() & pl.col("deadline").is_null() & (pl.col("told") >= since)
    ).with_columns(pl.lit(None, dtype=pl.Date).alias("day"), pl.lit(None, dtype=pl.String).alias("precision"))
    of_threat = pl.when(_THREAT & pl.col("proposition").is_not_null()).then(
        pl.concat_str("proposition", pl.col("polarity").cast(pl.String).fill_null("?"))
    )
    same = pl.coalesce(of_threat, pl.col("condition").str.to_lowercase().str.strip_chars()).alias("same")
    rows = _gather(stated, ["act", *_parties(), same])
    yield from (_prospect("condition", "undated", row) for row in rows.iter_rows(named=True))


def _parties() -> list[pl.Expr]:
    return [pl.col(name).list.sort().list.join("|").alias(f"{name}_key") for name in ("actors", "recipients")]


def _gather(frame: pl.DataFrame, key: list[Any]) -> pl.DataFrame:
    """Return one row for the moves that have the key in common, the first report's parties and words in front."""
    once = [
        name for name in ("issue", "actors", "recipients", "precision", "day", "act", "end") if name in frame.columns
    ]
    taken = {part if isinstance(part, str) else part.meta.output_name() for part in key}
    found = frame.sort("told", nulls_last=True, maintain_order=True).group_by(key, maintain_order=True)
    return found.agg(
        *(pl.col(name).first() for name in once if name not in taken),
        pl.coalesce(pl.col("content").drop_nulls().first(), pl.col("sentence").drop_nulls().first()).alias("words"),
        pl.col("condition").drop_nulls().first(),
        pl.col("told").min().alias("first"),
        pl.col("told").max().alias("last"),
        pl.col("cluster").n_unique().alias("reports"),
        pl.col("id").alias("evidence"),
    )


def _prospect(kind: str, state: str, row: Mapping[str, Any]) -> Prospect:
    names = ("act", "issue", "day", "precision", "words", "condition", "first", "last", "reports")
    cells: dict[str, Any] = {name: row[name] for name in names}
    cells |= {name: tuple(row[name]) for name in ("actors", "recipients", "evidence")}
    return Prospect(kind=kind, state=state, **cells)


def _own(forecast: Forecast, today: date) -> Prospect:
    return Prospect(
        kind="forecast",
        state=_state(forecast.resolves_by, today),
        words=forecast.question,
        evidence=forecast.evidence,
        day=forecast.resolves_by,
        precision="day",
        issue=forecast.issue,
        actors=forecast.parties,
        first=forecast.made,
        last=forecast.made,
        case=forecast.id,
    )


def _is_recent(row: Prospect, since: date) -> bool:
    due = row.day or row.last
    return due is None or due >= since


def _order(row: Prospect) -> tuple[Any, ...]:
    return row.day or date.max, row.kind, row.actors, row.last or date.min, row.evidence


def _apply(recent: pl.DataFrame, base_rates: Iterable[BaseRate]) -> Iterator[AppliedRate]:
    happened = recent.filter(pl.col("status") == "actual").sort("told", maintain_order=True)
    cases: dict[str, tuple[str, ...]] = {}
    for rate in base_rates:
        because, test = _class(rate.reference_class)
        if test is None:
            continue
        if rate.reference_class not in cases:
            cases[rate.reference_class] = tuple(happened.filter(test).get_column("id").to_list())
        evidence = cases[rate.reference_class]
        if evidence:
            yield AppliedRate(rate=rate, because=because, moves=len(evidence), evidence=evidence)


def _class(name: str) -> tuple[str, pl.Expr | None]:
    if name in CLASSES:
        return CLASSES[name]
    codebook = load_codebook()
    if name in {act.value for act in codebook.acts}:
        return f"moves of the act {name} are reported", _ACT == name
    if name in codebook.issues:
        return f"moves on the issue {name} are reported", _ISSUE == name
    return "", None


def _notes(
    known: pl.DataFrame,
    cases: Sequence[Mapping[str, Any]],
    shown: Sequence[Prospect],
    *,
    today: date,
    back: int,
    old: int,
    done: int,
) -> Iterator[str]:
    latest = known.get_column("told").max()
    if not known.height:
        yield f"The ledger holds no move that was reported by {today}."
    elif isinstance(latest, date) and (today - latest).days > _STALE:
        yield f"The latest report is of {latest}, {(today - latest).days} days before {today}: what came since is not known here."
    unknown = known.get_column("told").null_count()
    if unknown:
        yield f"{unknown} moves have no day of report; of their conditions and threats without a day none is shown."
    if any(row.state == "passed" for row in shown):
        yield "Passed means that the ledger has no report of what came of it, not that nothing came of it."
    if any(row.kind == "deadline" for row in shown):
        yield "What came of a demand with a deadline is not traced; only cases of threats are."
    if done:
        yield (
            f"{done} plans of the last {back} days are left out: the same act, with the same parties, is reported from a day before "
            "to three days after."
        )
    closed = sum(case["outcome"] not in _OPEN for case in cases)
    if closed:
        yield f"{closed} threats are left out: what came of them is reported."
    if old:
        yield f"{old} open threats are left out: due or last stated more than {back} days before {today}."
    yield "Announced is not done: a row says what is reported to be planned, demanded or threatened, not that it will come."
    yield (
        "A base rate tells how often something happened in past cases of a class. It says nothing certain about this case, and rates of "
        "different rows must not be multiplied: their cases differ."
    )
