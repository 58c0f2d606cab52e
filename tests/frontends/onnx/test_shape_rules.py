"""Shapes and numbers of ONNX operators, by hand and against those of the ONNX package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper, shape_inference

from gennape.frontends import FrontendError
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.shapes import KnownValues, infer
from helpers.onnx_files import call

_FLOAT = TensorProto.FLOAT


def _shapes(
    node: onnx.NodeProto,
    inputs: dict[str, Dims],
    numbers: dict[str, Any] | None = None,
    opset: int = 21,
) -> list[Dims | None]:
    """Dimensions of the results of one node by our rules."""
    model = _model(node, inputs, numbers or {}, opset)
    known = infer(model, [OnnxNode.of(node)], Path("net.onnx"))
    return [known.dims.get(name) for name in node.output]


def _model(
    node: onnx.NodeProto, inputs: dict[str, Dims], numbers: dict[str, Any], opset: int
) -> onnx.ModelProto:
    values = [helper.make_tensor_value_info(n, _FLOAT, dims) for n, dims in inputs.items()]
    results = [helper.make_tensor_value_info(name, _FLOAT, None) for name in node.output]
    stored = [numpy_helper.from_array(np.asarray(value), n) for n, value in numbers.items()]
    graph = helper.make_graph([node], "test", values, results, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def _native_shapes(
    node: onnx.NodeProto,
    inputs: dict[str, Dims],
    numbers: dict[str, Any] | None = None,
    opset: int = 21,
) -> list[Dims | None]:
    """The same by the inference of the ONNX package."""
    model = _model(node, inputs, numbers or {}, opset)
    graph = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    found = {value.name: value.type.tensor_type.shape for value in graph.output}
    return [tuple(d.dim_value for d in found[name].dim) for name in node.output]


_BY_HAND: list[tuple[onnx.NodeProto, dict[str, Dims], dict[str, Any], list[Dims | None]]] = [
    (
        call("Conv", "x w", "y", pads=[1, 0, 2, 0]),
        {"x": (2, 4, 8, 9), "w": (6, 4, 3, 2)},
        {},
        [(2, 6, 9, 8)],
    ),
    (call("MatMul", "x w", "y"), {"x": (5, 1, 2, 3), "w": (4, 3, 7)}, {}, [(5, 4, 2, 7)]),
    (call("MatMul", "x w", "y"), {"x": (3,), "w": (3,)}, {}, [()]),
    (call("Gemm", "x w", "y", transA=1), {"x": (3, 2), "w": (3, 7)}, {}, [(2, 7)]),
    (call("Reshape", "x n", "y"), {"x": (2, 6, 4)}, {"n": [0, -1, 8]}, [(2, 3, 8)]),
    (
        call("Einsum", "x w", "y", equation="...ij,jk->...ki"),
        {"x": (5, 2, 3), "w": (3, 4)},
        {},
        [(5, 4, 2)],
    ),
    (call("Einsum", "x x", "y", equation="ij,jk"), {"x": (3, 3)}, {}, [(3, 3)]),
    (call("Slice", "x a b", "y"), {"x": (9, 5)}, {"a": [-3, 5], "b": [2**62, -(2**62)]}, [(3, 0)]),
    (call("Split", "x", "y z", axis=-1, num_outputs=2), {"x": (2, 7)}, {}, [(2, 4), (2, 3)]),
    (call("Range", "a b c", "y"), {}, {"a": 10, "b": 0, "c": -3}, [(4,)]),
    (call("OneHot", "x n v", "y", axis=0), {"x": (2, 3)}, {"n": 5, "v": [0, 1]}, [(5, 2, 3)]),
    (call("Pad", "x n - a", "y"), {"x": (2, 3, 4)}, {"n": [1, 2], "a": [-1]}, [(2, 3, 7)]),
    (
        call("Resize", "x - - n", "y", axes=[2, 3], keep_aspect_ratio_policy="not_larger"),
        {"x": (1, 3, 20, 40)},
        {"n": [10, 10]},
        [(1, 3, 5, 10)],
    ),
    (
        call("LSTM", "x w r", "y h c"),
        {"x": (7, 2, 5), "w": (2, 12, 5), "r": (2, 12, 3)},
        {},
        [(7, 2, 2, 3), (2, 2, 3), (2, 2, 3)],
    ),
    (
        call("Attention", "q k v", "y", q_num_heads=4, kv_num_heads=2),
        {"q": (1, 5, 32), "k": (1, 9, 16), "v": (1, 9, 6)},
        {},
        [(1, 5, 12)],
    ),
    (call("Unique", "x", "y"), {"x": (4,)}, {}, [None]),
    (call("NonZero", "n", "y"), {}, {"n": [[0, 1], [2, 0]]}, [(2, 2)]),
    (call("Compress", "x n", "y", axis=1), {"x": (2, 3)}, {"n": [True, False, True]}, [(2, 2)]),
]


@pytest.mark.parametrize(
    ("node", "inputs", "numbers", "expected"),
    _BY_HAND,
    ids=lambda value: getattr(value, "op_type", ""),
)
def test_shapes_by_hand(
    node: onnx.NodeProto, inputs: dict[str, Dims], numbers: dict[str, Any], expected: list[Any]
) -> None:
    assert _shapes(node, inputs, numbers) == expected


@pytest.mark.parametrize(
    ("node", "inputs"),
    [
        (call("Add", "x w", "y"), {"x": (2, 3), "w": (2, 4)}),
        (call("MatMul", "x w", "y"), {"x": (2, 3), "w": (2, 4)}),
        (call("Conv", "x w", "y"), {"x": (1, 4, 2, 2), "w": (6, 4, 3, 3)}),
        (call("Conv", "x w", "y"), {"x": (1, 4, 5, 5), "w": (6, 3, 3, 3)}),
        (call("Concat", "x w", "y", axis=0), {"x": (2, 3), "w": (2, 4)}),
        (call("Transpose", "x", "y", perm=[0, 0]), {"x": (2, 3)}),
        (call("Squeeze", "x", "y", axes=[0]), {"x": (2, 3)}),
        (call("Einsum", "x w", "y", equation="ij,jk->ik"), {"x": (2, 3), "w": (2, 4)}),
        (call("Softmax", "", "y"), {}),
        (call("LSTM", "x w w", "y"), {"x": (1, 3, 8, 8), "w": (1, 16, 4)}),
        (call("GRU", "x w w", "y"), {"x": (5, 1, 8), "w": (12, 4)}),
    ],
    ids=lambda value: value.op_type if isinstance(value, onnx.NodeProto) else "",
)
def test_shapes_that_do_not_fit(node: onnx.NodeProto, inputs: dict[str, Dims]) -> None:
    with pytest.raises(FrontendError, match=rf"net.onnx: the shapes at {node.op_type} 'y' con"):
        _shapes(node, inputs, opset=11)


_SIZES = st.integers(1, 3)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_windows_are_those_of_the_onnx_package(data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, 3))

    def each(values: st.SearchStrategy[int], count: int = rank) -> list[int]:
        return data.draw(st.lists(values, min_size=count, max_size=count))

    kernel = each(_SIZES)
    settings = {"strides": each(_SIZES), "dilations": each(_SIZES)}
    mode = data.draw(st.sampled_from(["NOTSET", "VALID", "SAME_UPPER"]))
    if mode == "NOTSET":
        settings["pads"] = [data.draw(st.integers(0, size - 1)) for size in (*kernel, *kernel)]
    else:
        settings["auto_pad"] = mode
    x = (2, 4, *each(st.integers(7, 12)))
    group = data.draw(st.sampled_from([1, 2]))
    conv = call("Conv", "x w", "y", group=group, **settings)
    inputs = {"x": x, "w": (6, 4 // group, *kernel)}
    assert _shapes(conv, inputs) == _native_shapes(conv, inputs)
    up = call("ConvTranspose", "x w", "y", group=group, **settings)
    inputs = {"x": x, "w": (4, 3, *kernel)}
    assume(mode != "VALID")  # the package gives no shape
    assert _shapes(up, inputs) == _native_shapes(up, inputs)
    pool = call("MaxPool", "x", "y", kernel_shape=kernel, **settings)
    assert _shapes(pool, {"x": x}) == _native_shapes(pool, {"x": x})


@given(st.integers(1, 12), _SIZES, _SIZES, _SIZES, st.booleans())
def test_pooling_that_rounds_up_is_that_of_pytorch(
    size: int, kernel: int, stride: int, dilation: int, pads: bool
) -> None:
    """The ONNX package keeps a last window that starts behind the end; no runtime does."""
    padding = kernel // 2 if pads else 0
    assume(size + 2 * padding > dilation * (kernel - 1))
    pool = call(
        *("MaxPool", "x", "y"),
        kernel_shape=[kernel],
        strides=[stride],
        dilations=[dilation],
        pads=[padding, padding],
        ceil_mode=1,
    )
    layer = torch.nn.MaxPool1d(kernel, stride, padding, dilation, ceil_mode=True)
    expected = layer(torch.zeros(1, 4, size, device="meta"))
    assert _shapes(pool, {"x": (1, 4, size)}) == [tuple(expected.shape)]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_slices_and_reductions_are_those_of_the_onnx_package(data: st.DataObject) -> None:
    dims = tuple(data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    axes = data.draw(st.lists(st.integers(0, len(dims) - 1), unique=True, min_size=1))
    bounds = st.integers(-9, 9) | st.sampled_from([2**31 - 1, -(2**31)])
    many = {name: [data.draw(bounds) for _ in axes] for name in ("a", "b")}
    many["s"] = [data.draw(st.sampled_from([-2, -1, 1, 3])) for _ in axes]
    part = call("Slice", "x a b n s", "y")
    numbers = {name: np.array(values) for name, values in (many | {"n": axes}).items()}
    assert _shapes(part, {"x": dims}, numbers) == _native_shapes(part, {"x": dims}, numbers)
    kept = data.draw(st.integers(0, 1))
    total = call("ReduceSum", "x n", "y", keepdims=kept)
    numbers = {"n": np.array(axes)}
    assert _shapes(total, {"x": dims}, numbers) == _native_shapes(total, {"x": dims}, numbers)


def _examples() -> Iterator[Any]:
    """The examples of each operator that the ONNX package is tested with."""
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        if case.model is None or not case.data_sets:
            continue
        inputs, outputs = case.data_sets[0]
        if all(isinstance(value, np.ndarray | np.generic) for value in (*inputs, *outputs)):
            yield case, inputs, outputs


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_examples_of_the_onnx_package() -> None:
    """Each argument is stored, so that shapes and numbers of the results are known if ever."""
    shapes = numbers = 0
    for case, inputs, outputs in _examples():
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        graph = model.graph
        names = [value.name for value in graph.input]
        stored = [
            numpy_helper.from_array(np.asarray(x), n) for n, x in zip(names, inputs, strict=True)
        ]
        graph.initializer.extend(stored)
        del graph.input[:], graph.value_info[:]
        for value in graph.output:
            value.ClearField("type")
        nodes = [OnnxNode.of(node) for node in graph.node]
        known = KnownValues(model, nodes, Path(case.name))
        for node in nodes:
            known.follow(node)
        for value, expected in zip(graph.output, outputs, strict=True):
            dims, found = known.dims.get(value.name), known.static.value(value.name)
            if dims is not None:
                shapes += 1
                assert dims == np.asarray(expected).shape, case.name
            if found is not None:
                numbers += 1
                np.testing.assert_allclose(
                    np.asarray(found, np.float64),
                    np.asarray(expected, np.float64),
                    *(1e-3, 1e-5),
                    err_msg=case.name,
                )
    assert shapes > 1_500
    assert numbers > 600
