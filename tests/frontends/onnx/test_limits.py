"""ONNX files that were made to do harm: they are read or refused, quickly and in little memory."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gennape.frontends import FrontendError
from gennape.graph import ComputationGraph
from helpers.limits import assert_refused, read_within_limits
from helpers.onnx_files import call, save_onnx

HUGE = 2**32
Numbers = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def _after_conv(*nodes: onnx.NodeProto) -> list[onnx.NodeProto]:
    return [call("Conv", "x w", "c"), *nodes]


@pytest.mark.parametrize(
    "op",
    ["Reshape", "Expand", "Tile", "Pad", "Unsqueeze", "Squeeze", "ReduceSum", "ConstantOfShape"],
)
def test_lengths_that_inputs_declare_make_no_dimensions(path: Path, op: str) -> None:
    inputs = "n" if op == "ConstantOfShape" else "c n"
    nodes = _after_conv(call(op, inputs, "y"))
    shapes = {"x": (1, 4, 8, 8), "n": (HUGE // 4,)}
    save_onnx(path, nodes, shapes, {"w": (4, 4, 1, 1)}, integers=["n"])
    read_within_limits(path)


_SCALAR = np.array(5)
_VALUES: dict[str, tuple[Sequence[onnx.NodeProto], Numbers]] = {
    "ConstantOfShape": ([call("ConstantOfShape", "n", "v")], {"n": np.array([HUGE // 4])}),
    "OneHot": (
        [call("OneHot", "i d b", "v")],
        {"i": np.array([1]), "d": np.int64(HUGE // 4), "b": np.array([0.0, 1.0])},
    ),
    "OneHot of nothing": (
        [call("OneHot", "i d b", "v")],
        {"i": np.zeros(0, np.int64), "d": np.int64(HUGE // 4), "b": np.array([0.0, 1.0])},
    ),
    "Tile": ([call("Tile", "i r", "v")], {"i": _SCALAR.reshape(1), "r": np.array([HUGE // 4])}),
    "Expand": ([call("Expand", "i r", "v")], {"i": _SCALAR, "r": np.array([2**20, 2**20])}),
    "Resize": (
        [call("Resize", "i - s", "v")],
        {"i": np.ones((1, 1, 2, 2), np.float32), "s": np.array([1, 1, 2e4, 2e4], np.float32)},
    ),
    "Range": (
        [call("Range", "a b c", "v")],
        {"a": np.int64(0), "b": np.int64(10**9), "c": np.int64(1)},
    ),
    "Range without end": (
        [call("Range", "a b c", "v")],
        {"a": np.float32(0), "b": np.float32(1), "c": np.float32(1e-45)},
    ),
    "Pad": ([call("Pad", "i p", "v")], {"i": np.ones(1, np.float32), "p": np.array([0, 2**30])}),
    "EyeLike": (
        [call("ConstantOfShape", "n", "e"), call("EyeLike", "e", "v")],
        {"n": np.array([2**15, 2**15])},
    ),
    "Trilu of nothing": (
        [call("ConstantOfShape", "n", "e"), call("Trilu", "e", "v")],
        {"n": np.array([0, 2**30, 2**30])},
    ),
    "RandomNormal": ([call("RandomNormal", "", "v", shape=[2**16, 2**16])], {}),
    "Add": (
        [call("Add", "a b", "v")],
        {"a": np.ones((8192, 1), np.float32), "b": np.ones((1, 8192), np.float32)},
    ),
    "MatMul": (
        [call("MatMul", "a b", "v")],
        {"a": np.ones((8192, 1), np.float32), "b": np.ones((1, 8192), np.float32)},
    ),
    "SplitToSequence": (
        [call("ConstantOfShape", "n", "l"), call("SplitToSequence", "l", "v")],
        {"n": np.array([HUGE // 4])},
    ),
    "RegexFullMatch": (
        [
            call("Constant", "", "t", value=helper.make_tensor("t", 8, [1], [b"a" * 64])),
            call("RegexFullMatch", "t", "v", pattern="((a*)*)*b"),
        ],
        {},
    ),
}


@pytest.mark.parametrize("name", _VALUES)
def test_what_is_large_is_not_evaluated(path: Path, name: str) -> None:
    """The value decides a shape, so that whoever evaluates it would do so."""
    nodes, numbers = _VALUES[name]
    save_onnx(
        path, _after_conv(*nodes, call("Reshape", "c v", "y")), None, numbers | {"w": (4, 4, 1, 1)}
    )
    read_within_limits(path)


def test_all_that_is_evaluated_together_is_bounded(path: Path) -> None:
    nodes = [call("ConstantOfShape", "n", f"v{i}") for i in range(20_000)]
    nodes += _after_conv(call("Concat", "c c", "y", axis=1))
    save_onnx(path, nodes, None, {"n": np.array([8192]), "w": (4, 4, 1, 1)})
    assert isinstance(read_within_limits(path), ComputationGraph)


_ATTRIBUTES: list[onnx.NodeProto] = [
    call("Transpose", "c", "y", perm=[HUGE, 1, 2, 3]),
    call("Transpose", "c", "y", perm=[0, 1, 2, -HUGE]),
    call("Transpose", "c", "y", perm=[0] * 100_000),
    call("Concat", "c c", "y", axis=HUGE),
    call("Softmax", "c", "y", axis=HUGE),
    call("Flatten", "c", "y", axis=-HUGE),
    call("Split", "c", "y z", axis=2**62),
    call("MaxPool", "c", "y", kernel_shape=[HUGE, HUGE]),
    call("MaxPool", "c", "y", kernel_shape=[1, 1], strides=[0, 0]),
    call("MaxPool", "c", "y", kernel_shape=[1, 1], pads=[2**62] * 4),
    call("MaxPool", "c", "y", kernel_shape=[1] * 10_000),
    call("Conv", "c w", "y", group=0),
    call("Conv", "c w", "y", dilations=[0, 2**62]),
    call("ConvTranspose", "c w", "y", output_padding=[2**62, 2**62]),
    call("ConvTranspose", "c w", "y", strides=[2**31, 2**31]),
    call("DepthToSpace", "c", "y", blocksize=0),
    call("SpaceToDepth", "c", "y", blocksize=HUGE),
    call("LRN", "c", "y", size=HUGE),
    call("ReduceSum", "c", "y", axes=[HUGE]),
    call("Shape", "c", "y", start=-(2**62), end=2**62),
    call("Einsum", "c c", "y", equation="a" * 100_000),
    call("Einsum", "c", "y", equation="..." * 10_000),
    call("TopK", "c", "y z", k=HUGE),
    call("LSTM", "c c c", "y", hidden_size=HUGE),
    call("Gather", "c w", "y", axis=HUGE),
]


@pytest.mark.parametrize("node", _ATTRIBUTES, ids=lambda node: node.op_type)
def test_attributes_beyond_what_tensors_have(path: Path, node: onnx.NodeProto) -> None:
    save_onnx(path, _after_conv(node), None, {"w": (4, 4, 1, 1)})
    read_within_limits(path)


def test_a_wrong_order_of_axes_is_named(path: Path) -> None:
    save_onnx(path, [call("Transpose", "x", "y", perm=[HUGE, 1, 2, 3])])
    assert_refused(path, "Transpose 'y'", "is no order of the axes of 1x4x8x8")


@pytest.mark.parametrize("dims", [(1,) * 100_000, (2**40, 2), (2**31 - 1,) * 3, (-5, 3)])
def test_shapes_that_no_tensor_has(path: Path, dims: tuple[int, ...]) -> None:
    save_onnx(path, [call("Relu", "x", "y")], {"x": dims})
    assert_refused(path, "'x'")


@pytest.mark.parametrize("dims", [[1] * 100_000, [2**62] * 4, [-5, 3], [2**40]])
def test_shapes_that_no_stored_tensor_has(path: Path, dims: list[int]) -> None:
    save_onnx(path, [call("Add", "x w", "y")], weights={"w": (1,)})
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = dims
    onnx.save(model, path)
    assert_refused(path, "the stored tensor 'w'")


def test_costs_that_no_computer_counts(path: Path) -> None:
    side = 2**20
    dims, weights = (1, 2**15, side, side), {"w": np.zeros((0,), np.float32)}
    save_onnx(path, [call("Conv", "x w", "y")], {"x": dims}, weights)
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = [2**15, 2**15, 2**14, 2**14]
    onnx.save(model, path)
    assert_refused(path, "more work or parameters than 2**62")


@pytest.mark.parametrize("op", ["Identity", "Neg", "Add"])
def test_long_chains_areread_within_limits(path: Path, op: str) -> None:
    """Of what is computed from stored tensors alone, too."""
    second = " one" if op == "Add" else ""
    nodes = [call(op, f"s{i}{second}", f"s{i + 1}") for i in range(20_000)]
    nodes.append(call("Add", "x s20000", "y"))
    numbers = {"s0": np.array([1.0, 2.0]), "one": np.array([1.0, 1.0])}
    save_onnx(path, nodes, {"x": (1, 2)}, numbers)
    assert isinstance(read_within_limits(path), ComputationGraph)


def test_long_sums_of_weights_are_counted_once(path: Path) -> None:
    nodes = [call("Add", f"s{i} w{i}", f"s{i + 1}") for i in range(3_000)]
    nodes.append(call("Add", "x s3000", "y"))
    weights = {f"w{i}": (2,) for i in range(3_000)}
    graph = read_within_limits(save_onnx(path, nodes, {"x": (1, 2)}, {"s0": (2,), **weights}))
    assert isinstance(graph, ComputationGraph)
    assert graph.parameters == 2 * 3_001


def _functions(path: Path, calls: int, levels: int) -> Path:
    """Write functions each of which calls the next one several times."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = []
    for level in range(levels):
        op, domain = ("Relu", "") if level == levels - 1 else (f"F{level + 1}", "own")
        names = [f"v{i}" for i in range(calls)]
        body = [
            helper.make_node(op, [a], [b], domain=domain)
            for a, b in zip(["a", *names], [*names, "b"], strict=True)
        ]
        functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], body, opsets))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 4))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("F0", ["x"], ["y"], domain="own")], "g", [x], [y])
    onnx.save(helper.make_model(graph, functions=functions, opset_imports=opsets), path)
    return path


