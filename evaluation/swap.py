"""Does it matter which side it is? ``python -m evaluation.swap [GOLD] [--split dev] [--coder llm:MODEL@URL]``.

A sentence that names just two states is coded as it is, and again with the two in each other's place, adjectives and capitals
too. Who did it to whom is the other way round, and what was done is the same, so that a coder without a bias by actor finds the same
moves. Counted over the moves that it finds in the sentence as it is: those that it no longer finds, and those of which act, status or
issue are others; beside them the moves that it finds only now. The intervals (95 %) come from drawing sentences again.

This is the size of the bias and of chance together. A language model may answer the same question differently: for it the sentences
are also asked about a second time, unchanged and with another seed, and what changes then is chance. The built-in coder always
answers the same.

Some sentences become odd when turned round, and a change in these says little; the names of persons and places stay where they are.
``python -m evaluation.exchange`` puts other states in their place instead.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from demarche import pipeline
from demarche.analysis import match_moves
from demarche.model import CodedSentence, ReadSentence
from demarche.reading import AnyReader
from demarche.sources import read_coded
from demarche.training.augment import swap_sides

__all__ = ["FIELDS", "compare", "measure"]

FIELDS = ("move lost", "act", "status", "issue", "any of these", "move only now")
_OWN = Path(__file__).parent.parent / "corpus" / "sentences.jsonl"
_DRAWS = 2000


def main() -> None:
    """Print how much of the coding changes when the two sides are swapped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", default=str(_OWN))
    parser.add_argument("--split")
    parser.add_argument("--coder", help="llm:MODEL@URL; the built-in coder by default")
    options = parser.parse_args()
    gold = [item for item in read_coded(options.gold) if options.split in (None, item.split)]
    two = [item for item in gold if swap_sides(item)]
    if not two:
        parser.error("no sentence names two states")
    with ExitStack() as stack:
        reader: AnyReader = pipeline.load()
        again = None
        if options.coder:
            reader = stack.enter_context(pipeline.load_llm(options.coder))
            again = stack.enter_context(pipeline.load_llm(options.coder, seed=1001))
        first, expected, swapped = _read_both(reader, two)
        print(
            f"{reader.coder}: {len(two)} sentences that name two states, {sum(len(one.moves) for one in first)} moves"
        )
        _print("the two sides swapped", measure(expected, swapped))
        if again:
            _print("asked again, unchanged", measure(first, _read(again, [item.sentence for item in two])))


def _read_both(
    reader: AnyReader, gold: Sequence[CodedSentence]
) -> tuple[list[ReadSentence], list[ReadSentence], list[ReadSentence]]:
    """Return what is read in the sentences, the same with its words swapped, and what is read in the swapped ones."""
    first = _read(reader, [item.sentence for item in gold])
    turned = [
        swap_sides(CodedSentence(id=item.id, split=None, sentence=one)) for item, one in zip(gold, first, strict=True)
    ]
    expected = [item.sentence for item in turned if item]
    return first, expected, _read(reader, expected)


def _read(reader: AnyReader, sentences: Sequence[ReadSentence]) -> list[ReadSentence]:
    return list(reader.read_sentences([sentence.span for sentence in sentences]))


def compare(expected: ReadSentence, found: ReadSentence) -> tuple[int, ...]:
    """Return the moves expected in a sentence, and how many of them changed in each of `FIELDS`."""
    pairs = match_moves(expected.moves, found.moves, same_act=False)
    lost = len(expected.moves) - len(pairs)
    changed = [(one.act != two.act, one.status != two.status, one.issue != two.issue) for one, two in pairs]
    sums = [sum(change[place] for change in changed) for place in range(3)]
    return len(expected.moves), lost, *sums, lost + sum(map(any, changed)), len(found.moves) - len(pairs)


def measure(
    expected: Sequence[ReadSentence], found: Sequence[ReadSentence]
) -> dict[str, tuple[int, float, float, float]]:
    """Return for each of `FIELDS` how many moves changed, their share of the moves expected, and its interval."""
    table = np.array([compare(one, other) for one, other in zip(expected, found, strict=True)], float).reshape(-1, 7)
    weights = np.random.default_rng(1).multinomial(len(table), np.full(len(table), 1 / len(table)), size=_DRAWS)
    sums, total = weights @ table, table.sum(axis=0)
    shares = sums[:, 1:] / np.maximum(sums[:, :1], 1)
    low, high = np.quantile(shares, (0.025, 0.975), axis=0)
    return {
        name: (int(total[place + 1]), float(total[place + 1] / max(1, total[0])), float(low[place]), float(high[place]))
        for place, name in enumerate(FIELDS)
    }


def _print(title: str, measured: dict[str, tuple[int, float, float, float]]) -> None:
    print(title)
    for name, (number, share, low, high) in measured.items():
        print(f"  {name:<14} {number:>5}  {share:6.1%} ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main()
