"""``python -m demarche.training``: from coded sentences to the weights that the package ships."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from demarche.analysis import measure_accuracy
from demarche.errors import MissingExtra
from demarche.model import CodedSentence, ReadSentence
from demarche.reading import load_reader
from demarche.sources import read_coded
from demarche.training.base import default_base, load_tokenizer
from demarche.training.corpus import own_sentences, split_train_dev
from demarche.training.epochs import draw_epochs
from demarche.training.export import export, export_card
from demarche.training.fit import Settings, fit
from demarche.training.network import blend, load_network, shorten
from demarche.training.start import start_from

_KEEP = [step / 20 for step in range(4, 14)]
"""Thresholds that are tried on the dev sentences."""
_EQUAL = 0.0005
"""Thresholds whose F1 differs by less are taken for equal: the higher one leaves out more that is no move."""


def main() -> None:
    """Train, choose the threshold on the dev split, write the weights and print how well they do there."""
    options = _parse()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    started = time.monotonic()
    tokenizer = load_tokenizer(options.base)
    own, dev = own_sentences()
    extra, further = split_train_dev(item for path in options.extra for item in read_coded(path))
    known, again = split_train_dev(item for path in options.again for item in read_coded(path))
    own, dev = own + known, dev + again + further
    print(f"{len(own)} own or known and {len(extra)} extra sentences to learn from, {len(dev)} for the threshold")

    def report(epoch: int, epochs: int, loss: float) -> None:
        print(f"epoch {epoch} of {epochs}: loss {loss:.3f}, {time.monotonic() - started:.0f} s", flush=True)

    settings = Settings(
        epochs=options.epochs,
        seed=options.seed,
        encoder_rate=Settings().encoder_rate * options.rate,
        head_rate=Settings().head_rate * options.rate,
    )
    network = load_network(options.base)
    if options.start:
        network = start_from(network, options.start)
    if options.layers:
        network = shorten(network, options.layers, reread=options.reread)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    number = round(options.own * len(own))
    make_epoch = draw_epochs(tokenizer, own, extra, number=number, exchange=options.exchange, seed=options.seed)
    network = blend(fit(network, make_epoch, settings, report), before, share=options.blend)
    card = {"name": options.name, "version": options.version, "language": "en", "candidates": 0.1, "keep": _KEEP[0]}
    card |= {"seed": options.seed, "sentences": len(own) + len(extra)}
    export(network, options.output, tokenizer=tokenizer, card=card)
    export_card(options.output, card | {"keep": _choose_threshold(options.output, dev)})
    print(f"wrote {options.output} after {time.monotonic() - started:.0f} s")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demarche.training", description=__doc__)
    parser.add_argument("--base", default=None, help="folder of a BERT-like encoder; all-MiniLM-L6-v2 by default")
    parser.add_argument("--extra", type=Path, nargs="*", default=[], help="further files of coded sentences")
    parser.add_argument(
        "--again",
        type=Path,
        nargs="*",
        default=[],
        help="coded sentences that --start has learnt: drawn as our own are",
    )
    parser.add_argument("--output", type=Path, default=Path("runs/weights"), help="folder to write the weights to")
    parser.add_argument("--start", type=Path, help="folder with weights to go on from, such as the shipped ones")
    parser.add_argument("--blend", type=float, default=0.0, help="share, 0 to 1, of --start in the weights at the end")
    parser.add_argument("--layers", type=int, nargs="*", help="layers that stay, from 0 on, for a smaller network")
    parser.add_argument("--reread", type=int, default=1, help="with --layers: how many are read again for a trigger")
    parser.add_argument("--rate", type=float, default=1.0, help="times the learning rates; 0.4 to go on from weights")
    parser.add_argument("--epochs", type=int, default=11)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--own",
        type=float,
        default=1.0,
        help="share of our own sentences (and of those of --again) in an epoch, drawn anew",
    )
    parser.add_argument("--exchange", type=float, default=0.3, help="share of sentences with other states in an epoch")
    parser.add_argument("--name", default="demarche-en")
    parser.add_argument("--version", default="1.0.0")
    options = parser.parse_args()
    try:
        options.base = options.base or default_base()
    except MissingExtra as error:
        raise SystemExit(str(error)) from error
    return options


def _choose_threshold(weights: Path, dev: list[CodedSentence]) -> float:
    """Return the threshold with which the exported weights reach the best F1 of trigger and act, of equals the highest."""
    gold = [item.sentence for item in dev]
    read = list(load_reader(weights).read_sentences([sentence.span for sentence in gold]))
    values = {}
    for keep in _KEEP:
        coded = [_above(sentence, keep) for sentence in read]
        measures = measure_accuracy(gold, coded, draws=1).measures
        found = {
            name: measures[name].value for name in ("act", "event", "triple", "quiet", "issue") if name in measures
        }
        print(f"threshold {keep:.2f}:", ", ".join(f"{name} {value or 0:.3f}" for name, value in found.items()))
        values[keep] = found["act"] or 0.0
    best = max(values.values())
    return max(keep for keep, value in values.items() if value >= best - _EQUAL)


def _above(sentence: ReadSentence, keep: float) -> ReadSentence:
    return replace(sentence, moves=tuple(move for move in sentence.moves if move.confidence >= keep))


if __name__ == "__main__":
    main()
