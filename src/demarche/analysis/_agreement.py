"""How far people agree who reviewed the same sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.accuracy import match_moves
from demarche.errors import MissingExtra
from demarche.model import Act, Agreement, AgreementMeasure, Interval, Mention, Move, SentenceReview, Span, TimeSpan

__all__ = ["measure_agreement"]

_LEVEL = 0.95
_ROLES = ("actors", "recipients", "content", "condition", "deadline", "when", "where", "source")

Group = Sequence[SentenceReview]
"""The reviews of one sentence, one of each person."""
Units = list[tuple[Any, ...]]
"""What reviewers say of each of the units of one sentence."""


def measure_agreement(
    reviews: Iterable[SentenceReview], *, minimum: int = 10, draws: int = 1000, seed: int = 1
) -> Agreement:
    """Return how far people agree who reviewed the same sentences of the random queue.

    Krippendorff's alpha, nominal: 1 - observed / expected disagreement (Krippendorff 2004, Content Analysis, chapter 11); 1 is full
    agreement, 0 what chance gives, below 0 less than that.

    - ``moves``: is there a move in the sentence or not.
    - ``acts``: the set of acts of the sentence as one value, so that reviewers agree only if all of its acts are the same.
    - ``act:A``: is there a move of act A, for the acts that `minimum` of the sentences have by somebody's word.
    - ``status``, ``issue``: of the moves that two reviewers both have (trigger overlaps, same act); of three reviewers, each two are
      compared.

    F1 of spans between each two reviewers, 2 same / (one's + other's): ``trigger`` of all moves of a sentence, the roles of the moves
    that both have; ``exact``: the very same words, ``overlap``: a word in common.

    The 95 % intervals draw the sentences again (percentile bootstrap). Do not compare values of samples in which moves are
    more or less frequent: alpha depends on that.

    Parameters
    ----------
    reviews
        From :meth:`Ledger.reviews <demarche.ledger.Ledger.reviews>`. The latest of each person counts; other queues are left out, for only
        the random one gives all the same sentences, blind.
    minimum
        Cases from which a figure is given.
    draws, seed
        Of the bootstrap.

    Raises
    ------
    MissingExtra
        If the library of the alpha is not installed.
    """
    sentences = _several(reviews)
    pairs = [pair for group in sentences for pair in combinations(group, 2)]
    measures = [_alpha(table, minimum, draws, seed) for table in _tables(sentences, minimum)]
    measures += [
        _overlap(name, kind, sentences, minimum, draws, seed)
        for name in ("trigger", *_ROLES)
        for kind in ("exact", "overlap")
    ]
    return Agreement(
        moves=sum(len(review.moves) for group in sentences for review in group),
        notes=tuple(_agreement_notes(len(sentences), minimum)),
        sentences=len(sentences),
        pairs=len(pairs),
        reviewers=tuple(sorted({review.reviewer for group in sentences for review in group})),
        measures=tuple(measures),
    )


def _several(reviews: Iterable[SentenceReview]) -> list[list[SentenceReview]]:
    """Return the sentences that several people reviewed: of each person the latest review, by name.

    Those who were shown the marks of different coders were not asked the same.
    """
    found: dict[tuple[str, str, int, int], dict[str, SentenceReview]] = defaultdict(dict)
    for review in reviews:
        if review.queue == "random" and not review.undone:
            shown = (review.coder, review.document, review.sentence.start, review.sentence.end)
            found[shown][review.reviewer] = review
    groups = (sorted(group.values(), key=lambda review: review.reviewer) for group in found.values())
    return [group for group in groups if len(group) > 1]


@dataclass(frozen=True, slots=True)
class _Table:
    """What reviewers say, sentence by sentence, and the reviews of the sentences on which they differ."""

    name: str
    sentences: list[Units]
    differ: tuple[str, ...]


def _tables(groups: Sequence[Group], minimum: int) -> Iterator[_Table]:
    yield _table("moves", groups, lambda group: [tuple(bool(review.moves) for review in group)])
    yield _table("acts", groups, lambda group: [tuple(_acts(review) for review in group)])
    there = Counter(act for group in groups for act in frozenset[Act]().union(*map(_acts, group)))
    for act in sorted(act for act, number in there.items() if number >= minimum):
        yield _table(f"act:{act.value}", groups, _has(act))
    yield _table("status", groups, lambda group: [(one.status, other.status) for one, other in _both(group)])
    yield _table("issue", groups, lambda group: [(one.issue, other.issue) for one, other in _both(group)])


def _table(name: str, groups: Sequence[Group], values: Callable[[Group], Units]) -> _Table:
    found = [values(group) for group in groups]
    differ = tuple(
        review.id
        for group, units in zip(groups, found, strict=True)
        if any(len(set(unit)) > 1 for unit in units)
        for review in group
    )
    return _Table(name, found, differ)


def _has(act: Act) -> Callable[[Group], Units]:
    return lambda group: [tuple(act in _acts(review) for review in group)]


def _acts(review: SentenceReview) -> frozenset[Act]:
    return frozenset(move.act for move in review.moves)


def _both(group: Group) -> Iterator[tuple[Move, Move]]:
    for one, other in combinations(group, 2):
        yield from match_moves(one.moves, other.moves)


def _alpha(table: _Table, minimum: int, draws: int, seed: int) -> AgreementMeasure:
    values = sorted({value for units in table.sentences for unit in units for value in unit}, key=_sorted_by)
    cases = sum(len(units) for units in table.sentences)
    note = None
    if cases < minimum:
        note = f"fewer than {minimum} cases"
    elif len(values) < 2:
        note = "all say the same of all: alpha needs some variation"
    if note:
        return AgreementMeasure(
            name=table.name, kind="alpha", value=None, interval=None, cases=cases, differ=table.differ, note=note
        )
    place = {value: number for number, value in enumerate(values)}
    counts = [np.array([_counted(unit, place) for unit in units]).reshape(-1, len(values)) for units in table.sentences]
    return AgreementMeasure(
        name=table.name,
        kind="alpha",
        value=_krippendorff(np.concatenate(counts)),
        interval=_bootstrap(
            lambda picked: _krippendorff(np.concatenate([counts[at] for at in picked])), len(counts), draws, seed
        ),
        cases=cases,
        differ=table.differ,
    )


def _sorted_by(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _counted(unit: tuple[Any, ...], place: Mapping[Any, int]) -> list[int]:
    row = [0] * len(place)
    for value in unit:
        row[place[value]] += 1
    return row


def _krippendorff(counts: NDArray[np.int64]) -> float | None:
    """Return alpha of units by how often each value was given; None where all is one value."""
    try:
        import krippendorff
    except ImportError as error:
        raise MissingExtra("agreement of reviewers", "desk") from error
    if len(counts) == 0 or (counts.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _bootstrap(measure: Callable[[Any], float | None], size: int, draws: int, seed: int) -> Interval | None:
    """Return the interval of a measure of sentences drawn again; None where too many draws have no value."""
    rng = np.random.default_rng(seed)
    found = [measure(rng.integers(0, size, size).tolist()) for _ in range(draws)]
    values = [value for value in found if value is not None]
    if len(values) < 0.9 * draws:
        return None
    low, high = (float(end) for end in np.quantile(values, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)))
    return Interval(low=low, high=high, level=_LEVEL)


def _overlap(name: str, kind: str, groups: Sequence[Group], minimum: int, draws: int, seed: int) -> AgreementMeasure:
    rows = [_shared(name, kind, group) for group in groups]
    same, cases = (sum(row[column] for row in rows) for column in (0, 1))
    differ = tuple(review.id for group, row in zip(groups, rows, strict=True) if row[0] < row[1] for review in group)
    if cases < 2 * minimum:
        note = f"fewer than {minimum} spans a reviewer"
        return AgreementMeasure(name=name, kind=kind, value=None, interval=None, cases=cases, differ=differ, note=note)
    table = np.array(rows, float)

    def measure(picked: Sequence[int]) -> float | None:
        totals = table[picked].sum(axis=0)
        return float(totals[0] / totals[1]) if totals[1] else None

    interval = _bootstrap(measure, len(rows), draws, seed)
    return AgreementMeasure(name=name, kind=kind, value=same / cases, interval=interval, cases=cases, differ=differ)


def _shared(name: str, kind: str, group: Group) -> tuple[int, int]:
    """Return the spans of a sentence that two reviewers share, counted on both sides, and all of theirs."""
    same = cases = 0
    for one, other in combinations(group, 2):
        sides = (
            [([move.trigger for move in one.moves], [move.trigger for move in other.moves])]
            if name == "trigger"
            else [(_spans(move, name), _spans(twin, name)) for move, twin in match_moves(one.moves, other.moves)]
        )
        for mine, others in sides:
            same += 2 * _matched(mine, others, exact=kind == "exact")
            cases += len(mine) + len(others)
    return same, cases


def _matched(mine: Sequence[Span], others: Sequence[Span], *, exact: bool) -> int:
    """Return how many spans match, each used once: the same ones first."""
    left = list(others)
    rest = []
    for span in mine:
        if span in left:
            left.remove(span)
        else:
            rest.append(span)
    number = len(mine) - len(rest)
    if exact:
        return number
    for span in rest:
        near = next((other for other in left if span.start < other.end and other.start < span.end), None)
        if near:
            left.remove(near)
            number += 1
    return number


def _spans(move: Move, role: str) -> list[Span]:
    value = getattr(move, role)
    found = value if isinstance(value, tuple) else (value,) if value else ()
    # A mention of several parties stands in the move once for each of them, over the same words.
    return list(dict.fromkeys(one.span if isinstance(one, Mention | TimeSpan) else one for one in found))


def _agreement_notes(sentences: int, minimum: int) -> Iterator[str]:
    if not sentences:
        yield "No sentence of the random queue is reviewed by two people: let a second one go through the same queue."
    yield f"No figure is given below {minimum} cases."
    yield (
        "Reviewers see what the coder marked, not one another's reviews. Both start from the same marks, so that they agree more "
        "than people would who code from nothing."
    )
    yield (
        "Sentences with moves of the coder are drawn more often than they are frequent; alpha speaks of the sentences reviewed, "
        "not of the ledger. That people agree does not say that they are right."
    )
