"""Writes a trained network as the two int8 ONNX graphs, the tokenizer and the card that the reader loads."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from demarche.reading._labels import ACTS, ISSUES
from demarche.reading._weights import CARD, FIRST_GRAPH, SECOND_GRAPH, TOKENIZER
from demarche.training.network import Network

__all__ = ["export", "export_card", "prepare_graph", "quantise_graph", "write_graph", "write_graphs"]

_OPSET = 17


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
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        write_graphs(network, Path(scratch))
        for name in (FIRST_GRAPH, SECOND_GRAPH):
            quantise_graph(Path(scratch) / name, folder / name)
    tokenizer.save(str(folder / TOKENIZER))
    export_card(folder, card)


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
