"""Do the intervals of the measured error hold the truth? ``python -m evaluation.reviews [--samples N] [--seed S]``.

A ledger is made up in which everything is known: which moves stand in each sentence, and which of them the coder saw. Sentences are drawn
from its two strata as the random queue draws them, reviewed without error, and measured. Printed for each world, size of the sample
(of either stratum) and figure: the truth, the bias of the estimate, how often the 95 % interval holds the truth (each of its ends apart),
and how wide it is. The figures: precision and recall of all moves, of a frequent act (half of the moves) and of a rare one (a tenth,
where there are 20 cases), and the share of right moves whose issue is right.

- usual: a coder of the middling kind; careful: few errors; hasty: many, most of them missed moves of quiet sentences.
- moves together: up to five moves in a sentence, right or wrong all at once.
- documents differ: in some documents nearly all is right, in others little; documents differ in length, too.
- small: a ledger of 500 sentences, of which much is reviewed.
- dense: a move in most sentences.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from demarche.analysis.reviews import measure_reviews
from demarche.model import STRATA, Interval, MeasuredError, MeasuredShare, Move, ReviewSample, SentenceReview, Span
from demarche.testing import make_move

__all__ = ["WORLDS", "World", "check", "draw", "plant", "split", "true_shares"]

_WORDS = " ".join(f"word{number}" for number in range(12))
_ACTS = (*("demand",) * 5, *("reject",) * 4, "threaten")
_SENTENCE = Span.of(_WORDS, 0, len(_WORDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is planted.

    Parameters
    ----------
    sentences
        In the whole ledger.
    loud
        Share of sentences in which the coder sees moves.
    right, missed
        Share of its moves that stand there, and of the moves there that it misses although it sees another.
    quiet
        Share of quiet sentences in which it misses a move.
    issue
        Share of right moves whose issue is right.
    most
        Moves of a sentence at most.
    differ
        How much documents differ: 0 not at all, 1 all or nothing.
    together
        The moves of a sentence are right or wrong all at once.
    """

    sentences: int = 12_000
    loud: float = 0.2
    right: float = 0.8
    missed: float = 0.15
    quiet: float = 0.02
    issue: float = 0.85
    most: int = 2
    differ: float = 0.0
    together: bool = False


WORLDS = {
    "usual": World(),
    "careful": World(right=0.97, missed=0.03, quiet=0.002),
    "hasty": World(right=0.55, missed=0.3, quiet=0.12),
    "moves together": World(most=5, together=True),
    "documents differ": World(differ=0.8),
    "small": World(sentences=500),
    "dense": World(loud=0.7, quiet=0.05),
}


def plant(rng: np.random.Generator, world: World) -> list[SentenceReview]:
    """Return a ledger: each of its sentences as a perfect reviewer would review it."""
    made: list[SentenceReview] = []
    document = 0
    while len(made) < world.sentences:
        document += 1
        length = int(rng.geometric(1 / 25)) if world.differ else 25
        chances = [
            _of_document(rng, chance, world.differ) for chance in (world.right, 1 - world.missed, 1 - world.quiet)
        ]
        for _ in range(min(length, world.sentences - len(made))):
            made.append(_sentence(rng, world, chances, number=len(made), document=f"d{document}"))
    return made


def _of_document(rng: np.random.Generator, chance: float, differ: float) -> float:
    """Return the chance in one document, whose mean over documents is the world's."""
    if not differ:
        return chance
    size = (1 - differ) / differ * 4
    return float(rng.beta(chance * size, (1 - chance) * size))


def _sentence(
    rng: np.random.Generator, world: World, chances: list[float], *, number: int, document: str
) -> SentenceReview:
    right, found, still = chances
    loud = rng.random() < world.loud
    coded: list[Move] = []
    there: list[Move] = []
    if loud:
        fate = rng.random()
        for place in range(int(rng.integers(1, world.most + 1))):
            move = _move(rng, place, document)
            coded.append(move)
            if (fate if world.together else rng.random()) < right:
                there.append(replace(move, issue=move.issue if rng.random() < world.issue else "ceasefire"))
        # The chance that a move is found is found / (found + missed), so that so many are missed for each that is right.
        there += [_move(rng, 6 + place, document) for place in range(len(there)) if rng.random() < (1 - found) / found]
    elif rng.random() > still:
        there = [_move(rng, place, document) for place in range(int(rng.integers(1, world.most + 1)))]
    return SentenceReview(
        id=f"r{number}",
        document=document,
        sentence=_SENTENCE,
        queue="random",
        stratum="moves" if coded else "quiet",
        place=0.5,
        coder="test/1",
        coded=tuple(coded),
        moves=tuple(there),
        verdicts={},
        reviewer="ann",
        at="",
    )


