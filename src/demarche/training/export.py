"""Writes a trained network as the two int8 ONNX graphs, the tokenizer and the card that the reader loads.

``python -m demarche.training.export --start FOLDER --output FOLDER`` writes weights that were exported before in the present form, as
they are: nothing is learnt, and the thresholds stay.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from demarche.errors import ModelError
from demarche.reading._labels import ACTS, ISSUES
from demarche.reading._tokens import Tokens, batch_tokens, split_tokens
from demarche.reading._weights import CARD, FIRST_GRAPH, SECOND_GRAPH, TOKENIZER
from demarche.training.corpus import own_sentences
from demarche.training.graphs import Seen, fuse_graph, open_graph, quantise_fixed, quantised_inputs
from demarche.training.network import Network

__all__ = ["export", "export_card", "prepare_graph", "quantise_graph", "write_graph", "write_graphs"]

_OPSET = 17
_WATCHED = 200
"""Sentences on which the scales are chosen."""
_CHECKED = 8
_SAME = 1e-3
"""Scores of a fused graph may differ by so much: it rounds in another order."""


class _First(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, case: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        return self.network.read(ids, case, mask)


class _Second(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, middle: Tensor, last: Tensor, mask: Tensor, spans: Tensor) -> tuple[Tensor, ...]:
        scores = self.network.read_triggers(middle, last, mask, spans)
        return scores.act, scores.status, scores.issue, scores.roles, scores.recipients


def export(network: Network, folder: Path, *, tokenizer: Any, card: dict[str, Any]) -> None:
    """Write the weights of `network` to `folder`, quantised to int8.

    Parameters
    ----------
    tokenizer
        The ``tokenizers.Tokenizer`` that it was trained with.
    card
        Name, version, language and thresholds of the coder; the label sets are added.

    Raises
    ------
    ModelError
        If a graph says something else once its operators are fused: the encoder is of a kind that is not known here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        write_graphs(network, Path(scratch))
        whole = {name: onnx.load(str(Path(scratch) / name)) for name in (FIRST_GRAPH, SECOND_GRAPH)}
    tokens = _sample_tokens(tokenizer)
    fused = _fuse_checked(whole, tokens[:_CHECKED], heads=_heads_of(network))
    seen = _watch(fused, tokens)
    for name, model in fused.items():
        onnx.save(quantise_fixed(model, seen[name]), str(folder / name))
    tokenizer.save(str(folder / TOKENIZER))
    export_card(folder, card)


def _heads_of(network: Network) -> int:
    return int(next(iter(network.marked)).attention.self.num_attention_heads)


