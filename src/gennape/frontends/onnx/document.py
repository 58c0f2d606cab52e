"""An ONNX file as plain nodes, its weights left on the disk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import helper

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.external import external_numbers
from gennape.frontends.onnx.functions import inline_functions
from gennape.frontends.onnx.layers import layer_of
from gennape.frontends.onnx.nodes import all_nodes
from gennape.frontends.onnx.wire import WireError, structure_of
from gennape.utils.errors import one_line

Dims = tuple[int, ...]

PRIVATE = "gennape"
"""Domain of helpers for what no standard operator says."""

SMALL = 8192
"""Tensors of up to so many elements keep their values: they may be sizes or indices."""
MOST_DIMS = 32
"""Dimensions of a tensor, as numpy has them."""
LARGEST_SIZE = 2**31 - 1
"""Largest size of one dimension, as graphs hold them."""
MOST_NODES = 250_000
"""Nodes that a file may have, those of functions written out where they are called."""


@dataclass(frozen=True)
class OnnxNode:
    """One ONNX operator call.

    Attributes:
        op: The operator's name, such as `Conv`.
        domain: The operator set it belongs to; empty for that of ONNX itself.
        inputs: Names of its arguments; an optional one left out is an empty string.
        outputs: Names of its results.
        attributes: Decoded attributes; tensors and subgraphs stay protobufs.
    """

    op: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    proto: onnx.NodeProto

    @classmethod
    def of(cls, proto: onnx.NodeProto) -> "OnnxNode":
        """Decode a protobuf."""
        return cls(
            op=proto.op_type,
            domain="" if proto.domain == "ai.onnx" else proto.domain,
            inputs=tuple(proto.input),
            outputs=tuple(proto.output),
            attributes={
                attribute.name: _decoded(helper.get_attribute_value(attribute))
                for attribute in proto.attribute
            },
            proto=proto,
        )

    @property
    def title(self) -> str:
        """The operator and the name of the node, or of its first result."""
        return f"{self.op} {self.proto.name or next(filter(None, self.outputs), '')!r}"

    @property
    def layer(self) -> str:
        """The part of the network that it stands in, as far as the exporter wrote it down."""
        return layer_of(self.proto)

    @property
    def bodies(self) -> list[onnx.GraphProto]:
        """Subgraphs of control flow."""
        return [v for v in self.attributes.values() if isinstance(v, onnx.GraphProto)]

    @cached_property
    def used_names(self) -> tuple[str, ...]:
        """Arguments, and outer values that control-flow bodies read."""
        inner = [name for body in self.bodies for name in captured_names(body)]
        return tuple(dict.fromkeys(name for name in (*self.inputs, *inner) if name))


def load(path: Path, with_numbers: bool = False) -> onnx.ModelProto:
    """Load the model in a file, with functions inlined and without the numbers of large tensors.

    Args:
        path: The file.
        with_numbers: Whether these are kept, and those that are stored outside named.

    Raises:
        FrontendError: The file is not ONNX, cut off, without a network, or larger than a network
            can be.
    """
    try:
        model = onnx.ModelProto()
        model.ParseFromString(structure_of(path, with_numbers))
    except (WireError, DecodeError) as error:
        raise FrontendError(
            f"{path} is not an ONNX file or is cut off ({one_line(error)}); export or copy it again"
        ) from error
    if not model.graph.node:
        raise FrontendError(f"{path} holds no network (its graph has no nodes); export it again")
    if not model.opset_import:
        raise FrontendError(f"{path} names no operator set version; export it again")
    _refuse_many(model, path)
    for tensor in _tensors(model):
        _refuse_impossible(tensor, path)
        if not with_numbers:
            _lighten(tensor, path)
    inline_functions(model, path, MOST_NODES)
    for tensor in model.graph.sparse_initializer:
        model.graph.initializer.append(absent_tensor(tensor.values.name, tensor.dims))
    del model.graph.sparse_initializer[:]
    return model


def is_small(dims: Sequence[int]) -> bool:
    """Tell whether a tensor keeps its values; an empty one may be small along the other axes."""
    return prod(max(size, 1) for size in dims) <= SMALL


def _refuse_many(model: onnx.ModelProto, path: Path) -> None:
    """Refuse more nodes than a network has.

    Raises:
        FrontendError: There are more.
    """
    lists = (model.graph.node, *(function.node for function in model.functions))
    if sum(1 for nodes in lists for _ in all_nodes(nodes)) > MOST_NODES:
        raise FrontendError(
            f"{path} has more than {MOST_NODES:,} nodes, as no network has; check the file"
        )


def import_domains(model: onnx.ModelProto) -> None:
    """Give every operator set that nodes use a version, as shape inference needs one, in place."""
    known = {opset.domain for opset in model.opset_import}
    used = {node.domain for node in model.graph.node} | {PRIVATE}
    for domain in sorted(used - known - {"", "ai.onnx"}):
        model.opset_import.append(helper.make_opsetid(domain, 1))


def absent_tensor(name: str, dims: Sequence[int]) -> onnx.TensorProto:
    """Make a stored tensor of floats without its numbers."""
    tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=dims)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    return tensor


def captured_names(body: onnx.GraphProto) -> Iterator[str]:
    """Return names that a subgraph reads from outside."""
    own = {value.name for value in body.input} | {tensor.name for tensor in body.initializer}
    for proto in body.node:
        yield from (name for name in OnnxNode.of(proto).used_names if name not in own)
        own.update(proto.output)
    yield from (value.name for value in body.output if value.name not in own)


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Yield the tensors stored anywhere in a model."""
    yield from model.graph.initializer
    for sparse in model.graph.sparse_initializer:
        yield sparse.values
    for nodes in (model.graph.node, *(function.node for function in model.functions)):
        for node in all_nodes(nodes):
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.TENSOR:
                    yield attribute.t
                elif attribute.type == onnx.AttributeProto.GRAPH:
                    yield from attribute.g.initializer


def _refuse_impossible(tensor: onnx.TensorProto, path: Path) -> None:
    """Refuse a shape that no tensor has.

    Raises:
        FrontendError: It has one.
    """
    dims = tensor.dims
    if len(dims) > MOST_DIMS or (dims and not 0 <= min(dims) <= max(dims) <= LARGEST_SIZE):
        raise FrontendError(
            f"{path}: the stored tensor {tensor.name!r} has a shape that no tensor has "
            f"({len(dims)} dimensions: {str(dims[:8])[:120]}); check the file"
        )


def _lighten(tensor: onnx.TensorProto, path: Path) -> None:
    """Drop the values of a large tensor; fetch those of a small one stored outside."""
    if not is_small(tensor.dims):
        for field in _DATA_FIELDS:
            tensor.ClearField(field)
    elif tensor.data_location == onnx.TensorProto.EXTERNAL:
        numbers = external_numbers(tensor, path.parent)
        if numbers is not None:  # only a size read from it would be missed, and that is reported
            tensor.raw_data = numbers
            tensor.ClearField("data_location")
            tensor.ClearField("external_data")


_DATA_FIELDS = (
    "raw_data",
    "float_data",
    "int32_data",
    "int64_data",
    "double_data",
    "uint64_data",
    "string_data",
    "external_data",
    "data_location",
)


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(entry) for entry in value]
    return value.decode(errors="replace") if isinstance(value, bytes) else value
