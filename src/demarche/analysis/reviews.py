"""What reviewed sentences say of a coder, and how far the reviewers agree.

The sentences are drawn from two strata, those in which the coder saw a move and those in which it saw none, so that a reviewed one
stands for as many as its stratum has for each that is reviewed. Precision lies in the first stratum alone; what is missed in the
second weighs most, because there the sentences are many and the reviewed ones few.

The unit is the sentence, because sentences are what is drawn, each by itself. Sentences of one document are alike, but that does
not widen an interval that speaks of this ledger: its documents are no sample of anything. Several moves of one sentence do widen it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.analysis._agreement import measure_agreement
from demarche.analysis._student import t_factor
from demarche.analysis.accuracy import match_moves
from demarche.model import (
    STRATA,
    Act,
    Interval,
    MeasuredAct,
    MeasuredError,
    MeasuredShare,
    Mention,
    Move,
    ReviewSample,
    SentenceReview,
)

__all__ = ["measure_agreement", "measure_reviews"]

_LEVEL = 0.95
_ALL = 1 - 1e-9
_BORROWED = 3.0
"""Missed moves for which the other stratum stands when the size of bundles is estimated."""

Floats = NDArray[np.float64]
Pair = tuple[Move, Move]
"""The reviewer's move and the coder's."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A review, with the moves on which reviewer and coder are at one as to trigger and act."""

    review: SentenceReview
    pairs: list[Pair]

    def counts(self, act: Act | None) -> tuple[int, int, int]:
        """Return how many moves are right, coded and there, of one act or of all."""
        mine = [self.review.coded, self.review.moves]
        right = sum(act in (None, one.act) for one, _ in self.pairs)
        coded, there = (sum(act in (None, move.act) for move in moves) for moves in mine)
        return right, coded, there


def measure_reviews(sample: ReviewSample, *, minimum: int = 20, draws: int = 10_000, seed: int = 1) -> MeasuredError:
    """Return precision and recall of a coder in one ledger, of all moves and of each act, with intervals.

    A coder's move is right if the reviewer has one of the same act whose trigger overlaps, one to one.

    - Precision = right / coded, in the sentences with moves of the coder.
    - Recall = N1 r / (N1 (r + m) + N0 q): r right and m missed moves a sentence of the N1 with moves of the coder, q missed a
      sentence of the N0 without.
    - status, issue, voice, actor, recipient: shares of the right moves. An actor is right if the same ids are named; moves of
      which neither side knows an id are no case.

    A value of 0 means that nothing was right. The 95 % intervals come from `draws` of a posterior: for a share, Beta with
    Jeffreys's prior and the number of cases that has the variance found between sentences; for the moves missed in quiet
    sentences, Gamma likewise, in bundles of the size they come in. The ends stay off 0 and 1 unless all sentences are reviewed, and
    draw in as the reviewed part of a stratum grows. Whether they hold what they say is measured in ``evaluation/reviews.py``.

    Do not use it to compare coders that were measured on different ledgers, or as the error of codes it does not name.

    Parameters
    ----------
    sample
        From :meth:`Ledger.review_sample <demarche.ledger.Ledger.review_sample>`.
    minimum
        Cases from which a share is given.
    draws, seed
        Of the posterior.
    """
    judged = [_Judged(one, match_moves(one.moves, one.coded)) for one in sample.reviews]
    measure = _Measure(sample, judged, minimum=minimum, draws=draws, seed=seed)
    seen = Counter(move.act for one in sample.reviews for move in (*one.coded, *one.moves))
    overall = measure.act(None)
    return MeasuredError(
        moves=overall.precision.cases + overall.recall.cases - overall.recall.right,
        notes=tuple(_error_notes(sample, minimum, measure)),
        coder=sample.coder,
        sentences={stratum: measure.reviewed[stratum] for stratum in STRATA},
        strata={stratum: sample.strata.get(stratum, 0) for stratum in STRATA},
        reviewers=tuple(sorted({one.reviewer for one in sample.reviews})),
        overall=overall,
        acts=tuple(measure.act(act) for act, _ in sorted(seen.items(), key=lambda item: (-item[1], item[0]))),
        fields={name: measure.field(same) for name, same in _FIELDS.items()},
        minimum=minimum,
    )


