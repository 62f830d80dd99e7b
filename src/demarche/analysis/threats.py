"""Threats, promises and offers as cases: restated or not, carried out, met, withdrawn or open, each link with its words."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

import polars as pl

from demarche.analysis._excess import estimate_excess
from demarche.analysis._sequels import ACTS, Query, Record, combine
from demarche.analysis._statements import Statement, group_statements, infer_recipients, read_statements, same_state
from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.analysis.incidence import estimate_incidence
from demarche.analysis.threatened import terms
from demarche.analysis.words import rarity
from demarche.errors import InputError
from demarche.model.findings import LeftOut
from demarche.model.threats import Case, Curve, Excess, Link, Threats

__all__ = ["find_threats"]

_OUTCOMES = {
    "threaten": ("carried out", "condition met", "withdrawn"),
    "promise": ("carried out", "withdrawn"),
    "offer": ("carried out", "refused", "withdrawn"),
}
_NOUNS = {"threaten": "threats", "promise": "promises", "offer": "offers"}
_DEMANDS = 12
"""Demands beside a threat that are looked at."""
_KEPT = 3
"""Links of a kind that are kept for a case, beside those that a person has looked at."""

Verdicts = Collection[tuple[str, str]]


def find_threats(
    moves: Any,
    *,
    act: str = "threaten",
    until: date,
    within: int = 60,
    minimum: int = 20,
    window: int = 60,
    follow: int = 365,
    confirmed: Verdicts = (),
    undone: Verdicts = (),
    level: float = 0.95,
) -> Threats:
    """Return the threats (promises, offers) that are reported, each once however often it is restated, and what followed.

    Statements of an actor are one case if the recipients overlap or one is not named, what is threatened is of one kind, the
    deadlines agree, and the contents or conditions are alike (weighted Dice of stems, or the same proposition). A later move of
    status actual carries it out (same actor, same recipient, an act that its words announce, contents alike or on the same
    narrow issue), meets its condition (the recipient concedes, accepts, promises, retreats or signs, its content like the
    condition or the demand beside it), or withdraws it (the actor retreats, concedes, denies or promises the contrary on it).
    The first of these decides; the first three of a kind are kept, each with the rule that it was found by. Nothing found is
    ``open``: no more is known than that nothing is reported. From `minimum` cases on the result has the share carried out by
    days (Aalen-Johansen, the other outcomes competing), and its excess over what would be reported anyway: the chance of a move
    that would have counted as well, from the days before the first statement and those after the linked move.

    0 means that in no case what was announced is reported to have followed. Do not read it as what a threat brings about: who
    expects to act threatens. Do not compare actors by it whose reports differ in number or in what they leave out.

    Parameters
    ----------
    act
        ``threaten``, ``promise`` or ``offer``.
    until
        End of the observation; later moves are left out.
    within
        Days before and after the first statement from which the base rate is counted, and days by which the excess is stated.
    minimum
        Cases from which on there are rates.
    window
        Days after the last statement in which it can be restated, and in which a move counts whose parties alone do not tie it to
        the case: it names no recipient, or addresses a third party.
    follow
        Days after the last statement for which a case is watched.
    confirmed, undone
        Links that a person has judged: pairs of the case's and the move's id. What is undone decides nothing.
    level
        Of the intervals.

    Raises
    ------
    InputError
        If `act` is another, or a number of days or cases is below 1.

    Examples
    --------
    >>> moves = [
    ...     {"id": "m1", "act": "threaten", "actors": ["RUS"], "recipients": ["UKR"], "date": "2025-01-10",
    ...      "content": "cut off the gas", "condition": "unless the arrears are paid", "issue": "energy"},
    ...     {"id": "m2", "act": "sanction", "actors": ["RUS"], "recipients": ["UKR"], "date": "2025-01-20",
    ...      "content": "cut gas deliveries", "issue": "energy"},
    ... ]
    >>> case = find_threats(moves, until=date(2025, 3, 1)).rows[0]
    >>> case.condition, case.outcome, case.days
    ('unless the arrears are paid', 'carried out', 10)
    """  # fmt: skip
    _check(act, within=within, minimum=minimum, window=window, follow=follow)
    frame = _prepare(as_frame(moves), act)
    statements, left_out = _statements(frame, act, until)
    verdicts = {pair: "confirmed" for pair in confirmed} | {pair: "undone" for pair in undone}
    groups = group_statements(statements, window=window, weights=_weights(statements))
    search = _Search(
        record=_record(frame, statements, act=act, until=until), demands=_demands(frame, statements), act=act, until=until,
        within=within, window=window, follow=follow, start=_first_day(frame), verdicts=verdicts,
    )  # fmt: skip
    cases = search.cases(groups)
    curves, excess, notes = _rates(cases, search, minimum=minimum, level=level)
    return Threats(
        act=act,
        until=until,
        moves=len(statements),
        left_out=left_out,
        rows=tuple(cases),
        curves=curves,
        excess=excess,
        notes=notes + _unknown(verdicts, cases),
    )


def _prepare(frame: pl.DataFrame, act: str) -> pl.DataFrame:
    """Return the moves without copies, numbered, the forces of a state one with it; who is cited speaks where no actor is named."""
    parties = frame.select(pl.col("actors").explode()).to_series().unique().drop_nulls()
    cited = (pl.col("act") == act) & (pl.col("actors").list.len() == 0) & pl.col("source").is_in(parties.to_list())
    frame = drop_copies(frame.with_row_index("row"))
    frame = frame.with_columns(pl.when(cited).then(pl.concat_list("source")).otherwise("actors").alias("actors"))
    return frame.with_columns(same_state("actors").alias("doers"), same_state("recipients").alias("targets"))


def _check(act: str, **numbers: int) -> None:
    if act not in _OUTCOMES:
        raise InputError(f"there are no cases of {act!r}; choose from {', '.join(_OUTCOMES)}")
    for name, value in numbers.items():
        if value < 1:
            raise InputError(f"{name} is {value}; give 1 or more")


def _statements(frame: pl.DataFrame, act: str, until: date) -> tuple[list[Statement], tuple[LeftOut, ...]]:
    usable, left_out = keep_usable(frame.filter(pl.col("act") == act), day=True)
    in_time = usable.filter(pl.col("date") <= until)
    if in_time.height < usable.height:
        left_out += (LeftOut(reason="after the end of the observation", moves=usable.height - in_time.height),)
    silent = in_time.filter(pl.col("targets").list.len() == 0)
    addressed = infer_recipients(frame, silent["document"].unique()) if silent.height else {}
    return read_statements(in_time, addressed), left_out


def _weights(statements: Iterable[Statement]) -> dict[str, float]:
    return rarity(statement.said.about | statement.said.hangs_on for statement in statements)


def _first_day(frame: pl.DataFrame) -> date | None:
    known = frame.filter((pl.col("precision") == "day") & (pl.col("status") == "actual"))["date"]
    first: date | None = known.min() if len(known) else None  # type: ignore[assignment]
    return first


def _record(frame: pl.DataFrame, statements: list[Statement], *, act: str, until: date) -> Record:
    """Return the moves of the parties of the cases, and those aimed at their actors, ready to be looked through."""
    actors = {party for statement in statements for party in statement.actors}
    parties = actors | {party for statement in statements for party in statement.recipients}
    told = frame.filter(
        (pl.col("voice") == "report") & pl.col("act").is_in(list(ACTS)) & (pl.col("date") <= until) & (pl.col("precision") == "day")
    )  # fmt: skip
    near = pl.concat([_rows_of(told, "doers", parties), _rows_of(told, "targets", actors)]).unique()
    every = told.join(near, on="row", how="semi")
    plans = every.filter(pl.col("status") == "planned").with_columns(
        pl.min_horizontal("date", "published").alias("date")
    )
    return Record(every.filter(pl.col("status") == "actual"), plans, act=act)


def _rows_of(frame: pl.DataFrame, column: str, parties: set[str]) -> pl.DataFrame:
    """Return ``row`` of the moves that have one of the parties in a column."""
    listed = frame.select("row", pl.col(column).alias("party")).explode("party")
    return listed.join(
        pl.DataFrame({"party": sorted(parties)}, schema={"party": pl.String}), on="party", how="semi"
    ).select("row")


def _demands(
    frame: pl.DataFrame, statements: list[Statement]
) -> dict[tuple[str, str | date], list[tuple[frozenset[str], str]]]:
    """Return what actors demand, and of whom, in the reports and on the days of their threats."""
    demands = frame.filter(
        (pl.col("act") == "demand") & (pl.col("status") == "actual") & pl.col("content").is_not_null()
    )
    documents = pl.col("document").is_in(list({statement.document for statement in statements}))
    days = pl.col("date").is_in(list({statement.day for statement in statements}))
    found: defaultdict[tuple[str, str | date], list[tuple[frozenset[str], str]]] = defaultdict(list)
    columns = ("doers", "targets", "document", "date", "content")
    for doers, targets, document, day, content in demands.filter(documents | days).select(columns).iter_rows():
        for doer in doers:
            found[doer, document].append((frozenset(targets), content))
            if day:
                found[doer, day].append((frozenset(targets), content))
    return dict(found)


class _Row(NamedTuple):
    """What may have ended a case: a row of :meth:`Record.follow`."""

    case: int
    place: int
    outcome: str
    alike: bool
    rule: str
    part: int | None
    beside: bool
    date: date


class _Ended(NamedTuple):
    """A case with what may have ended it, what did, and what a person said of each."""

    query: Query
    rows: list[_Row]
    decided: _Row | None
    verdicts: dict[int, str | None]


@dataclass(frozen=True, slots=True)
class _Search:
    """Makes cases of grouped statements."""

    record: Record
    demands: dict[tuple[str, str | date], list[tuple[frozenset[str], str]]]
    act: str
    until: date
    within: int
    window: int
    follow: int
    start: date | None
    verdicts: dict[tuple[str, str], str]

    def cases(self, groups: Sequence[list[Statement]]) -> list[Case]:
        """Return the cases of groups; statements after the outcome of a case are a case of their own."""
        queries = [self._query(stated) for stated in groups]
        judged = self._judged(queries)
        found = self.record.follow(queries, kept=_KEPT, judged=judged.select("case", "place").unique())
        said = {
            (name, place): verdict for name, place, verdict in judged.select("name", "place", "verdict").iter_rows()
        }
        ended: list[_Ended] = []
        for case, rows in groupby(map(_Row._make, found.iter_rows()), attrgetter("case")):
            ended += self._split(queries[case], list(rows), said)
        without = set(range(len(queries))).difference(found["case"])
        ended += [one for case in sorted(without) for one in self._split(queries[case], [], said)]
        made = [
            self._case(*one)
            for one in zip(*self._with_links(ended), self._around([one.query for one in ended]), strict=True)
        ]
        return sorted(made, key=lambda case: (case.first, case.id))

    def _query(self, stated: Sequence[Statement]) -> Query:
        said = combine(stated)
        demands = self._demanded(stated) if said.points_back and self.act == "threaten" else ()
        end = min(self.until, stated[-1].day + timedelta(days=self.follow))
        far = min(self.until, stated[-1].day + timedelta(days=self.window))
        return Query(statements=stated, said=said, end=end, far=min(end, far), demands=demands)

    def _demanded(self, stated: Sequence[Statement]) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        """Return what the actor demanded of the recipient in a report, or on the day, of a statement, and of which statements."""
        found: dict[str, set[str]] = {}
        for one in stated:
            beside = (
                self.demands.get((actor, key), ()) for actor in sorted(one.actors) for key in (one.document, one.day)
            )
            for recipients, content in chain.from_iterable(beside):
                fits = not recipients or not one.recipients or not recipients.isdisjoint(one.recipients)
                if fits and (content in found or len(found) < _DEMANDS):
                    found.setdefault(content, set()).add(one.id)
        return tuple((_terms(content), frozenset(ids)) for content, ids in found.items())

    def _judged(self, queries: Sequence[Query]) -> pl.DataFrame:
        """Return the pairs that a person has judged: any statement may have become the first of a case."""
        judged = {case for case, _ in self.verdicts}
        numbers = {
            name: number
            for number, query in enumerate(queries if judged else ())
            for name in map(_name, query.statements)
            if name in judged
        }
        rows = [
            (numbers[name], name, move, verdict) for (name, move), verdict in self.verdicts.items() if name in numbers
        ]
        schema = {"case": pl.UInt32, "name": pl.String, "id": pl.String, "verdict": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row").join(self.record.frame.select("id", "place"), on="id")

    def _split(self, query: Query, rows: list[_Row], said: Mapping[tuple[str, int], str]) -> Iterator[_Ended]:
        """Yield a case with what may have ended it and what did; then the statements left over as the next case."""
        rest = list(query.statements)
        while rest:
            day, name = rest[0].day, _name(rest[0])
            later = islice(rows, bisect_left(rows, day, key=attrgetter("date")), None)
            stands = (row for row in later if (row.date > day or row.beside) and _stands(row, query, rest))
            kept = self._kept(name, stands, said)
            decided = next((row for row in kept if said.get((name, row.place)) != "undone"), None)
            stated = [one for one in rest if decided is None or one.day <= decided.date]
            yield _Ended(
                replace(query, statements=stated),
                kept,
                decided,
                {row.place: said.get((name, row.place)) for row in kept},
            )
            rest = rest[len(stated) :]

    def _kept(self, name: str, rows: Iterable[_Row], said: Mapping[tuple[str, int], str]) -> list[_Row]:
        """Return the first rows of each outcome, and those that a person has judged."""
        made, kept = [], Counter[str]()
        full = len(_OUTCOMES[self.act])
        for row in rows:
            if (name, row.place) in said:
                made.append(row)
            elif kept[row.outcome] < _KEPT:
                kept[row.outcome] += 1
                made.append(row)
            elif not said and sum(count == _KEPT for count in kept.values()) == full:
                break
        return made

    def _with_links(self, ended: Sequence[_Ended]) -> tuple[Sequence[_Ended], list[list[Link]]]:
        """Return the cases, and of each the links: only now the words of the moves are fetched, of those that are kept."""
        places = pl.Series("place", sorted({row.place for one in ended for row in one.rows}), dtype=pl.UInt32)
        known = self.record.frame.join(places.to_frame(), on="place", how="semi").select(
            "place", "id", "act", "text", "doers", "targets"
        )
        moves = {row["place"]: row for row in known.iter_rows(named=True)}
        return ended, [[_link(one, row, moves[row.place], self.act) for row in one.rows] for one in ended]

    def _around(self, queries: Sequence[Query]) -> list[list[int]]:
        """Return of each case the days, counted from its first, with a move that would have carried it out."""
        made: list[list[int]] = [[] for _ in queries]
        for case, day in self.record.days_around(queries, within=self.within).iter_rows():
            made[case].append(day)
        return made

    def _case(self, ended: _Ended, links: list[Link], days: list[int]) -> Case:
        query, said = ended.query, combine(ended.query.statements)
        stated, first = query.statements, query.statements[0]
        decided = next((link for link in links if link.verdict != "undone"), None)
        skip = decided.days if decided and decided.outcome == "carried out" else self.within
        deadline = max((one.deadline for one in stated if one.deadline), default=None)
        recipients = _parties(one.named[1] for one in stated)
        return Case(
            id=_name(first),
            act=self.act,
            actors=_parties(one.named[0] for one in stated),
            recipients=recipients or tuple(sorted(first.recipients)),
            recipients_inferred=bool(first.recipients) and not recipients,
            words=next((one.words for one in stated if one.words), None),
            condition=said.condition,
            kinds=() if said.abstains else tuple(sorted(said.kinds)),
            abstains=said.abstains,
            first=first.day,
            repeated=tuple(sorted({one.day for one in stated} - {first.day})),
            clusters=len({one.cluster for one in stated}),
            deadline=deadline,
            deadline_passed=deadline < self.until if deadline else None,
            outcome=decided.outcome if decided else "open",
            outcome_date=decided.date if decided else None,
            days=decided.days if decided else None,
            observed=decided.days if decided else (query.end - first.day).days,
            before=sum(day < 0 for day in days),
            after=sum(day > skip for day in days),
            links=tuple(links),
            evidence=tuple(one.id for one in stated),
        )

    def watched(self, case: Case) -> int | None:
        """Return how many days the counts of a case rest on; None where the record does not reach back far enough.

        The days before must be whole for all cases alike: were those after to make up for them, cases that were carried out
        would be let in more often than others.
        """
        if self.start is None or (case.first - self.start).days < self.within:
            return None
        skip = case.days if case.outcome == "carried out" and case.days is not None else self.within
        return self.within + max(min(self.within, (self.until - case.first).days) - skip, 0)


@lru_cache(maxsize=100_000)
def _terms(content: str) -> frozenset[str]:
    return terms(content)


def _name(first: Statement) -> str:
    return "t" + hashlib.sha256(first.id.encode()).hexdigest()[:12]


def _stands(row: _Row, query: Query, rest: Sequence[Statement]) -> bool:
    """Tell whether what a move gives was demanded beside a statement that is not over yet; true of the other rules."""
    if row.rule != "demand" or row.part is None:
        return True
    _, beside = query.demands[row.part - 1]
    return any(one.id in beside for one in rest)


def _link(ended: _Ended, row: _Row, move: dict[str, Any], act: str) -> Link:
    first = ended.query.statements[0]
    return Link(
        case=_name(first),
        outcome=row.outcome,
        move=move["id"],
        act=move["act"],
        date=row.date,
        days=(row.date - first.day).days,
        why=_why(row, move, ended.query, act),
        verdict=ended.verdicts[row.place],
        evidence=(first.id, move["id"]),
    )


def _why(row: _Row, move: dict[str, Any], query: Query, act: str) -> str:
    """Return the rule that links a case and a move, in words."""
    done, said = move["act"], query.said
    if row.rule == "act":
        asked = " or ".join(sorted(said.kinds)) or "left open (so any material conflict counts)"
        shared = said.own & _terms(move["text"]) if row.alike else ()
        about = f"; both speak of {_listed(shared)}" if shared else ""
        return f"{done} by the same actor, {_towards(move, query)}; what was announced: {asked}{about}"
    if row.rule == "condition":
        return f"{done} by the recipient, its content like the condition"
    if row.rule == "demand":
        return f"{done} by the recipient, its content like what was demanded beside the threat"
    if row.rule == "refusal":
        return f"{done} by the recipient, " + (
            "its content like the offer" if row.alike else "towards the actor, on the same issue"
        )
    if act != "threaten" and said.abstains and done in said.kinds:
        return f"{done} by the same actor, which had said that it would not do so"
    about = "its content like what was announced" if row.alike else "not to do or to end something, on the same issue"
    return f"{done} by the same actor, {about}"


def _towards(move: dict[str, Any], query: Query) -> str:
    if not query.recipients.isdisjoint(move["targets"]):
        return "the same recipient"
    if not query.recipients.isdisjoint(move["doers"]):
        return "together with the recipient"
    return "another recipient" if move["targets"] else "a recipient that is not named"


def _listed(found: Iterable[str]) -> str:
    return ", ".join(term.lstrip("@") for term in sorted(found)[:4])


def _parties(named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party for parties in named for party in parties))


def _rates(
    cases: list[Case], search: _Search, *, minimum: int, level: float
) -> tuple[tuple[Curve, ...], Excess | None, tuple[str, ...]]:
    noun = _NOUNS[search.act]
    usable = [case for case in cases if not case.abstains]
    notes = [
        f"A case is what is reported as a {noun[:-1]}, restated or not; its outcome is the first later move that the rules link to it. "
        "Read the words of both before you rely on one; a link can be undone.",
        "Open means that no such move is reported, no more: it may have happened unreported, or the coder may have missed it.",
    ]
    if len(cases) > len(usable):
        notes.append(
            f"{len(cases) - len(usable)} announce not to do something; no move can carry them out, and no rate counts them."
        )
    if len(usable) < minimum:
        notes.append(f"Rates need {minimum} {noun} or more; this record has {len(usable)}, so this is the list only.")
        return (), None, tuple(notes)
    outcomes = _OUTCOMES[search.act]
    causes = [outcomes.index(case.outcome) + 1 if case.outcome in outcomes else 0 for case in usable]
    durations = [case.observed for case in usable]
    curves = tuple(
        Curve(outcome=outcome, incidence=estimate_incidence(durations, causes, cause=number + 1, level=level))
        for number, outcome in enumerate(outcomes)
    )
    excess = estimate_excess(
        usable,
        within=search.within,
        watched=[search.watched(case) for case in usable],
        causes=causes,
        level=level,
    )
    notes += _rate_notes(search, excess)
    return curves, excess, tuple(notes)


def _rate_notes(search: _Search, excess: Excess | None) -> list[str]:
    within, noun = search.within, _NOUNS[search.act]
    notes = [
        "Shares are by days from the first statement, the other outcomes competing; intervals take the cases as independent, which "
        "cases of one actor in one crisis are not.",
    ]
    if excess is None:
        return [
            *notes,
            f"No excess is stated: no case was watched for {within} days with {within} days of record before it.",
        ]
    return [
        *notes,
        f"Expected is how often, from the days around the {noun} ({within} before, and those after the linked move), a move that "
        "would have counted as well is reported within as many days. The excess shows whether such moves are reported more often after "
        "the announcement than otherwise. It does not show that the announcement had to do with it: tension that goes with both "
        "looks the same.",
    ]


def _unknown(verdicts: dict[tuple[str, str], str], cases: list[Case]) -> tuple[str, ...]:
    known = {(link.case, link.move) for case in cases for link in case.links}
    lost = [pair for pair in verdicts if pair not in known]
    if not lost:
        return ()
    return (
        f"{len(lost)} confirmed or undone links are not among those found (any more): {lost[0][0]} with {lost[0][1]}.",
    )
