"""An independent count of ONNX files: the shapes that onnxruntime reports while it runs them.

Of every operator that runs, also inside branches and loops, its profile tells the shapes of
arguments and results. Operators that multiply matrices are counted by these; the arrays stored for
them and for their neighbours are the parameters.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto

Shape = Sequence[int]


class OnnxCount(NamedTuple):
    """Multiply-accumulates and parameters of a file."""

    macs: int
    parameters: int


def count_onnx(path: Path, inputs: Mapping[str, Any]) -> OnnxCount:
    """Count a file.

    Args:
        path: The file.
        inputs: Sizes of inputs that it leaves open, and inputs that must have a value.
    """
    macs = sum(
        _WORK[operator](given, result)
        for operator, given, result in _operators(path, inputs)
        if operator in _WORK
    )
    return OnnxCount(macs, sum(_learned(onnx.load(str(path)).graph).values()))


def _operators(path: Path, inputs: Mapping[str, Any]) -> Iterator[tuple[str, list[Shape], Shape]]:
    """Run a file; yield each operator with the shapes of its arguments and of its result."""
    with TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.enable_profiling, options.profile_file_prefix = True, f"{folder}/profile"
        options.add_session_config_entry("session.disable_prepacking", "1")  # it hides weights
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        session.run(None, {value.name: _array(value, inputs) for value in session.get_inputs()})
        events = json.loads(Path(session.end_profiling()).read_text())
    for event in events:
        found = event.get("args", {})
        if event["name"].endswith("_kernel_time"):
            given, results = (
                [next(iter(entry.values())) for entry in found[f"{part}_type_shape"]]
                for part in ("input", "output")
            )
            yield found["op_name"], given, results[0] if results else ()


def _array(value: Any, inputs: Mapping[str, Any]) -> Any:
    """Make an input: its value, or zeros of its size."""
    dtype = {"int64": np.int64, "int32": np.int32}.get(value.type[7:-1], np.float32)
    given = inputs.get(value.name, value.shape)
    return np.zeros(given, dtype) if isinstance(given, list | tuple) else np.array(given, dtype)


def _learned(graph: GraphProto) -> dict[str, int]:
    """Return the size of each array of a graph that is learned, by name."""
    nodes = list(_nodes(graph))
    found = {}
    for name, dims, kind in _arrays(graph, nodes):
        users = [(n, place) for n in nodes for place, x in enumerate(n.input) if x == name]
        weights = [n for n, place in users if place in _WEIGHTS.get(n.op_type, ())]
        statistics = all(n.op_type == "BatchNormalization" and place > 2 for n, place in users)
        settings = all(n.op_type in _SETTINGS and place > 1 for n, place in users)
        is_number = kind in _FLOATS or (kind in _BYTES and weights)
        is_learned = weights or not (statistics or settings or prod(dims) == 1)
        if is_number and is_learned:
            found[name] = prod(dims)
    return found


def _arrays(graph: GraphProto, nodes: Sequence[NodeProto]) -> Iterator[tuple[str, Shape, int]]:
    """Yield name, shape and element type of all stored arrays."""
    tensors = [*graph.initializer]
    for body in (body for node in nodes for body in _bodies(node)):
        tensors += body.initializer
    yield from ((tensor.name, tensor.dims, tensor.data_type) for tensor in tensors)
    shapes = {t.name: onnx.numpy_helper.to_array(t) for t in tensors if t.data_type == 7}
    for node in nodes:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = node.attribute[0].t
            yield node.output[0], tensor.dims, tensor.data_type
        elif node.op_type == "ConstantOfShape" and node.input[0] in shapes:
            yield node.output[0], shapes[node.input[0]].tolist(), TensorProto.FLOAT


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    """Yield the nodes of a graph and of the graphs inside it."""
    for node in graph.node:
        yield node
        for body in _bodies(node):
            yield from _nodes(body)


def _bodies(node: NodeProto) -> Iterator[GraphProto]:
    return (a.g for a in node.attribute if a.type == AttributeProto.GRAPH)


_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
_SETTINGS = ("Resize", "Upsample", "DynamicQuantizeLSTM")
_BYTES = (TensorProto.INT8, TensorProto.UINT8)
_WEIGHTS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("Conv", "ConvTranspose", "Gemm", "BatchNormalization"), (1, 2)),
    **dict.fromkeys(("LSTM", "GRU", "DynamicQuantizeLSTM"), (1, 2, 3)),
    **dict.fromkeys(("MatMul", "MatMulInteger", "ConvInteger", "PRelu"), (1,)),
    "Gather": (0,),
}
"""Which arguments of an operator are weights."""


def _convolution(given: Sequence[Shape], result: Shape) -> int:
    return prod(result) * prod(given[1][1:])


def _transposed(given: Sequence[Shape], result: Shape) -> int:
    return prod(given[0]) * prod(given[1][1:])


def _product(given: Sequence[Shape], result: Shape) -> int:
    return prod(result) * given[0][-1]


def _gemm(given: Sequence[Shape], result: Shape) -> int:
    return prod(given[0]) * result[1]


def _recurrent(given: Sequence[Shape], result: Shape) -> int:
    steps, batch, _ = given[0]
    return steps * batch * (prod(given[1]) + prod(given[2]))


_WORK: dict[str, Callable[[Sequence[Shape], Shape], int]] = {
    **dict.fromkeys(("Conv", "ConvInteger"), _convolution),
    "ConvTranspose": _transposed,
    **dict.fromkeys(("MatMul", "MatMulInteger"), _product),
    "Gemm": _gemm,
    **dict.fromkeys(("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"), _recurrent),
}
