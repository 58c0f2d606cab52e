"""Bodies of If, Loop and Scan, by hand and with the shapes that onnxruntime gives them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph
from helpers.onnx_files import call, save_onnx


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def _value(name: str, dims: Sequence[int], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, dims)


def _conv_body(channels: int, stored: str = "outside") -> onnx.GraphProto:
    """One convolution of `x`; its weight is in the body, or is called after its channels."""
    weight = numpy_helper.from_array(np.ones((channels, 3, 3, 3), np.float32), f"v{channels}")
    constant = call("Constant", "", f"v{channels}", value=weight)
    return helper.make_graph(
        [
            *([constant] if stored == "as a constant" else []),
            call(
                "Conv", f"x {'w' if stored == 'outside' else 'v'}{channels}", "c", pads=[1, 1, 1, 1]
            ),
            call("ReduceMean", "c", "m", axes=[1], keepdims=1),
        ],
        f"body{channels}",
        [],
        [_value("m", (1, 1, 16, 16))],
        [weight] if stored == "inside" else [],
    )


def _read(path: Path, nodes: Sequence[onnx.NodeProto], **model: Any) -> ComputationGraph:
    """The graph, whose result has the elements that onnxruntime computes."""
    save_onnx(path, nodes, **model)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {value.name: np.zeros(value.shape, np.float32) for value in session.get_inputs()}
    graph = graph_of(path)
    assert graph.output_shape[-1].prod() == session.run(None, feeds)[0].size
    return graph


IMAGE = {"x": (1, 3, 16, 16)}
WEIGHTS = {"w4": (4, 3, 3, 3), "w8": (8, 3, 3, 3)}


@pytest.mark.parametrize("stored", ["inside", "outside", "as a constant"])
@pytest.mark.parametrize("channels", [(4, 8), (8, 4)])
def test_the_costlier_branch_counts(path: Path, channels: tuple[int, int], stored: str) -> None:
    """Weights of both are learned numbers."""
    then, other = (_conv_body(n, stored) for n in channels)
    nodes = [
        call("ReduceMean", "x", "mean", keepdims=0),
        call("Greater", "mean zero", "flag"),
        call("If", "flag", "y", then_branch=then, else_branch=other),
    ]
    weights = {"zero": np.float32(0), **(WEIGHTS if stored == "outside" else {})}
    graph = _read(path, nodes, inputs=IMAGE, weights=weights)
    assert graph.macs == 256 * 8 * 27
    assert graph.parameters == (4 + 8) * 27
    assert graph.complete


@pytest.mark.parametrize("taken", [True, False])
def test_a_fixed_condition_is_followed(path: Path, taken: bool) -> None:
    nodes = [call("If", "flag", "y", then_branch=_conv_body(4), else_branch=_conv_body(8))]
    graph = _read(path, nodes, inputs=IMAGE, weights={"flag": np.array(taken), **WEIGHTS})
    assert graph.macs == 256 * 27 * (4 if taken else 8)


def test_branches_inside_branches(path: Path) -> None:
    inner = call("If", "flag", "z", then_branch=_conv_body(4), else_branch=_conv_body(8))
    outer = helper.make_graph([inner], "outer", [], [_value("z", (1, 1, 16, 16))])
    nodes = [
        call("ReduceMean", "x", "mean", keepdims=0),
        call("Greater", "mean zero", "flag"),
        call("If", "flag", "y", then_branch=_conv_body(4, "inside"), else_branch=outer),
    ]
    graph = _read(path, nodes, inputs=IMAGE, weights={"zero": np.float32(0), **WEIGHTS})
    assert graph.macs == 256 * 8 * 27
    assert graph.parameters == (4 + 4 + 8) * 27


def _loop_body() -> onnx.GraphProto:
    return helper.make_graph(
        [
            call("MatMul", "h w", "p"),
            call("Tanh", "p", "t"),
            call("Identity", "t", "row"),
            call("Identity", "go", "on"),
        ],
        "body",
        [
            _value("i", (), TensorProto.INT64),
            _value("go", (), TensorProto.BOOL),
            _value("h", (1, 8)),
        ],
        [_value("on", (), TensorProto.BOOL), _value("t", (1, 8)), _value("row", (1, 8))],
    )


@pytest.mark.parametrize("result", ["last", "rows"])
def test_a_loop_counts_its_steps(path: Path, result: str) -> None:
    nodes = [call("Loop", "n c x", "last rows", body=_loop_body()), call("Relu", result, "y")]
    weights = {"n": np.array(10), "c": np.array(True), "w": (8, 8)}
    graph = _read(path, nodes, inputs={"x": (1, 8)}, weights=weights)
    assert (graph.macs, graph.parameters) == (10 * 64, 64)
    assert graph.complete


def test_a_loop_of_unknown_length_is_a_lower_bound(path: Path) -> None:
    nodes = [
        call("ReduceSum", "x", "sum", keepdims=0),
        call("Cast", "sum", "n", to=TensorProto.INT64),
        call("Loop", "n c x", "last -", body=_loop_body()),
        call("Relu", "last", "y"),
    ]
    graph = _read(path, nodes, inputs={"x": (1, 8)}, weights={"c": np.array(True), "w": (8, 8)})
    assert (graph.macs, graph.parameters) == (64, 64)
    assert not graph.complete


@pytest.mark.parametrize("axis", [0, 1])
def test_a_scan_counts_its_steps(path: Path, axis: int) -> None:
    body = helper.make_graph(
        [call("MatMul", "h w", "p"), call("Add", "p step", "t"), call("Identity", "t", "row")],
        "body",
        [_value("h", (1, 8)), _value("step", (1, 8))],
        [_value("t", (1, 8)), _value("row", (1, 8))],
    )
    node = call("Scan", "h0 x", "last y", body=body, num_scan_inputs=1, scan_input_axes=[axis])
    dims = (20, 1, 8) if axis == 0 else (1, 20, 8)
    weights = {"h0": np.zeros((1, 8), np.float32), "w": (8, 8)}
    graph = _read(path, [node], inputs={"x": dims}, weights=weights)
    assert (graph.macs, graph.parameters) == (20 * 64, 64)
