"""An independent count of ONNX files: shapes of onnx's own shape inference times kernels.

It shares no code with the package: operators that multiply matrices, and the arrays stored for
them and for their neighbours.
"""

from collections.abc import Callable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import NamedTuple

import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto

Shape = tuple[int, ...]
Shapes = dict[str, Shape]

_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
_BYTES = (TensorProto.INT8, TensorProto.UINT8)


class OnnxCount(NamedTuple):
    """What was counted of a graph.

    Attributes:
        macs: Multiply-accumulates.
        learned: Size of each array that is learned, by name.
        unknown: Operators whose shapes shape inference did not find.
    """

    macs: int
    learned: dict[str, int]
    unknown: tuple[str, ...]


def count_onnx(path: Path, sizes: Mapping[str, Shape]) -> OnnxCount:
    """Count a file whose inputs have the given sizes."""
    model = onnx.load(str(path))
    for value in model.graph.input:
        if value.name in sizes:
            shape = value.type.tensor_type.shape
            del shape.dim[:]
            for size in sizes[value.name]:
                shape.dim.add().dim_value = size
    _forget_shapes(model.graph)
    return _counted(onnx.shape_inference.infer_shapes(model, data_prop=True).graph, {})


def _forget_shapes(graph: GraphProto) -> None:
    """Remove what the file says of other sizes of its inputs."""
    del graph.value_info[:]
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")
    for node in graph.node:
        for body in _bodies(node):
            _forget_shapes(body)


def _counted(graph: GraphProto, outer: Shapes) -> OnnxCount:
    """Count a graph, and of each choice inside it the costlier branch."""
    arrays = list(_arrays(graph))
    shapes = outer | {tensor.name: tuple(tensor.dims) for tensor in arrays}
    for value in (*graph.input, *graph.value_info, *graph.output):
        dims = value.type.tensor_type.shape.dim
        if value.type.tensor_type.HasField("shape") and all(d.dim_value for d in dims):
            shapes[value.name] = tuple(d.dim_value for d in dims)
    macs, unknown = 0, list[str]()
    learned = {t.name: prod(t.dims) for t in arrays if _is_learned(t, graph)}
    for node in graph.node:
        branches = [_counted(body, shapes) for body in _bodies(node)]
        macs += max((branch.macs for branch in branches), default=0)
        for branch in branches:
            learned |= branch.learned
            unknown += branch.unknown
        try:
            macs += _WORK[node.op_type](node, shapes) if node.op_type in _WORK else 0
        except KeyError:
            unknown.append(node.op_type)
    return OnnxCount(macs, learned, tuple(unknown))


def _arrays(graph: GraphProto) -> Iterator[TensorProto]:
    """Yield the stored arrays of a graph under the names that its operators use."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.name == "value":
                tensor = TensorProto()
                tensor.CopyFrom(attribute.t)
                tensor.name = node.output[0]
                yield tensor


def _is_learned(tensor: TensorProto, graph: GraphProto) -> bool:
    """Tell whether an array is learned: of several numbers, that are no measured statistics."""
    users = [(node, list(node.input).index(tensor.name)) for node in _users(tensor.name, graph)]
    statistics = all(n.op_type == "BatchNormalization" and place > 2 for n, place in users)
    settings = all(n.op_type in _SETTINGS and place > 0 for n, place in users)
    if statistics or settings or prod(tensor.dims) < 2:
        return False
    return tensor.data_type in _FLOATS or (
        tensor.data_type in _BYTES and any(node.op_type in _INTEGER_WORK for node, _ in users)
    )


def _users(name: str, graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        if name in node.input:
            yield node
        for body in _bodies(node):
            yield from _users(name, body)


def _bodies(node: NodeProto) -> Iterator[GraphProto]:
    """Yield the graphs inside a node."""
    return (a.g for a in node.attribute if a.type == AttributeProto.GRAPH)


def _attribute(node: NodeProto, name: str) -> int:
    return next((a.i for a in node.attribute if a.name == name), 0)


def _convolution(node: NodeProto, shapes: Shapes) -> int:
    weight = shapes[node.input[3 if node.op_type == "QLinearConv" else 1]]
    return prod(shapes[node.output[0]]) * prod(weight[1:])


def _transposed(node: NodeProto, shapes: Shapes) -> int:
    return prod(shapes[node.input[0]]) * prod(shapes[node.input[1]][1:])


def _product(node: NodeProto, shapes: Shapes) -> int:
    return prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]


def _gemm(node: NodeProto, shapes: Shapes) -> int:
    length = shapes[node.input[0]][0 if _attribute(node, "transA") else 1]
    return prod(shapes[node.output[0]]) * length


def _recurrent(node: NodeProto, shapes: Shapes) -> int:
    steps, batch, _ = shapes[node.input[0]]
    return steps * batch * (prod(shapes[node.input[1]]) + prod(shapes[node.input[2]]))


_INTEGER_WORK = ("ConvInteger", "MatMulInteger", "DynamicQuantizeLSTM", "DequantizeLinear")
_SETTINGS = ("Resize", "Upsample", "Pad", "Clip", "QuantizeLinear", "DequantizeLinear")
_WORK: dict[str, Callable[[NodeProto, Shapes], int]] = {
    "Conv": _convolution,
    "ConvInteger": _convolution,
    "QLinearConv": _convolution,
    "ConvTranspose": _transposed,
    "MatMul": _product,
    "MatMulInteger": _product,
    "Gemm": _gemm,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "RNN": _recurrent,
    "DynamicQuantizeLSTM": _recurrent,
}
