"""Rewrites the graphs of a network so that onnxruntime runs them fast on a CPU: fewer operators, and int8 with scales fixed beforehand.

A scale that is fixed says the same of a sentence whatever is read beside it; one that is taken from each batch does not, and what
stands out in one sentence makes it coarse for all. What that does to the accuracy is in ``docs/training.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

__all__ = ["Seen", "fuse_graph", "open_graph", "quantise_fixed", "quantised_inputs"]

_OPSET = 23
"""The first that has attention as one operator."""
_AWAY = -60.0
"""Added to the score of padding: e to this power is nothing beside 1, and still no denormal number, which would be slow."""
_MICROSOFT = "com.microsoft"
_BINS = 4096
_STEPS = 17
"""Ranges that are tried at either end, from a fifth of what was seen to all of it."""
_LEVELS = 255
_WEIGHT_LEVELS = 127
_ERROR_POWER = 3
"""Of errors, by which a range is chosen: between squares, which cut off what stands out, and the widest, which is coarse for the rest."""

Floats = NDArray[np.float32]


def fuse_graph(model: ModelProto, *, heads: int) -> ModelProto:
    """Return the graph of a network of this package with attention and GELU as one operator each, all products as MatMul.

    Parameters
    ----------
    model
        As :func:`demarche.training.export.write_graphs` wrote it; it is changed.
    heads
        Attention heads of a layer.
    """
    graph = model.graph
    put: dict[str, list[NodeProto]] = {}
    for finder in (_fuse_attention, _fuse_gelu, _split_gemm):
        put |= finder(graph, heads)
    nodes = [made for node in graph.node for made in put.get(node.output[0], [node])]
    _replace_nodes(graph, nodes)
    del model.opset_import[:]
    model.opset_import.extend([helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)])
    model.ir_version = max(model.ir_version, 10)
    return model


def _fuse_attention(graph: Any, heads: int) -> dict[str, list[NodeProto]]:
    """Return output of a node -> what takes its place; the mask is made once, before the first."""
    made, uses = _makers(graph), _users(graph)
    put: dict[str, list[NodeProto]] = {}
    for softmax in (node for node in graph.node if node.op_type == "Softmax"):
        sum_ = made[softmax.input[0]]
        scores = next(made[name] for name in sum_.input if _is_scaled_product(name, made))
        product = made[scores.input[0]]
        query, key = (_before_turning(name, made) for name in product.input)
        mixed = uses[softmax.output[0]][0]
        value = _before_turning(mixed.input[1], made)
        last = uses[uses[mixed.output[0]][0].output[0]][0]
        node = helper.make_node(
            "Attention",
            [query, key, value, "attention.added"],
            [last.output[0]],
            name=f"{softmax.name}/Attention",
            q_num_heads=heads,
            kv_num_heads=heads,
        )
        put[last.output[0]] = [node] if put else [*_mask_nodes(graph), node]
    return put


def _is_scaled_product(name: str, made: Mapping[str, NodeProto]) -> bool:
    node = made.get(name)
    if node is None or node.op_type not in ("Mul", "Div"):
        return False
    before = made.get(node.input[0])
    return before is not None and before.op_type == "MatMul"


def _before_turning(name: str, made: Mapping[str, NodeProto]) -> str:
    """Return the name of what was cut into heads: [B, P, H]."""
    while made[name].op_type in ("Transpose", "Reshape"):
        name = made[name].input[0]
    return name


def _mask_nodes(graph: Any) -> list[NodeProto]:
    """Return what makes of the mask [B, P] what is added to the scores of each pair of pieces: [B, 1, P, P]."""
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array([1, 2]), "attention.columns"),
            numpy_helper.from_array(np.array([1, 3]), "attention.rows"),
            numpy_helper.from_array(np.array(1.0, np.float32), "attention.one"),
            numpy_helper.from_array(np.array(_AWAY, np.float32), "attention.away"),
            numpy_helper.from_array(np.array(0.0, np.float32), "attention.nothing"),
        ]
    )
    return [
        helper.make_node("Cast", ["mask"], ["attention.kept"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["attention.one", "attention.kept"], ["attention.padded"]),
        helper.make_node("Mul", ["attention.padded", "attention.away"], ["attention.lowered"]),
        helper.make_node("Unsqueeze", ["attention.lowered", "attention.columns"], ["attention.across"]),
        helper.make_node("Mul", ["attention.kept", "attention.nothing"], ["attention.zeros"]),
        helper.make_node("Unsqueeze", ["attention.zeros", "attention.rows"], ["attention.down"]),
        helper.make_node("Add", ["attention.across", "attention.down"], ["attention.added"]),
    ]


def _fuse_gelu(graph: Any, _heads: int) -> dict[str, list[NodeProto]]:
    made, uses = _makers(graph), _users(graph)
    put = {}
    for erf in (node for node in graph.node if node.op_type == "Erf"):
        states = made[erf.input[0]].input[0]
        last = erf
        for _ in range(3):  # one is added, the states are multiplied with it, and that is halved
            last = uses[last.output[0]][0]
        put[last.output[0]] = [helper.make_node("Gelu", [states], [last.output[0]], name=f"{erf.name}/Gelu")]
    return put


def _split_gemm(graph: Any, _heads: int) -> dict[str, list[NodeProto]]:
    put = {}
    weights = _weights(graph)
    for node in (node for node in graph.node if node.op_type == "Gemm"):
        states, weight, bias = node.input
        turned = f"{weight}_Transposed"
        graph.initializer.append(numpy_helper.from_array(numpy_helper.to_array(weights[weight]).T.copy(), turned))
        product = f"{node.output[0]}.product"
        put[node.output[0]] = [
            helper.make_node("MatMul", [states, turned], [product], name=node.name),
            helper.make_node("Add", [product, bias], [node.output[0]], name=f"{node.name}/Add"),
        ]
    return put


def _makers(graph: Any) -> dict[str, NodeProto]:
    return {name: node for node in graph.node for name in node.output}


def _users(graph: Any) -> dict[str, list[NodeProto]]:
    users: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    return users


def _weights(graph: Any) -> dict[str, TensorProto]:
    return {item.name: item for item in graph.initializer}


def _replace_nodes(graph: Any, nodes: list[NodeProto]) -> None:
    """Give a graph these nodes, without those that nothing needs any more, and without weights that nobody uses."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    weights = [item for item in graph.initializer if item.name in wanted]
    for field_, items in ((graph.node, kept[::-1]), (graph.initializer, weights), (graph.value_info, [])):
        del field_[:]
        field_.extend(items)


