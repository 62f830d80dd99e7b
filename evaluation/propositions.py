"""How well contents are put together, on coded pairs: ``python evaluation/propositions.py [--split test] [--errors]``.

Two figures apart: whether two contents are about the same state of affairs (precision, recall and F1 at the shipped threshold, and the
area under the ROC curve), and, of those that truly are, whether one states what the other states or the contrary. Pairs of the
dossier are as the coder cuts them from reports, with nearest neighbours overdrawn; written pairs are hard on purpose: the same in other
words, or another place, doer or object in the same words. Intervals are 95 % bootstrap ones over pairs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.analysis.propositions import phrase
from demarche.model import Content
from demarche.pipeline import load_gazetteer
from demarche.reading import Comparer, load_comparer

__all__ = ["PAIRS", "score_pairs"]

PAIRS = Path(__file__).parent.parent / "corpus" / "pairs.jsonl"
_DRAWS = 1000
Floats = NDArray[np.float64]


def score_pairs(pairs: list[dict[str, Any]], comparer: Comparer, *, seed: int = 1) -> dict[str, Any]:
    """Return the figures for pairs, each (value, low, high), and the share right by kind."""
    chances = comparer.compare([(_text(pair, "a"), _text(pair, "b")) for pair in pairs]).astype(np.float64)
    alike, truth = 1 - chances[:, 0], np.array([pair["same"] for pair in pairs])
    found = alike >= comparer.threshold
    generator = np.random.default_rng(seed)
    draws = [np.arange(len(pairs)), *generator.integers(0, len(pairs), (_DRAWS, len(pairs)))]
    sign = np.where(chances[:, 1] >= chances[:, 2], 1, -1)
    signs = np.array([pair["polarity"] or 0 for pair in pairs])
    figures: dict[str, Callable[[Any], float]] = {
        "same: precision": lambda take: _share((found & truth)[take], found[take]),
        "same: recall": lambda take: _share((found & truth)[take], truth[take]),
        "same: F1": lambda take: (
            2 * float((found & truth)[take].sum()) / max(1, int(found[take].sum() + truth[take].sum()))
        ),
        "same: area under ROC": lambda take: _area(alike[take], truth[take]),
        "polarity right, of the same": lambda take: _share(((sign == signs) & truth)[take], truth[take]),
        "contraries found, of the same": lambda take: _share(((sign == -1) & (signs == -1))[take], (signs == -1)[take]),
    }
    made: dict[str, Any] = {"pairs": len(pairs), "same": int(truth.sum())}
    for name, figure in figures.items():
        values = [figure(take) for take in draws]
        made[name] = (values[0], *np.nanquantile(values[1:], [0.025, 0.975]))
    made["by kind"] = {
        kind: (float(np.mean((found == truth)[own])), int(own.sum()))
        for kind in sorted({pair["kind"] for pair in pairs})
        if (own := np.array([pair["kind"] == kind for pair in pairs])).any()
    }
    made["errors"] = [
        (pair, float(one)) for pair, one, right in zip(pairs, alike, found == truth, strict=True) if not right
    ]
    return made


def _text(pair: dict[str, Any], side: str) -> str:
    given = pair[side]
    content = Content(
        move=pair["id"],
        issue=pair["issue"],
        act=given["act"],
        words=given["content"],
        actors=(given["actor"],) if given["actor"] else (),
        recipients=(given["recipient"],) if given["recipient"] else (),
    )
    return phrase(content, name=load_gazetteer().name_of)


def _share(part: Any, whole: Any) -> float:
    return float(part.sum() / whole.sum()) if whole.sum() else float("nan")


def _area(scores: Floats, truth: Any) -> float:
    """Return the probability that a pair that is the same scores higher than one that is not."""
    if truth.all() or not truth.any():
        return float("nan")
    ranks = np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 1.0
    positive = int(truth.sum())
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive)))


def main() -> None:
    """Print the figures for written pairs and for those of the dossiers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--split", default="test")
    parser.add_argument("--weights", type=Path, help="folder with other weights than the shipped ones")
    parser.add_argument("--errors", action="store_true", help="print each pair that is wrong")
    options = parser.parse_args()
    comparer = load_comparer(options.weights)
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    print(f"{comparer.coder}, threshold {comparer.threshold}, split {options.split}")
    for source in ("written", "reported", "corpus", "dossier"):
        found = score_pairs(
            [pair for pair in pairs if (pair["split"], pair["source"]) == (options.split, source)], comparer
        )
        print(f"\n{source}: {found['pairs']} pairs, {found['same']} the same")
        for name, value in found.items():
            if isinstance(value, tuple):
                print(f"  {name:32} {value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})")
        for kind, (share, number) in found["by kind"].items():
            print(f"    {kind:12} {share:.2f} right of {number}")
        for pair, alike in found["errors"] if options.errors else ():
            print(f"  {alike:.2f} {pair['kind']}: {_text(pair, 'a')} | {_text(pair, 'b')}")


if __name__ == "__main__":
    main()
