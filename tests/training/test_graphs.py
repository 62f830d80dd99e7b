"""Graphs are rewritten, not changed: small ones made by hand, run before and after."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from demarche.training.graphs import Seen, fuse_graph, open_graph, quantise_fixed, quantised_inputs

HEADS, SIZE = 2, 8
NUMBERS = np.random.default_rng(1)


def weights(**arrays):
    return [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]


def model(nodes, inits, inputs, outputs):
    values = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "small", values, ends, inits)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(made, **feed):
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feed)[0]


def normal(*shape):
    return NUMBERS.normal(size=shape).astype(np.float32)


def attention():
    """Return one head-wise attention over states [B, P, 8] as torch writes it, with a mask that is added."""
    node = helper.make_node
    nodes = [
        node("Cast", ["mask"], ["floats"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["floats", "axes"], ["wide"]),
        node("Sub", ["one", "wide"], ["gone"]),
        node("Mul", ["gone", "hidden"], ["lowered"]),
    ]
    for name, turn in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        nodes += [
            node("MatMul", ["states", f"w{name}"], [f"p{name}"]),
            node("Add", [f"b{name}", f"p{name}"], [name]),
            node("Reshape", [name, "heads"], [f"r{name}"]),
            node("Transpose", [f"r{name}"], [f"t{name}"], perm=turn),
        ]
    nodes += [
        node("MatMul", ["tq", "tk"], ["scores"]),
        node("Mul", ["scores", "scale"], ["scaled"]),
        node("Add", ["scaled", "lowered"], ["masked"]),
        node("Softmax", ["masked"], ["shares"], axis=-1, name="soft"),
        node("MatMul", ["shares", "tv"], ["mixed"]),
        node("Transpose", ["mixed"], ["turned"], perm=[0, 2, 1, 3]),
        node("Reshape", ["turned", "flat"], ["out"]),
    ]
    inits = weights(
        axes=np.array([1, 2]),
        one=np.float32(1),
        hidden=np.float32(-1e4),
        scale=np.float32((SIZE / HEADS) ** -0.5),
        heads=np.array([0, 0, HEADS, SIZE // HEADS]),
        flat=np.array([0, 0, SIZE]),
        **{f"w{name}": normal(SIZE, SIZE) for name in "qkv"},
        **{f"b{name}": normal(SIZE) for name in "qkv"},
    )
    inputs = [("states", TensorProto.FLOAT, ["B", "P", SIZE]), ("mask", TensorProto.INT64, ["B", "P"])]
    return model(nodes, inits, inputs, ["out"])


MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


def test_fused_attention_gives_what_its_parts_give_with_and_without_padding():
    made, states = attention(), normal(2, 5, SIZE)
    before = run(made, states=states, mask=MASK)
    fused = fuse_graph(made, heads=HEADS)
    assert [node.op_type for node in fused.graph.node].count("Attention") == 1
    assert not {"Softmax", "Transpose", "Reshape"} & {node.op_type for node in fused.graph.node}
    np.testing.assert_allclose(run(fused, states=states, mask=MASK), before, atol=1e-5)


def perceptron():
    """Return a GELU between two products, as torch writes them."""
    node = helper.make_node
    nodes = [
        node("Gemm", ["states", "w1", "b1"], ["in"], transB=1, name="first"),
        node("Div", ["in", "root"], ["part"]),
        node("Erf", ["part"], ["erf"], name="erf"),
        node("Add", ["erf", "one"], ["more"]),
        node("Mul", ["in", "more"], ["twice"]),
        node("Mul", ["twice", "half"], ["gelu"]),
        node("MatMul", ["gelu", "w2"], ["product"], name="second"),
        node("Add", ["product", "b2"], ["out"]),
    ]
    inits = weights(
        root=np.float32(2**0.5),
        one=np.float32(1),
        half=np.float32(0.5),
        w1=normal(6, SIZE),
        b1=normal(6),
        w2=normal(6, 3),
        b2=normal(3),
    )
    return model(nodes, inits, [("states", TensorProto.FLOAT, ["B", SIZE])], ["out"])


def test_fused_gelu_gives_what_its_parts_give():
    made, states = perceptron(), normal(40, SIZE)
    before = run(made, states=states)
    fused = fuse_graph(made, heads=HEADS)
    assert sorted(node.op_type for node in fused.graph.node) == ["Add", "Add", "Gelu", "MatMul", "MatMul"]
    np.testing.assert_allclose(run(fused, states=states), before, atol=1e-5)


def quantised(states):
    fused = fuse_graph(perceptron(), heads=HEADS)
    seen = {name: Seen() for name in quantised_inputs(fused)}
    values = dict(zip(seen, open_graph(fused).run(list(seen), {"states": states}), strict=True))
    for take in (Seen.widen, Seen.count):
        for name, tensor in values.items():
            take(seen[name], tensor)
    return run(fused, states=states), quantise_fixed(fused, seen)


def test_int8_stays_near_the_whole_numbers():
    states = normal(400, SIZE)
    whole, made = quantised(states)
    kinds = [node.op_type for node in made.graph.node]
    assert kinds == ["QuantizeLinear", "MatMulIntegerToFloat", "Gelu", "QuantizeLinear", "MatMulIntegerToFloat"]
    assert np.abs(run(made, states=states) - whole).std() < 0.03 * whole.std()


def test_int8_with_fixed_scales_gives_the_same_for_a_row_whatever_stands_beside_it():
    states = normal(400, SIZE)
    _, made = quantised(states)
    beside = states.copy()
    beside[1:] *= 100
    np.testing.assert_array_equal(run(made, states=beside)[0], run(made, states=states)[0])


def test_quantised_weights_keep_the_names_by_which_training_goes_on_from_them():
    _, made = quantised(normal(50, SIZE))
    names = {item.name for item in made.graph.initializer}
    assert {"w2_quantized", "w2_scale", "w2_zero_point", "w1_Transposed_quantized"} <= names


@pytest.mark.parametrize("ends", [(-1.0, 3.0), (0.0, 20.0), (-0.2, 0.0), (0.0, 0.0)], ids=str)
def test_a_chosen_scale_holds_zero_exactly(ends):
    seen = Seen()
    values = np.linspace(*ends, 500, dtype=np.float32)
    seen.widen(values)
    seen.count(values)
    scale, zero = seen.choose()
    assert scale > 0
    assert 0 <= zero <= 255
    assert np.abs(np.clip(np.round(values / scale) + float(zero), 0, 255) - zero - values / scale).max() <= 0.51


def test_a_rare_value_far_off_is_cut_off_for_the_rest():
    seen = Seen()
    values = np.append(normal(20_000), np.float32(60.0))
    seen.widen(values)
    seen.count(values)
    scale, zero = seen.choose()
    assert (255 - float(zero)) * float(scale) < 60