def quantised_inputs(model: ModelProto) -> list[str]:
    """Return the names of what is multiplied with weights: what has to be seen before :func:`quantise_fixed`."""
    return sorted({node.input[0] for node in _products(model.graph)})


def _products(graph: Any) -> list[NodeProto]:
    weights = _weights(graph)
    return [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights]


@dataclass(slots=True)
class Seen:
    """The values that a tensor took: first their ends, then how often which was taken."""

    low: float = 0.0
    high: float = 0.0
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))

    def widen(self, values: Floats) -> None:
        """Take the ends of further values in."""
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))

    def count(self, values: Floats) -> None:
        """Count further values, all of which lie between the ends."""
        bins = (values.ravel() - self.low) * (_BINS / max(self.high - self.low, 1e-9))
        self.counts += np.bincount(np.clip(bins.astype(np.int64), 0, _BINS - 1), minlength=_BINS)

    def choose(self) -> tuple[np.float32, np.uint8]:
        """Return the scale and the zero point with which the errors, cubed, are least."""
        edges = np.linspace(self.low, self.high, _BINS + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        tried = (
            _scale(self.low * lower, self.high * upper)
            for lower in np.linspace(0.2, 1, _STEPS)
            for upper in np.linspace(0.2, 1, _STEPS)
        )
        return min(tried, key=lambda pair: self._error(middles, *pair))

    def _error(self, middles: NDArray[np.float64], scale: np.float32, zero: np.uint8) -> float:
        levels = np.clip(np.round(middles / scale) + float(zero), 0, _LEVELS)
        errors = np.abs((levels - float(zero)) * scale - middles) ** _ERROR_POWER
        return float((self.counts * errors).sum())


def _scale(low: float, high: float) -> tuple[np.float32, np.uint8]:
    scale = max((high - low) / _LEVELS, 1e-9)
    return np.float32(scale), np.uint8(np.clip(round(-low / scale), 0, _LEVELS))


def open_graph(model: ModelProto) -> Any:
    """Return an onnxruntime session of a graph, with what will be quantised among its outputs."""
    import onnxruntime

    watched = ModelProto()
    watched.CopyFrom(model)
    known = {output.name for output in watched.graph.output}
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in quantised_inputs(model)
        if name not in known
    )
    return onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])


