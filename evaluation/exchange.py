"""Does it matter whose name stands there? ``python -m evaluation.exchange GOLD [--split dev]``.

Each sentence that names states is coded as it is and with other states in their place. A coder without a bias by actor
finds the same moves; what changes is the size of the bias and of chance together. Figures: the share of moves (trigger
words and act) that stay, and F1 of trigger and act on both versions, over several draws of other states.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

from demarche import pipeline
from demarche.analysis import measure_accuracy
from demarche.model import CodedSentence, ReadSentence
from demarche.sources import read_coded
from demarche.training.augment import exchange_parties

_DRAWS = 5


def main() -> None:
    """Print how much of the coding stays when the states are exchanged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold")
    parser.add_argument("--split")
    options = parser.parse_args()
    gold = [item for item in read_coded(options.gold) if options.split in (None, item.split)]
    exchanged = [exchange_parties(gold, share=1.0, generator=random.Random(seed)) for seed in range(_DRAWS)]
    named = [number for number, item in enumerate(gold) if exchanged[0][number] is not item]
    before = _read([gold[number] for number in named])
    print(f"{len(named)} sentences that name states; F1 as they are {_f1([gold[n] for n in named], before):.3f}")
    for seed, version in enumerate(exchanged):
        chosen = [version[number] for number in named]
        after = _read(chosen)
        print(f"draw {seed}: F1 {_f1(chosen, after):.3f}, moves that stay {_kept(before, after):.3f}")


def _read(sentences: list[CodedSentence]) -> list[ReadSentence]:
    return list(pipeline.load().read_sentences([item.sentence.span for item in sentences]))


def _f1(gold: list[CodedSentence], read: list[ReadSentence]) -> float:
    return measure_accuracy([item.sentence for item in gold], read, draws=1).measures["act"].value or 0.0


def _kept(before: list[ReadSentence], after: list[ReadSentence]) -> float:
    """Return 2 both / (before + after) of the moves by trigger words and act, sentence by sentence."""
    both = total = 0
    for one, other in zip(before, after, strict=True):
        moves = [Counter((move.trigger.text, move.act) for move in sentence.moves) for sentence in (one, other)]
        both += (moves[0] & moves[1]).total()
        total += moves[0].total() + moves[1].total()
    return 2 * both / total if total else 1.0


if __name__ == "__main__":
    main()
