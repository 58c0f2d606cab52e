"""Fused operators of onnxruntime: costs by hand, shapes by onnxruntime itself."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from gennape.frontends import FrontendError, graph_of
from helpers.onnx_files import call, save_onnx

MICROSOFT = {"domain": "com.microsoft"}
IMAGE = {"x": (1, 3, 16, 16)}
ROWS = {"x": (1, 10, 32)}
CONV = 256 * 8 * 27
ATTENTION = 2 * 10 * 10 * 32

CASES: dict[str, tuple[Any, Any, Any, int, int]] = {
    "FusedConv": (
        call("FusedConv", "x w b", "y", pads=[1, 1, 1, 1], activation="Relu", **MICROSOFT),
        IMAGE,
        {"w": (8, 3, 3, 3), "b": (8,)},
        CONV,
        224,
    ),
    "FusedConv with a sum": (
        call("FusedConv", "x w b z", "y", pads=[1, 1, 1, 1], **MICROSOFT),
        {**IMAGE, "z": (1, 8, 16, 16)},
        {"w": (8, 3, 3, 3), "b": (8,)},
        CONV,
        224,
    ),
    "FusedMatMul": (
        call("FusedMatMul", "x w", "y", transB=1, alpha=0.5, **MICROSOFT),
        ROWS,
        {"w": (24, 32)},
        10 * 32 * 24,
        768,
    ),
    "FusedMatMul of two inputs": (
        call("FusedMatMul", "x x", "y", transA=1, **MICROSOFT),
        ROWS,
        {},
        32 * 10 * 32,
        0,
    ),
    "FusedGemm": (
        call("FusedGemm", "x w b", "y", transB=1, activation="Relu", **MICROSOFT),
        {"x": (1, 32)},
        {"w": (24, 32), "b": (24,)},
        768,
        792,
    ),
    "MultiHeadAttention": (
        call("MultiHeadAttention", "x x x", "y", num_heads=4, **MICROSOFT),
        ROWS,
        {},
        ATTENTION,
        0,
    ),
    "MultiHeadAttention with biases": (
        call("MultiHeadAttention", "x x x b", "y", num_heads=4, **MICROSOFT),
        ROWS,
        {"b": (96,)},
        ATTENTION,
        96,
    ),
    "Attention": (
        call("Attention", "x w b", "y", num_heads=4, **MICROSOFT),
        ROWS,
        {"w": (32, 96), "b": (96,)},
        10 * 32 * 96 + ATTENTION,
        32 * 96 + 96,
    ),
    "SkipLayerNormalization": (
        call("SkipLayerNormalization", "x x g b", "y", epsilon=1e-5, **MICROSOFT),
        ROWS,
        {"g": (32,), "b": (32,)},
        0,
        64,
    ),
    "SkipSimplifiedLayerNormalization": (
        call("SkipSimplifiedLayerNormalization", "x x g", "y", **MICROSOFT),
        ROWS,
        {"g": (32,)},
        0,
        32,
    ),
    "BiasGelu": (call("BiasGelu", "x b", "y", **MICROSOFT), ROWS, {"b": (32,)}, 0, 32),
    "FastGelu": (call("FastGelu", "x b", "y", **MICROSOFT), ROWS, {"b": (32,)}, 0, 32),
    "QuickGelu": (call("QuickGelu", "x", "y", **MICROSOFT), ROWS, {}, 0, 0),
    "MatMulNBits": (
        call("MatMulNBits", "x w s", "y", K=32, N=24, bits=4, block_size=32, **MICROSOFT),
        ROWS,
        {"w": np.zeros((24, 1, 16), np.uint8), "s": (24,)},
        10 * 32 * 24,
        768,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_costs_and_shape(tmp_path: Path, case: str) -> None:
    node, inputs, weights, macs, parameters = CASES[case]
    path = save_onnx(
        tmp_path / "net.onnx", [node], inputs=inputs, weights=weights, domains={"com.microsoft": 1}
    )
    graph = graph_of(path)
    assert (graph.macs, graph.parameters) == (macs, parameters)
    assert graph.complete
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {name: np.zeros(dims, np.float32) for name, dims in inputs.items()}
    assert graph.output_shape[-1].prod() == session.run(["y"], feeds)[0].size


def test_a_fused_network_is_the_one_it_was(tmp_path: Path) -> None:
    weights = {"w": (8, 3, 3, 3), "b": (8,)}
    fused = call("FusedConv", "x w b", "y", pads=[1, 1, 1, 1], activation="Relu", **MICROSOFT)
    parts = [call("Conv", "x w b", "c", pads=[1, 1, 1, 1]), call("Relu", "c", "y")]
    first = save_onnx(tmp_path / "a.onnx", [fused], inputs=IMAGE, weights=weights)
    second = save_onnx(tmp_path / "b.onnx", parts, inputs=IMAGE, weights=weights)
    assert graph_of(first).fingerprint == graph_of(second).fingerprint


def test_an_operator_of_another_domain_has_no_rule(tmp_path: Path) -> None:
    """A foreign Conv is not the one of ONNX."""
    nodes = [call("Conv", "x w", "h", domain="foreign"), call("Relu", "x", "y")]
    nodes[1].input[0] = "h"
    path = save_onnx(
        tmp_path / "net.onnx",
        nodes,
        inputs=IMAGE,
        weights={"w": (8, 3, 3, 3)},
        domains={"foreign": 1},
    )
    with pytest.warns(UserWarning, match="counted up to Conv 'h'"):
        graph = graph_of(path)
    assert graph.unknown_operations == {"Conv": 1}
    assert not graph.complete


CLASSIC = {"domain": "ai.onnx.ml"}


def test_linear_models_keep_their_weights_in_attributes(tmp_path: Path) -> None:
    node = call(
        "LinearClassifier",
        "x",
        "label y",
        coefficients=[0.5] * 18,
        intercepts=[0.1] * 3,
        classlabels_ints=[0, 1, 2],
        **CLASSIC,
    )
    path = save_onnx(tmp_path / "net.onnx", [node], inputs={"x": (1, 6)}, domains={"ai.onnx.ml": 1})
    graph = graph_of(path)
    assert (graph.macs, graph.parameters) == (18, 21)


def test_a_forest_is_no_neural_network(tmp_path: Path) -> None:
    node = call("TreeEnsembleClassifier", "x", "y z", **CLASSIC)
    path = save_onnx(tmp_path / "net.onnx", [node], inputs={"x": (1, 6)}, domains={"ai.onnx.ml": 1})
    with pytest.raises(FrontendError, match=r"a forest .* no neural network"):
        graph_of(path)


def test_a_quantised_lstm(tmp_path: Path) -> None:
    """Its weights are (directions, inputs, 4 x units)."""
    scales = {name: np.float32([0.1]) for name in ("ws", "rs")}
    zeros = {name: np.int8([0]) for name in ("wz", "rz")}
    weights = {
        "w": np.zeros((1, 8, 64), np.int8),
        "r": np.zeros((1, 16, 64), np.int8),
        "b": (1, 128),
        **scales,
        **zeros,
    }
    inputs = "x w r b - - - - ws wz rs rz"
    node = call("DynamicQuantizeLSTM", inputs, "y", hidden_size=16, **MICROSOFT)
    path = save_onnx(
        tmp_path / "net.onnx",
        [node],
        inputs={"x": (20, 1, 8)},
        weights=weights,
        domains={"com.microsoft": 1},
    )
    graph = graph_of(path)
    assert (graph.macs, graph.parameters) == (20 * 64 * 24, 64 * 24 + 128)
