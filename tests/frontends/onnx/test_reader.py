from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper

from gennape.frontends import graph_of
from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.reader import read_onnx
from gennape.graph import ComputationGraph, canonical
from helpers.onnx_files import call, save_onnx
from helpers.operation_names import edge_list, operation_names

CONV = call("Conv", "x w", "y", pads=[1, 1, 1, 1])
WEIGHT = {"w": (6, 4, 3, 3)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def _read(path: Path, nodes: Sequence[onnx.NodeProto], **model: Any) -> ComputationGraph:
    return read_onnx(save_onnx(path, nodes, **model))


def test_convolution(path: Path) -> None:
    node = call("Conv", "x w b", "y", pads=[1, 2, 3, 4], strides=[2, 1], dilations=[1, 2], group=2)
    graph = _read(path, [node], weights={"w": (6, 2, 3, 3), "b": (6,)})
    assert operation_names(graph) == ["INPUT", "CONV", "OUTPUT"]
    assert graph.attributes[1].tolist() == [3, 3, 2, 1, 1, 2, 3, 4, 1, 2, 2, 1, 4, 8, 8, 6, 5, 10]
    assert graph.parameters == 6 * 2 * 9 + 6
    assert graph.macs == 6 * 5 * 10 * 2 * 9
    assert graph.name == "net"


def test_same_padding_goes_to_the_end(path: Path) -> None:
    node = call("Conv", "x w", "y", auto_pad="SAME_UPPER", strides=[2, 2])
    assert _read(path, [node], weights=WEIGHT).padding[1].tolist() == [0, 0, 1, 1]
    node = call("Conv", "x w", "y", auto_pad="SAME_LOWER", strides=[2, 2])
    assert _read(path, [node], weights=WEIGHT).padding[1].tolist() == [1, 1, 0, 0]


def test_convolution_of_a_sequence(path: Path) -> None:
    node = call("Conv", "x w", "y", pads=[2, 2], dilations=[2])
    graph = _read(path, [node], inputs={"x": (1, 4, 10)}, weights={"w": (6, 4, 3)})
    assert graph.kernel[1].tolist() == [3, 1]
    assert graph.padding[1].tolist() == [2, 0, 2, 0]
    assert graph.output_shape[1].tolist() == [6, 10, 1]
    assert graph.macs == 6 * 10 * 4 * 3


def test_convolution_of_a_video(path: Path) -> None:
    node = call("Conv", "x w", "y", pads=[0, 1, 2, 0, 1, 2], strides=[1, 2, 2])
    graph = _read(path, [node], inputs={"x": (1, 4, 6, 8, 8)}, weights={"w": (6, 4, 2, 3, 5)})
    assert graph.attributes[1, :8].tolist() == [6, 5, 2, 2, 1, 2, 1, 2]
    assert graph.macs == (6 * 5 * 4 * 4) * 4 * (2 * 3 * 5)


def test_transposed_convolution(path: Path) -> None:
    node = call("ConvTranspose", "x w", "y", strides=[2, 2])
    graph = _read(path, [node], weights={"w": (4, 6, 2, 2)})
    assert operation_names(graph)[1] == "CONV_TRANSPOSE"
    assert graph.output_shape[1].tolist() == [6, 16, 16]
    assert graph.macs == 4 * 8 * 8 * 6 * 4


def test_linear_layers_have_one_form(path: Path) -> None:
    gemm = call("Gemm", "x w b", "y", transB=1)
    tokens = {"x": (1, 12)}
    as_gemm = _read(path, [gemm], inputs=tokens, weights={"w": (5, 12), "b": (5,)})
    product = [call("MatMul", "x w", "p"), call("Add", "b p", "y")]
    as_product = _read(path, product, inputs=tokens, weights={"w": (12, 5), "b": (5,)})
    assert as_gemm.parameters == as_product.parameters == 65
    assert as_gemm.macs == as_product.macs == 60
    assert as_gemm.fingerprint == as_product.fingerprint


def test_product_of_two_tensors(path: Path) -> None:
    nodes = [call("Transpose", "x", "t", perm=[0, 1, 3, 2]), call("MatMul", "x t", "y")]
    graph = _read(path, nodes, inputs={"x": (1, 2, 5, 3)})
    assert operation_names(graph) == ["INPUT", "TRANSPOSE", "MATMUL", "OUTPUT"]
    assert graph.macs == 2 * 5 * 5 * 3


def test_einsum_is_a_product(path: Path) -> None:
    node = call("Einsum", "x x", "y", equation="bhnd,bhmd->bhnm")
    assert _read(path, [node], inputs={"x": (1, 2, 5, 3)}).macs == 2 * 5 * 5 * 3


@pytest.mark.parametrize(("op", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@pytest.mark.parametrize("directions", [1, 2])
def test_recurrent_layers_have_their_costs(
    path: Path, op: str, gates: int, directions: int
) -> None:
    """Of five steps with 8 inputs and 3 units."""
    nodes = [
        call("Transpose", "x", "steps", perm=[1, 0, 2]),
        call(op, "steps w r b", "y", hidden_size=3, direction=_DIRECTIONS[directions]),
    ]
    width = gates * 3
    weights = {
        "w": (directions, width, 8),
        "r": (directions, width, 3),
        "b": (directions, 2 * width),
    }
    graph = _read(path, nodes, inputs={"x": (1, 5, 8)}, weights=weights)
    assert graph.macs == 5 * directions * width * (8 + 3)
    assert graph.parameters == directions * width * (8 + 3 + 2)
    one = ["LINEAR", "PARAMETER", "MATMUL", "OTHER"]
    joined = {1: ["RESHAPE"], 2: ["CONCAT", "RESHAPE", "TRANSPOSE"]}[directions]
    assert operation_names(graph)[2:] == [*one * directions, *joined, "OUTPUT"]


_DIRECTIONS = {1: "forward", 2: "bidirectional"}


def test_attention_is_its_parts(path: Path) -> None:
    tensors = {name: (1, 6, 12) for name in "qkv"}
    node = call("Attention", "q k v", "y", q_num_heads=3, kv_num_heads=3)
    graph = _read(path, [node], inputs=tensors, opset=23)
    assert operation_names(graph)[3:] == ["MATMUL", "SOFTMAX", "MATMUL", "OUTPUT"]
    assert graph.macs == 2 * 3 * 6 * 6 * 4
    assert edge_list(graph) == [(0, 3), (1, 3), (3, 4), (2, 5), (4, 5), (5, 6)] or edge_list(
        graph
    ) == [(0, 3), (1, 3), (3, 4), (4, 5), (2, 5), (5, 6)]


def test_statistics_of_a_batch_norm_are_not_learned(path: Path) -> None:
    node = call("BatchNormalization", "x s b m v", "y")
    graph = _read(path, [node], weights=dict.fromkeys("sbmv", (4,)))
    assert graph.parameters == 8


def test_average_pooling_counts_padding_where_it_says_so(path: Path) -> None:
    options = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    graph = _read(path, [call("AveragePool", "x", "y", **options)])
    assert graph.details[1] == {"count_include_pad": False}
    graph = _read(path, [call("AveragePool", "x", "y", count_include_pad=1, **options)])
    assert dict(graph.details) == {}


def test_rounding_up_shows_in_the_shape(path: Path) -> None:
    node = call("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    assert _read(path, [node]).output_shape[1].tolist() == [4, 4, 4]


def test_borders(path: Path) -> None:
    pads = {"p": [0, 0, 1, 2, 0, 0, 3, 4], "v": np.float32("-inf")}
    graph = _read(path, [call("Pad", "x p v", "y")], weights=pads)
    assert graph.padding[1].tolist() == [1, 2, 3, 4]
    assert graph.output_shape[1].tolist() == [4, 12, 14]
    assert graph.details[1] == {"value": float("-inf")}
    graph = _read(path, [call("Pad", "x p", "y", mode="edge")], weights=pads)
    assert graph.details[1] == {"mode": "replicate"}
    tokens = {"x": (1, 6, 12)}
    graph = _read(path, [call("Pad", "x t", "y")], inputs=tokens, weights={"t": [0, 1, 0, 0, 2, 0]})
    assert graph.details[1] == {"pads": [0, 0, 1, 2, 0, 0]}


@pytest.mark.parametrize(
    ("limits", "name"),
    [({"min": 0.0, "max": 6.0}, "RELU6"), ({"min": 0.0}, "RELU"), ({"max": 1.0}, "CLIP")],
)
def test_clip_of_old_files(path: Path, limits: dict[str, float], name: str) -> None:
    graph = _read(path, [call("Clip", "x", "y", **limits)], opset=9)
    assert operation_names(graph)[1] == name


def test_clip_with_limits_as_inputs(path: Path) -> None:
    limits = {"low": np.float32(0), "high": np.float32(6)}
    graph = _read(path, [call("Clip", "x low high", "y")], weights=limits)
    assert operation_names(graph) == ["INPUT", "RELU6", "OUTPUT"]


@pytest.mark.parametrize(
    ("op", "inputs", "details"),
    [
        ("Add", "x c", {"scale": 1.0, "shift": 2.0}),
        ("Sub", "x c", {"scale": 1.0, "shift": -2.0}),
        ("Sub", "c x", {"scale": -1.0, "shift": 2.0}),
        ("Mul", "c x", {"scale": 2.0, "shift": 0.0}),
        ("Div", "x c", {"scale": 0.5, "shift": 0.0}),
    ],
)
def test_arithmetic_with_a_number(
    path: Path, op: str, inputs: str, details: dict[str, float]
) -> None:
    graph = _read(path, [call(op, inputs, "y")], weights={"c": np.float32(2)})
    assert operation_names(graph) == ["INPUT", "SCALE", "OUTPUT"]
    assert graph.details[1] == details
    assert graph.parameters == 0


def test_a_learned_tensor_is_a_source_and_counted_once(path: Path) -> None:
    nodes = [call("Add", "x p", "a"), call("Mul", "p a", "y")]
    graph = _read(path, nodes, weights={"p": (4, 8, 8)})
    assert operation_names(graph) == ["INPUT", "PARAMETER", "ADD", "PARAMETER", "MUL", "OUTPUT"]
    assert graph.parameters == 256


def test_a_weight_computed_from_weights_is_counted_once(path: Path) -> None:
    nodes = [
        call("ReduceMean", "w", "m", axes=[1, 2, 3]),
        call("Sub", "w m", "c"),
        call("Conv", "x c", "a", pads=[1, 1, 1, 1]),
        call("Conv", "a c", "y", pads=[1, 1, 1, 1]),
    ]
    graph = _read(path, nodes, weights={"w": (4, 4, 3, 3)})
    assert operation_names(graph) == ["INPUT", "CONV", "CONV", "OUTPUT"]
    assert graph.node_parameters.tolist() == [0, 144, 0, 0]


def test_quantised_weights(path: Path) -> None:
    nodes = [
        call("DequantizeLinear", "w scale zero", "d"),
        call("QuantizeLinear", "x scale zero", "q"),
        call("DequantizeLinear", "q scale zero", "f"),
        call("Conv", "f d", "y"),
    ]
    weights = {
        "w": np.ones((6, 4, 1, 1), dtype=np.int8),
        "scale": np.float32(0.1),
        "zero": np.int8(0),
    }
    graph = _read(path, nodes, weights=weights)
    assert operation_names(canonical(graph)) == ["INPUT", "CONV", "OUTPUT"]
    assert graph.parameters == 24


def test_parts_keep_where_they_start(path: Path) -> None:
    nodes = [
        call("Split", "x s", "a b c", axis=1),
        call("Slice", "x start end axes", "d"),
        call("Concat", "c d", "y", axis=1),
    ]
    weights = {"s": [1, 1, 2], "start": [-3], "end": [100], "axes": [1]}
    graph = _read(path, nodes, weights=weights)
    assert operation_names(graph) == ["INPUT", "SLICE", "SLICE", "CONCAT", "OUTPUT"]
    assert graph.details == {1: {"start": 2}, 2: {"start": 1}}
    assert graph.output_shape[3].tolist() == [5, 8, 8]


def test_a_slice_along_two_axes(path: Path) -> None:
    node = call("Slice", "x start end axes", "y")
    weights = {"start": [2, 0, -3], "end": [8, 4, 8], "axes": [2, 1, 3]}
    graph = canonical(_read(path, [node], weights=weights))
    assert operation_names(graph) == ["INPUT", "SLICE", "OUTPUT"]
    assert graph.details[1] == {"axis": [2, 3], "start": [2, 5]}


def test_one_index_is_a_slice_and_many_a_gather(path: Path) -> None:
    tokens = {"x": (1, 7, 12)}
    graph = _read(path, [call("Gather", "x i", "y", axis=1)], inputs=tokens, weights={"i": -1})
    assert operation_names(graph)[1] == "SLICE"
    assert graph.details[1] == {"start": 6}
    graph = _read(path, [call("Gather", "x i", "y", axis=1)], inputs=tokens, weights={"i": [0, 2]})
    assert operation_names(graph)[1] == "GATHER"


def test_shapes_computed_from_shapes(path: Path) -> None:
    nodes = [
        call("Shape", "x", "s"),
        call("Gather", "s zero", "n"),
        call("Unsqueeze", "n axes", "batch"),
        call("Concat", "batch rest", "target", axis=0),
        call("Reshape", "x target", "r"),
        call("Gemm", "r w", "y"),
    ]
    weights = {"zero": 0, "axes": [0], "rest": [-1], "w": (256, 3)}
    graph = _read(path, nodes, inputs={"x": ("batch", 4, 8, 8)}, weights=weights)
    assert operation_names(graph) == ["INPUT", "RESHAPE", "LINEAR", "OUTPUT"]
    assert graph.parameters == 768


def test_shapes_that_inference_cannot_follow_are_evaluated(path: Path) -> None:
    nodes = [
        call("Shape", "x", "s"),
        call("Cast", "s", "f", to=onnx.TensorProto.FLOAT),
        call("Mul", "f half", "h"),
        call("Floor", "h", "l"),
        call("Cast", "l", "sizes", to=onnx.TensorProto.INT64),
        call("Slice", "sizes one four", "tail"),
        call("Concat", "first tail", "target", axis=0),
        call("Expand", "token target", "e"),
        call("Reshape", "x flat", "r"),
        call("ReduceMean", "r", "m", axes=[1], keepdims=1),
        call("Reshape", "m ones", "t"),
        call("Expand", "t target", "y"),
    ]
    weights = {
        "half": np.float32(0.5),
        "one": [1],
        "four": [4],
        "first": [1],
        "flat": [1, -1],
        "ones": [1, 1, 1, 1],
        "token": (1, 1, 1, 1),
    }
    graph = _read(path, nodes, weights=weights)
    assert graph.output_shape[-1].tolist() == [2, 4, 4]


def test_an_unknown_operator_is_reported(path: Path) -> None:
    nodes = [call("Hardmax", "x", "h"), call("Softsign", "h", "y")]
    graph = _read(path, nodes)
    assert graph.unknown_operations == {"Hardmax": 1, "Softsign": 1}


def test_the_first_of_two_branches_without_work_counts(path: Path) -> None:
    def branch(op: str) -> onnx.GraphProto:
        result = helper.make_tensor_value_info(op, onnx.TensorProto.FLOAT, (1, 4, 8, 8))
        return helper.make_graph([call(op, "inner", op)], op, [], [result])

    nodes = [
        call("Relu", "x", "inner"),
        call("ReduceSum", "x", "total", keepdims=0),
        call("Cast", "total", "condition", to=onnx.TensorProto.BOOL),
        call("If", "condition", "y", then_branch=branch("Exp"), else_branch=branch("Tanh")),
    ]
    graph = _read(path, nodes)
    assert operation_names(canonical(graph)) == ["INPUT", "RELU", "EXP", "WHERE", "OUTPUT"]


def test_a_local_function_is_inlined(path: Path) -> None:
    save_onnx(path, [CONV], weights=WEIGHT)
    model = onnx.load(path)
    opsets = [helper.make_opsetid("", 17)]
    body = [call("Sigmoid", "a", "s"), call("Mul", "a s", "b")]
    model.functions.append(helper.make_function("local", "Silu", ["a"], ["b"], body, opsets))
    model.opset_import.append(helper.make_opsetid("local", 1))
    model.graph.node.append(helper.make_node("Silu", ["y"], ["z"], domain="local"))
    model.graph.output[0].name = "z"
    onnx.save(model, path)
    assert operation_names(canonical(read_onnx(path))) == ["INPUT", "CONV", "SILU", "OUTPUT"]


def test_nodes_in_any_order(path: Path) -> None:
    nodes = [call("Relu", "y0", "y"), call("Conv", "x w", "y0")]
    graph = _read(path, nodes, weights={"w": (6, 4, 1, 1)})
    assert operation_names(graph) == ["INPUT", "CONV", "RELU", "OUTPUT"]


def test_weights_stored_beside_the_file(path: Path) -> None:
    save_onnx(path, [CONV], weights={"w": (64, 4, 3, 3)})
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="w", size_threshold=0)
    (path.parent / "w").unlink()
    assert read_onnx(path).parameters == 64 * 4 * 9


def test_a_batch_is_counted_once(path: Path) -> None:
    one = _read(path, [CONV], weights=WEIGHT)
    many = _read(path, [CONV], inputs={"x": (5, 4, 8, 8)}, weights=WEIGHT)
    assert many.macs == one.macs
    assert many.fingerprint == one.fingerprint


def test_input_shape_fills_open_sizes(path: Path) -> None:
    inputs = {"x": ("batch", 4, "height", "width")}
    save_onnx(path, [CONV], inputs=inputs, weights=WEIGHT)
    assert graph_of(path, (4, 5, 7)).output_shape[1].tolist() == [6, 5, 7]


def test_input_shape_overrides_fixed_sizes(path: Path) -> None:
    save_onnx(path, [CONV], weights=WEIGHT)
    assert graph_of(path, (4, 16, 16)).macs == 4 * read_onnx(path).macs


def test_input_shape_for_an_input_of_unknown_rank(path: Path) -> None:
    save_onnx(path, [CONV], inputs={"x": None}, weights=WEIGHT)
    with pytest.raises(FrontendError, match="'x' is unknown"):
        read_onnx(path)
    assert graph_of(path, (4, 5, 7)).output_shape[1].tolist() == [6, 5, 7]


def test_channels_last_input(path: Path) -> None:
    nodes = [call("Transpose", "x", "t", perm=[0, 3, 1, 2]), call("Conv", "t w", "y")]
    inputs = {"x": ("batch", "height", "width", 3)}
    save_onnx(path, nodes, inputs=inputs, weights={"w": (6, 3, 1, 1)})
    graph = graph_of(path, (3, 8, 10))
    assert graph.output_shape[:3].tolist() == [[3, 8, 10], [3, 8, 10], [6, 8, 10]]


BAD_FILES = {
    "not ONNX": (b"this is a text, not a network", "not an ONNX file"),
    "empty": (b"", "holds no network"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_files_that_hold_no_network(path: Path, case: str) -> None:
    content, message = BAD_FILES[case]
    path.write_bytes(content)
    with pytest.raises(FrontendError, match=message):
        read_onnx(path)


def test_every_truncation_is_an_error(path: Path) -> None:
    whole = save_onnx(path, [CONV], weights=WEIGHT).read_bytes()
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        with pytest.raises(FrontendError, match=r"net\.onnx"):
            read_onnx(path)


def test_an_absent_file(path: Path) -> None:
    with pytest.raises(FrontendError, match="does not exist"):
        read_onnx(path)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"x": ("batch", 4, "height", "width")},
            r"'x' is open .* 2 \('height'\) and 3 \('width'\).*--input 4x224x224",
        ),
        ({"x": (1, 4, 0, 8)}, r"'x' has a dimension below 1 \[1, 4, 0, 8\]"),
        ({"x": (1, 4, -3, 8)}, r"'x' has a dimension below 1"),
    ],
)
def test_inputs_without_a_size(path: Path, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(FrontendError, match=message):
        _read(path, [CONV], inputs=inputs, weights=WEIGHT)


def test_a_network_without_input(path: Path) -> None:
    with pytest.raises(FrontendError, match="has no input"):
        _read(path, [call("Relu", "w", "y")], inputs={}, weights=WEIGHT)


def test_a_window_larger_than_the_image(path: Path) -> None:
    node = call("Conv", "x w", "y")
    with pytest.raises(FrontendError, match=r"net\.onnx"):
        _read(path, [node], weights={"w": (6, 4, 9, 9)})


def test_contradicting_shapes(path: Path) -> None:
    with pytest.raises(FrontendError, match="contradict"):
        _read(path, [call("Add", "x p", "y")], weights={"p": (3, 5)})


def test_a_cycle(path: Path) -> None:
    nodes = [call("Add", "x b", "a"), call("Relu", "a", "b"), call("Relu", "b", "y")]
    with pytest.raises(FrontendError, match=r"cycle through (Add|Relu)"):
        _read(path, nodes)


def test_a_value_written_twice(path: Path) -> None:
    with pytest.raises(FrontendError, match="two nodes write the value 'y'"):
        _read(path, [call("Relu", "x", "y"), call("Tanh", "x", "y")])


def test_an_undefined_value(path: Path) -> None:
    with pytest.raises(FrontendError, match="nothing computes the value 'nowhere'"):
        _read(path, [call("Add", "x nowhere", "y")])


def test_an_input_shape_of_another_rank(path: Path) -> None:
    save_onnx(path, [CONV], inputs={"x": (1, 12)}, weights=WEIGHT)
    with pytest.raises(FrontendError, match="3x8x8 does not fit"):
        graph_of(path, (3, 8, 8))


def test_a_network_from_a_file_runs(path: Path) -> None:
    """Channels are shuffled, averaged without their places, and mixed with a bias each."""
    nodes = [
        call("Reshape", "x grouped", "split"),
        call("Transpose", "split", "turned", perm=[0, 2, 1, 3, 4]),
        call("Reshape", "turned whole", "shuffled"),
        call("ReduceMean", "shuffled", "means", axes=[2, 3], keepdims=0),
        call("Add", "means bias", "y"),
    ]
    weights = {
        "grouped": np.array([0, 2, 2, 8, 8]),
        "whole": np.array([0, 4, 8, 8]),
        "bias": (4,),
    }
    module = _read(path, nodes, weights=weights).to_module().eval()
    x = torch.rand(3, 4, 8, 8)
    (bias,) = module.parameters()
    expected = x[:, [0, 2, 1, 3]].mean(dim=(2, 3)) + bias
    torch.testing.assert_close(module(x), expected)


@pytest.mark.parametrize(
    ("starts", "stops", "axes", "steps", "expected"),
    [
        ([2], [6], [2], [1], np.s_[:, :, 2:6]),
        ([1], [3], [1], [1], np.s_[:, 1:3]),
        ([0, 1], [8, 4], [3, 1], [2, 1], np.s_[:, 1:4, :, ::2]),
        ([-3, 2], [8, 8], [3, 2], [1, 1], np.s_[:, :, 2:, 5:]),
    ],
)
def test_parts_are_those_that_the_file_names(
    path: Path,
    starts: list[int],
    stops: list[int],
    axes: list[int],
    steps: list[int],
    expected: Any,
) -> None:
    named = {"start": starts, "stop": stops, "axes": axes, "steps": steps}
    weights = {name: np.array(values) for name, values in named.items()}
    module = _read(
        path, [call("Slice", "x start stop axes steps", "y")], weights=weights
    ).to_module()
    x = torch.rand(3, 4, 8, 8)
    torch.testing.assert_close(module(x), x[expected])


def test_one_position_of_an_axis_runs(path: Path) -> None:
    weights = {"place": np.array(2)}
    module = _read(path, [call("Gather", "x place", "y", axis=2)], weights=weights).to_module()
    x = torch.rand(3, 4, 8, 8)
    torch.testing.assert_close(module(x), x[:, :, 2])


def test_a_fixed_batch_merged_with_tokens_and_heads_is_counted_for_one_sample(path: Path) -> None:
    nodes = [
        call("MatMul", "x w", "q"),
        call("Reshape", "q split", "heads"),
        call("Transpose", "heads", "turned", perm=[0, 2, 1, 3]),
        call("Reshape", "turned merged", "left"),
        call("Transpose", "left", "right", perm=[0, 2, 1]),
        call("MatMul", "left right", "y"),
    ]
    weights = {"w": (16, 16), "split": [8, 10, 4, 4], "merged": [32, 10, 4]}
    graph = _read(path, nodes, inputs={"x": (8, 10, 16)}, weights=weights)
    assert graph.macs == 10 * 256 + 10 * 10 * 16


LSTM = call("LSTM", "x wi wr b", "y", hidden_size=16)
LSTM_WEIGHTS = {"wi": (1, 64, 8), "wr": (1, 64, 16), "b": (1, 128)}


@pytest.mark.parametrize("batch", [1, 4])
def test_time_is_no_batch(path: Path, batch: int) -> None:
    graph = _read(path, [LSTM], inputs={"x": (20, batch, 8)}, weights=LSTM_WEIGHTS)
    assert graph.macs == 20 * 64 * (8 + 16)


def test_an_open_axis_that_is_no_batch_is_asked_for(path: Path) -> None:
    save_onnx(path, [LSTM], inputs={"x": ("steps", 1, 8)}, weights=LSTM_WEIGHTS)
    with pytest.raises(FrontendError, match=r"dimension 0 \('steps'\).*--input x=64x1x8"):
        graph_of(path)
    assert graph_of(path, inputs={"x": (20, 1, 8)}).macs == 20 * 64 * (8 + 16)


def test_points_are_no_batch(path: Path) -> None:
    nodes = [call("MatMul", "x w", "h"), call("ReduceMax", "h", "y", axes=[0], keepdims=0)]
    weights = {"w": (3, 64)}
    assert _read(path, nodes, inputs={"x": (1024, 3)}, weights=weights).macs == 1024 * 3 * 64
    assert _read(path, nodes[:1], inputs={"x": ("n", 3)}, output="h", weights=weights).macs == 192


def test_inputs_by_name_and_beside_the_path(path: Path) -> None:
    nodes = [call("Gather", "table ids", "rows"), call("Mul", "rows mask", "y")]
    inputs = {"ids": ("batch", "length"), "mask": ("batch", "length", 1)}
    save_onnx(path, nodes, inputs=inputs, weights={"table": (30, 8)}, integers=("ids",))
    with pytest.raises(FrontendError, match=r"'ids'.*1 \('length'\).*ids=1x128:int64"):
        graph_of(path)
    graph = graph_of(path, inputs={"ids": "1x12:int64"})
    assert graph.output_shape[-1].tolist() == [8, 12, 1]
    assert graph_of(f"{path}@ids=1x12,mask=1x12x1").fingerprint == graph.fingerprint
    with pytest.raises(FrontendError, match="takes the inputs ids, mask"):
        graph_of(path, inputs={"tokens": (1, 12)})


def test_one_file_may_have_its_own_shape(path: Path) -> None:
    inputs = {"x": ("batch", 1, 64, "width")}
    save_onnx(path, [CONV], inputs=inputs, weights={"w": (6, 1, 3, 3)})
    with pytest.raises(FrontendError, match="--input 1x64x224"):
        graph_of(path)
    assert graph_of(f"{path}@1x64x256").output_shape[1].tolist() == [6, 64, 256]


HEAD = [call("Conv", "x w", "h"), call("NonZero", "h", "places")]


def test_results_of_unknown_size_end_the_counted_part(path: Path) -> None:
    weights = {"w": (6, 4, 1, 1)}
    with pytest.warns(UserWarning, match=r"net\.onnx is counted up to NonZero 'places'"):
        graph = _read(path, HEAD, weights=weights, output="places")
    assert (graph.macs, graph.parameters) == (64 * 24, 24)
    assert graph.complete


def test_work_after_a_result_of_unknown_size_makes_a_lower_bound(path: Path) -> None:
    after = [
        call("Cast", "places", "p", to=1),
        call("Transpose", "p", "rows"),
        call("MatMul", "rows v", "y"),
    ]
    weights = {"w": (6, 4, 1, 1), "v": (4, 7)}
    with pytest.warns(UserWarning, match="NonZero"):
        graph = _read(path, [*HEAD, *after], weights=weights)
    assert graph.macs == 64 * 24
    assert not graph.complete


def test_one_result_of_unknown_size_leaves_the_other(path: Path) -> None:
    nodes = [*HEAD, call("GlobalAveragePool", "h", "y")]
    graph = _read(path, nodes, weights={"w": (6, 4, 1, 1)})
    assert operation_names(graph) == ["INPUT", "CONV", "GLOBAL_AVG_POOL", "OUTPUT"]


def test_the_type_of_another_tensor(path: Path) -> None:
    """As exporters write the absent bias of a convolution."""
    nodes = [
        call("CastLike", "zero x", "z"),
        call("Expand", "z n", "b"),
        call("Conv", "x w b", "y"),
    ]
    weights = {"zero": np.float32(0), "n": np.array([6]), "w": (6, 4, 3, 3)}
    graph = _read(path, nodes, weights=weights, opset=18)
    assert graph.parameters == 6 * 4 * 9


def test_weights_in_constant_nodes(path: Path) -> None:
    def constant(name: str, *dims: int) -> onnx.NodeProto:
        values = numpy_helper.from_array(np.ones(dims, np.float32))
        return call("Constant", "", name, value=values)

    nodes = [
        constant("w", 4, 4, 1, 1),
        constant("places", 1, 4, 8, 8),
        call("Conv", "x w", "h"),
        call("Add", "h places", "y"),
    ]
    assert _read(path, nodes).parameters == 16 + 256


def test_a_sparse_weight_has_all_its_places(path: Path) -> None:
    save_onnx(path, [call("MatMul", "x w", "y")], inputs={"x": (1, 10, 32)})
    model = onnx.load(path)
    values = numpy_helper.from_array(np.ones(3, np.float32), "w")
    places = numpy_helper.from_array(np.arange(3))
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [32, 24]))
    onnx.save(model, path)
    graph = read_onnx(path)
    assert (graph.macs, graph.parameters) == (10 * 768, 768)


