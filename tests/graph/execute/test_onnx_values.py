"""The module of an ONNX file's graph computes the same numbers as onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from gennape import graph_of
from gennape.frontends.onnx.reader import read_with_names
from gennape.frontends.onnx.weights import numbers_of
from gennape.graph import GraphError
from helpers.executed import Applied, with_other_numbers

onnxruntime = pytest.importorskip("onnxruntime", reason="it computes the expected numbers")

SHAPE = (1, 6, 8, 10)

axes = st.integers(1, 3)
any_axis = axes | st.integers(-3, -1)
numbers = st.floats(0.1, 2.0).map(lambda value: round(value, 3))
flags = st.integers(0, 1)
pairs = st.lists(st.integers(1, 3), min_size=2, max_size=2)
borders = st.lists(st.integers(0, 1), min_size=4, max_size=4)

windows: dict[str, Any] = {
    "kernel_shape": st.lists(st.integers(2, 3), min_size=2, max_size=2),
    "strides": pairs,
    "pads": borders,
    "ceil_mode": flags,
}
same: dict[str, Any] = {
    "kernel_shape": st.lists(st.integers(2, 4), min_size=2, max_size=2),
    "strides": pairs,
    "auto_pad": st.sampled_from(["SAME_UPPER", "SAME_LOWER"]),
}


def _ints(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=np.int64)


def _floats(*values: float) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=np.float32)


limit = numbers.map(lambda value: np.float32(value))
axis_input = axes.map(_ints)

# Operator: its attributes, then its further arguments.
CASES: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "softmax": ("Softmax", {"axis": any_axis}, []),
    "log softmax": ("LogSoftmax", {"axis": any_axis}, []),
    "concatenation": ("Concat", {"axis": any_axis}, ["x"]),
    "elu": ("Elu", {"alpha": numbers}, []),
    "selu": ("Selu", {"alpha": numbers, "gamma": numbers}, []),
    "hard sigmoid": ("HardSigmoid", {"alpha": numbers, "beta": numbers}, []),
    "hard swish": ("HardSwish", {}, []),
    "leaky relu": ("LeakyRelu", {"alpha": numbers}, []),
    "gelu": ("Gelu", {"approximate": st.sampled_from(["none", "tanh"])}, []),
    "limits": ("Clip", {}, [numbers.map(lambda v: np.float32(-v)), limit]),
    "lower limit": ("Clip", {}, [limit]),
    "upper limit": ("Clip", {}, ["", limit]),
    "greatest": ("Max", {}, [limit]),
    "least": ("Min", {}, [limit]),
    "floor": ("Floor", {}, []),
    "round": ("Round", {}, []),
    "sign": ("Sign", {}, []),
    "power": ("Pow", {}, [st.sampled_from([np.float32(2), np.float32(3)])]),
    "quotient": ("Div", {}, [limit]),
    "difference": ("Sub", {}, [limit]),
    "slice": (
        "Slice",
        {},
        [
            st.integers(0, 3).map(_ints),
            st.integers(5, 2**40).map(_ints),
            axis_input,
            st.integers(1, 3).map(_ints),
        ],
    ),
    "slice backwards": (
        "Slice",
        {},
        [
            st.integers(-2, -1).map(_ints),
            st.just(_ints(-(2**40))),
            axis_input,
            st.integers(-3, -1).map(_ints),
        ],
    ),
    "chosen places": (
        "Gather",
        {"axis": axes},
        [st.lists(st.integers(-3, 5), min_size=1, max_size=3).map(lambda v: _ints(*v))],
    ),
    "one place": ("Gather", {"axis": axes}, [st.integers(-3, 5).map(np.int64)]),
    "border": (
        "Pad",
        {"mode": st.sampled_from(["constant", "reflect", "edge"])},
        [st.just(_ints(0, 0, 1, 2, 0, 0, 2, 1))],
    ),
    "border of a number": ("Pad", {}, [st.just(_ints(0, 1, 0, 2, 0, 0, 2, 1)), limit]),
    "max pool": ("MaxPool", windows, []),
    "max pool, same": ("MaxPool", same, []),
    "average pool": (
        "AveragePool",
        {**windows, "count_include_pad": flags, "ceil_mode": st.just(0)},
        [],
    ),
    "average pool, same": ("AveragePool", {**same, "count_include_pad": flags}, []),
    "global average": ("GlobalAveragePool", {}, []),
    "global maximum": ("GlobalMaxPool", {}, []),
    "mean": ("ReduceMean", {"keepdims": flags}, [axis_input]),
    "sum": ("ReduceSum", {"keepdims": flags}, [axis_input]),
    "maximum": ("ReduceMax", {"keepdims": flags}, [axis_input]),
    "vector norm": ("ReduceL2", {"keepdims": flags}, [axis_input]),
    "cumulative sum": (
        "CumSum",
        {"exclusive": flags, "reverse": flags},
        [axes.map(np.int64)],
    ),
    "largest": ("TopK", {"axis": any_axis, "largest": flags}, [st.integers(1, 4).map(_ints)]),
    "permutation": (
        "Transpose",
        {"perm": st.permutations([1, 2, 3]).map(lambda order: [0, *order])},
        [],
    ),
    "repeat": ("Tile", {}, [st.just(_ints(1, 2, 1, 3))]),
    "flatten": ("Flatten", {"axis": st.integers(1, 3)}, []),
    "places to channels": ("SpaceToDepth", {"blocksize": st.just(2)}, []),
    "normalize": ("LpNormalization", {"axis": any_axis, "p": st.integers(1, 2)}, []),
    "local response": (
        "LRN",
        {"size": st.sampled_from([1, 3, 5]), "alpha": numbers, "beta": numbers, "bias": numbers},
        [],
    ),
    "instance norm": (
        "InstanceNormalization",
        {"epsilon": numbers},
        [st.just(_floats(*range(1, 7))), st.just(_floats(*range(6)))],
    ),
    "batch norm": (
        "BatchNormalization",
        {"epsilon": numbers},
        [st.just(_floats(*range(1, 7)) / 3)] * 4,
    ),
    "layer norm": (
        "LayerNormalization",
        {"epsilon": numbers, "axis": st.just(-1)},
        [st.just(_floats(*range(10)))],
    ),
    "layer norm of all": (
        "LayerNormalization",
        {"axis": st.just(1)},
        [st.just(np.arange(480, dtype=np.float32).reshape(6, 8, 10) / 480)] * 2,
    ),
    "resize": (
        "Resize",
        {
            "mode": st.sampled_from(["nearest", "linear", "cubic"]),
            "coordinate_transformation_mode": st.sampled_from(
                ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"]
            ),
            "nearest_mode": st.sampled_from(["floor", "round_prefer_floor", "ceil"]),
        },
        ["", "", st.sampled_from([_ints(1, 6, 16, 20), _ints(1, 6, 5, 13)])],
    ),
}


def _file(
    path: Path,
    op: str,
    attributes: dict[str, Any],
    arguments: list[Any],
    shape: tuple[int, ...] = SHAPE,
) -> Path:
    """A file of one operator on `x`."""
    stored, names = [], ["x"]
    for number, value in enumerate(arguments):
        names.append(value if isinstance(value, str) else f"a{number}")
        if not isinstance(value, str):
            stored.append(numpy_helper.from_array(np.asarray(value), names[-1]))
    results = ["y", "places"] if op == "TopK" else ["y"]
    graph = helper.make_graph(
        [helper.make_node(op, names, results, **attributes)],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        stored,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.save(model, path)
    return path


def _expected(path: Path, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    result: np.ndarray[Any, Any] = session.run(None, {session.get_inputs()[0].name: x})[0]
    return result


def _assert_same(path: Path, shape: tuple[int, ...]) -> None:
    """Compare with onnxruntime; the module may refuse, and say why."""
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    expected = _expected(path, x)
    graph, names = read_with_names(path)
    assert graph.fingerprint == graph_of(path).fingerprint
    module = graph.to_module(numbers_of(path, names)).eval()
    with torch.no_grad():
        actual = module(torch.from_numpy(x))
    assert actual.shape == expected.shape
    torch.testing.assert_close(
        actual.float(), torch.from_numpy(expected).float(), rtol=1e-4, atol=1e-5
    )


MAY_REFUSE = {
    "resize": "resize: an interpolation of kind",
    "max pool": "it rounds up over uneven padding",
    "average pool": "it rounds up over uneven padding",
}


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_operator(case: str, data: st.DataObject, tmp_path: Path) -> None:
    op, attributes, arguments = CASES[case]
    path = _file(
        tmp_path / "one.onnx",
        op,
        {name: data.draw(strategy) for name, strategy in attributes.items()},
        [value if isinstance(value, str) else data.draw(value) for value in arguments],
    )
    try:
        _assert_same(path, SHAPE)
    except GraphError as error:
        assert case in MAY_REFUSE
        assert MAY_REFUSE[case] in str(error)


def _attention(x: Tensor, norm: nn.Module, joined: nn.Module) -> Tensor:
    """Two heads on normalised tokens, beside the tokens themselves."""
    heads = joined(norm(x)).unflatten(-1, (3, 2, 8)).permute(2, 0, 3, 1, 4)
    result = F.scaled_dot_product_attention(*heads.unbind(0))
    return x + result.transpose(1, 2).flatten(2)


NETWORKS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "images": (
        nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.PReLU(8),
            nn.ConvTranspose2d(8, 6, 3, 2, 1, 1),
            nn.GroupNorm(2, 6),
            nn.Hardswish(),
            nn.AvgPool2d(3, 2, 1, count_include_pad=False),
            nn.Flatten(),
            nn.Linear(6 * 64, 5),
        ),
        (1, 3, 16, 16),
    ),
    "tokens": (
        Applied(_attention, norm=nn.LayerNorm(16, eps=1e-3), joined=nn.Linear(16, 48)),
        (1, 10, 16),
    ),
    "video": (
        nn.Sequential(nn.Conv3d(3, 4, 3, (1, 2, 2), 1), nn.MaxPool3d((1, 2, 2)), nn.Flatten(2)),
        (1, 3, 4, 8, 8),
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_with_its_weights(name: str, tmp_path: Path) -> None:
    network, shape = NETWORKS[name]
    with_other_numbers(network)
    path = tmp_path / "network.onnx"
    torch.onnx.export(network, (torch.randn(shape),), path, dynamo=False, opset_version=17)
    _assert_same(path, shape)


@st.composite
def _recurrent_layers(draw: st.DrawFn) -> nn.Module:
    """A stack of recurrent layers on sequences of 8 channels, the batch first."""
    kind, *options = draw(
        st.sampled_from(
            [
                (nn.LSTM,),
                (nn.GRU,),
                (nn.RNN, ("nonlinearity", "tanh")),
                (nn.RNN, ("nonlinearity", "relu")),
            ]
        )
    )
    layers, units = draw(st.integers(1, 2)), draw(st.integers(1, 12))
    both, bias = draw(st.booleans()), draw(st.booleans())
    layer = kind(8, units, layers, bias=bias, bidirectional=both, batch_first=True, **dict(options))
    return Applied(lambda x, layer: layer(x)[0], layer=layer)


@pytest.mark.filterwarnings("ignore")
@given(network=_recurrent_layers())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_recurrent_layers(network: nn.Module, tmp_path: Path) -> None:
    """By the file they are the same network as by the module, in every direction and gate."""
    with_other_numbers(network)
    path = tmp_path / "network.onnx"
    torch.onnx.export(network, (torch.randn(1, 5, 8),), path, dynamo=False, opset_version=17)
    _assert_same(path, (1, 5, 8))
    assert graph_of(path).fingerprint == graph_of(network, (5, 8)).fingerprint


UNUSUAL: dict[str, tuple[dict[str, Any], str]] = {
    "activations": ({"activations": ["Sigmoid", "Relu", "Tanh"]}, "other activations"),
    "limits": ({"clip": 1.0}, "limited"),
    "coupled": ({"input_forget": 1}, "coupled"),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_recurrent_layers_that_pytorch_does_not_have(case: str, tmp_path: Path) -> None:
    attributes, reason = UNUSUAL[case]
    weights = [np.ones((1, 16, rows), np.float32) for rows in (8, 4)]
    path = _file(
        tmp_path / "net.onnx", "LSTM", {"hidden_size": 4, **attributes}, weights, (1, 1, 8)
    )
    graph = graph_of(path)
    assert (graph.macs, graph.parameters) == (16 * 12, 16 * 12)
    with pytest.raises(GraphError, match=reason):
        graph.to_module()