class _Measure:
    """Shares from the judged sentences of one sample."""

    def __init__(self, sample: ReviewSample, judged: Sequence[_Judged], *, minimum: int, draws: int, seed: int) -> None:
        self._sizes = sample.strata
        self._strata = {stratum: [one for one in judged if one.review.stratum == stratum] for stratum in STRATA}
        self._minimum = minimum
        self._draws = draws
        self._seed = seed
        self.reviewed = {stratum: len(found) for stratum, found in self._strata.items()}

    @property
    def is_blind(self) -> bool:
        """Whether nothing is known of what the coder missed in quiet sentences."""
        return not self.reviewed["quiet"] and self._sizes.get("quiet", 0) > 0

    def act(self, act: Act | None) -> MeasuredAct:
        """Return precision and recall of an act, or of all moves."""
        right, coded, there = self._counts("moves", act)
        _, _, missed = self._counts("quiet", act)
        precision = self._share(
            right, coded, [one.review.id for one, bad in zip(self._strata["moves"], coded - right, strict=True) if bad]
        )
        wrong = [
            one.review.id
            for stratum, bad in (("moves", there - right), ("quiet", missed))
            for one, number in zip(self._strata[stratum], bad, strict=True)
            if number
        ]
        recall = self._recall(right, there, missed, wrong)
        return MeasuredAct(act=None if act is None else act.value, precision=precision, recall=recall)

    def field(self, same: Callable[[Move, Move], bool | None]) -> MeasuredShare:
        """Return the share of right moves of which a field is right too; `same` is None where there is no case."""
        found = [[same(*pair) for pair in one.pairs] for one in self._strata["moves"]]
        right = np.array([sum(value is True for value in values) for values in found], float)
        cases = np.array([sum(value is not None for value in values) for values in found], float)
        bad = [one.review.id for one, values in zip(self._strata["moves"], found, strict=True) if False in values]
        return self._share(right, cases, bad)

    def _counts(self, stratum: str, act: Act | None) -> tuple[Floats, Floats, Floats]:
        rows = np.array([one.counts(act) for one in self._strata[stratum]], float).reshape(-1, 3)
        return rows[:, 0], rows[:, 1], rows[:, 2]

    def _share(self, right: Floats, cases: Floats, wrong: Iterable[str]) -> MeasuredShare:
        known = cases.sum() >= max(1, self._minimum)
        value = float(right.sum() / cases.sum()) if known else None
        drawn = _draw_share(self._rng(), right, cases, self._left("moves"), self._draws) if known else None
        return MeasuredShare(
            value=value,
            interval=None if value is None or drawn is None else _interval(value, drawn),
            right=int(right.sum()),
            cases=int(cases.sum()),
            wrong=tuple(wrong),
        )

    def _recall(self, right: Floats, there: Floats, missed: Floats, wrong: Iterable[str]) -> MeasuredShare:
        cases = there.sum() + missed.sum()
        value = interval = None
        if cases >= max(1, self._minimum) and len(there) and not self.is_blind:
            value, drawn = self._draw_recall(right, there, missed)
            interval = _interval(value, drawn)
        return MeasuredShare(
            value=value, interval=interval, right=int(right.sum()), cases=int(cases), wrong=tuple(wrong)
        )

    def _draw_recall(self, right: Floats, there: Floats, missed: Floats) -> tuple[float, Floats]:
        rng, draws = self._rng(), self._draws
        loud, quiet = (float(self._sizes.get(stratum, 0)) for stratum in STRATA)
        found = _draw_share(rng, right, there, self._left("moves"), draws)
        total = loud * _draw_rate(rng, there, self._left("moves"), draws)
        lost = _draw_missed(rng, missed, there, quiet, draws)
        means = [float(counts.mean()) if len(counts) else 0.0 for counts in (right, there, missed)]
        value = loud * means[0] / (loud * means[1] + quiet * means[2])
        return value, total * found / np.maximum(total + lost, 1e-9)

    def _left(self, stratum: str) -> float:
        """Return the share of a stratum that is not reviewed: of that alone nothing is known for certain."""
        size = self._sizes.get(stratum, 0)
        return 1 - min(_ALL, self.reviewed[stratum] / size) if size else 1.0

    def _rng(self) -> np.random.Generator:
        # The same for each figure, so that one does not depend on which others there are.
        return np.random.default_rng(self._seed)


def _draw_share(rng: np.random.Generator, right: Floats, cases: Floats, left: float, draws: int) -> Floats:
    """Return draws of the share right / cases of a stratum, from its sentences."""
    total = float(cases.sum())
    share = float(right.sum()) / total if total else 0.5
    size = _effective(right, cases) / left
    drawn: Floats = rng.beta(share * size + 0.5, (1 - share) * size + 0.5, draws)
    return drawn


