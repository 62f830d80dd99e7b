"""How well a coder's sentences agree with gold: the measures that the project holds itself to.

Each measure is a sum over sentences, so that an interval comes from drawing sentences again (percentile bootstrap).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from demarche.codebook import load_codebook
from demarche.model import Accuracy, Act, Measure, ReadMove, ReadSentence, Span, Status

__all__ = ["match_moves", "measure_accuracy"]

_ROLES = ("actors", "recipients", "content", "condition", "deadline", "when", "where", "source")


class _Evoked(Protocol):
    """A move of any kind: its act, and the words that evoke it."""

    @property
    def act(self) -> Act: ...

    @property
    def trigger(self) -> Span: ...


_Move = TypeVar("_Move", bound=_Evoked)
Pair = tuple[ReadMove, ReadMove]
Counts = dict[str, tuple[float, float, float]]
"""Measure -> right, coded, gold of one sentence; for a share, coded and gold are both the number of cases."""


def measure_accuracy(
    gold: Sequence[ReadSentence], coded: Sequence[ReadSentence], *, draws: int = 1000, seed: int = 1
) -> Accuracy:
    """Return how well `coded` agrees with `gold`, sentence by sentence.

    - ``act``: F1 of moves with overlapping triggers and the same act, matched one to one; ``act_exact`` wants the trigger's very words.
    - ``trigger``: the same without regard to the act.
    - ``event``: F1 of the PLOVER event types of a sentence (a set).
    - ``triple``: F1 of (actors, act, recipients), all words exact.
    - ``status``, ``issue``: share right of the moves matched for ``act``; ``status_other``: F1 of statuses other than actual on them.
    - ``quiet``: share of sentences without gold moves in which nothing is coded.
    - ``voice``: share of sentences.
    - ``role:R``, ``role~:R``: F1 of the spans of a role on matched moves, exact and overlapping.

    A value of 0 means no agreement at all; None that there was no case. Do not use it to compare coders on different
    gold sentences.

    Parameters
    ----------
    draws, seed
        Bootstrap draws of sentences and their seed.
    """
    rows: list[Counts] = []
    confusion: Counter[tuple[str, str]] = Counter()
    for expected, found in zip(gold, coded, strict=True):
        rows.append(_count_sentence(expected, found))
        confusion.update(_confuse(expected.moves, found.moves))
    names = sorted({name for row in rows for name in row})
    table = np.array([[row.get(name, (0.0, 0.0, 0.0)) for name in names] for row in rows]).reshape(
        len(rows), len(names), 3
    )
    sums = _draw(table, draws, seed)
    return Accuracy(
        sentences=len(rows),
        measures={name: _measure(table[:, column].sum(axis=0), sums[:, column]) for column, name in enumerate(names)},
        confusion=dict(confusion),
    )


def match_moves(gold: Sequence[_Move], coded: Sequence[_Move], *, same_act: bool = True) -> list[tuple[_Move, _Move]]:
    """Return pairs of gold and coded moves with overlapping triggers, each used once, exact triggers first."""
    pairs = [
        (one.trigger != other.trigger, one.act != other.act, number, position)
        for number, one in enumerate(gold)
        for position, other in enumerate(coded)
        if _overlap(one.trigger, other.trigger) and (one.act == other.act or not same_act)
    ]
    used: tuple[set[int], set[int]] = (set(), set())
    matched = []
    for _, _, number, position in sorted(pairs):
        if number not in used[0] and position not in used[1]:
            used[0].add(number)
            used[1].add(position)
            matched.append((gold[number], coded[position]))
    return matched


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _count_sentence(gold: ReadSentence, coded: ReadSentence) -> Counts:
    pairs = match_moves(gold.moves, coded.moves)
    totals = (float(len(coded.moves)), float(len(gold.moves)))
    counts: Counts = {
        "act": (float(len(pairs)), *totals),
        "act_exact": (float(sum(one.trigger == other.trigger for one, other in pairs)), *totals),
        "trigger": (float(len(match_moves(gold.moves, coded.moves, same_act=False))), *totals),
        "event": _sets(_events(gold.moves), _events(coded.moves)),
        "triple": _sets(Counter(map(_triple, gold.moves)), Counter(map(_triple, coded.moves))),
        "voice": _share([gold.voice == coded.voice]),
        "status": _share([one.status == other.status for one, other in pairs]),
        "issue": _share([one.issue == other.issue for one, other in pairs]),
        "status_other": _status_other(pairs),
    }
    if not gold.moves:
        counts["quiet"] = _share([not coded.moves])
    return counts | _count_acts(gold, coded, pairs) | _count_roles(pairs)


def _count_acts(gold: ReadSentence, coded: ReadSentence, pairs: list[Pair]) -> Counts:
    right = Counter(one.act for one, _ in pairs)
    found, expected = Counter(move.act for move in coded.moves), Counter(move.act for move in gold.moves)
    return {
        f"act:{act.value}": (float(right[act]), float(found[act]), float(expected[act]))
        for act in {**found, **expected}
    }


def _count_roles(pairs: list[Pair]) -> Counts:
    counts: Counts = {}
    for role in _ROLES:
        exact = loose = 0
        found = expected = 0
        for one, other in pairs:
            gold, coded = _spans(one, role), _spans(other, role)
            exact += len(set(gold) & set(coded))
            loose += sum(any(_overlap(span, candidate) for candidate in coded) for span in gold)
            found += len(coded)
            expected += len(gold)
        counts[f"role:{role}"] = (float(exact), float(found), float(expected))
        counts[f"role~:{role}"] = (float(min(loose, found)), float(found), float(expected))
    return counts


def _spans(move: ReadMove, role: str) -> tuple[Span, ...]:
    value = getattr(move, role)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _status_other(pairs: list[Pair]) -> tuple[float, float, float]:
    right = sum(one.status == other.status != Status.ACTUAL for one, other in pairs)
    found = sum(other.status != Status.ACTUAL for _, other in pairs)
    return float(right), float(found), float(sum(one.status != Status.ACTUAL for one, _ in pairs))


def _events(moves: Iterable[ReadMove]) -> Counter[object]:
    acts = load_codebook().acts
    return Counter({acts[move.act].event for move in moves if acts[move.act].event})


def _triple(move: ReadMove) -> tuple[frozenset[str], Act, frozenset[str]]:
    return (
        frozenset(span.text.lower() for span in move.actors),
        move.act,
        frozenset(span.text.lower() for span in move.recipients),
    )


def _sets(gold: Counter[object], coded: Counter[object]) -> tuple[float, float, float]:
    return float((gold & coded).total()), float(coded.total()), float(gold.total())


def _share(results: list[bool]) -> tuple[float, float, float]:
    return float(sum(results)), float(len(results)), float(len(results))


def _confuse(gold: Sequence[ReadMove], coded: Sequence[ReadMove]) -> Iterable[tuple[str, str]]:
    pairs = match_moves(gold, coded, same_act=False)
    yield from ((one.act.value, other.act.value) for one, other in pairs)
    left, right = [id(one) for one, _ in pairs], [id(other) for _, other in pairs]
    yield from ((move.act.value, "none") for move in gold if id(move) not in left)
    yield from (("none", move.act.value) for move in coded if id(move) not in right)


def _draw(table: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """Return the sums [draws, measures, 3] of sentences drawn again with replacement."""
    if not len(table):
        return np.zeros((draws, table.shape[1], 3))
    weights = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), size=draws)
    result: NDArray[np.float64] = np.tensordot(weights.astype(float), table, axes=(1, 0))
    return result


def _measure(total: NDArray[np.float64], drawn: NDArray[np.float64]) -> Measure:
    right, found, expected = total
    cases = drawn[:, 1] + drawn[:, 2]
    values = 2 * drawn[cases > 0, 0] / cases[cases > 0]
    low, high = (float(value) for value in np.quantile(values, (0.025, 0.975))) if len(values) else (None, None)
    return Measure(
        value=float(2 * right / (found + expected)) if found + expected else None,
        low=low,
        high=high,
        precision=float(right / found) if found else None,
        recall=float(right / expected) if expected else None,
        gold=int(expected),
    )
