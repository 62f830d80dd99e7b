"""What came after announcements: later moves that carry them out, meet their condition, withdraw or refuse them, by rules.

Every rule is one of words and codes that a person can check, and each link says which one it was. All cases are looked
through at once, as joins of tables: a ledger of a million moves has tens of thousands of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from demarche.analysis._contents import split_terms, weigh_terms
from demarche.analysis._statements import Statement
from demarche.analysis.threatened import SAYS_NOT, STOPS, Announced

__all__ = ["ACTS", "Query", "Record", "combine"]

_ALIKE = 0.3
"""Least share of rarity that an announcement and a later move must have in common, where contents decide."""
_ALIKE_ALONE = 0.5
"""The same where the parties of the later move do not confirm that it has to do with the case."""
_SHORT = 0.2
"""Share of what is asked that counts at least, however short the later report is."""
_WIDE = ("force", "other")
"""Issues so wide that to share one says nothing."""
_MATERIAL = ("sanction", "mobilize", "coerce", "attack")
_YIELDS = ("concede", "retreat", "accept")
_DOES = ("sign", "promise", "cooperate", "aid", "meet")
_BACKS_DOWN = ("retreat", "concede", "deny", "promise")
ACTS = tuple(sorted({*_MATERIAL, *_YIELDS, *_DOES, *_BACKS_DOWN, "reject"}))
"""Acts of moves that may follow an announcement."""
_ACT = pl.Enum(ACTS)
_USED = ("id", "row", "date", "act", "document", "proposition", "issue", "doers", "targets", "sentence")
_IN_ANSWER = r"(?i)\b(?:in (?:response|retaliation|reply|answer|return)|retaliat\w+|as it had (?:warned|threatened))\b"
_PLAN_STANDS = 60
"""Days for which a plan that was told counts as announced by itself."""
_ANSWERED = 14
"""Days in which a refusal on the issue of an offer is taken as the answer to it, whatever its words."""
_TOGETHER = ("meet", "sign", "cooperate")
"""Acts that parties do together: each of them does it to the others."""
_CHUNK = 10_000
"""Cases that are looked through at a time, by day: what the tables of pairs take grows with it."""
_ORDER = {"carried out": 0, "condition met": 1, "refused": 2, "withdrawn": 3}
"""Which of two outcomes of a day decides: a withdrawal that follows compliance is no withdrawal."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A case to look for the end of.

    Parameters
    ----------
    statements
        By day.
    said
        What they announce together: see :func:`combine`.
    end, far
        Last day that is looked at; the same for moves whose parties do not say that they have to do with the case.
    demands
        Terms of what the actor demanded beside it, the latest last, each with the statements that it stood beside.
    """

    statements: Sequence[Statement]
    said: Announced
    end: date
    far: date
    demands: Sequence[tuple[frozenset[str], frozenset[str]]] = ()

    @cached_property
    def actors(self) -> frozenset[str]:
        """Who announces."""
        return frozenset[str]().union(*(one.actors for one in self.statements))

    @cached_property
    def recipients(self) -> frozenset[str]:
        """To whom; empty if that is not known."""
        return frozenset[str]().union(*(one.recipients for one in self.statements)) - self.actors

    def until(self, days: int) -> date:
        """Return the day that many days after the first statement."""
        return self.statements[0].day + timedelta(days=days)


Listed = Callable[[Query], Iterable[Any]]


def combine(statements: Sequence[Statement]) -> Announced:
    """Return what the statements of a case announce together."""
    if len(statements) == 1:
        return statements[0].said
    said = [statement.said for statement in statements]
    kinds = frozenset[str]().union(*(one.kinds for one in said))
    conditional = next((one for one in said if one.condition), said[0])
    return Announced(
        condition=conditional.condition,
        wanted=conditional.wanted,
        ongoing=any(one.ongoing for one in said),
        blow=any(one.blow for one in said),
        kinds=kinds,
        left_open=not kinds and any(one.left_open for one in said),
        prevents=any(one.prevents for one in said),
        abstains=said[0].abstains,
        points_back=conditional.points_back,
        about=frozenset[str]().union(*(one.about for one in said)),
        own=frozenset[str]().union(*(one.own for one in said)),
        hangs_on=frozenset[str]().union(*(one.hangs_on for one in said)),
    )


class Record:
    """Moves that happened, with their parties and the terms of their contents as tables.

    Parameters
    ----------
    frame
        Moves of `ACTS`, with ``row``, ``doers`` and ``targets``.
    plans
        Moves announced for later, dated by when that was told: what carries out one of those does not carry out a threat that
        leaves its means open.
    act
        ``threaten``, ``promise`` or ``offer``.
    """

    def __init__(self, frame: pl.DataFrame, plans: pl.DataFrame, *, act: str) -> None:
        self.act = act
        said = pl.concat_str("content", "trigger", separator=" ", ignore_nulls=True)
        text = pl.when(pl.col("content").is_null()).then(pl.coalesce("sentence", "trigger")).otherwise(said)
        used = frame.select(*_USED, text.alias("text"))
        self.frame = used.sort("date", "row").with_row_index("place")
        self.terms = split_terms(self.frame.select("place", "text")).sort("place")
        self.weights = weigh_terms(self.terms)
        self._starts = np.searchsorted(self.terms["place"].to_numpy(), np.arange(self.frame.height + 1))
        listed = pl.concat([frame.select(pl.col(side).explode().alias("party")) for side in ("doers", "targets")])
        known = {party: number for number, party in enumerate(listed["party"].drop_nulls().unique().sort())}
        self.parties = known or {"": 0}
        self.doers, self.targets = self._numbered("doers", "party"), self._numbered("targets", "target")
        together = self.frame.filter(pl.col("act").is_in(_TOGETHER) & (pl.col("doers").list.len() > 1)).select("place")
        jointly = self.doers.rename({"party": "target"}).join(together, on="place", how="semi")
        self.targets = pl.concat([self.targets, jointly]).unique(maintain_order=True)
        self.moves = self._moves()
        told = (
            plans.explode("doers")
            .drop_nulls("doers")
            .filter(~pl.col("issue").is_in(_WIDE) & pl.col("doers").is_in(list(self.parties)))
        )
        party = pl.col("doers").replace_strict(self.parties, return_dtype=pl.UInt32).alias("party")
        self.plans = told.select(party, pl.col("date").alias("told"), pl.col("act").cast(_ACT), "issue").unique()

    def _numbered(self, parties: str, name: str) -> pl.DataFrame:
        """Return ``place`` and the number of each party of a side."""
        listed = self.frame.select("place", pl.col(parties).alias(name)).explode(name).drop_nulls(name)
        return listed.with_columns(pl.col(name).replace_strict(self.parties, return_dtype=pl.UInt32))

    def terms_of(self, places: pl.Series) -> pl.DataFrame:
        """Return ``place`` and ``term`` of some moves: taken by their position, as that table has millions of rows."""
        some = places.unique().sort().to_numpy()
        length = self._starts[some + 1] - self._starts[some]
        ends = np.cumsum(length)
        rows = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self._starts[some] - ends + length, length)
        return self.terms.select(pl.all().gather(rows))

    def _moves(self) -> pl.DataFrame:
        """Return what the rules ask of a move."""
        totals = self.terms.join(self.weights, on="term").group_by("place").agg(pl.col("weight").sum().alias("total"))
        text = pl.col("text").fill_null("")
        made = self.frame.join(totals, on="place", how="left").sort("place")
        return made.select(
            "place", "row", "date", pl.col("act").cast(_ACT), "document", "proposition", "issue",
            pl.col("total").fill_null(0.0),
            (pl.col("targets").list.len() == 0).alias("unaddressed"),
            text.str.contains(f"(?i){SAYS_NOT}").alias("denies"),
            text.str.contains(f"(?i){STOPS}").alias("stops"),
            pl.col("sentence").fill_null("").str.contains(_IN_ANSWER).alias("answers"),
        )  # fmt: skip

    def follow(self, queries: Sequence[Query], *, kept: int, judged: pl.DataFrame) -> pl.DataFrame:
        """Return what may have ended each case: ``case`` (its number), ``place``, ``outcome``, ``rule`` ..., by day.

        Of one move the first outcome counts; of each outcome the first `kept` moves after each statement are kept, the judged ones,
        and those ``beside`` a statement: told after it in the same report, of the same day.

        Parameters
        ----------
        judged
            ``case`` and ``place`` of pairs that a person has judged.
        """
        parts = [chunk.follow(kept, judged) for chunk in self._chunks(queries)]
        return pl.concat(parts) if parts else pl.DataFrame(schema=_FOUND)

    def days_around(self, queries: Sequence[Query], *, within: int) -> pl.DataFrame:
        """Return ``case`` and ``day`` (days from the first statement) of moves that would have carried a case out, in a window."""
        near = [
            replace(query, end=min(query.end, day), far=min(query.far, day))
            for query in queries
            for day in [query.until(within)]
        ]
        parts = [chunk.days_around(within) for chunk in self._chunks(near, before=within)]
        return pl.concat(parts) if parts else pl.DataFrame(schema={"case": pl.UInt32, "day": pl.Int64})

    def _chunks(self, queries: Sequence[Query], *, before: int = 0) -> Iterator[_Chunk]:
        order = sorted(range(len(queries)), key=lambda number: queries[number].statements[0].day)
        for start in range(0, len(order), _CHUNK):
            yield _Chunk(self, {case: queries[case] for case in order[start : start + _CHUNK]}, before=before)


_FOUND = {
    "case": pl.UInt32,
    "place": pl.UInt32,
    "outcome": pl.String,
    "alike": pl.Boolean,
    "rule": pl.String,
    "part": pl.Int64,
    "beside": pl.Boolean,
    "date": pl.Date,
}


@dataclass(frozen=True, slots=True)
class _Look:
    """One way of finding moves: of these parties, by these columns, among these moves, as much alike as that."""

    parties: pl.DataFrame
    key: tuple[str, ...]
    moves: str
    least: float


@dataclass(frozen=True, slots=True)
class _Side:
    """Whose moves are looked at: of the parties in `near` those aimed at the other side, of those in `far` any, for a shorter time.

    ``near`` has ``case``, ``party`` and ``target``, ``far`` ``case`` and ``party``; the party does what `doing` says: it acts, or
    is acted towards.
    """

    near: pl.DataFrame
    far: pl.DataFrame
    doing: bool = True


class _Chunk:
    """Some cases beside the moves of their days."""

    def __init__(self, record: Record, queries: Mapping[int, Query], *, before: int) -> None:
        self.record = record
        self.queries = queries
        self.before = before
        self._lists: dict[tuple[str, bool], pl.DataFrame] = {}
        self.cases = _table_of_cases(queries)
        first, last, far = self.cases.select(
            pl.col("start").min() - pl.duration(days=before), pl.col("end").max(), pl.col("far").max().alias("last")
        ).row(0)
        self.moves = record.moves.filter(pl.col("date").is_between(first, last))
        self._soon = self.moves.filter(pl.col("date") <= far)
        self.doers, self.targets = self._inside(record.doers), self._inside(record.targets)
        self.plans = record.plans.filter(pl.col("told").is_between(first - timedelta(days=_PLAN_STANDS), far))
        actors, recipients = self._parties(lambda query: query.actors), self._parties(lambda query: query.recipients)
        self.unknown = self.cases.filter(~pl.col("known")).select("case")
        targets = recipients.rename({"party": "target"})
        self.own = _Side(actors.join(targets, on="case"), actors)
        self.theirs = _Side(recipients.join(actors.rename({"party": "target"}), on="case"), recipients)
        nobody = self.own.near.clear()
        self.towards = _Side(nobody, actors.join(self.unknown, on="case", how="semi"), doing=False)
        self.actors = actors

    def _inside(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of a table by place that belong to the moves of these days."""
        if not self.moves.height:
            return table.clear()
        return table.filter(pl.col("place").is_between(self.moves["place"][0], self.moves["place"][-1]))

    def _parties(self, listed: Listed) -> pl.DataFrame:
        numbers = self.record.parties
        rows = [
            (case, numbers[party])
            for case, query in self.queries.items()
            for party in sorted(listed(query))
            if party in numbers
        ]
        return pl.DataFrame(rows, schema={"case": pl.UInt32, "party": pl.UInt32}, orient="row")

    def _acts(self, listed: Listed) -> pl.DataFrame:
        rows = [(case, act) for case, query in self.queries.items() for act in listed(query) if act in ACTS]
        return pl.DataFrame(rows, schema={"case": pl.UInt32, "act": _ACT}, orient="row")

    def follow(self, kept: int, judged: pl.DataFrame) -> pl.DataFrame:
        """See :meth:`Record.follow`."""
        parts = [self.carried_out().with_columns(outcome=pl.lit("carried out"))]
        if self.record.act == "threaten":
            parts.append(self.condition_met().with_columns(outcome=pl.lit("condition met")))
        if self.record.act == "offer":
            parts.append(self.refused().with_columns(outcome=pl.lit("refused")))
        parts.append(self.withdrawn().with_columns(outcome=pl.lit("withdrawn")))
        columns = ("case", "place", "outcome", "alike", "rule", "part")
        no_part = pl.lit(None, pl.Int64).alias("part")
        found = pl.concat(
            [(part if "part" in part.columns else part.with_columns(no_part)).select(columns) for part in parts]
        )
        order = pl.col("outcome").replace_strict(_ORDER, return_dtype=pl.Int8).alias("order")
        found = (
            self._with_beside(found.with_columns(order))
            .sort("case", "place", "order")
            .unique(["case", "place"], keep="first")
        )
        found = found.join(judged.with_columns(judged=pl.lit(True)), on=["case", "place"], how="left").sort(
            "date", "case", "order", "place"
        )
        stated = self._rows(lambda query: {one.day for one in query.statements}, "date", pl.Date)
        stated = stated.with_columns(pl.col("date").alias("since")).sort("date")
        found = found.join_asof(
            stated, on="date", by="case", strategy="backward", allow_exact_matches=False, check_sortedness=False
        )
        always = pl.col("judged").is_not_null() | pl.col("beside")
        rank = pl.int_range(pl.len()).over("case", "outcome", "since", always)
        return found.filter(always | (rank < kept)).sort("case", "date", "order", "place").select(*_FOUND)

    def days_around(self, within: int) -> pl.DataFrame:
        """See :meth:`Record.days_around`."""
        found = (
            self.carried_out()
            .join(self.moves.select("place", "date"), on="place")
            .join(self.cases.select("case", "start"), on="case")
        )
        day = (pl.col("date") - pl.col("start")).dt.total_days().alias("day")
        return found.select("case", day).filter(pl.col("day").abs() <= within).unique()

    def _with_beside(self, found: pl.DataFrame) -> pl.DataFrame:
        """Return the pairs that come after the first statement, and ``beside``: told after a statement of the day in its own report.

        On the same day most of what is reported beside an announcement came before it: only the carrying out can be told so.
        """
        rows = [
            (case, one.document, one.day, one.row) for case, query in self.queries.items() for one in query.statements
        ]
        schema = {"case": pl.UInt32, "document": pl.String, "date": pl.Date, "told": pl.UInt32}
        told = (
            pl.DataFrame(rows, schema=schema, orient="row")
            .group_by("case", "document", "date")
            .agg(pl.col("told").min())
        )
        found = found.join(self.moves.select("place", "date", "row", "document"), on="place").join(
            self.cases.select("case", "start"), on="case"
        )
        found = found.join(told, on=["case", "document", "date"], how="left")
        beside = (
            ((pl.col("told") < pl.col("row")) & (pl.col("outcome") == "carried out")).fill_null(False).alias("beside")
        )
        return found.with_columns(beside).filter((pl.col("date") > pl.col("start")) | pl.col("beside"))

    def carried_out(self) -> pl.DataFrame:
        """Return pairs of cases and moves of their actors that carry them out, or would, were they later."""
        threat = self.record.act == "threaten"
        material = _MATERIAL if threat else ("retreat", "aid", "concede", "cooperate")
        kinds = self._acts(lambda query: () if query.said.abstains else sorted(query.said.kinds) or material)
        # A promise is often given to a third party, and the words that name its act are what it is about.
        asked: dict[int, Listed] = {0: (lambda query: query.said.own) if threat else (lambda query: query.said.about)}
        alike = self._alike(self.own, asked, kinds, third=not threat).select("case", "place", alike=pl.lit(True))
        specific = self.cases.filter((pl.col("specific") & ~pl.col("open")) | pl.lit(not threat)).select("case")
        prevents = self.cases.filter("prevents").select("case")
        loose = self.unknown.join(self.cases.filter(pl.col("open") & threat), on="case", how="semi")
        parts = [
            alike,
            self._of(self.own.near, kinds.join(specific, on="case", how="anti")),
            self._of(
                self.own.near,
                kinds.join(specific, on="case", how="semi").join(prevents, on="case", how="anti"),
                issue=True,
            ),
            self._of(self.actors, kinds.join(loose, on="case", how="semi"), issue=True),
        ]
        found = pl.concat([alike, *(part.with_columns(alike=pl.lit(False)) for part in parts[1:])])
        found = found.unique(["case", "place"], keep="first", maintain_order=True)
        return self._without_apart(found).with_columns(rule=pl.lit("act"))

    def _without_apart(self, found: pl.DataFrame) -> pl.DataFrame:
        """Leave out, where a threat leaves its means open, what only makes ready, and what had been announced by itself."""
        found = found.join(self.cases.select("case", "unclear", "start"), on="case")
        clear = found.filter(~pl.col("unclear")).select("case", "place", "alike")
        found = found.filter("unclear").join(self.moves.select("place", "act", "issue", "answers"), on="place")
        found = found.filter((pl.col("act") != "mobilize") | pl.col("answers"))
        done = found.select("case", "start", "act", "issue").unique().join(self.actors, on="case")
        stands = pl.col("told").is_between(pl.col("start") - pl.duration(days=_PLAN_STANDS), pl.col("start"))
        planned = (
            done.join(self.plans, on=["party", "act", "issue"]).filter(stands).select("case", "act", "issue").unique()
        )
        return pl.concat(
            [clear, found.join(planned, on=["case", "act", "issue"], how="anti").select("case", "place", "alike")]
        )

    def condition_met(self) -> pl.DataFrame:
        """Return pairs of cases and moves of their recipients that give what is wanted, or end what is not."""
        acts = self._acts(lambda _: (*_YIELDS, *_DOES))
        most = max((len(query.demands) for query in self.queries.values()), default=0)
        asked: dict[int, Listed] = {0: lambda query: query.said.hangs_on} | {
            number + 1: _nth_demand(number) for number in range(most)
        }
        stated = self._rows(
            lambda query: {one.proposition for one in query.statements} - {None}, "proposition", pl.String
        )
        parts = [
            self._alike(self.theirs, asked, acts).select("case", "place", "part"),
            self._alike(self.towards, asked, acts, least=_ALIKE_ALONE).select("case", "place", "part"),
            self._of(self.theirs.near, acts, also=stated).with_columns(part=pl.lit(0, pl.Int64)),
        ]
        found = (
            pl.concat(parts)
            .join(self.moves, on="place")
            .join(self.cases, on="case")
            .filter(pl.col("date") > pl.col("start"))
        )
        yields, wanted = pl.col("act").is_in(["concede", "retreat"]), pl.col("wanted") | (pl.col("part") > 0)
        ends = pl.col("act").is_in(_YIELDS) | (
            pl.col("act").is_in(["promise", "sign"]) & (pl.col("denies") | pl.col("stops"))
        )
        gives = pl.when(wanted).then(yields | ~pl.col("denies")).when("ongoing").then(ends)
        found = found.filter(gives.otherwise(yields & pl.col("stops") & ~pl.col("blow")))
        # The condition before a demand, the latest demand before an earlier one.
        found = found.sort("case", "place", pl.col("part") > 0, pl.col("part") * -1).unique(
            ["case", "place"], keep="first"
        )
        rule = pl.when(pl.col("part") == 0).then(pl.lit("condition")).otherwise(pl.lit("demand")).alias("rule")
        return found.select("case", "place", rule, "part", alike=pl.lit(True))

    def withdrawn(self) -> pl.DataFrame:
        """Return pairs of cases and moves of their actors that take them back."""
        threat = self.record.act == "threaten"
        acts = self._acts(
            lambda query: (
                _BACKS_DOWN if threat else ("reject", "deny", *(query.said.kinds if query.said.abstains else ()))
            )
        )
        alike = self._alike(self.own, {0: lambda query: query.said.about}, acts).join(self.moves, on="place")
        alike = alike.join(self.cases.select("case", "known"), on="case")
        alike = alike.filter((pl.col("act") != "deny") | (pl.col("share") >= _ALIKE_ALONE)).select(
            "case", "place", alike=pl.lit(True)
        )
        if threat:
            promises = self._acts(lambda query: () if query.said.abstains else ("promise",))
            alike = pl.concat([alike, self._of(self.actors, promises, issue=True).with_columns(alike=pl.lit(False))])
        found = alike.unique(["case", "place"], keep="first", maintain_order=True)
        found = found.join(self.moves, on="place").join(self.cases, on="case").filter(pl.col("date") > pl.col("start"))
        if threat:
            found = found.filter((pl.col("act") != "promise") | pl.col("denies") | pl.col("stops"))
            found = found.filter(~pl.col("abstains") | (pl.col("act") != "deny"))
        return found.select("case", "place", "alike", rule=pl.lit("back"))

    def refused(self) -> pl.DataFrame:
        """Return pairs of offers and moves of their recipients that refuse them."""
        acts = self._acts(lambda _: ("reject",))
        asked: dict[int, Listed] = {0: lambda query: query.said.about | query.said.hangs_on}
        parts = [
            self._alike(self.theirs, asked, acts, third=False),
            self._alike(self.towards, asked, acts, least=_ALIKE_ALONE),
        ]
        alike = pl.concat([part.select("case", "place", alike=pl.lit(True)) for part in parts])
        back = self._of(self.theirs.near, acts, issue=True).with_columns(alike=pl.lit(False))
        soon = self.cases.select("case", (pl.col("start") + pl.duration(days=_ANSWERED)).alias("soon"))
        back = back.join(self.moves.select("place", "date"), on="place").join(soon, on="case")
        back = back.filter(pl.col("date") <= pl.col("soon")).select("case", "place", "alike")
        found = pl.concat([alike, back]).unique(["case", "place"], keep="first", maintain_order=True)
        found = found.join(self.moves.select("place", "date"), on="place").join(
            self.cases.select("case", "start"), on="case"
        )
        return found.filter(pl.col("date") > pl.col("start")).select("case", "place", "alike", rule=pl.lit("refusal"))

    def _rows(self, listed: Listed, name: str, kind: Any) -> pl.DataFrame:
        rows = [(case, value) for case, query in self.queries.items() for value in sorted(listed(query))]
        return pl.DataFrame(rows, schema={"case": pl.UInt32, name: kind}, orient="row")

    def _of(
        self, parties: pl.DataFrame, acts: pl.DataFrame, *, issue: bool = False, also: pl.DataFrame | None = None
    ) -> pl.DataFrame:
        """Return pairs of cases and moves of their parties in time, of given acts.

        Parameters
        ----------
        parties
            ``case`` and ``party``, for any move of the party in the shorter time; with ``target`` those aimed at that.
        issue
            Only on the issue of the case, if that is narrow enough to say something.
        also
            ``case`` and ``proposition`` that the move must have.
        """
        near = "target" in parties.columns
        key = ["party", "target", "act"] if near else ["party", "act"]
        wanted = parties.join(acts, on="case")
        if issue:
            wanted = wanted.join(self.cases.filter(~pl.col("issue").is_in(_WIDE)).select("case", "issue"), on="case")
            key.append("issue")
        if also is not None:
            wanted = wanted.join(also, on="case")
            key.append("proposition")
        found = self._with_times(wanted, near=near).join(self._listed("aimed" if near else "any"), on=key)
        return (
            found.filter(pl.col("date").is_between("start", "last")).select("case", "place").unique(maintain_order=True)
        )

    def _listed(self, moves: str, *, doing: bool = True) -> pl.DataFrame:
        """Return moves with their parties: ``party`` who acts (or is acted towards), and ``target``.

        Parameters
        ----------
        moves
            ``aimed`` at a target; ``silent``, that name none, or ``any``, both without ``target`` and for the shorter time.
        """
        if (moves, doing) not in self._lists:
            self._lists[moves, doing] = self._list(moves, doing=doing)
        return self._lists[moves, doing]

    def _list(self, moves: str, *, doing: bool) -> pl.DataFrame:
        some = {"aimed": self.moves, "silent": self._soon.filter("unaddressed"), "any": self._soon}[moves]
        listed = self.doers if doing else self.targets.rename({"target": "party"})
        listed = listed.join(some.select("place", "act", "issue", "date", "proposition"), on="place")
        return listed.join(self.targets, on="place") if moves == "aimed" else listed

    def _alike(
        self, side: _Side, asked: Mapping[int, Listed], acts: pl.DataFrame, *, least: float = _ALIKE, third: bool = True
    ) -> pl.DataFrame:
        """Return pairs of cases and moves of a side in time, of given acts, whose contents are alike: ``share``, ``near``, ``part``.

        Share is the weight of the terms that both have over that of the lighter of the two, which counts for a fifth of what is asked at
        least: that a report of a deed tells the circumstances does not count against it, that it is short only so far.
        ``part`` is the key of `asked` that the move is like.

        Parameters
        ----------
        third
            Also moves that are aimed at a third party, where the other side of the case is known, if the issue is the same too.
        """
        wanted = self._wanted(asked, least)
        rare = wanted.filter("rare").drop("rare")
        asked_for = rare.select("term").unique()
        known, unknown = (side.far.join(self.unknown, on="case", how=how) for how in ("anti", "semi"))
        looks = [
            _Look(side.near, ("party", "target", "act"), "aimed", least),
            _Look(unknown, ("party", "act"), "any", least),
            _Look(known, ("party", "act"), "silent", least),
            _Look(known, ("party", "act", "issue"), "any", max(least, _ALIKE_ALONE)),
        ]
        parts = []
        for look in looks if third else looks[:3]:
            key = list(look.key)
            of_case = self._with_times(look.parties.join(acts, on="case"), near=look.moves == "aimed")
            if "issue" in key:
                of_case = of_case.join(self.cases.select("case", "issue"), on="case")
            listed = self._listed(look.moves, doing=side.doing).join(of_case.select(key).unique(), on=key, how="semi")
            terms = self.record.terms_of(listed["place"]).join(asked_for, on="term", how="semi")
            posted = listed.select("place", "date", *key).join(terms, on="place")
            pairs = (
                of_case.join(rare, on="case")
                .join(posted, on=[*key, "term"])
                .filter(pl.col("date").is_between("start", "last"))
            )
            pairs = self._once(pairs.select("case", "place", "part", "term", "weight"), look.parties)
            pairs = pairs.group_by("case", "place", "part").agg(pl.col("weight").sum())
            parts.append(pairs.with_columns(near=pl.lit(look.moves == "aimed"), least=pl.lit(look.least, pl.Float32)))
        return self._share(pl.concat(parts), wanted)

    def _share(self, pairs: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
        """Return the pairs whose share is enough, the common terms now counted too."""
        common = pl.col("weight").filter(~pl.col("rare")).sum().alias("common")
        asked = wanted.group_by("case", "part").agg(pl.col("weight").sum().alias("asked"), common)
        pairs = pairs.join(asked, on=["case", "part"]).join(self.moves.select("place", "total"), on="place")
        lighter = pl.max_horizontal(pl.min_horizontal("asked", "total"), pl.col("asked") * _SHORT)
        pairs = pairs.with_columns(lighter.alias("lighter"))
        pairs = pairs.filter(pl.col("weight") + pl.col("common") >= pl.col("least") * pl.col("lighter") - 1e-6)
        # Of the ways in which a move was found the one that asks least of its content counts.
        pairs = pairs.sort("case", "place", "part", "least", pl.col("near").not_())
        pairs = pairs.unique(["case", "place", "part"], keep="first", maintain_order=True)
        rest = wanted.filter(~pl.col("rare")).select("case", "part", "term", "weight")
        more = pairs.select("case", "place", "part").join(rest, on=["case", "part"])
        more = more.join(self.record.terms_of(more["place"]), on=["place", "term"])
        more = more.group_by("case", "place", "part").agg(pl.col("weight").sum().alias("more"))
        pairs = pairs.join(more, on=["case", "place", "part"], how="left", maintain_order="left")
        share = ((pl.col("weight") + pl.col("more").fill_null(0.0)) / pl.col("lighter")).alias("share")
        return (
            pairs.with_columns(share)
            .filter(pl.col("share") >= pl.col("least") - 1e-6)
            .select("case", "place", "part", "near", "share")
        )

    def _once(self, pairs: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
        """Return pairs once where a case has several parties, through each of which a move can be found."""
        several = parties.group_by("case").len().filter(pl.col("len") > 1).select("case")
        if not several.height:
            return pairs
        doubled = pairs.join(several, on="case", how="semi").unique(["case", "place", "part", "term"])
        return pl.concat([pairs.join(several, on="case", how="anti"), doubled])

    def _wanted(self, asked: Mapping[int, Listed], least: float) -> pl.DataFrame:
        """Return the terms asked for, their weight, and whether they are among the rare ones of their case.

        The others together are too light for a move that has no more than those: pairs need not be looked for by them.
        """
        rows = [
            (case, part, term)
            for part, listed in asked.items()
            for case, query in self.queries.items()
            for term in listed(query)
        ]
        wanted = pl.DataFrame(rows, schema={"case": pl.UInt32, "part": pl.Int64, "term": pl.String}, orient="row")
        weights = self.record.weights
        rarest = weights["weight"].max() if weights.height else 1.0
        wanted = wanted.with_columns(pl.col("term").cast(weights.schema["term"])).join(weights, on="term", how="left")
        wanted = wanted.with_columns(pl.col("weight").fill_null(rarest)).sort("case", "part", "weight", "term")
        up_to, total = pl.col("weight").cum_sum().over("case", "part"), pl.col("weight").sum().over("case", "part")
        return wanted.with_columns((up_to >= least * _SHORT * total - 1e-6).alias("rare"))

    def _with_times(self, wanted: pl.DataFrame, *, near: bool) -> pl.DataFrame:
        """Add the first and the last day that are looked at: longer for moves that are aimed at the other side of the case."""
        start = (pl.col("start") - pl.duration(days=self.before)).alias("start")
        return wanted.join(self.cases.select("case", start, pl.col("end" if near else "far").alias("last")), on="case")


def _table_of_cases(queries: Mapping[int, Query]) -> pl.DataFrame:
    rows = [
        (
            case, query.statements[0].day, query.end, query.far, query.statements[0].issue, bool(query.recipients), not query.said.kinds,
            query.said.left_open, bool(query.said.own), query.said.prevents, query.said.abstains, bool(query.said.wanted),
            query.said.ongoing, query.said.blow,
        )
        for case, query in queries.items()
    ]  # fmt: skip
    dates = ("start", "end", "far")
    flags = ("known", "unclear", "open", "specific", "prevents", "abstains", "wanted", "ongoing", "blow")
    schema = (
        {"case": pl.UInt32} | dict.fromkeys(dates, pl.Date) | {"issue": pl.String} | dict.fromkeys(flags, pl.Boolean)
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def _nth_demand(number: int) -> Listed:
    return lambda query: query.demands[number][0] if number < len(query.demands) else ()