def _sample_tokens(tokenizer: Any) -> list[Tokens]:
    """Return our own sentences to learn from, some hundreds spread evenly: by them the scales are chosen."""
    own, _ = own_sentences("sentences.jsonl")
    return split_tokens(tokenizer, [coded.sentence.span.text for coded in own[:: max(1, len(own) // _WATCHED)]])


def _fuse_checked(whole: dict[str, Any], tokens: list[Tokens], *, heads: int) -> dict[str, Any]:
    before = _outputs(whole, tokens)
    refused = "the operators of this encoder cannot be fused; give one of the BERT family"
    try:
        fused = {name: fuse_graph(model, heads=heads) for name, model in whole.items()}
    except (IndexError, KeyError, StopIteration) as error:  # it is built of other operators, or in another order
        raise ModelError(refused) from error
    for name, outputs in _outputs(fused, tokens).items():
        for one, other in zip(before[name], outputs, strict=True):
            # What is no number is not close to anything.
            if not all(np.allclose(one[key], other[key], rtol=0, atol=_SAME) for key in one):
                raise ModelError(f"{name}: {refused}")
    return fused


def _outputs(models: dict[str, Any], tokens: list[Tokens]) -> dict[str, list[dict[str, Any]]]:
    wanted = {name: [output.name for output in model.graph.output] for name, model in models.items()}
    made = list(_run_graphs(models, wanted, tokens))
    return {name: [found[name] for found in made] for name in models}


def _watch(models: dict[str, Any], tokens: list[Tokens]) -> dict[str, dict[str, Seen]]:
    """Return what each tensor that will be quantised was on the sentences, which are read twice: for the ends, and to count."""
    seen = {name: {tensor: Seen() for tensor in quantised_inputs(model)} for name, model in models.items()}
    wanted = {name: list(tensors) for name, tensors in seen.items()}
    for take in (Seen.widen, Seen.count):
        for found in _run_graphs(models, wanted, tokens):
            for name, tensors in seen.items():
                for tensor, values in tensors.items():
                    take(values, found[name][tensor])
    return seen


def _run_graphs(
    models: dict[str, Any], wanted: dict[str, list[str]], tokens: list[Tokens]
) -> Iterator[dict[str, dict[str, Any]]]:
    """Yield the wanted tensors of both graphs for each sentence by itself, so that none of it is padding."""
    first, second = open_graph(models[FIRST_GRAPH]), open_graph(models[SECOND_GRAPH])
    own = [name for name in ("middle", "last", "triggers") if name not in wanted[FIRST_GRAPH]]
    names = [*wanted[FIRST_GRAPH], *own]
    for sentence in tokens:
        ids, case, mask = batch_tokens([sentence])
        made = dict(zip(names, first.run(names, {"ids": ids, "case": case, "mask": mask}), strict=True))
        spans = _likely_spans(made["triggers"][0], sentence)
        feed = {name: np.repeat(made[name], len(spans), axis=0) for name in ("middle", "last")}
        feed |= {"mask": np.repeat(mask, len(spans), axis=0), "spans": spans}
        again = second.run(wanted[SECOND_GRAPH], feed)
        yield {FIRST_GRAPH: made, SECOND_GRAPH: dict(zip(wanted[SECOND_GRAPH], again, strict=True))}


def _likely_spans(triggers: Any, sentence: Tokens) -> Any:
    """Return float32 [2, P]: the two words that look most like triggers, each marked in a row of its own."""
    best = np.argsort(triggers[sentence.first, 0])[:2]  # the less it looks like nothing
    spans = np.zeros((len(best), len(sentence.ids)), np.float32)
    for row, word in enumerate(best):
        spans[row, slice(*sentence.pieces(int(word), int(word) + 1))] = 1.0
    return spans


def write_graphs(network: Network, folder: Path) -> None:
    """Write the two graphs with whole weights, ready to be quantised."""
    network = network.float().eval()
    size = network.mark.shape[0]
    ids, mask = torch.ones((2, 9), dtype=torch.int64), torch.ones((2, 9), dtype=torch.int64)
    states, spans = torch.zeros((3, 9, size)), torch.zeros((3, 9))
    first = (_First(network), (ids, ids, mask), ["ids", "case", "mask"], ["middle", "last", "triggers", "voice"])
    second = (
        _Second(network),
        (states, states, torch.ones((3, 9), dtype=torch.int64), spans),
        ["middle", "last", "mask", "spans"],
        ["act", "status", "issue", "roles", "recipients"],
    )
    for name, (module, inputs, names, outputs) in ((FIRST_GRAPH, first), (SECOND_GRAPH, second)):
        write_graph(module, inputs, names, outputs, folder / name)
        prepare_graph(folder / name)


def export_card(folder: Path, card: dict[str, Any]) -> None:
    """Write the card beside the graphs, with the label sets that they were trained for."""
    record = {**card, "acts": list(ACTS), "issues": list(ISSUES)}
    (folder / CARD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def write_graph(
    module: nn.Module, inputs: tuple[Tensor, ...], names: list[str], outputs: list[str], path: Path
) -> None:
    """Write a module as an ONNX graph; rows and pieces may be of any number."""
    axes = {name: {0: "rows", 1: "pieces"} for name in names}
    axes |= {name: {0: "rows"} for name in outputs}
    axes |= {
        name: {0: "rows", 1: "pieces"}
        for name in ("middle", "last", "triggers", "roles", "recipients")
        if name in outputs
    }
    torch.onnx.export(
        module,
        inputs,
        str(path),
        input_names=names,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )


def prepare_graph(path: Path) -> None:
    """Infer the shapes of a graph, which quantising needs."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = path.with_suffix(".prepared.onnx")
    quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    prepared.replace(path)


def quantise_graph(source: Path, target: Path) -> None:
    """Write a graph with its weights as int8."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(source),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather"],
    )


def main() -> None:
    """Write exported weights anew."""
    from demarche.training.base import default_base, load_tokenizer
    from demarche.training.network import load_network, shorten
    from demarche.training.start import start_from

    parser = argparse.ArgumentParser(
        prog="python -m demarche.training.export", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--start", type=Path, required=True, help="folder with the weights")
    parser.add_argument("--output", type=Path, required=True, help="folder to write them to")
    parser.add_argument("--base", default=None, help="folder of the encoder they were trained from")
    parser.add_argument("--layers", type=int, nargs="*", help="layers that they have, as they were trained with")
    parser.add_argument("--reread", type=int, default=1, help="with --layers: how many are read again for a trigger")
    options = parser.parse_args()
    base = options.base or default_base()
    network = load_network(base)
    if options.layers:
        network = shorten(network, options.layers, reread=options.reread)
    card = json.loads((options.start / CARD).read_text("utf-8"))
    export(start_from(network, options.start), options.output, tokenizer=load_tokenizer(base), card=card)


if __name__ == "__main__":
    main()