def test_functions_that_call_functions_are_counted_first(path: Path) -> None:
    many = _functions(path, calls=9, levels=12)
    assert_refused(many, "unfold to more than 250,000 nodes of a KiB")
    assert_refused(_functions(path, calls=0, levels=2_000), "more than 100 deep")
    graph = read_within_limits(_functions(path, calls=9, levels=3))
    assert isinstance(graph, ComputationGraph)
    assert graph.num_nodes == 10**3 + 2


def test_functions_that_call_themselves(path: Path) -> None:
    _functions(path, calls=1, levels=2)
    model = onnx.load(path)
    for node in model.functions[1].node:
        node.op_type, node.domain = "F0", "own"
    onnx.save(model, path)
    assert_refused(path, "calls itself")


def _outside(path: Path, tensors: int, **entries: str) -> Path:
    """Write a model whose small tensors say that they are in another file."""
    nodes = [call("Reshape", f"x w{i}", f"y{i}" if i else "y") for i in range(tensors)]
    save_onnx(path, nodes, {"x": (1, 4)}, {f"w{i}": np.array([2, 2]) for i in range(tensors)})
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=value)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(
    "entries",
    [
        {"location": "net.onnx", "offset": str(2**62)},
        {"location": "net.onnx", "offset": "-5", "length": "9" * 5_000},
        {"location": "../secret"},
        {"location": "link"},
        {"location": "pipe"},
        {"location": "."},
        {"location": "\0"},
        {"location": "/etc/passwd"},
        {},
    ],
)
def test_tensors_in_other_files(tmp_path: Path, entries: dict[str, str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(np.array([4, 1]).tobytes())
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    found = read_within_limits(_outside(folder / "net.onnx", 5_000, **entries))
    assert isinstance(found, ComputationGraph)  # up to a shape that is not known
    assert found.unknown_operations == {"Reshape": 1}


def test_no_more_is_read_of_another_file_than_a_tensor_has(path: Path) -> None:
    """Of the file itself, whose length would be that of all tensors together."""
    assert_refused(_outside(path, 20_000, location="net.onnx", length=str(2**62)), "Reshape")


def test_a_small_tensor_beside_the_file_isread_within_limits(path: Path) -> None:
    (path.parent / "net.data").write_bytes(b"before" + np.array([4, 1]).tobytes())
    found = read_within_limits(_outside(path, 1, location="net.data", offset="6"))
    assert isinstance(found, ComputationGraph)
    assert not found.unknown_operations


def _body(name: str, nodes: list[onnx.NodeProto], inputs: str, outputs: str) -> onnx.GraphProto:
    def values(names: str) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names.split()]

    return helper.make_graph(nodes, name, values(inputs), values(outputs))


def _nested_loops(depth: int) -> onnx.NodeProto:
    node = call("Relu", "v", "v2")
    for level in range(depth):
        body = _body(f"b{level}", [node, call("Identity", "go", "go2")], "i go v", "go2 v2")
        node = call("Loop", "count - v" if level < depth - 1 else "count - x", "v2", body=body)
    node.output[0] = "y"
    return node


def _nested_conditions(depth: int) -> onnx.NodeProto:
    node = call("Relu", "x", "v")
    for _ in range(depth):
        branches = {f"{n}_branch": _body(n, [node], "", node.output[0]) for n in ("then", "else")}
        node = call("If", "c", "v", **branches)
    node.output[0] = "y"
    return node


@pytest.mark.parametrize("count", [0, 1, 1_000, 2**40, 2**62, -3])
@pytest.mark.parametrize("depth", [1, 4])
def test_loops(path: Path, depth: int, count: int) -> None:
    save_onnx(path, [_nested_loops(depth)], weights={"count": np.int64(count)})
    read_within_limits(path)


@pytest.mark.parametrize("depth", [1, 3, 12])
def test_conditions_in_conditions(path: Path, depth: int) -> None:
    node = _nested_conditions(depth)
    save_onnx(path, [call("ReduceMax", "x", "m", keepdims=0), call("Cast", "m", "c", to=9), node])
    found = read_within_limits(path)
    assert isinstance(found, ComputationGraph if depth < 12 else FrontendError)


def test_conditions_after_one_another_take_time_for_each(path: Path) -> None:
    nodes = []
    for i in range(800):
        body = _body("b", [call("Relu", f"v{i}", "r")], "", "r")
        nodes.append(call("If", "c", f"v{i + 1}", then_branch=body, else_branch=body))
    nodes.append(call("Relu", "v800", "y"))
    save_onnx(path, nodes, {"v0": (1, 4, 8, 8)}, {"c": np.array(True)})
    assert isinstance(read_within_limits(path), ComputationGraph)


@pytest.mark.parametrize("large", ["name", "attribute", "tensor"])
def test_large_bodies_are_not_written_out_often(path: Path, large: str) -> None:
    """Names, lists or tensors of a body would be copied for each step."""
    name = "r" * 500_000 if large == "name" else "r"
    values = np.arange(8_000 if large == "tensor" else 1)
    nodes = [
        call("Relu", "v", name, axes=[1] * (200_000 if large == "attribute" else 1)),
        call("Constant", "", "k", value=numpy_helper.from_array(values)),
        helper.make_node("Identity", [name], ["v2"]),
        call("Identity", "go", "go2"),
    ]
    loop = call("Loop", "count - x", "y", body=_body("b", nodes, "i go v", "go2 v2"))
    save_onnx(path, [loop], weights={"count": np.int64(4_000)})
    read_within_limits(path)
    branches = {f"{n}_branch": _body(n, nodes[:-1], "v", "v2") for n in ("then", "else")}
    names = [f"v{i}" for i in range(50)]
    nodes = [call("If", "c", b, **branches) for b in names]
    save_onnx(path, [*nodes, call("Sum", " ".join(names), "y")], {"v": (1, 4), "c": (1,)})
    read_within_limits(path)


def test_large_functions_are_not_written_out_often(path: Path) -> None:
    _functions(path, calls=9, levels=4)
    model = onnx.load(path)
    model.functions[-1].node[0].attribute.append(helper.make_attribute("axes", [1] * 200_000))
    onnx.save(model, path)
    assert_refused(path, "unfold to more than 250,000 nodes of a KiB")


def test_all_of_a_long_axis_is_gathered(path: Path) -> None:
    nodes = [call("Gather", "x places", "y", axis=1)]
    save_onnx(path, nodes, {"x": (1, 2**30)}, {"places": np.array([0, 1, 2])})
    read_within_limits(path)


def _repeated(tag: bytes, count: int) -> Callable[[onnx.ModelProto], bytes]:
    return lambda model: model.SerializeToString() + b"\x3a" + _length(tag * count)


def _length(content: bytes) -> bytes:
    size, parts = len(content), bytearray()
    while size > 0x7F:
        parts.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*parts, size]) + content


@pytest.mark.parametrize(
    "tag", [b"\x0a\x00", b"\x2a\x00", b"\x5a\x00", b"\x62\x00", b"\x6a\x00", b"\x7a\x00"]
)
def test_many_empty_parts(path: Path, tag: bytes) -> None:
    """Nodes, tensors, inputs, outputs, types and sparse tensors of two bytes each."""
    save_onnx(path, [call("Relu", "x", "y")])
    path.write_bytes(_repeated(tag, 400_000)(onnx.load(path)))
    read_within_limits(path, megabytes=800)


def test_deeply_nested_messages(path: Path) -> None:
    """A graph in an attribute of a node, and so on, deeper than protobuf reads."""
    content = b""
    for _ in range(20_000):
        content = b"\x0a" + _length(b"\x2a" + _length(b"\x32" + _length(content)))
    path.write_bytes(b"\x3a" + _length(content))
    assert_refused(path, "nested too deeply")