def test_deformable_convolution(path: Path) -> None:
    inputs = {"x": (1, 3, 8, 8), "o": (1, 18, 8, 8)}
    node = call("DeformConv", "x w o", "y", pads=[1, 1, 1, 1])
    graph = _read(path, [node], inputs=inputs, weights={"w": (6, 3, 3, 3)}, opset=19)
    assert (graph.macs, graph.parameters) == (64 * 6 * 27, 6 * 27)


def test_work_on_learned_tensors_counts(path: Path) -> None:
    """Queries that no input changes are multiplied by weights all the same."""
    nodes = [call("MatMul", "queries w", "q"), call("Mul", "x q", "y")]
    weights = {"queries": (5, 8), "w": (8, 8)}
    graph = _read(path, nodes, inputs={"x": (1, 5, 8)}, weights=weights)
    assert (graph.macs, graph.parameters) == (5 * 64, 40 + 64)


def test_an_operator_that_cannot_be_read_is_named(path: Path) -> None:
    node = call("Attention", "x x x", "y")
    with pytest.raises(FrontendError, match=r"net\.onnx.*Attention 'y'"):
        _read(path, [node], inputs={"x": (1, 6, 12)}, opset=23)


def test_a_bias_of_one_channel_is_learned(path: Path) -> None:
    nodes = [call("MatMul", "x w", "p"), call("Add", "p b", "y")]
    weights = {"w": (8, 1), "b": (1,)}
    assert _read(path, nodes, inputs={"x": (1, 8)}, weights=weights).parameters == 9
    weights["b"] = np.float32(2)
    assert _read(path, nodes, inputs={"x": (1, 8)}, weights=weights).parameters == 8


def test_a_filled_tensor_is_no_weight_where_weights_are_stored(tmp_path: Path) -> None:
    nodes = [
        call("Conv", "x w", "h"),
        call("ConstantOfShape", "size", "strides"),
        call("Mul", "h strides", "y"),
    ]
    weights = {"w": (4, 4, 1, 1), "size": np.array([1, 1, 8, 8])}
    graph = graph_of(save_onnx(tmp_path / "net.onnx", nodes, weights=weights))
    assert graph.parameters == 16


def test_limits_that_are_computed_are_a_maximum_and_a_minimum(tmp_path: Path) -> None:
    nodes = [
        call("ReduceMean", "x", "mean", keepdims=0),
        call("Clip", "x mean high", "y"),
    ]
    weights = {"high": np.float32(3)}
    graph = graph_of(save_onnx(tmp_path / "net.onnx", nodes, weights=weights))
    assert operation_names(graph) == ["INPUT", "MEAN", "MAXIMUM", "CLIP", "OUTPUT"]