def _move(rng: np.random.Generator, place: int, document: str) -> Move:
    act = _ACTS[int(rng.integers(len(_ACTS)))]
    return make_move(_WORDS, f"word{place}", act=act, document=document)


def split(ledger: list[SentenceReview]) -> dict[str, list[SentenceReview]]:
    """Return the sentences of a ledger by stratum."""
    return {stratum: [review for review in ledger if review.stratum == stratum] for stratum in STRATA}


def true_shares(strata: dict[str, list[SentenceReview]]) -> dict[str, float]:
    """Return precision and recall of the whole ledger."""
    whole = measure_reviews(_sample(strata, strata), draws=2)
    return {name: share.value for name, share in _figures(whole) if share.value is not None}


def draw(rng: np.random.Generator, strata: dict[str, list[SentenceReview]], size: int) -> ReviewSample:
    """Return a sample of so many sentences of either stratum."""
    picked = {
        stratum: [there[at] for at in rng.choice(len(there), min(size, len(there)), replace=False).tolist()]
        for stratum, there in strata.items()
    }
    return _sample(strata, picked)


def _sample(strata: dict[str, list[SentenceReview]], picked: dict[str, list[SentenceReview]]) -> ReviewSample:
    return ReviewSample(
        coder="test/1",
        strata={stratum: len(there) for stratum, there in strata.items()},
        reviews=tuple(review for found in picked.values() for review in found),
    )


def _figures(found: MeasuredError) -> Iterator[tuple[str, MeasuredShare]]:
    acts = {row.act: row for row in found.acts}
    for name, row in (("all", found.overall), ("demand", acts.get("demand")), ("threaten", acts.get("threaten"))):
        if row:
            yield f"precision, {name}", row.precision
            yield f"recall, {name}", row.recall
    yield "issue", found.fields["issue"]


@dataclass(slots=True)
class _Tally:
    truth: float
    number: int = 0
    sum: float = 0.0
    below: int = 0
    above: int = 0
    width: float = 0.0

    def add(self, value: float, interval: Interval) -> None:
        """Count one sample."""
        self.number += 1
        self.sum += value
        self.below += self.truth < interval.low
        self.above += self.truth > interval.high
        self.width += interval.high - interval.low

    @property
    def coverage(self) -> float:
        """How often the interval held the truth."""
        return 1 - (self.below + self.above) / self.number


def check(world: World, *, size: int, samples: int, seed: int, draws: int = 2000) -> dict[str, _Tally]:
    """Return for each figure how samples of so many sentences of either stratum did."""
    rng = np.random.default_rng(seed)
    strata = split(plant(rng, world))
    tallies = {name: _Tally(truth) for name, truth in true_shares(strata).items()}
    for number in range(samples):
        found = measure_reviews(draw(rng, strata, size), draws=draws, seed=number)
        for name, share in _figures(found):
            if share.value is not None and share.interval is not None and name in tallies:
                tallies[name].add(share.value, share.interval)
    return {name: tally for name, tally in tallies.items() if tally.number}


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="*", default=[50, 100, 200])
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS))
    asked = parser.parse_args()
    print(
        f"{'world':18}{'size':>5}  {'figure':22}{'truth':>7}{'bias':>8}{'covered':>9}{'below':>7}{'above':>7}{'width':>7}{'n':>6}"
    )
    for name in asked.worlds:
        for size in asked.sizes:
            for figure, tally in check(WORLDS[name], size=size, samples=asked.samples, seed=asked.seed).items():
                bias = tally.sum / tally.number - tally.truth
                ends = f"{tally.below / tally.number:7.3f}{tally.above / tally.number:7.3f}"
                width = tally.width / tally.number
                print(
                    f"{name:18}{size:5}  {figure:22}{tally.truth:7.3f}{bias:+8.3f}{tally.coverage:9.3f}{ends}{width:7.3f}{tally.number:6}"
                )


if __name__ == "__main__":
    _main()
