"""An ONNX file as plain nodes, its weights left on the disk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import external_data_helper, helper, inliner

from gennape.frontends.errors import FrontendError

Dims = tuple[int, ...]

PRIVATE = "gennape"
"""Domain of helpers for what no standard operator says."""

SMALL = 8192
"""Tensors of up to so many elements keep their values: they may be sizes or indices."""


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
    def bodies(self) -> list[onnx.GraphProto]:
        """Subgraphs of control flow."""
        return [v for v in self.attributes.values() if isinstance(v, onnx.GraphProto)]

    @cached_property
    def used_names(self) -> tuple[str, ...]:
        """Arguments, and outer values that control-flow bodies read."""
        inner = [name for body in self.bodies for name in captured_names(body)]
        return tuple(dict.fromkeys(name for name in (*self.inputs, *inner) if name))


def load(path: Path) -> onnx.ModelProto:
    """Load the model in a file, with functions inlined and large tensors emptied.

    Raises:
        FrontendError: The file is absent, not ONNX, cut off or without a network.
    """
    if not path.is_file():
        raise FrontendError(f"{path} does not exist; check the path of the ONNX file")
    try:
        model = onnx.load(str(path), load_external_data=False)
    except DecodeError as error:
        raise FrontendError(
            f"{path} is not an ONNX file or is cut off; export or copy it again"
        ) from error
    if not model.graph.node:
        raise FrontendError(f"{path} holds no network (its graph has no nodes); export it again")
    if not model.opset_import:
        raise FrontendError(f"{path} names no operator set version; export it again")
    for tensor in _tensors(model):
        _lighten(tensor, path.parent)
    if model.functions:
        model = inliner.inline_local_functions(model)
    for tensor in model.graph.sparse_initializer:
        model.graph.initializer.append(absent_tensor(tensor.values.name, tensor.dims))
    del model.graph.sparse_initializer[:]
    return model


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


def bodies_within(body: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Yield a subgraph, and those inside it."""
    yield body
    for node in body.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from bodies_within(attribute.g)


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Yield the tensors stored anywhere in a model."""
    yield from model.graph.initializer
    for nodes in (model.graph.node, *(function.node for function in model.functions)):
        yield from _tensors_of(nodes)


def _tensors_of(nodes: Sequence[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    """Yield the constants of nodes, and the tensors of their sub-graphs."""
    for node in nodes:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR and node.op_type == "Constant":
                yield attribute.t
            elif attribute.type == onnx.AttributeProto.GRAPH:
                yield from attribute.g.initializer
                yield from _tensors_of(attribute.g.node)


def _lighten(tensor: onnx.TensorProto, folder: Path) -> None:
    """Drop the values of a large tensor; fetch those of a small one stored outside."""
    if prod(tensor.dims) > SMALL:
        for field in _DATA_FIELDS:
            tensor.ClearField(field)
    elif external_data_helper.uses_external_data(tensor):
        try:
            external_data_helper.load_external_data_for_tensor(tensor, str(folder))
        except (OSError, ValueError, onnx.checker.ValidationError):
            return  # only a size read from it would be missed, and that is reported
        tensor.data_location = onnx.TensorProto.DEFAULT
        tensor.ClearField("external_data")


_DATA_FIELDS = (
    "raw_data",
    "float_data",
    "int32_data",
    "int64_data",
    "double_data",
    "uint64_data",
    "external_data",
    "data_location",
)


def _decoded(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
