"""Starts a network from weights that were shipped, so that a few epochs with further sentences are enough.

The graphs hold int8 weights under names that the export gave them. Which weight is which is found by exporting the new network the
same way: an array of its graphs that equals one of its weights, as it is or turned, tells the name of that weight.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from demarche.errors import ModelError
from demarche.reading._weights import FIRST_GRAPH, SECOND_GRAPH
from demarche.training.export import write_graphs
from demarche.training.network import Network

__all__ = ["start_from"]

_LEARNT_ANEW = "hint."
"""The head that only helps to learn is not exported."""

Arrays = dict[str, NDArray[Any]]


def start_from(network: Network, folder: Path) -> Network:
    """Return `network` with the weights of an exported one of the same form; its embeddings stay those of the encoder.

    Raises
    ------
    ModelError
        If a weight is not found there: the folder is of another version.
    """
    wanted = {name: value.detach().numpy() for name, value in network.named_parameters() if value.dim()}
    wanted = {name: value for name, value in wanted.items() if not name.startswith(("embeddings.", _LEARNT_ANEW))}
    found: dict[str, torch.Tensor] = {}
    with tempfile.TemporaryDirectory() as scratch:
        write_graphs(_marked(network), Path(scratch))
        for graph in (FIRST_GRAPH, SECOND_GRAPH):
            fresh, shipped = _arrays(Path(scratch) / graph), _arrays(folder / graph)
            for name, value in wanted.items():
                made = _find(value, fresh, shipped)
                if made is not None:
                    found[name] = torch.from_numpy(made.copy())
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise ModelError(
            f"{folder} lacks {len(missing)} of {len(wanted)} weights ({', '.join(missing[:3])} ...); is it of this version?"
        )
    network.load_state_dict(found, strict=False)
    return network


def _marked(network: Network) -> Network:
    """Return the network with every weight unlike every other: biases that begin as 0 could not be told apart."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not name.startswith("embeddings."):
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 1e-3)
    return network


def _arrays(path: Path) -> Arrays:
    return {item.name: numpy_helper.to_array(item) for item in onnx.load(str(path)).graph.initializer}


def _find(value: NDArray[Any], fresh: Arrays, shipped: Arrays) -> NDArray[Any] | None:
    for name, array in fresh.items():
        for turned in (False, True):
            seen = array.T if turned else array
            if seen.shape == value.shape and np.array_equal(seen, value):
                made = _whole(name, shipped)
                if made is not None and made.size == value.size:
                    return made.T if turned else made.reshape(value.shape)
                made = _whole(f"{name}_Transposed", shipped)  # quantising turns what a Gemm multiplies with
                if made is not None and made.T.shape == value.shape:
                    return made.T
    return None


def _whole(name: str, shipped: Arrays) -> NDArray[Any] | None:
    """Return an array of the shipped graph as floats."""
    if name in shipped:
        return shipped[name]
    if f"{name}_quantized" not in shipped:
        return None
    values = shipped[f"{name}_quantized"].astype(np.float32) - shipped[f"{name}_zero_point"].astype(np.float32)
    return (values * shipped[f"{name}_scale"]).astype(np.float32)
