"""The dimensions of every value in an ONNX graph."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import onnx
from onnx import defs, numpy_helper, shape_inference

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import PRIVATE, Dims, OnnxNode
from gennape.frontends.onnx.static import StaticTensors

Types = dict[str, onnx.TypeProto]


class Inferred(NamedTuple):
    """Dimensions, types and static tensors of a graph, as far as they are known."""

    dims: dict[str, Dims]
    types: Types
    static: StaticTensors


def infer(model: onnx.ModelProto, nodes: list[OnnxNode], path: Path) -> Inferred:
    """Infer the dimensions of every value, where they are known, and the static tensors.

    Args:
        model: The model, its inputs bound.
        nodes: Its nodes, in topological order.
        path: The file, for messages.

    Raises:
        FrontendError: The model contradicts itself.
    """
    try:
        graph = shape_inference.infer_shapes(model, data_prop=True).graph
    except (shape_inference.InferenceError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise FrontendError(f"{path}: the shapes contradict one another ({reason})") from error
    types = {value.name: value.type for value in (*graph.input, *graph.value_info, *graph.output)}
    dims = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for name, kind in types.items():
        _note(dims, name, kind)
    static = StaticTensors(model, nodes, dims)
    if any(name and name not in dims for node in nodes for name in node.outputs):
        for tensor in graph.initializer:
            types[tensor.name] = onnx.helper.make_tensor_type_proto(tensor.data_type, tensor.dims)
        _complete(model, nodes, types, dims, static, path)
    return Inferred(dims, types, static)


def _complete(
    model: onnx.ModelProto,
    nodes: list[OnnxNode],
    types: Types,
    dims: dict[str, Dims],
    static: StaticTensors,
    path: Path,
) -> None:
    """Follow shapes that are computed in ways that ONNX's own inference gives up on.

    Node by node, with the values of small static arguments.
    """
    versions = {opset.domain: opset.version for opset in model.opset_import}
    for node in nodes:
        if all(name in dims for name in node.outputs if name):
            continue
        values = {name: static.value(name) for name in node.inputs if name in static}
        data = {
            name: numpy_helper.from_array(value, name)
            for name, value in values.items()
            if value is not None
        }
        for name, kind in _inferred(model, node, versions, types, data, path).items():
            types[name] = kind
            _note(dims, name, kind)


def _inferred(
    model: onnx.ModelProto,
    node: OnnxNode,
    versions: Mapping[str, int],
    types: Types,
    data: dict[str, onnx.TensorProto],
    path: Path,
) -> Types:
    """Infer types of the results of one node; none where its operator is unknown or refuses."""
    if (node.domain, node.op) in _KEEPING:
        return _kept(node, types)
    try:
        return shape_inference.infer_node_outputs(
            _schema(node, versions),
            node.proto,
            {name: types[name] for name in node.inputs if name in types},
            data,
            opset_imports=list(model.opset_import),
            ir_version=model.ir_version,
        )
    except shape_inference.InferenceError as error:
        if all(not name or (name in types and _is_full(types[name])) for name in node.inputs):
            reason = str(error).strip().splitlines()[-1]
            raise FrontendError(
                f"{path}: the shapes at {node.title} contradict one another ({reason})"
            ) from error
        return {}
    except (defs.SchemaError, RuntimeError, KeyError):
        return {}


def _schema(node: OnnxNode, versions: Mapping[str, int]) -> defs.OpSchema:
    """Find the definition of an operator; the newest where that of its version lacks it.

    Raises:
        SchemaError: There is none.
    """
    try:
        return defs.get_schema(node.op, versions.get(node.domain, 1), node.domain)
    except defs.SchemaError:
        return defs.get_schema(node.op, defs.onnx_opset_version(), node.domain)


_KEEPING = frozenset(
    {
        ("", "SimplifiedLayerNormalization"),
        (PRIVATE, "SwapLastAxes"),
        (PRIVATE, "Branch"),
        (PRIVATE, "RepeatedLoop"),
        (PRIVATE, "RepeatedScan"),
    }
)
"""Operators without a definition whose first result has the shape of their first argument."""


def _kept(node: OnnxNode, types: Types) -> Types:
    """Give the result the type of the argument, with the last axes swapped if it says so."""
    kind = types.get(node.inputs[0])
    if kind is None:
        return {}
    result = onnx.TypeProto()
    result.CopyFrom(kind)
    dims = result.tensor_type.shape.dim
    if node.op == "SwapLastAxes" and len(dims) > 1:
        dims[-2].CopyFrom(kind.tensor_type.shape.dim[-1])
        dims[-1].CopyFrom(kind.tensor_type.shape.dim[-2])
    return {node.outputs[0]: result}


def _is_full(kind: onnx.TypeProto) -> bool:
    """Tell whether a type states all dimensions."""
    shape = kind.tensor_type.shape
    return kind.tensor_type.HasField("shape") and all(d.HasField("dim_value") for d in shape.dim)


def _note(dims: dict[str, Dims], name: str, kind: onnx.TypeProto) -> None:
    """Write dimensions down that a type states in full."""
    if kind.HasField("tensor_type") and kind.tensor_type.HasField("shape"):
        sizes = [d.dim_value if d.HasField("dim_value") else -1 for d in kind.tensor_type.shape.dim]
        if min(sizes, default=0) >= 0:
            dims[name] = tuple(sizes)
