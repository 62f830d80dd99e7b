"""The statements of threats, promises and offers, and which of them say the same again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from demarche.analysis.threatened import Announced, read_announced

__all__ = ["Statement", "group_statements", "infer_recipients", "read_statements", "same_state"]

_SAME = 0.25
"""Least likeness of two statements of one case."""
_SAID_AGAIN = 0.15
"""The same where a statement says of itself that it repeats another."""
_OTHER_CONDITION = 0.15
"""Two conditions that share less than this are different conditions."""
_DEADLINES_APART = 3
"""Days by which two deadlines may differ and yet be one: reports resolve "by the weekend" differently."""
_FAMILY = {"mobilize": "attack", "reject": "sanction", "coerce": "sanction"}
_FORCES = r" (?:GOV|MIL)$"


def same_state(parties: str) -> pl.Expr:
    """Return parties with a state's government and forces made one: what the one announces the other carries out."""
    return pl.col(parties).list.eval(pl.element().str.replace(_FORCES, "")).list.unique(maintain_order=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One report of a threat, a promise or an offer."""

    id: str
    row: int
    day: date
    actors: frozenset[str]
    recipients: frozenset[str]
    named: tuple[tuple[str, ...], tuple[str, ...]]
    inferred: bool
    document: str
    cluster: str
    issue: str
    proposition: str | None
    deadline: date | None
    words: str | None
    said: Announced


def read_statements(frame: pl.DataFrame, addressed: Mapping[tuple[str, str], frozenset[str]]) -> list[Statement]:
    """Return the statements of a frame by day, those of a day in the order of the frame.

    Parameters
    ----------
    frame
        Usable moves of one act, with ``row``, ``doers`` and ``targets`` (parties with their forces made one).
    addressed
        From :func:`infer_recipients`.
    """
    columns = (
        "id", "row", "date", "actors", "recipients", "doers", "targets", "document", "cluster", "issue", "act", "proposition",
        "deadline", "content", "condition", "trigger",
    )  # fmt: skip
    cached: dict[tuple[Any, ...], Announced] = {}
    made = []
    for row in frame.select(columns).sort("date", "row").iter_rows(named=True):
        key = tuple(row[name] for name in ("content", "condition", "trigger", "act", "issue"))
        if key not in cached:
            cached[key] = read_announced(key[0], key[1], trigger=key[2], act=key[3], issue=key[4])
        targets = frozenset(row["targets"]) - frozenset(row["doers"])
        inferred = frozenset[str]()
        if not targets:
            inferred = frozenset().union(
                *(addressed.get((row["document"], doer), frozenset()) for doer in row["doers"])
            )
        made.append(
            Statement(
                id=row["id"],
                row=row["row"],
                day=row["date"],
                actors=frozenset(row["doers"]),
                recipients=targets or inferred,
                named=(tuple(row["actors"]), _others(row["recipients"], row["doers"])),
                inferred=bool(inferred),
                document=row["document"],
                cluster=row["cluster"],
                issue=row["issue"],
                proposition=row["proposition"],
                deadline=row["deadline"],
                words=row["content"] or row["trigger"],
                said=cached[key],
            )  # fmt: skip
        )
    return made


def _others(recipients: Iterable[str], doers: Iterable[str]) -> tuple[str, ...]:
    """Return recipients without the actor itself: a statement made at home is reported as made to its own parliament or press."""
    own = set(doers)
    return tuple(party for party in recipients if re.sub(_FORCES, "", party) not in own)


def infer_recipients(frame: pl.DataFrame, documents: pl.Series) -> dict[tuple[str, str], frozenset[str]]:
    """Return whom an actor addresses in a document with demands, charges and the like, if that is one party and no other.

    A threat often leaves unsaid whom it is meant for, because the sentence before it said so.
    """
    told = (pl.col("quad") >= 3) & (pl.col("status") == "actual") & (pl.col("targets").list.len() > 0)
    near = frame.filter(told).join(
        documents.alias("document").to_frame(), on="document", how="semi", maintain_order="left"
    )
    demanded = _sole(near.filter(pl.col("act").is_in(["demand", "threaten"])))
    return _sole(near) | demanded


def _sole(near: pl.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for document, doers, targets in near.select("document", "doers", "targets").iter_rows():
        for doer in doers:
            found[document, doer].update(target for target in targets if target not in doers)
    return {key: frozenset(targets) for key, targets in found.items() if len(targets) == 1}


def group_statements(
    statements: Iterable[Statement], *, window: int, weights: Mapping[str, float]
) -> list[list[Statement]]:
    """Return the statements in cases: each goes to the case it is most alike, or opens a new one.

    Parameters
    ----------
    window
        Days after which a case that nobody has restated is not restated any more.
    weights
        Rarity of the terms.
    """
    cases: list[list[Statement]] = []
    standing: defaultdict[tuple[str, str], dict[int, date]] = defaultdict(dict)
    for statement in statements:
        best, number = 0.0, -1
        rare = _rare(statement, weights)
        for candidate in sorted(_standing(statement, rare, cases, standing, window)):
            case = cases[candidate]
            value = max(
                _likeness(statement, other, weights) for other in (case[:1] if len(case) == 1 else (case[0], case[-1]))
            )
            if value > best:
                best, number = value, candidate
        if number < 0 or best < (_SAID_AGAIN if statement.said.again else _SAME):
            number = len(cases)
            cases.append([])
        cases[number].append(statement)
        for actor in statement.actors:
            for key in _keys(statement):
                used = standing[actor, key]
                used.pop(number, None)
                used[number] = statement.day
    return cases


def _standing(
    statement: Statement,
    rare: Iterable[str],
    cases: list[list[Statement]],
    standing: Mapping[tuple[str, str], dict[int, date]],
    window: int,
) -> set[int]:
    """Return the cases of the same actors that share a rare term and were stated not too long ago; forgets the others.

    What a key was used for last stands last. A case that stands first for its age may have been stated since in other words: it goes
    to the end then.
    """
    oldest = statement.day - timedelta(days=window)
    found: set[int] = set()
    for actor in statement.actors:
        for key in rare:
            used = standing.get((actor, key), {})
            while used and used[first := next(iter(used))] < oldest:
                del used[first]
                if cases[first][-1].day >= oldest:
                    used[first] = cases[first][-1].day
            found.update(used)
    return {number for number in found if cases[number][-1].day >= oldest}


def _keys(statement: Statement) -> set[str]:
    """Return by what a statement can be found again: its terms, its proposition; "" where it has no terms of its own."""
    said = statement.said
    keys = set(said.about | said.hangs_on)
    if statement.proposition:
        keys.add(f"={statement.proposition}")
    return keys if said.own or said.hangs_on else keys | {""}


def _rare(statement: Statement, weights: Mapping[str, float]) -> list[str]:
    """Return the keys without the most common terms, which together are too light to make two statements alike."""
    said = statement.said
    keys = [key for key in _keys(statement) if key not in weights]
    for found in (said.about | said.hangs_on, said.own | said.hangs_on, said.hangs_on):
        light = sum(weights[term] for term in found) * min(_SAID_AGAIN, _SAME, _OTHER_CONDITION) / 2
        for term in sorted(found, key=lambda one: (weights[one], one)):
            light -= weights[term]
            if light < 0:
                keys.append(term)
    return list(dict.fromkeys(keys))


def _likeness(one: Statement, other: Statement, weights: Mapping[str, float]) -> float:
    """Return how far two statements of an actor say the same, 0 where they cannot: other recipient, act, condition or deadline."""
    if one.recipients and other.recipients and not one.recipients & other.recipients:
        return 0.0
    if one.deadline and other.deadline and abs((one.deadline - other.deadline).days) > _DEADLINES_APART:
        return 0.0
    said, before = one.said, other.said
    if said.abstains != before.abstains or (
        said.kinds and before.kinds and not _near(said.kinds) & _near(before.kinds)
    ):
        return 0.0
    if one.proposition and one.proposition == other.proposition:
        return 1.0
    whole = _whole(said, before, weights)
    if not (said.hangs_on and before.hangs_on):
        return whole
    conditions = _dice(said.hangs_on, before.hangs_on, weights)
    return 0.0 if conditions < _OTHER_CONDITION else max(whole, conditions)


def _whole(said: Announced, before: Announced, weights: Mapping[str, float]) -> float:
    """Return how alike announcement and condition are together, words that only name the kind of act aside if there are others."""
    if not (said.own or before.own or said.hangs_on or before.hangs_on):
        return 1.0 if said.kinds == before.kinds else 0.0
    if said.own and before.own:
        return _dice(said.own | said.hangs_on, before.own | before.hangs_on, weights)
    return _dice(said.about | said.hangs_on, before.about | before.hangs_on, weights)


def _near(kinds: frozenset[str]) -> frozenset[str]:
    """Return acts with those that reports take for one another: force, and measures without it."""
    return frozenset(_FAMILY.get(kind, kind) for kind in kinds)


def _dice(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the weighted Dice coefficient, as :func:`~demarche.analysis.words.likeness`; all terms have a weight here."""
    both = one & other
    if not both:
        return 0.0
    total = sum(weights[term] for term in one) + sum(weights[term] for term in other)
    return 2 * sum(weights[term] for term in both) / total if total > 0 else 1.0
