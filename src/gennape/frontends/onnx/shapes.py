"""The dimensions of every value in an ONNX graph."""

from collections.abc import Mapping
from pathlib import Path

import onnx
from onnx import defs, numpy_helper, shape_inference

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.static import StaticTensors

Types = dict[str, onnx.TypeProto]


def infer(
    model: onnx.ModelProto, nodes: list[OnnxNode], path: Path
) -> tuple[dict[str, Dims], StaticTensors]:
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
        _complete(model, nodes, types, dims, static)
    return dims, static


def _complete(
    model: onnx.ModelProto,
    nodes: list[OnnxNode],
    types: Types,
    dims: dict[str, Dims],
    static: StaticTensors,
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
        for name, kind in _inferred(model, node, versions, types, data).items():
            types[name] = kind
            _note(dims, name, kind)


def _inferred(
    model: onnx.ModelProto,
    node: OnnxNode,
    versions: Mapping[str, int],
    types: Types,
    data: dict[str, onnx.TensorProto],
) -> Types:
    """Infer types of the results of one node; none where its operator is unknown or refuses."""
    domain = node.proto.domain
    try:
        return shape_inference.infer_node_outputs(
            defs.get_schema(node.op, versions.get(domain, 1), domain),
            node.proto,
            {name: types[name] for name in node.inputs if name in types},
            data,
            opset_imports=list(model.opset_import),
            ir_version=model.ir_version,
        )
    except (defs.SchemaError, shape_inference.InferenceError, RuntimeError, KeyError):
        return {}


def _note(dims: dict[str, Dims], name: str, kind: onnx.TypeProto) -> None:
    """Write dimensions down that a type states in full."""
    if kind.HasField("tensor_type") and kind.tensor_type.HasField("shape"):
        sizes = [d.dim_value if d.HasField("dim_value") else -1 for d in kind.tensor_type.shape.dim]
        if min(sizes, default=0) >= 0:
            dims[name] = tuple(sizes)
