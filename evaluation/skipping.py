"""Could sentences be skipped before the network reads them? ``python -m evaluation.skipping --news runs/news.jsonl``.

The cheapest reader of all, a logistic regression on the words of a sentence, learns from the split train which
sentences have a move. At each threshold it says what share of the held-out sentences would be skipped, and what share
of their moves would be lost with them. ``--news`` is ``corpus/news.jsonl`` joined with its texts (docs/training.md).
Needs scikit-learn, which the project does not.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

_OWN = Path(__file__).parents[1] / "corpus" / "sentences.jsonl"
_THRESHOLDS = (0.02, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3)


def main() -> None:
    """Print a line for each split and threshold."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--news", type=Path, nargs="*", default=[], help="further coded sentences with their texts")
    options = parser.parse_args()
    sentences = [json.loads(line) for path in (_OWN, *options.news) for line in path.read_text("utf-8").splitlines()]
    train = [sentence for sentence in sentences if sentence["split"] == "train"]
    words = CountVectorizer(binary=True, min_df=3)
    seen = words.fit_transform([sentence["text"] for sentence in train])
    model = LogisticRegression(C=0.3, max_iter=500).fit(seen, [bool(sentence["moves"]) for sentence in train])
    for split in ("dev", "test"):
        held = [sentence for sentence in sentences if sentence["split"] == split]
        if held:
            _report(split, held, model.predict_proba(words.transform([sentence["text"] for sentence in held]))[:, 1])


def _report(split: str, sentences: list[dict[str, Any]], chances: Any) -> None:
    moves = np.array([len(sentence["moves"]) for sentence in sentences])
    for threshold in _THRESHOLDS:
        skipped = chances < threshold
        print(
            f"{split} ({len(sentences)}): below {threshold:.2f} are {skipped.mean():.3f} of the sentences "
            f"with {moves[skipped].sum()} of {moves.sum()} moves ({moves[skipped].sum() / moves.sum():.4f})"
        )


if __name__ == "__main__":
    main()