def _effective(right: Floats, cases: Floats) -> float:
    """Return how many independent cases have the variance that a share has between sentences.

    The variance is that of the jackknife, and the size is lowered for what a variance from few sentences leaves open (Korn and
    Graubard 1998, Survey Methodology 24). Where all are right, or all wrong, nothing varies: then a sentence counts as one case, as
    if all of its moves stood or fell together.
    """
    total, sentences = float(cases.sum()), int((cases > 0).sum())
    if sentences < 2:
        return float(sentences)
    share = float(right.sum()) / total
    spread = float((((right - share * cases) / (1 - cases / total)) ** 2).sum())
    if share in (0.0, 1.0) or spread == 0:
        return float(sentences)
    size = share * (1 - share) * total**2 / spread * (t_factor(10**9) / t_factor(sentences - 1)) ** 2
    return min(total, size)


def _draw_rate(rng: np.random.Generator, counts: Floats, left: float, draws: int) -> Floats:
    """Return draws of the moves that a sentence of a stratum has."""
    number, total = len(counts), float(counts.sum())
    if not total:
        return np.zeros(draws)
    spread = float(counts.var(ddof=1)) / (total / number) if number > 1 else 1.0
    scale = left * max(spread, 1e-9)
    drawn: Floats = rng.gamma(total / scale, scale / number, draws)
    return drawn


def _draw_missed(rng: np.random.Generator, missed: Floats, there: Floats, size: float, draws: int) -> Floats:
    """Return draws of the moves missed in all `size` sentences of the quiet stratum.

    What was found is certain; what the sentences not reviewed hold is drawn. Missed moves come in bundles, several a sentence: how
    large these are is learned from the other stratum too, because a few missed moves tell little of it.
    """
    number, total = len(missed), float(missed.sum())
    if not number:
        return np.zeros(draws)
    others = float((there**2).sum() / there.sum()) if there.sum() else 1.0
    bundle = max(1.0, (float((missed**2).sum()) + _BORROWED * others) / (total + _BORROWED))
    rate = rng.gamma(total / bundle + 0.5, 1 / number, draws)
    more = rng.poisson(rate * max(0.0, size - number)).astype(np.float64)
    drawn: Floats = total + bundle * more
    return drawn


def _interval(value: float, drawn: Floats) -> Interval:
    low, high = (float(end) for end in np.quantile(drawn, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)))
    return Interval(low=min(value, low), high=max(value, high), level=_LEVEL)


def _same_ids(one: Sequence[Mention], other: Sequence[Mention]) -> bool | None:
    ids = [{mention.id for mention in mentions} for mentions in (one, other)]
    return None if not any(ids[0] | ids[1]) else ids[0] == ids[1]


_FIELDS: dict[str, Callable[[Move, Move], bool | None]] = {
    "status": lambda one, other: one.status == other.status,
    "issue": lambda one, other: one.issue == other.issue,
    "voice": lambda one, other: one.voice == other.voice,
    "actor": lambda one, other: _same_ids(one.actors, other.actors),
    "recipient": lambda one, other: _same_ids(one.recipients, other.recipients),
}


def _error_notes(sample: ReviewSample, minimum: int, measure: _Measure) -> Iterator[str]:
    loud, quiet = (
        f"{measure.reviewed[stratum]:,} of the {sample.strata.get(stratum, 0):,} sentences" for stratum in STRATA
    )
    yield (
        f"{sample.coder} in this ledger, against what its reviewers say: {loud} in which it saw a move and {quiet} in which it saw "
        "none were drawn at random and reviewed; each counts for as many as it stands for."
    )
    if sample.through is not None:
        yield (
            f"The figures speak of the documents taken in up to entry {sample.through} of the log: {sample.waiting} sentences, most of "
            "later documents, are to be reviewed before they speak of all."
        )
    if sample.unused:
        yield f"{sample.unused} reviewed sentences do not count yet: sentences that come before them in the order are not reviewed."
    if measure.is_blind:
        yield "No sentence without moves of the coder is reviewed: what it missed there, and so its recall, is unknown."
    yield f"No share is given below {minimum} moves."
    yield (
        "Reviewers saw what the coder had marked, and people tend to let stand what they are shown: there can be more errors than this. "
        "The intervals hold what comes from drawing sentences, not the reviewers' own errors; for those see how far they agree."
    )
    yield (
        "It says how well the coder reads what is reported, nothing of whether that is true, and nothing of dates, contents, "
        "propositions or links between moves."
    )