def quantise_fixed(model: ModelProto, seen: Mapping[str, Seen]) -> ModelProto:
    """Return a graph with int8 weights, a scale for each of their columns, and fixed scales for what they are multiplied with.

    Parameters
    ----------
    model
        From :func:`fuse_graph`; it is changed.
    seen
        What each of :func:`quantised_inputs` was on some sentences.
    """
    graph = model.graph
    weights, users, ends = _weights(graph), _users(graph), {output.name for output in graph.output}
    products = {node.output[0] for node in _products(graph)}
    done: set[str] = set()
    nodes: list[NodeProto] = []
    added: set[str] = set()
    for node in graph.node:
        if node.output[0] in products:
            states, weight = node.input
            if states not in done:
                nodes.append(_quantise_states(graph, states, seen[states]))
                done.add(states)
            if weight not in done:
                _quantise_columns(graph, weight, numpy_helper.to_array(weights[weight]))
                done.add(weight)
            bias = _bias_of(node, users, weights, ends)
            nodes.append(_product(node, bias, weights))
            added |= {bias.output[0]} if bias is not None else set()
        elif node.op_type == "Gather" and node.input[0] in weights and len(weights[node.input[0]].dims) == 2:
            nodes += _quantise_rows(graph, node, numpy_helper.to_array(weights[node.input[0]]))
        elif node.output[0] not in added:
            nodes.append(node)
    _replace_nodes(graph, nodes)
    return model


def _bias_of(node: NodeProto, users: Any, weights: Any, ends: set[str]) -> NodeProto | None:
    """Return what adds a bias to a product and nothing else."""
    found = users.get(node.output[0], [])
    if len(found) != 1 or found[0].op_type != "Add" or node.output[0] in ends:
        return None
    return found[0] if any(name in weights and len(weights[name].dims) == 1 for name in found[0].input) else None


def _product(node: NodeProto, bias: NodeProto | None, weights: Any) -> NodeProto:
    states, weight = node.input
    inputs = [f"{states}.u8", f"{weight}_quantized", f"{states}.scale", f"{weight}_scale"]
    inputs += [f"{states}.zero", f"{weight}_zero_point"]
    if bias is not None:
        inputs.append(next(name for name in bias.input if name in weights))
    output = (bias or node).output[0]
    return helper.make_node("MatMulIntegerToFloat", inputs, [output], name=node.name, domain=_MICROSOFT)


def _quantise_states(graph: Any, states: str, seen: Seen) -> NodeProto:
    scale, zero = seen.choose()
    graph.initializer.append(numpy_helper.from_array(np.array(scale), f"{states}.scale"))
    graph.initializer.append(numpy_helper.from_array(np.array(zero), f"{states}.zero"))
    return helper.make_node("QuantizeLinear", [states, f"{states}.scale", f"{states}.zero"], [f"{states}.u8"])


def _quantise_columns(graph: Any, name: str, values: Floats) -> None:
    scale = np.maximum(np.abs(values).max(axis=0) / _WEIGHT_LEVELS, 1e-12).astype(np.float32)
    _add_int8(graph, name, values, scale)


def _quantise_rows(graph: Any, node: NodeProto, values: Floats) -> list[NodeProto]:
    name, wanted = node.input
    if f"{name}_quantized" not in _weights(graph):
        _add_int8(graph, name, values, np.array(np.abs(values).max() / _WEIGHT_LEVELS, np.float32))
    return [
        helper.make_node("Gather", [f"{name}_quantized", wanted], [f"{node.output[0]}.int8"], axis=0),
        helper.make_node(
            "DequantizeLinear",
            [f"{node.output[0]}.int8", f"{name}_scale", f"{name}_zero_point"],
            [node.output[0]],
            name=node.name,
        ),
    ]


def _add_int8(graph: Any, name: str, values: Floats, scale: Floats) -> None:
    made = np.clip(np.round(values / scale), -_WEIGHT_LEVELS, _WEIGHT_LEVELS).astype(np.int8)
    graph.initializer.extend(
        [
            numpy_helper.from_array(made, f"{name}_quantized"),
            numpy_helper.from_array(scale, f"{name}_scale"),
            numpy_helper.from_array(np.zeros(scale.shape, np.int8), f"{name}_zero_point"),
        ]
    )
